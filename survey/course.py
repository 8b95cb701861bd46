"""One event under way: the interview as it changes, the effects so far, and the moves the engine is made of.

It lives for one call of the engine; it must not know channels, nor what kind of input caused a move.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from survey.answers import Answer, Channel
from survey.effects import (
    AlreadyAnswered,
    Ask,
    Consent,
    Echo,
    Effect,
    Ended,
    Ending,
    LeftOpen,
    Resumed,
    Tell,
    Wanted,
    Welcome,
)
from survey.interview import Interview, Status
from survey.plan import Item, Plan, calculated, is_relevant

ZONE = timezone(timedelta(hours=7))
"""Vietnam: no summer time, and no file to read."""
MAX_TRIES = 3
"""Wrong or silent tries on one question before it is left open (field practice)."""
OPTIONAL_TRIES = 2
"""The same for a question that need not be answered: silence may well be the answer."""


@dataclass(slots=True)
class Course:
    """An interview being changed by one event. Build it with `start`, read it back with `interview`."""

    before: Interview
    plan: Plan
    status: Status
    turn: int
    asked: str | None
    tries: int
    answers: dict[str, Answer]
    left_open: tuple[str, ...]
    given_up: tuple[str, ...]
    seq: int
    effects: list[Effect]
    channel: Channel
    now: datetime
    """Business time of the event."""

    def interview(self) -> Interview:
        """The interview after this event."""
        return Interview(
            questionnaire=self.before.questionnaire,
            status=self.status,
            language=self.before.language,
            turn=self.turn,
            asked=self.asked,
            tries=self.tries,
            answers=self.answers,
            left_open=self.left_open,
            seq=self.seq,
            given_up=self.given_up,
        )

    @property
    def today(self) -> str:
        """The business date, yyyy-mm-dd; "" for a form that does not look at it, as most do not."""
        return self.now.astimezone(ZONE).date().isoformat() if self.plan.dated else ""

    # What stands open

    def wants(self, item: Item) -> bool:
        """Whether `item` applies and has no answer yet."""
        return item.name not in self.answers and is_relevant(item, self.answers)

    def applies(self, item: Item) -> bool:
        """Whether `item` is for somebody with these answers."""
        return is_relevant(item, self.answers)

    def may_answer(self, item: Item) -> bool:
        """Whether a respondent's answer to `item` may be stored: it applies, and consent was given (or is `item`)."""
        consent = self.plan.consent
        agreed = consent is None or consent is item or not self.wants(consent)
        return agreed and is_relevant(item, self.answers)

    def can_ask(self, item: Item) -> bool:
        """Whether this channel can ask it (see `Plan.spoken`)."""
        return self.channel != "voice" or item.question.kind != "text"

    def next_item(self) -> Item | None:
        """The next question to ask: in form order, then once more those left open; None when nothing remains."""
        second_chance: Item | None = None
        for item in self.plan.spoken if self.channel == "voice" else self.plan.items:
            name = item.name
            if name in self.answers or name in self.given_up:
                continue
            if name not in self.left_open:
                if is_relevant(item, self.answers):
                    return item
            elif second_chance is None and is_relevant(item, self.answers):
                second_chance = item
        return second_chance

    # Moves

    def open_contact(self) -> None:
        """A new contact: explain or greet, then the next open question as a new turn."""
        if self.status == "partial":  # somebody is there again: every open question gets its tries again
            self.left_open = self.given_up = ()
        consent = self.plan.consent
        first = not self.answers or (consent is not None and self.wants(consent))
        self.effects.append(Welcome() if first else Resumed())
        item = self.next_item()
        if item is None:
            self.finish()
        else:
            self._tell_between(-1 if first else self.plan.place_before(item.at), item.at)
            self._ask(item)

    def move_on(self, after: int) -> None:
        """Ask the next open question, telling the notes met since place `after`; end when nothing is open."""
        item = self.next_item()
        if item is None:
            self.finish()
            return
        self._tell_between(after if after < item.at else self.plan.place_before(item.at), item.at)
        self._ask(item)

    def ask_again(self) -> None:
        """The current question as a new turn, keeping its tries."""
        if self._leave_to_others():
            return
        if self.asked is not None:
            self.turn += 1
            self.effects.append(Ask(self.asked, self.turn, self.tries))

    def repeat(self) -> None:
        """The current prompt once more as the same turn: nothing changes. A closed contact stays closed."""
        if self._leave_to_others():
            return
        if self.asked is not None:
            self.effects.append(Ask(self.asked, self.turn, self.tries))
        elif self.status == "partial":
            self.effects.append(Ended("partial"))
        elif self.status == "active":
            self.effects.append(Wanted("later"))

    def already_answered(self, item: Item) -> None:
        """Tell that nothing was stored. The current prompt stays, unless its own question was settled elsewhere."""
        self.effects.append(AlreadyAnswered(item.name))
        if self.asked is None:
            self.repeat()
        else:
            self.go_on_from(item)

    def store(self, item: Item, value: str, channel: Channel) -> None:
        """Commit an answer; answers that no longer apply leave the projection. A refused consent ends the interview."""
        name = item.name
        self.answers[name] = Answer(value, channel, self.seq)
        self.left_open = tuple(n for n in self.left_open if n != name)
        self.given_up = tuple(n for n in self.given_up if n != name)
        if self.status == "pending":
            self.status = "active"
        if name in self.plan.branching:
            self._settle_others()
        if item.question.role == "consent":
            self._settle_consent(value != item.question.refusing_value)
        else:
            self.effects.append(Echo(name, value))

    def go_on_from(self, item: Item) -> None:
        """After an answer to `item`: stay at the current question while it is open, else ask the next one."""
        if self.status == "refused":
            return
        current = self.plan.by_name.get(self.asked) if self.asked is not None else None
        if current is not None and self.wants(current):
            self.repeat()
        else:
            self.move_on(item.at if current is None else current.at)

    def settle(self) -> None:
        """After answers from elsewhere: end when nothing is open, go on when the current prompt is settled."""
        current = self.plan.by_name.get(self.asked) if self.asked is not None else None
        if current is not None and not self.wants(current):
            self.move_on(current.at)
        elif not any(self.wants(item) for item in self.plan.items):
            self.finish()

    def miss(self, effect: Callable[[int], Effect]) -> None:
        """A wrong or silent try at the current question: say so and ask again, or leave it open after the third."""
        item = self.plan.by_name.get(self.asked or "")
        self.tries += 1
        if self.tries < (MAX_TRIES if item is None or item.question.required else OPTIONAL_TRIES):
            self.effects.append(effect(self.tries))
            self.ask_again()
            return
        if item is None or item is self.plan.consent:  # silence is not consent, and no refusal either
            self.close_contact()
        else:
            self.leave_open(item)

    def close_contact(self) -> None:
        """End the contact, not the interview: nothing waits for an answer until somebody answers late or we resume."""
        self.asked = None
        self.tries = 0
        self.effects.append(Wanted("later"))

    def finish(self, consent_needed: bool = True) -> None:
        """End the interview: complete when nothing applicable is open, else partial (it may be resumed)."""
        still_open = any(
            self.wants(item)
            for item in self.plan.items
            if item.question.required and (consent_needed or item is not self.plan.consent)
        )
        last = self.plan.items[-1].at if self.plan.items else -1
        self._tell_between(last, len(self.plan.items) + len(self.plan.notes))
        self._end("partial" if still_open else "complete")

    # Parts of moves

    def _ask(self, item: Item) -> None:
        self.status = "active"
        self.turn += 1
        self.asked = item.name
        self.tries = 0
        self.effects.append(Ask(item.name, self.turn))

    def _tell_between(self, after: int, before: int) -> None:
        self.effects.extend(Tell(name) for name in self.plan.notes_between(after, before, self.answers))

    def _leave_to_others(self) -> bool:
        """Go on from a prompt of another channel that this one cannot ask. Whether there was one."""
        current = self.plan.by_name.get(self.asked) if self.asked is not None else None
        if current is None or self.can_ask(current):
            return False
        self.move_on(current.at)
        return True

    def leave_open(self, item: Item) -> None:
        """Go on without an answer to the current question: a required one comes back once, an optional one never."""
        second_chance = item.question.required and item.name not in self.left_open
        self.effects.append(LeftOpen(item.name, second_chance))
        if second_chance:
            self.left_open += (item.name,)
        else:
            self.given_up += (item.name,)
        self.move_on(item.at)

    def _settle_consent(self, given: bool) -> None:
        self.effects.append(Consent(given))
        if not given:
            self._end("refused")

    def _end(self, ending: Ending) -> None:
        self.status = ending
        self.asked = None
        self.tries = 0
        self.effects.append(Ended(ending))

    def _settle_others(self) -> None:
        """In form order: expressions look only at earlier rows, so one pass settles chains of them."""
        for item in self.plan.settled:
            if item.calculation is not None:
                self._calculate(item)
            elif item.name in self.answers and not is_relevant(item, self.answers):
                del self.answers[item.name]

    def _calculate(self, item: Item) -> None:
        value, kept = calculated(item, self.answers, self.today), self.answers.get(item.name)
        if value == "":
            self.answers.pop(item.name, None)
        elif kept is None or kept.value != value:
            self.answers[item.name] = Answer(value, self.channel, self.seq)


def start(plan: Plan, interview: Interview, channel: Channel, now: datetime) -> Course:
    """The course of the next event of `interview`, on `channel` at business time `now`; the interview itself is never
    changed."""
    return Course(
        before=interview,
        plan=plan,
        status=interview.status,
        turn=interview.turn,
        asked=interview.asked,
        tries=interview.tries,
        answers=dict(interview.answers),
        left_open=interview.left_open,
        given_up=interview.given_up,
        seq=interview.seq + 1,
        effects=[],
        channel=channel,
        now=now,
    )
