"""Plays one conversation against the engine as a phone would: by voice, by text or by staff entry.

Between any two turns the state goes through JSON, and at the end the events must rebuild it. What a phone answers is
bound to the prompt that phone last got, not to what the interview knows meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ivr import callflow, menus
from ivr.script import Dial, Gather, Hangup, Redirect, Script
from sms import binding, texting
from sms import several_answers as lists
from sms.binding import AskBack, Bound, Shown
from survey.answers import Channel, Entry, Heard, Key, Said, Silence, Spoken, Unclear
from survey.engine import engine
from survey.engine import side_question_forms as asides
from survey.engine import state as interview
from survey.engine.effects import Ask, Doubtful, Effect, Noted, Wanted, Welcome
from survey.engine.engine import Event, Opened
from survey.engine.state import Interview
from survey.form.questionnaire import Question, Questionnaire
from tests.survey.forms import NOW

WORDS_IN_TEXT = {
    "repeat": "nhac lai",
    "person": "gap can bo",
    "help": "tro giup",
    "later": "de sau",
    "call": "GOI",
    "back": "quay lai",
}
WORDS_IN_KEYS = {"repeat": "*", "person": "0", "back": "7", "later": "8", "not_me": "6"}


@dataclass(frozen=True)
class Prompt:
    """What a phone was asked: the turn and the question an answer to it is bound to."""

    turn: int
    question: str
    at: datetime


@dataclass
class Player:
    """One respondent with one phone; `say` plays a step of a conversation and returns the effects."""

    form: Questionnaire
    channel: Channel
    language: str = "vi"
    officer: str | None = None
    now: datetime = NOW
    state: str = ""
    prompts: list[Prompt] = field(default_factory=list)
    shown: tuple[Shown, ...] = ()
    events: list[Event] = field(default_factory=list)
    last: Heard | None = None
    outcome: str = ""
    script: Script | None = None
    text: str | None = None
    doubts: tuple[Doubtful, ...] = ()
    confirms: bool = False
    """A neutral conversation: by voice, what a call asks between the questions is answered with key 1."""

    def __post_init__(self) -> None:
        self._keep(engine.new_interview(self.form, self.language))

    @property
    def interview(self) -> Interview:
        """The state as it was saved."""
        return interview.from_dict(json.loads(self.state))

    def _keep(self, after: Interview) -> None:
        self.state = json.dumps(after.to_dict())
        assert self.interview == after, "the state does not survive JSON"

    # Steps

    def play(self, step: Mapping[str, Any]) -> tuple[Effect, ...]:
        """One step; `after` is the seconds since the step before (a minute unless given)."""
        self.now += timedelta(seconds=step.get("after", 60))
        self.script, self.text, self.outcome = None, None, ""
        if isinstance(step.get("key"), dict):  # the same answer, as each channel gives it
            step = {**step, "key": step["key"][self.channel]}
        if "open" in step:
            return self._open(step["open"], step.get("earlier", {}))
        if "staff" in step:
            entry = Entry({k: str(v) for k, v in step["staff"].items()}, step.get("final", False))
            return self._take(Heard("staff", f"staff-{self.now}", entry), told=False)
        if "again" in step:
            assert self.last is not None
            return self._take(self.last, digest="again")
        return self._answer(step)

    def _answer(self, step: Mapping[str, Any]) -> tuple[Effect, ...]:
        if self.channel == "sms":
            return self._receive(*self._written(step))
        heard = self._pressed(step) if self.channel == "voice" else self._entered(step)
        return self._take(heard)

    def _written(self, step: Mapping[str, Any]) -> tuple[str, datetime]:
        """The body somebody types for a step, and when it was sent."""
        if "late" in step:
            return str(step["key"]), self._prompt(step["late"]).at + timedelta(seconds=20)
        if "correct" in step:
            number = self._question(step["correct"]).number
            return f"sua C{number}: {step['key']}", self.now
        if "silence" in step:
            return "...", self.now
        if "word" in step:
            return WORDS_IN_TEXT[step["word"]], self.now
        return str(step["text"] if "text" in step else step["key"]), self.now

    def _receive(self, body: str, sent_at: datetime) -> tuple[Effect, ...]:
        reading, bound = binding.hear(
            body, self.shown, sent_at, lambda s: self.form.question(s.question), self.language
        )
        self.outcome = reading.opt or type(bound).__name__
        if reading.opt or not isinstance(bound, Bound | AskBack):
            if reading.opt == "hold":
                self.text = texting.notice("text.held", self.language, self._text_context()).body
            return ()
        several = None
        if isinstance(reading.said, Unclear):
            seen = {prompt.question for prompt in self.shown}
            several, bound = lists.within(body, self.form, bound, seen, self.language)
        if several is not None:
            self.doubts = lists.doubts(several)
            effects = self._take(lists.heard(several, bound.shown, f"SM{len(self.events)}"), digest=reading.digest)
            self.shown = (
                *self.shown[:1],
                *lists.remember_answers(several, effects, self.form, self.shown[0], self.shown[1:]),
            )
            return effects
        return self._take(binding.heard(reading, bound, f"SM{len(self.events)}"), digest=reading.digest)

    def _pressed(self, step: Mapping[str, Any]) -> Heard:
        prompt = self._prompt(step.get("late") or step.get("correct"))
        digits = step.get("keys", step.get("key", WORDS_IN_KEYS.get(step.get("word", ""), "")))
        said = menus.read_key(str(digits), asides.question_of(self.form, prompt.question))
        if "person" in step:
            said = Spoken("connected" if step["person"] else "unconnected")
        elif said == Spoken("person") and self.officer:
            said = Spoken("transfer")
        return Heard("voice", f"CA1-{prompt.turn}", said, prompt.turn, prompt.question, "correct" in step)

    def _entered(self, step: Mapping[str, Any]) -> Heard:
        prompt = self._prompt(step.get("late") or step.get("correct"))
        said: Said = Key(str(step.get("key")))
        if "silence" in step:
            said = Silence()
        elif "word" in step:
            said = Spoken(step["word"])
        return Heard("staff", f"F-{len(self.events)}", said, prompt.turn, prompt.question, "correct" in step)

    def _prompt(self, question: str | None) -> Prompt:
        """The last prompt, or the last one that asked `question`."""
        if not self.prompts:
            return Prompt(0, "", self.now)
        return next(p for p in reversed(self.prompts) if question in (None, p.question))

    def _question(self, name: str) -> Question:
        question = asides.question_of(self.form, name)
        assert question is not None, name
        return question

    # Engine and rendering

    def _open(self, how: str, earlier: Mapping[str, str]) -> tuple[Effect, ...]:
        before = self.interview
        channel = self.channel
        act = engine.begin if how == "begin" else engine.resume
        step = act(self.form, before, channel, self.now, earlier)
        self._record(Opened(channel, earlier), step.interview)
        self._tell(step.effects, "")
        return step.effects

    def _take(self, heard: Heard, digest: str = "", told: bool = True) -> tuple[Effect, ...]:
        before = self.interview
        step = engine.hear(self.form, before, heard, self.now)
        assert step.interview.seq == before.seq + 1
        self._record(heard, step.interview)
        if told:
            self.last = heard
            self._tell(step.effects, digest)
        return self._confirmed(step.effects) if self.confirms and self.channel == "voice" else step.effects

    def _confirmed(self, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        """The effects as texts and staff entry have them: the aside that a call asks is answered at once."""
        asked = next((e for e in effects if isinstance(e, Ask) and asides.is_aside(e.question)), None)
        if asked is None:
            return effects
        kept = self.last
        more = self._take(Heard("voice", f"CA1-{asked.turn}", Key("1"), asked.turn, asked.question))
        self.last = kept
        return tuple(e for e in (*effects, *more) if e not in (asked, Noted()))

    def _record(self, happened: Opened | Heard, after: Interview) -> None:
        self.events.append(Event(after.seq, self.now, happened))
        self._keep(after)

    def rebuilt(self) -> Interview:
        """The interview folded from the events alone."""
        return engine.rebuild(self.form, self.events, self.language)

    def _tell(self, effects: tuple[Effect, ...], digest: str) -> None:
        if self.channel == "voice":
            self.script = callflow.script_for(self.form, effects, self.language, self._call_context())
            check_script(self.script, effects)
        elif self.channel == "sms":
            self._text(effects)
        for ask in (e for e in effects if isinstance(e, Ask)):
            self._prompted(ask, digest)

    def _prompted(self, ask: Ask, digest: str) -> None:
        self.prompts.append(Prompt(ask.turn, ask.question, self.now))
        number = self._question(ask.question).number
        self.shown = binding.remember(self.shown, Shown("I", ask.question, ask.turn, number, self.now, digest))

    def _text(self, effects: tuple[Effect, ...]) -> None:
        told, self.doubts = (*self.doubts, *effects), ()
        texts = texting.compose(self.form, told, self.interview.language, self._text_context())
        assert len(texts) == 1, effects
        assert texts[0].encoding == "gsm7"
        assert texts[0].segments <= 1 + (Welcome() in effects), texts
        self.text = texts[0].body

    def _call_context(self) -> callflow.CallContext:
        context = callflow.CallContext(len(self.events), "Liên minh Hợp tác xã tỉnh Lào Cai", "0214 3840 123")
        return replace(context, officer=self.officer or "", given=len(self.interview.given))

    def _text_context(self) -> texting.TextContext:
        asked = binding.asked_in_sitting(self.shown, "I", self.now)
        return texting.TextContext("LM HTX Lao Cai", "02143840123", asked=asked)


def check_script(script: Script, effects: tuple[Effect, ...]) -> None:
    """A script takes keys and then goes on with the same turn, or it hangs up: it never falls through."""
    assert script.heard, "silence on the line"
    if Wanted("transfer") in effects:
        assert isinstance(script.verbs[-1], Dial)
    elif any(isinstance(effect, Ask) for effect in effects):
        gather, way_on = script.verbs[-2:]
        assert isinstance(gather, Gather)
        assert way_on == Redirect(gather.turn)
    else:
        assert script.verbs[-1] == Hangup()
        assert script.gather is None
