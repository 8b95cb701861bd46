"""One event under way: the interview as it changes, the effects so far, and the moves the engine is made of.

It lives for one call of the engine; it must not know what kind of input caused a move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from survey.answers import Channel
from survey.engine import side_question_forms as asides
from survey.engine.draft import Standing
from survey.engine.effects import (
    AlreadyAnswered,
    Ask,
    Consent,
    Echo,
    Effect,
    Ended,
    Ending,
    Far,
    GoneBack,
    LeftOpen,
    MayPause,
    Noted,
    Resumed,
    Tell,
    Unheard,
    Wanted,
    Welcome,
)
from survey.engine.state import Interview
from survey.form.plan import Item, Plan
from survey.form.values import is_far

MAX_TRIES = 3
"""Wrong or silent tries on one question before it is left open (field practice)."""
MOST_IDLE = 12
"""Prompts of a call in a row without any answer before it ends: somebody listens again and again, or only a key is
pressed. The call is paid for by the minute, and line and person are held."""
OPTIONAL_TRIES = 2
"""The same for a question that need not be answered: silence may well be the answer."""


def is_read_back(item: Item, channel: Channel) -> bool:
    """Whether a call reads the answer back: several keys were pressed, any of which may have slipped."""
    return channel == "voice" and item.question.rules.takes_figures


@dataclass(slots=True)
class Course(Standing):
    """An interview being changed by one event. Build it with `start`, read it back with `interview`."""

    effects: list[Effect] = field(default_factory=list)

    # Moves

    def open_contact(self, earlier: Mapping[str, str]) -> None:
        """A new contact: explain or greet, then the next open question as a new turn. Nothing was said in it yet.

        `earlier`: what the organisation answered to numbers last time, by question.
        """
        self.given, self.earlier, self.silent, self.rekeyed, self.idle = (), dict(earlier), 0, {}, 0
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
        """Ask the next open question, telling the notes met since place `after`; end when nothing is open or all is
        refused."""
        if self.status == "refused":
            self.end("refused")
            return
        item = self.next_item()
        if item is None:
            self._wind_up()
            return
        if self.may_pause():
            self.effects.append(MayPause())
        fresh = after < item.at and not self.revising
        self._tell_between(after if fresh else self.plan.place_before(item.at), item.at)
        self._ask(item)

    def ask_again(self) -> None:
        """The current prompt as a new turn, keeping its tries."""
        if self._leave_to_others():
            return
        if self.asked is not None:
            self.turn += 1
            self._say_again()

    def repeat(self) -> None:
        """The current prompt once more as the same turn: nothing changes. A closed contact stays closed."""
        if self._leave_to_others():
            return
        if self.asked is not None:
            self._say_again()
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
        """Commit an answer and say it back. A refused consent ends the interview; a call asks it back first."""
        self.keep(item, value, channel)
        if item.question.role == "consent":
            self._settle_consent(value != item.question.refusing_value)
        else:
            self.effects.append(Echo(item.name, value))

    def go_on_from(self, item: Item) -> None:
        """After an answer to `item`: stay at the current prompt while it waits, else ask the next question."""
        if self.status == "refused":
            return
        if self.stands():
            self.repeat()
        else:
            self.move_on(item.at if self.current is None else self.current.at)

    def go_on_after(self, item: Item) -> None:
        """After an answer to the prompt itself: a call reads a number back, else the next question follows."""
        if not is_read_back(item, self.channel):
            self.move_on(item.at)
            return
        value, last = self.answers[item.name].value, self.earlier.get(item.name)
        if last is not None and is_far(value, last):
            self.earlier = {name: kept for name, kept in self.earlier.items() if name != item.name}  # asked once only
            self.effects.append(Far(item.name))
        if self.next_item() is None and not self.still_open():
            self.status = "complete"  # whoever hangs up while the last number is read back has answered everything
        self.ask_aside(f"{asides.RIGHT}:{item.name}")

    def settle(self) -> None:
        """After answers from elsewhere: end when nothing is open, go on when the current prompt is settled."""
        if self.asked is not None and not self.stands():
            self.move_on(self.place)
        elif not any(self.wants(item) for item in self.plan.items):
            self.finish()

    def miss(self, effect: Callable[[int], Effect]) -> None:
        """A wrong or silent try at the current prompt: say so and ask again, or go on without it after the last."""
        item = self.current
        self.tries += 1
        if self.tries < self._most_tries(item):
            self.effects.append(effect(self.tries))
            self.ask_again()
        elif asides.is_aside(self.asked):
            self.leave_aside()
        elif item is None or item is self.plan.consent or (effect is Unheard and self.nobody_there(item)):
            self.close_contact()  # silence is not consent, and no refusal either
        else:
            self.leave_open(item)

    def leave_open(self, item: Item) -> None:
        """Go on without an answer to the current question: a required one comes back once, an optional one never.
        One that was asked again keeps the answer it had."""
        if self.revising:
            self.effects.append(Echo(item.name, self.answers[item.name].value))
        else:
            second_chance = item.question.required and item.name not in self.left_open
            self.effects.append(LeftOpen(item.name, second_chance))
            if second_chance:
                self.left_open += (item.name,)
            else:
                self.given_up += (item.name,)
        self.move_on(item.at)

    def rekey(self, item: Item) -> None:
        """The number read back is not right: key it again; after the last round go on without it, as after any other
        try, and once more when it came back."""
        rounds = self.rekeyed.get(item.name, 0) + 1
        self.rekeyed = {**self.rekeyed, item.name: rounds}
        if rounds % MAX_TRIES:
            self.revise(item)
            return
        self.take_back(item)
        if rounds > MAX_TRIES:
            self.left_open += (item.name,)  # it has come back already
        self.leave_open(item)

    def is_right(self, item: Item) -> None:
        """The number read back is right: should it be changed later, its rounds begin anew."""
        self.rekeyed = {name: rounds for name, rounds in self.rekeyed.items() if name != item.name}
        self.move_on(item.at)

    def revise(self, item: Item) -> None:
        """Ask an answered question again as a new turn; its answer stays until another is given."""
        self.effects.append(GoneBack())
        self.turn += 1
        self.asked = item.name
        self.tries = 0
        self.effects.append(Ask(item.name, self.turn))

    def close_contact(self) -> None:
        """End the contact, not the interview: nothing waits for an answer until somebody answers late or we resume."""
        self.hush()
        self.effects.append(Wanted("later"))

    def count_idle(self) -> None:
        """After an input of a call: when too many prompts in a row brought no answer, the call ends, and what is whole
        counts. An input that asked nothing new (late, doubled) counts for nothing."""
        if self.turn == self.before.turn:
            return
        answered = any(answer.seq == self.seq for answer in self.answers.values())
        self.idle = 0 if answered else self.idle + 1
        if self.idle < MOST_IDLE or self.asked is None:
            return
        self.effects = [effect for effect in self.effects if not isinstance(effect, Ask)]
        if self.status == "complete":
            self.finish()
        elif self.status == "refused":
            self.end("refused")
        else:
            self.close_contact()

    def finish(self, consent_needed: bool = True) -> None:
        """End the interview: complete when nothing applicable is open, else partial (it may be resumed)."""
        last = self.plan.items[-1].at if self.plan.items else -1
        self._tell_between(last, len(self.plan.items) + len(self.plan.notes))
        self.end("partial" if self.still_open(consent_needed) else "complete")

    # Moves between the questions

    def ask_aside(self, name: str) -> None:
        """Ask something of the house as a new turn (`survey.engine.side_question_forms`)."""
        self.turn += 1
        self.asked = name
        self.tries = 0
        self.effects.append(Ask(name, self.turn))

    def leave_aside(self) -> None:
        """Nobody answers an aside: what was keyed stands, the form is handed in, another time is ours to choose."""
        kind = asides.parts(self.asked or "")[0]
        if kind == asides.END:
            self.finish()
        elif kind == asides.WHICH:
            self.ask_aside(asides.END)
        elif kind in (asides.WHEN, asides.WHO, asides.STOP):
            self.close_contact()
        elif kind == asides.PERSON:
            self.take_up()
        else:
            self.move_on(self.place)

    def take_up(self) -> None:
        """The prompt behind this one again, as a new turn; the next open question when others have settled it."""
        self.asked = asides.behind(self.asked)
        self.tries = 0
        if self.stands() and self.can_ask():
            self.turn += 1
            self._say_again()
        else:
            self.move_on(self.place)

    # Parts of moves

    def _ask(self, item: Item) -> None:
        self.status = "active"
        self.turn += 1
        self.asked = item.name
        self.tries = 0
        self.effects.append(Ask(item.name, self.turn))

    def _say_again(self) -> None:
        kind, about = asides.parts(self.asked or "")
        if kind != asides.PERSON and about in self.answers:
            self.effects.append(Echo(about, self.answers[about].value))
        self.effects.append(Ask(self.asked or kind, self.turn, self.tries))

    def _most_tries(self, item: Item | None) -> int:
        if asides.is_aside(self.asked):
            return asides.TRIES
        return MAX_TRIES if item is None or item.question.required or self.revising else OPTIONAL_TRIES

    def _wind_up(self) -> None:
        """Nothing is open: a call offers to hear the answers before they are handed in; the form counts from here."""
        if self.channel != "voice" or not self.given or self.still_open():
            self.finish()
        else:
            self.status = "complete"
            self.ask_aside(asides.END)

    def _tell_between(self, after: int, before: int) -> None:
        if self.plan.notes:
            self.effects.extend(Tell(name) for name in self.plan.notes_between(after, before, self.answers))

    def _leave_to_others(self) -> bool:
        """Go on from a prompt of another channel that this one cannot ask. Whether there was one."""
        if self.asked is None or self.can_ask():
            return False
        self.move_on(self.place)
        return True

    def _settle_consent(self, given: bool) -> None:
        """A single key may be a slip: a call asks a refusal back, which stands from that key on all the same."""
        self.effects.append(Consent(given))
        if not given and self.channel == "voice":
            self.status = "refused"
            self.effects.append(Noted())
            self.ask_aside(asides.REFUSE)
        elif not given:
            self.end("refused")

    def end(self, ending: Ending) -> None:
        """End the interview."""
        self.status = ending
        self.hush()
        self.effects.append(Ended(ending))


def start(plan: Plan, interview: Interview, channel: Channel, now: datetime) -> Course:
    """The course of the next event of `interview`, on `channel` at business time `now`; the interview itself is never
    changed."""
    return Course(
        before=interview,
        plan=plan,
        status=interview.status,
        language=interview.language,
        turn=interview.turn,
        asked=interview.asked,
        tries=interview.tries,
        answers=dict(interview.answers),
        left_open=interview.left_open,
        given_up=interview.given_up,
        given=interview.given,
        earlier=interview.earlier,
        silent=interview.silent,
        rekeyed=interview.rekeyed,
        idle=interview.idle,
        seq=interview.seq + 1,
        channel=channel,
        now=now,
    )
