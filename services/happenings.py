"""One interview event as JSON and back, and the fold of all events into the interview: the truth read again.

An event is an input (`survey.answers.Heard`) or the opening of a contact. What a person typed that could not be read
is not kept here: texts are sealed where they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from survey import effects as effect_values
from survey import engine
from survey.answers import Channel, Entry, Heard, Key, Said, Silence, Spoken, Unclear
from survey.effects import Doubtful, Effect, Finished
from survey.engine import Step
from survey.interview import Interview
from survey.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Opening:
    """A contact begins on `channel`: a call is answered, a text with a question leaves, somebody writes first."""

    channel: Channel
    source_id: str


Happening = Heard | Opening


def advance(form: Questionnaire, before: Interview, happening: Happening, closed: bool, now: datetime) -> Step:
    """The engine's step for a happening; `closed`: the form came in elsewhere, so nothing more is stored."""
    if closed:
        return Step(replace(before, seq=before.seq + 1), (Finished(),))
    if isinstance(happening, Heard):
        return engine.hear(form, before, happening, now)
    return engine.resume(form, before, happening.channel, now)


def to_json(happening: Happening, closed: bool, language: str) -> dict[str, Any]:
    """The `input` document of an event; channel, source and bound turn stand in columns of their own."""
    plain: dict[str, Any] = {"closed": True} if closed else {}
    if isinstance(happening, Opening):
        return plain | {"opening": language}
    plain |= {"said": _said(happening.said), "question": happening.question, "language": language}
    return plain | ({"correction": True} if happening.correction else {})


def _said(said: Said) -> list[Any]:
    match said:
        case Key(digits):
            return ["key", digits]
        case Silence():
            return ["silence"]
        case Spoken(word):
            return ["word", word]
        case Unclear(code, _):
            return ["unclear", code]
        case Entry(answers, final):
            return ["entry", dict(answers), final]


def from_row(row: Mapping[str, Any]) -> tuple[Happening, bool, str]:
    """The happening an `interview_events` row keeps, whether the form was closed, and the language then wished for."""
    given = row["input"]
    closed = given.get("closed", False)
    if "opening" in given:
        return Opening(row["channel"], row["source_id"]), closed, given["opening"]
    heard = Heard(
        channel=row["channel"],
        source_id=row["source_id"],
        said=_said_from(given["said"]),
        turn=row["turn"],
        question=given["question"],
        correction=given.get("correction", False),
    )
    return heard, closed, given["language"]


def _said_from(plain: list[Any]) -> Said:
    kind, *rest = plain
    makers: Mapping[str, type[Any]] = {
        "key": Key,
        "silence": Silence,
        "word": Spoken,
        "unclear": Unclear,
        "entry": Entry,
    }
    said: Said = makers[kind](*rest)
    return said


_EFFECTS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in get_args(Effect)}


def effects_to_json(effects: Iterable[Effect]) -> list[dict[str, Any]]:
    """Effects as they are kept with the event; what was understood of an unclear text is left out."""
    kept = (replace(e, understood="") if isinstance(e, Doubtful) else e for e in effects)
    return [effect_values.to_dict(effect) for effect in kept]


def effects_from_json(plain: Iterable[Mapping[str, Any]]) -> tuple[Effect, ...]:
    """The effects that `effects_to_json` wrote."""
    return tuple(_EFFECTS[e["effect"]](**{k: v for k, v in e.items() if k != "effect"}) for e in plain)


def fresh(form: Questionnaire, language: str) -> Interview:
    """An interview before its first event, in the organisation's language where the form has it."""
    begun = engine.new_interview(form)
    return replace(begun, language=language) if language in form.languages else begun


def fold(form: Questionnaire, rows: Iterable[Mapping[str, Any]]) -> Interview | None:
    """The interview that the events give when they are played again in order; None without events."""
    interview = None
    for row in rows:
        happening, closed, language = from_row(row)
        before = interview if interview is not None else fresh(form, language)
        interview = advance(form, before, happening, closed, row["at"]).interview
    return interview
