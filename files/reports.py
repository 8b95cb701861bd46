"""The report of an import as counts and faults: plain JSON for programs and for keeping sealed. Codes, no words.

What a list changes stands in it field by field. It must not know the database nor the reader's language.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from files.faults import FileFault, from_dict

Words = Callable[..., str]
"""(code, **params) → the sentence in the reader's language."""
ReportValue = str | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What one column was taken for: `code` and `params` are words of the catalogue, `column` is "B (Phiếu)"."""

    sheet: str
    column: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a row changes in an organisation that is there: field → (before, after), and its digest before (hex)."""

    sheet: str
    row: int
    registry_code: str
    name: str
    fields: Mapping[str, tuple[ReportValue, ReportValue]]
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**{name: getattr(self, name) for name in self.__slots__}, "fields": dict(self.fields)}


Use = Literal["taken", "kept", "unused", "unknown"]


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What became of one column: taken for `field`, kept beside it (old places), unused, or not understood.

    `column` is Excel's letter, `title` what stands above it ("" when nothing does).
    """

    sheet: str
    column: str
    title: str
    field: str
    use: Use

    def to_dict(self) -> dict[str, str]:
        """Plain JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A row that waits because it may be an organisation that is held already, or an earlier row (`held_code` "").

    `why`: code_alike, code_reused, code_like_row, known_by_name or known_by_phone.
    """

    sheet: str
    row: int
    registry_code: str
    name: str
    held_code: str
    held_name: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do (`dry_run`). `kind`: registry or online; `subject`: office or round code."""

    kind: str
    subject: str
    file_sha256: str
    counts: Mapping[str, int]
    faults: tuple[FileFault, ...] = ()
    dry_run: bool = False
    differences: tuple[Difference, ...] = ()
    import_id: str = ""
    resemblances: tuple[Resemblance, ...] = ()
    online_columns: tuple[ColumnMeaning, ...] = ()
    """What each column of an online file was taken for."""
    columns: tuple[ColumnUse, ...] = ()

    @property
    def changes(self) -> int:
        """Rows that the import changed (or would)."""
        return sum(self.counts.get(name, 0) for name in ("added", "changed", "entered", "stopped", "unframed"))

    @property
    def useless(self) -> bool:
        """Whether there were rows and not one of them could be taken in."""
        return 0 < self.counts.get("rows", 0) == self.counts.get("refused", 0)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "file_sha256": self.file_sha256,
            "dry_run": self.dry_run,
            "counts": dict(self.counts),
            "faults": [fault.to_dict() for fault in self.faults],
            "differences": [found.to_dict() for found in self.differences],
            "import_id": self.import_id,
            "resemblances": [found.to_dict() for found in self.resemblances],
            "online_columns": [asdict(told) for told in self.online_columns],
            "columns": [used.to_dict() for used in self.columns],
        }

    def to_json(self) -> str:
        """`to_dict` as one JSON text."""
        return report_to_json(self.to_dict())


def report_to_json(report: Mapping[str, Any]) -> str:
    """A report's plain document as it is kept."""
    return json.dumps(report, ensure_ascii=False, sort_keys=True)


def report_from_json(text: str) -> ImportReport:
    """The report that `ImportReport.to_json` wrote."""
    data = json.loads(text)
    differences = tuple(_difference(found) for found in data.get("differences", ()))
    faults = tuple(from_dict(fault) for fault in data["faults"])
    tuples = {
        "resemblances": tuple(Resemblance(**found) for found in data.get("resemblances", ())),
        "online_columns": tuple(ColumnMeaning(**told) for told in data.get("online_columns", ())),
        "columns": tuple(ColumnUse(**used) for used in data.get("columns", ())),
    }
    return ImportReport(**{**data, "faults": faults, "differences": differences, **tuples})


def _difference(data: Mapping[str, Any]) -> Difference:
    fields = {name: (before, after) for name, (before, after) in data["fields"].items()}
    return Difference(**{**data, "fields": fields})


def fault_lines(faults: Iterable[FileFault], words: Words) -> Iterator[str]:
    """Each fault in words: where, what stands there, why it is wrong, how to mend it."""
    for fault in faults:
        place = _place(fault, words)
        quoted = words("fault.value", value=fault.value) if fault.value else ""
        weight = "" if fault.weight == "refused" else words(f"fault.{fault.weight}")
        mend = words(fault.suggestion, **fault.params) if fault.suggestion else ""
        parts = (place, words(fault.code, **fault.params), quoted, weight, mend)
        yield " ".join(part for part in parts if part)


def _place(fault: FileFault, words: Words) -> str:
    if not fault.row:
        return words("fault.in_sheet", sheet=fault.sheet) if fault.sheet else ""
    code = "fault.in_cell" if fault.column else "fault.in_row"
    return words(code, sheet=fault.sheet, row=fault.row, column=fault.column)


def difference_lines(differences: Iterable[Difference], words: Words) -> Iterator[str]:
    """Each changed organisation in words, with a line for every field: before and after."""
    for found in differences:
        place = {"sheet": found.sheet, "row": found.row}
        yield words("difference.of", name=found.name, registry_code=found.registry_code, **place)
        for changed, (before, after) in found.fields.items():
            label = words(f"difference.field.{changed}")
            yield words("difference.line", field=label, before=_value(before, words), after=_value(after, words))


def _column(told: ColumnMeaning, words: Words) -> str:
    return words("online.column.line", sheet=told.sheet, column=told.column, meaning=words(told.code, **told.params))


def _value(value: ReportValue, words: Words) -> str:
    if isinstance(value, bool):
        return words("difference.yes" if value else "difference.no")
    if isinstance(value, list):
        value = ", ".join(value)
    return words("difference.empty") if value in (None, "") else str(value)


def column_lines(columns: Iterable[ColumnUse], words: Words) -> Iterator[str]:
    """Each column of a list in words: which one it is, and what it was taken for."""
    for used in columns:
        field = words(f"column.field.{used.field}") if used.field else ""
        place = {"sheet": used.sheet, "column": used.column, "title": used.title}
        yield words(f"column.{used.use}", field=field, **place)


def report_lines(report: ImportReport, words: Words) -> Iterator[str]:
    """The report in words: which column was taken for what, the faults, then what happened in counts."""
    yield from (_column(told, words) for told in report.online_columns)
    yield from column_lines(report.columns, words)
    yield from fault_lines(report.faults, words)
    yield from difference_lines(report.differences, words)
    if report.dry_run:
        yield words("import.dry_run")
    for name, count in report.counts.items():
        yield words(f"import.count.{name}", count=count)
    if report.resemblances:
        yield words("import.how_to_answer")
    if report.import_id and not report.dry_run:
        yield words("import.id", id=report.import_id)
