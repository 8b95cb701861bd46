"""An interview as it stands within one event: its answers, what is open, and what storing an answer changes.

It must not know which effects there are, nor what kind of input came in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from survey.answers import Answer, Channel
from survey.engine import side_question_forms as asides
from survey.engine.effects import Effect
from survey.engine.state import Interview
from survey.form.plan import Item, Plan, calculated, is_relevant

MOST_SILENT = 3
"""Questions in a row left open without a sound in a call, after which nobody is taken to be there [our own default]."""
PAUSE_AFTER = 8
"""Answers in one call after which going on another time is offered, once (field practice)."""


@dataclass(slots=True)
class Draft:
    """An interview being changed by one event: its `state` so far, and the effects. Build it with `start`.

    The interview itself is never changed. `answers` is the draft's own copy, which `state` holds: they change together.
    """

    before: Interview
    state: Interview
    answers: dict[str, Answer]
    plan: Plan
    channel: Channel
    now: datetime
    """Business time of the event."""
    effects: list[Effect] = field(default_factory=list)

    @property
    def today(self) -> str:
        """The business date, yyyy-mm-dd; "" for a form that does not look at it, as most do not."""
        return self.now.astimezone(asides.ZONE).date().isoformat() if self.plan.dated else ""

    # What stands open

    def is_unanswered(self, item: Item) -> bool:
        """Whether `item` applies and has no answer yet."""
        return item.name not in self.answers and is_relevant(item, self.answers)

    def applies(self, item: Item) -> bool:
        """Whether `item` is for somebody with these answers."""
        return is_relevant(item, self.answers)

    def may_answer(self, item: Item) -> bool:
        """Whether a respondent's answer to `item` may be stored: it applies, and consent was given (or is `item`)."""
        consent = self.plan.consent
        agreed = consent is None or consent is item or not self.is_unanswered(consent)
        return agreed and is_relevant(item, self.answers)

    def next_item(self) -> Item | None:
        """The next question to ask: in form order, then once more those left open; None when nothing remains."""
        second_chance: Item | None = None
        for item in self.plan.spoken if self.channel == "voice" else self.plan.items:
            name = item.name
            if name in self.answers or name in self.state.given_up:
                continue
            if name not in self.state.left_open:
                if is_relevant(item, self.answers):
                    return item
            elif second_chance is None and is_relevant(item, self.answers):
                second_chance = item
        return second_chance

    def still_open(self, consent_needed: bool = True) -> bool:
        """Whether a question that must be answered has no answer."""
        return any(
            self.is_unanswered(item)
            for item in self.plan.items
            if item.question.required and (consent_needed or item is not self.plan.consent)
        )

    def nobody_there(self, item: Item) -> bool:
        """Whether one question after the other, now `item`, meets no sound: the phone lies somewhere, or a machine has
        taken the call."""
        if item.question.required and item.name not in self.state.left_open:
            self.state = self.state._replace(silent=self.state.silent + 1)
        return self.state.silent >= MOST_SILENT

    # The current prompt

    @property
    def current(self) -> Item | None:
        """The question that waits; None for none, and for an aside."""
        return self.plan.by_name.get(self.state.asked) if self.state.asked is not None else None

    @property
    def revising(self) -> bool:
        """Whether the prompt of before asks an answered question again, on the person's own wish."""
        return asides.behind(self.before.asked) in self.before.answers

    @property
    def place(self) -> int:
        """Where in the form the current prompt stands: an aside stands behind the last answer."""
        item = self.current or self.plan.by_name.get(self.state.given[-1] if self.state.given else "")
        return -1 if item is None else item.at

    def prompt_is_open(self) -> bool:
        """Whether the current prompt still waits: nobody else has settled it meanwhile."""
        if asides.is_aside(self.state.asked):
            kind, about = asides.parts(self.state.asked or "")
            return not about or kind == asides.PERSON or about in self.answers
        item = self.current
        return item is not None and (self.is_unanswered(item) or (self.revising and is_relevant(item, self.answers)))

    def can_ask(self) -> bool:
        """Whether this channel can ask the current prompt: no key says words, and asides belong to calls."""
        if asides.is_aside(self.state.asked):
            return self.channel == "voice"
        item = self.current
        return item is None or self.channel != "voice" or item.question.rules.in_calls

    def may_pause(self) -> bool:
        """Whether the eighth answer of this call was just given and more than one question is open."""
        if self.channel != "voice" or len(self.state.given) != PAUSE_AFTER or self.revising:
            return False
        about = asides.parts(self.before.asked or "")
        return self.state.given[-1] in about and sum(self.is_unanswered(item) for item in self.plan.spoken) > 1

    def clear_prompt(self) -> None:
        """Nothing waits for an answer any more in this contact."""
        self.state = self.state._replace(asked=None, tries=0, silent=0)

    # Storing

    def keep(self, item: Item, value: str, channel: Channel) -> None:
        """Commit an answer; answers that no longer apply leave the projection."""
        name = item.name
        self.answers[name] = Answer(value, channel, self.state.seq)
        if name in self.state.left_open:
            self.state = self.state._replace(left_open=_without(name, self.state.left_open))
        if name in self.state.given_up:
            self.state = self.state._replace(given_up=_without(name, self.state.given_up))
        if self.state.status == "pending":
            self.state = self.state._replace(status="active")
        if name in self.plan.branching:
            self._settle_others()

    def take_refusal_back(self) -> None:
        """The key that refused was a slip: consent stands open as if it had not been pressed."""
        consent = self.plan.consent
        self.state = self.state._replace(status="active")
        if consent is not None:
            self.answers.pop(consent.name, None)
            self._settle_others()

    def take_back(self, item: Item) -> None:
        """The answer to `item` was not right, and no other came: it stands open as if it had not been given."""
        self.answers.pop(item.name, None)
        self.state = self.state._replace(status="active", given=_without(item.name, self.state.given))
        if item.name in self.plan.branching:
            self._settle_others()

    def remember(self, item: Item) -> None:
        """The person on the line gave this answer in this contact: they may hear it and go back to it."""
        if item is not self.plan.consent and item.name not in self.state.given:
            self.state = self.state._replace(given=(*self.state.given, item.name))

    def _settle_others(self) -> None:
        """In form order: expressions look only at earlier rows, so one pass settles chains of them."""
        for item in self.plan.settled:
            if item.calculation is not None:
                self._calculate(item)
            elif item.name in self.answers and not is_relevant(item, self.answers):
                del self.answers[item.name]
                self.state = self.state._replace(given=_without(item.name, self.state.given))

    def _calculate(self, item: Item) -> None:
        value, kept = calculated(item, self.answers, self.today), self.answers.get(item.name)
        if value == "":
            self.answers.pop(item.name, None)
        elif kept is None or kept.value != value:
            self.answers[item.name] = Answer(value, self.channel, self.state.seq)


def _without(name: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in names if each != name)


def start(plan: Plan, interview: Interview, channel: Channel, now: datetime) -> Draft:
    """The draft of the next event of `interview`, on `channel` at business time `now`."""
    answers = dict(interview.answers)
    state = interview._replace(answers=answers, seq=interview.seq + 1)
    return Draft(interview, state, answers, plan, channel, now)
