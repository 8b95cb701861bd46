"""The count cube every score is made from: how many forms, and how many of them gave which answer, by stratum.

A form's applicable scored questions are those that apply to everybody, those it answered (what branching skips has left
its answers), and those it left open. It must not know single organisations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stratum:
    """What figures are broken down by. `channel` is the form's, "" while there is none."""

    questionnaire: str
    kind: str
    sector: str
    is_member: bool
    area: str
    channel: str


@dataclass(frozen=True, slots=True)
class Forms:
    """`n` organisations of the frame in one stratum whose form has this status.

    complete; partial: at least one answer, not complete; refused; answered: the online survey says so but its answers
    have not come; pending: silent so far; held: complete, and kept back until its block is full.
    """

    stratum: Stratum
    status: str
    n: int


@dataclass(frozen=True, slots=True)
class Cell:
    """`n` forms that answered `question` with `value`; value None: applicable, but left open."""

    stratum: Stratum
    status: str
    question: str
    value: str | None
    n: int


@dataclass(frozen=True, slots=True)
class Cube:
    """The frame (every eligible organisation stands in `forms` once) and the answers."""

    forms: tuple[Forms, ...]
    cells: tuple[Cell, ...]

    def count(self, *statuses: str, member: bool | None = None) -> int:
        """Organisations with one of `statuses` (all when none is named), members or non-members only if asked."""
        return sum(
            f.n for f in self.forms if (not statuses or f.status in statuses) and member in (None, f.stratum.is_member)
        )

    def split(self, key: Callable[[Stratum], str]) -> Mapping[str, Cube]:
        """The cube in parts by a key of the stratum, sorted by key."""
        forms: dict[str, list[Forms]] = {}
        cells: dict[str, list[Cell]] = {}
        for f in self.forms:
            forms.setdefault(key(f.stratum), []).append(f)
        for c in self.cells:
            cells.setdefault(key(c.stratum), []).append(c)
        return {k: Cube(tuple(forms[k]), tuple(cells.get(k, ()))) for k in sorted(forms)}
