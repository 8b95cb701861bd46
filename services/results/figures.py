"""The figures of a round as a file, by every method, with what must be said beside them.

Only of what does not move any more: two files around one answer would give it away. What is withheld in
`services.results.scores` is withheld here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any

from files import tables
from files.online_shape import NOTES_SHEET
from scoring.methods import METHODS
from services import lookups
from services.refusal import Refusal
from services.results.exports import Exported, ExportOrder, Words, is_released, new_file
from services.results.scores import ScoreReport, score
from services.work import Work
from store import audit
from store.registry import rounds
from store.registry.rounds import RoundState

FORMATS = ("xlsx", "csv", "json")
NUMBERS = ("organisations", "forms", "value")
"""Columns of counts and figures."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A line of the file: a field is a column, and its name the code of the heading (`export.figure.…`)."""

    method: str
    breakdown: str
    group: str
    organisations: str = ""
    forms: str = ""
    value: str = ""
    note: str = ""


_COLUMNS = tuple(field.name for field in fields(FigureLine))
_NUMBERS_AT = frozenset(_COLUMNS.index(name) for name in NUMBERS)


def export_figures(work: Work, order: ExportOrder, words: Words) -> Exported:
    """Write the figures of a closed round; for one office only once they are released.

    Raises Refusal: unknown round or office, other format, no reason, file there already, round open, not released.
    """
    if order.format not in FORMATS:
        raise Refusal("export.no_format", format=order.format, known=", ".join(FORMATS))
    if not order.reason.strip():
        raise Refusal("export.no_reason")
    path = new_file(order.out)
    _note(work, order)
    reports = [score(work, order.round_code, method, order.office) for method in METHODS]
    lines = [list(astuple(line)) for report in reports for line in _lines(report)]
    heading = [words(f"export.figure.{code}") for code in _COLUMNS]
    notes = [words(note.code, **note.params) for note in reports[0].notes]
    if order.format == "xlsx":
        with tables.sheets(path) as book:
            book.write(words("export.sheet.figures"), heading, lines, _NUMBERS_AT)
            book.write(NOTES_SHEET, (), [[note] for note in notes])
        return Exported((path,), len(lines))
    with tables.whole_file(path) as out:
        if order.format == "json":
            out.write(json.dumps([r.to_dict() for r in reports], ensure_ascii=False, indent=2, default=str).encode())
        else:
            tables.csv_heading(out, *([note] for note in notes), heading)
            kept = [[c if at in _NUMBERS_AT else tables.as_text_cell(c) for at, c in enumerate(line)] for line in lines]
            tables.csv_rows(out, kept)
    return Exported((path,), len(lines))


def _note(work: Work, order: ExportOrder) -> None:
    """Who, what and why, in the audit trail. Raises Refusal when it may not be."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, order.round_code)
        if found is None:
            raise Refusal("round.unknown", round=order.round_code)
        office = lookups.office(conn, order.office) if order.office else None
        if found.state != RoundState.CLOSED:
            raise Refusal("export.round_open", round=order.round_code)
        if office is not None and not is_released(found):
            raise Refusal("export.not_released", round=order.round_code)
        detail = {"kind": "figures", "format": order.format, "reason": order.reason}
        audit.append(
            conn, at=work.clock.now(), actor=order.actor, action="export.made", subject=order.round_code,
            office_id=office.id if office is not None else None, detail=detail,
        )  # fmt: skip


def _lines(report: ScoreReport) -> Iterator[FigureLine]:
    """Every line of a report: the whole, its breakdowns, and shares by question where the method has them."""
    parts: dict[str, Any] = {"all": (report.whole,), **report.breakdowns}
    for name, found in parts.items():
        for line in found:
            value = "" if line.figure is None or line.figure.value is None else str(line.figure.value)
            note = "k" if line.withheld else report.classification if name == "all" else ""
            yield FigureLine(
                report.method, name, line.key, str(line.organisations), str(line.forms), value=value, note=note
            )
    for key, found in report.whole.figure.by_question().items() if report.whole.figure is not None else ():
        yield FigureLine(
            report.method, "question", "/".join(key), forms=str(found.answers), value=str(found.value or "")
        )
