"""The report of an import as counts and faults: plain JSON for programs and for keeping sealed. Codes, no words.

It must not know the database nor the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from files.faults import Fault, from_dict

Words = Callable[..., str]
"""(code, **params) → the sentence in the reader's language."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do (`dry_run`). `kind`: registry or online; `subject`: office or round code."""

    kind: str
    subject: str
    file_sha256: str
    counts: Mapping[str, int]
    faults: tuple[Fault, ...] = ()
    dry_run: bool = False

    @property
    def changes(self) -> int:
        """Rows that the import changed (or would)."""
        return sum(self.counts.get(name, 0) for name in ("added", "changed", "entered", "stopped"))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "file_sha256": self.file_sha256,
            "dry_run": self.dry_run,
            "counts": dict(self.counts),
            "faults": [fault.to_dict() for fault in self.faults],
        }

    def to_json(self) -> str:
        """`to_dict` as one JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True)


def report_from_json(text: str) -> ImportReport:
    """The report that `ImportReport.to_json` wrote."""
    data = json.loads(text)
    return ImportReport(**{**data, "faults": tuple(from_dict(fault) for fault in data["faults"])})


def fault_lines(faults: Iterable[Fault], words: Words) -> Iterator[str]:
    """Each fault in words: where, what stands there, why it is wrong, how to mend it."""
    for fault in faults:
        place = _place(fault, words)
        quoted = words("fault.value", value=fault.value) if fault.value else ""
        weight = "" if fault.weight == "refused" else words(f"fault.{fault.weight}")
        mend = words(fault.suggestion, **fault.params) if fault.suggestion else ""
        parts = (place, words(fault.code, **fault.params), quoted, weight, mend)
        yield " ".join(part for part in parts if part)


def _place(fault: Fault, words: Words) -> str:
    if not fault.row:
        return words("fault.in_sheet", sheet=fault.sheet) if fault.sheet else ""
    code = "fault.in_cell" if fault.column else "fault.in_row"
    return words(code, sheet=fault.sheet, row=fault.row, column=fault.column)


def report_lines(report: ImportReport, words: Words) -> Iterator[str]:
    """The report in words: the faults first, then what happened in counts."""
    yield from fault_lines(report.faults, words)
    if report.dry_run:
        yield words("import.dry_run")
    for name, count in report.counts.items():
        yield words(f"import.count.{name}", count=count)
