"""Events of an interview: applied by the engine, stored, and replayed to rebuild its state.

What a person typed that could not be read is not kept in events: texts are sealed where they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, get_args

from store.interview.interviews import EventRow
from survey.answers import Channel, Entry, Heard, Key, Said, Silence, Spoken, Unclear
from survey.engine import effects as effect_values
from survey.engine import engine
from survey.engine.effects import Doubtful, Effect, Finished
from survey.engine.engine import Event, Opened, Step
from survey.engine.state import Interview
from survey.form.questionnaire import Questionnaire
from survey.words.languages import written


@dataclass(frozen=True, slots=True)
class Opening:
    """A contact begins on `channel`: a call is answered, a text with a question leaves, somebody writes first.

    `earlier`: the organisation's numbers of last time by question, in a call (see `survey.engine.engine.begin`).
    """

    channel: Channel
    source_id: str
    earlier: Mapping[str, str] = field(default_factory=dict)


Happening = Heard | Opening


def advance(form: Questionnaire, before: Interview, happening: Happening, closed: bool, now: datetime) -> Step:
    """The engine's step for a happening; `closed`: the form came in elsewhere, so nothing more is stored."""
    if closed:
        return Step(before._replace(seq=before.seq + 1), (Finished(),))
    if isinstance(happening, Heard):
        return engine.hear(form, before, happening, now)
    begins = engine.begin if before.status == "pending" else engine.resume
    return begins(form, before, happening.channel, now, happening.earlier)


def input_of(happening: Happening, before: Interview, closed: bool) -> dict[str, Any]:
    """The `input` document of an event; channel, source and bound turn stand in columns of their own."""
    plain: dict[str, Any] = {"language": before.language} | ({"closed": True} if closed else {})
    if isinstance(happening, Opening):
        return plain | {"opened": True} | ({"earlier": dict(happening.earlier)} if happening.earlier else {})
    said = happening.said
    kept = {name: getattr(said, name) for name in said.__dataclass_fields__}
    kept |= {"understood": ""} if isinstance(said, Unclear) else {}
    plain |= {"said": type(said).__name__, "with": kept, "question": happening.question}
    return plain | ({"correction": True} if happening.correction else {})


_SAID: Mapping[str, type[Any]] = {kind.__name__: kind for kind in (Key, Silence, Spoken, Unclear, Entry)}


def _event(row: EventRow) -> Event:
    given = row.input
    if "opened" in given:
        return Event(row.seq, row.at, Opened(row.channel, given.get("earlier", {})))
    said: Said = _SAID[given["said"]](**given["with"])
    heard = Heard(row.channel, row.source_id, said, row.turn, given["question"], given.get("correction", False))
    return Event(row.seq, row.at, heard)


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
    return engine.new_interview(form, language if written(language) in form.languages else None)


def fold(form: Questionnaire, rows: Sequence[EventRow]) -> Interview | None:
    """The interview that its events (`interview_events` rows in order) give when played again; None without events."""
    if not rows:
        return None
    events = [_event(row) for row in rows if not row.input.get("closed")]
    played = engine.rebuild(form, events, rows[0].input["language"])
    return played._replace(seq=rows[-1].seq)
