"""The result of one check of `alo doctor`: the part, its level, and the code of the words that say how to mend it.

It must not know how anything is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["well", "note", "fault"]
"""`note`: worth knowing, nothing to mend or nothing that can be looked at from here."""


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """`part` was looked at (of `subject`, a sender's name or ""); `code` with `params` says what was found."""

    part: str
    code: str = "doctor.well"
    params: dict[str, Any] = field(default_factory=dict)
    subject: str = ""
    level: Level = "fault"


def well(part: str, subject: str = "") -> DoctorFinding:
    """Nothing to mend."""
    return DoctorFinding(part, subject=subject, level="well")


def note(part: str, code: str, subject: str = "", **params: Any) -> DoctorFinding:
    """Something to know."""
    return DoctorFinding(part, code, params, subject, "note")


def fault(part: str, code: str, subject: str = "", **params: Any) -> DoctorFinding:
    """Something to mend."""
    return DoctorFinding(part, code, params, subject)


Examination = Callable[[], Iterable[DoctorFinding]]


def run_examinations(examinations: Iterable[Examination]) -> Iterator[DoctorFinding]:
    """Run the checks in order and yield each finding as soon as it is there."""
    for examine in examinations:
        yield from examine()
