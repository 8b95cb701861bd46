"""Formats the score of a round as lines of text: notes, the figure with its parts, breakdowns, response rates.

It must not know who prints them; words come from the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from fractions import Fraction

from scoring.disclosure import K
from services.results.scores import BreakdownLine, ScoreReport

Words = Callable[..., str]

_RATES = ("rr1", "rr2", "coop1", "ref1", "con1")


def report_lines(report: ScoreReport, words: Words) -> Iterator[str]:
    """The whole report."""
    office = report.office or words("score.all_offices")
    yield words("score.title", title=report.round_title, office=office, method=report.method, at=report.at)
    yield from note_lines(report, words)
    yield ""
    yield from figure_lines(report, words)
    for name, parts in report.breakdowns.items():
        yield ""
        yield from _columns(_table(words, name, parts))
    yield ""
    yield words("score.withheld_means", k=K)
    yield from response_lines(report, words)
    yield words("score.staff_entered", n=report.staff_entered, forms=report.whole.forms)


def note_lines(report: ScoreReport, words: Words) -> Iterator[str]:
    """What must be said beside the figures."""
    yield from (f"! {words(note.code, **note.params)}" for note in report.notes)


def figure_lines(report: ScoreReport, words: Words) -> Iterator[str]:
    """The whole figure with everything it is made of, one part a line."""
    figure = report.whole.figure
    parts = (
        [(words(part.code, **part.params), " | ".join(map(_number, part.values))) for part in figure.parts()]
        if figure is not None
        else []
    )
    if report.classification:
        parts = [*parts, (words("score.class"), words(report.classification))]
    if figure is None:
        parts = [(words("score.value"), words("score.withheld"))]
    width = max(len(label) for label, _ in parts)
    yield from (f"{label.ljust(width)}  {value}" for label, value in parts)


def response_lines(report: ScoreReport, words: Words) -> Iterator[str]:
    """Dispositions and the rates made of them (AAPOR)."""
    yield words("score.outcomes", **asdict(report.outcomes))
    yield "  ".join(f"{name.upper()} {_percent(getattr(report.rates, name))}" for name in _RATES)


def _number(value: object) -> str:
    return "–" if value is None else str(value)


def _table(words: Words, name: str, lines: Sequence[BreakdownLine]) -> list[tuple[str, ...]]:
    """A breakdown as rows of cells, headings first; what may not be shown is marked."""
    heads = (name, "organisations", "counted", "value")
    rows = [tuple(words(f"score.head.{head}") for head in heads)]
    for line in lines:
        shown = _number(line.figure.value if line.figure else None)
        value = words("score.withheld") if line.withheld else shown
        rows.append((_key(words, name, line.key), str(line.organisations), str(line.forms), value))
    return rows


def _key(words: Words, name: str, key: str) -> str:
    """Keys of members and channels have words; the rest are codes and names."""
    return words(f"score.{name}.{key or 'none'}") if name in ("member", "channel") else key or "–"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *numbers = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in numbers)]
        yield "  ".join(cells).rstrip()


def _percent(rate: Fraction | None) -> str:
    return "–" if rate is None else f"{float(rate * 100):.1f} %"
