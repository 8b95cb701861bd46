"""Lists answers overridden by another one: given by phone and online both, or corrected. They stay as events.

Which question and which channels are told, never what was said. It must not change anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from contact.calendar import ZONE
from services import lookups
from services.interview.questionnaires import form_of
from services.refusal import Refusal
from services.work import Work
from store.interview import overridden as rows
from store.registry import rounds
from survey.form.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class Superseded:
    """One answer that does not hold: whose, to what, from which channel and day; `kept`: the channel of the other."""

    registry_code: str
    question: str
    lost: str
    kept: str
    day: date


def superseded(work: Work, round_code: str, office: str | None = None) -> list[Superseded]:
    """Every such answer of a round, of one office or of all. Raises Refusal: unknown round or office."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, round_code)
        if found is None:
            raise Refusal("round.unknown", round=round_code)
        place = lookups.office(conn, office) if office else None
        forms = {sha256: form_of(conn, sha256) for sha256 in set(rounds.pinned(conn, found.id).values())}
        lines: list[Superseded] = []
        for event in rows.contested(conn, found.id, place.id if place is not None else None):
            sha256 = event.questionnaire_sha256
            lines += _lost(forms.get(sha256) or form_of(conn, sha256), event)
        return lines


def _lost(form: Questionnaire, event: rows.ContestedEvent) -> Iterator[Superseded]:
    """What an event said that differs from the answer that holds now."""
    held = event.answers or {}
    for question, value in _said(form, event).items():
        kept = held.get(question)
        if kept is not None and kept["value"] != value:
            day = event.at.astimezone(ZONE).date()
            yield Superseded(event.registry_code, question, event.channel, kept["channel"], day)


def _said(form: Questionnaire, event: rows.ContestedEvent) -> dict[str, str]:
    """Question → value that an event said: an entry as it came in, a key as it was stored or would have been."""
    given = event.input
    if given["said"] == "Entry":
        return {name: value for name, value in given["with"]["answers"].items() if value}
    stored = {e["question"]: e["value"] for e in event.effects if e["effect"] == "Echo"}
    question = form.question(given["question"] or "")
    if stored or question is None:
        return stored
    digits = given["with"]["digits"]
    choice = question.choice_for_key(digits)
    return {question.name: choice.value if choice else digits} if choice or not question.choices else {}
