"""A short way to hold an interview in a test: the state goes through JSON between turns, as it does in the store."""

from __future__ import annotations

import json

from survey.answers import Channel, Heard, Key, Said
from survey.engine import engine
from survey.engine import state as interview
from survey.engine.effects import Ask, Effect
from survey.engine.engine import Event, Opened
from survey.engine.state import Interview
from survey.form.questionnaire import Questionnaire
from tests.survey.forms import NOW, entry, heard


def reloaded(state: Interview) -> Interview:
    """The state as the store gives it back."""
    return interview.from_dict(json.loads(json.dumps(state.to_dict())))


class Conversation:
    """One interview under way; every method is one event and returns its effects."""

    def __init__(self, form: Questionnaire, channel: Channel = "sms") -> None:
        self.form = form
        self.channel: Channel = channel
        self.state = engine.new_interview(form)
        self.events: list[Event] = []
        self.effects: tuple[Effect, ...] = ()

    def open(self) -> tuple[Effect, ...]:
        """A contact begins."""
        door = engine.begin if self.state.status == "pending" else engine.resume
        return self._keep(Opened(self.channel), door(self.form, self.state, self.channel, NOW))

    def hear(self, said: Heard) -> tuple[Effect, ...]:
        """Any input."""
        return self._keep(said, engine.hear(self.form, self.state, said, NOW))

    def say(self, said: Said | str, *, correction: bool = False) -> tuple[Effect, ...]:
        """An input bound to the current turn and question; a bare text means digits."""
        return self.hear(self.bound(said, correction=correction))

    def bound(self, said: Said | str, *, correction: bool = False) -> Heard:
        """An input bound to the current turn, to be delivered now, later or twice."""
        bound_said = Key(said) if isinstance(said, str) else said
        return heard(
            bound_said,
            turn=self.state.turn,
            question=self.state.asked,
            channel=self.channel,
            source_id=f"{self.channel}-{self.state.turn}",
            correction=correction,
        )

    def enter(self, *, final: bool = False, **answers: str) -> tuple[Effect, ...]:
        """Several answers at once, from the online form."""
        return self.hear(entry(answers, final=final))

    def values(self) -> dict[str, str]:
        """The answers as they stand."""
        return {name: answer.value for name, answer in self.state.answers.items()}

    def _keep(self, happened: Opened | Heard, step: engine.Step) -> tuple[Effect, ...]:
        self.state = reloaded(step.interview)
        assert self.state == step.interview
        self.events.append(Event(self.state.seq, NOW, happened))
        self.effects = step.effects
        return step.effects


def consented(form: Questionnaire, channel: Channel = "sms") -> Conversation:
    """A conversation at its first question, consent given."""
    conversation = Conversation(form, channel)
    conversation.open()
    conversation.say("1")
    return conversation


def asked(effects: tuple[Effect, ...]) -> Ask:
    """The one prompt among the effects."""
    (ask,) = (effect for effect in effects if isinstance(effect, Ask))
    return ask


def unnumbered(state: Interview) -> Interview:
    """The state without its event count (also in answers), to see that nothing else changed."""
    answers = {name: answer._replace(seq=0) for name, answer in state.answers.items()}
    return state._replace(seq=0, answers=answers)
