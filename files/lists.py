"""Reads the registry list as provinces keep it: every sheet that is one, every good row, every fault.

Good rows are never lost because of bad ones, nor good sheets. It must not know the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contact.hints import PhoneKind
from files import columns, headings, workbooks
from files.cells import read_date, same
from files.columns import Header, plain
from files.faults import FileFault, FileRefusedError
from files.heading_words import PLACES
from files.headings import ListColumns, understand
from files.list_rows import ListContext, Organisation, Phone, RowReader
from files.registry_words import NEEDED
from files.reports import ColumnUse
from files.unreadable import ENCODINGS, letters_in
from files.workbooks import Sheet, Workbook, letter

__all__ = ["Organisation", "Phone", "Registry", "read_date", "read_registry"]


@dataclass(frozen=True, slots=True)
class Registry:
    """A list that was read: good rows, faults, number of rows looked at, SHA-256 of the file (hex), use of columns."""

    organisations: tuple[Organisation, ...]
    faults: tuple[FileFault, ...]
    rows: int
    sha256: str
    columns: tuple[ColumnUse, ...] = ()


def read_registry(
    path: Path, area_code: str = "", chosen: Mapping[str, PhoneKind] | None = None, convert: str = ""
) -> Registry:
    """Read a registry list of the province `area_code` ("" = any province will do).

    `chosen`: digits (without 0) that can be read in two ways → which one staff chose. `convert`: the encoding of its
    texts (`characters.legacy.CONVERTIBLE`), "" for Unicode. Raises RefusedError when the file or all of its sheets
    cannot be used at all.
    """
    book = workbooks.read(path, convert)
    found, faults = _sheets(book)
    faults = [*faults, *(fault for columns_ in found for fault in _column_faults(columns_))]
    if convert:
        code, params = "list.converted", {"encoding": ENCODINGS[convert]}
        faults.insert(0, FileFault(code, params, suggestion=f"{code}.mend", weight="notice"))
    reading = _ListReading(ListContext(area_code, chosen=chosen or {}), faults)
    for header in (columns_.header for columns_ in found):
        for index in range(header.row + 1, len(header.sheet.rows)):
            reading.take(RowReader(header, index, reading.context))
    if not reading.rows:
        raise FileRefusedError(FileFault("file.only_header", {"file": path.name}, suggestion="file.only_header.mend"))
    uses = tuple(use for columns_ in found for use in columns_.uses)
    return Registry(tuple(reading.good.values()), tuple(reading.faults), reading.rows, book.sha256, uses)


def _sheets(book: Workbook) -> tuple[list[ListColumns], list[FileFault]]:
    """The columns of the sheets that are lists; what is wrong with others. Raises RefusedError when none is left."""
    found = [(sheet, headings.find(sheet, ("name",))) for sheet in book.sheets]
    lists = [(sheet, columns_) for sheet, columns_ in found if columns_ is not None and len(columns_.header.at) > 1]
    if not lists:
        raise FileRefusedError(_no_header(book))
    seen = [columns_ for sheet, columns_ in lists if not sheet.hidden]
    faults = [
        FileFault("list.sheet_hidden", {}, sheet.name, suggestion="list.sheet_hidden.mend", weight="notice")
        for sheet, _ in lists
        if sheet.hidden
    ]
    missing = {columns_.header.sheet.name: list(_missing(columns_.header)) for columns_ in seen}
    whole = [columns_ for columns_ in seen if not missing[columns_.header.sheet.name]]
    faults += [fault for of_sheet in missing.values() for fault in of_sheet]
    if not whole:
        raise FileRefusedError(*faults, *(fault for columns_ in seen for fault in _column_faults(columns_)))
    return whole, faults


def _no_header(book: Workbook) -> FileFault:
    """No sheet has the headings of a list; perhaps because their letters are of another encoding."""
    for sheet in book.sheets:
        for at, row in enumerate(sheet.rows[:30], 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str) and (amiss := letters_in(cell)):
                    code, params = amiss
                    return FileFault(code, params, sheet.name, at, letter(column), cell[:80], f"{code}.mend")
    return FileFault("list.no_header", suggestion="list.no_header.mend")


def _column_faults(columns: ListColumns) -> Iterator[FileFault]:
    """Notices about columns: nobody knows them, two say the same, they or rows are hidden."""
    header = columns.header
    sheet, row = header.sheet, header.row + 1
    for use in columns.uses:
        if use.use == "unknown":
            label = f"{use.column} ({use.title})" if use.title else use.column
            code, params = letters_in(use.title) or ("list.column_unknown", {"title": use.title})
            yield FileFault(code, params, sheet.name, row, label, "", f"{code}.mend", "notice")
    for field, column in columns.twice:
        code, first = "list.column_twice", header.label(field)
        yield FileFault(code, {"first": first}, sheet.name, row, header.label_at(column), "", f"{code}.mend", "notice")
    for field in PLACES & header.at.keys():
        if understand(header.title(field)).facet == "old":
            code, label = "list.column_old_only", header.label(field)
            yield FileFault(code, {}, sheet.name, row, label, suggestion=f"{code}.mend", weight="notice")
    yield from _hidden_faults(header, sheet)


def _hidden_faults(header: Header, sheet: Sheet) -> Iterator[FileFault]:
    """What is hidden or filtered away is read like the rest, and said; so is what could not be seen."""
    if sheet.unchecked:
        code = "list.errors_unseen"
        yield FileFault(code, {}, sheet.name, suggestion=f"{code}.mend", weight="notice")
    last = len(sheet.rows)
    hidden = sorted(at for at in sheet.hidden_rows if header.row < at < last and any(map(plain, sheet.rows[at])))
    if hidden:
        code, params = "list.rows_hidden", {"count": len(hidden)}
        yield FileFault(code, params, sheet.name, hidden[0] + 1, suggestion=f"{code}.mend", weight="notice")
    for column in sorted(sheet.hidden_columns):
        if any(column in columns_ for columns_ in header.at.values()):
            code, label = "list.column_hidden", header.label_at(column)
            yield FileFault(code, {}, sheet.name, header.row + 1, label, suggestion=f"{code}.mend", weight="notice")


def _missing(header: Header) -> Iterator[FileFault]:
    """Columns without which no row of this sheet can be used."""
    for field, title in (*NEEDED.items(), ("phone", "Số điện thoại")):
        if field not in header.at and not (field == "phone" and "login" in header.at):
            where = (header.sheet.name, header.row + 1)
            yield FileFault("list.column_missing", {"column": title}, *where, suggestion="list.column_missing.mend")


class _ListReading:
    """One pass over all rows: the good ones by code, and what is wrong with the others."""

    def __init__(self, context: ListContext, faults: Sequence[FileFault]) -> None:
        self.context = context
        self.faults = list(faults)
        self.good: dict[str, Organisation] = {}
        self.rows = 0
        self._ends: dict[str, int] = {}
        self._by_phone: dict[str, list[Organisation]] = {}

    def take(self, reader: RowReader) -> None:
        """Read one row."""
        if reader.says_nothing():
            self.faults += [fault for fault in reader.faults if fault.code == "list.rows_of_errors"]
            return
        self.rows += 1
        if reader.lone_phone():
            self._take_phone(reader)
            return
        organisation = reader.organisation()
        if organisation is None:
            self.faults += [replace(fault, weight="refused") for fault in reader.faults]
            return
        earlier = self.good.get(organisation.registry_code)
        if earlier is None:
            self._notice_alike(organisation, reader)
            self.good[organisation.registry_code] = organisation
            self._ends[organisation.registry_code] = organisation.row
        elif not self._join(earlier, organisation, reader):
            self._refuse(earlier, organisation, reader)
            self._note_unread(earlier, organisation)
        self.faults += reader.faults

    def _refuse(self, earlier: Organisation, organisation: Organisation, reader: RowReader) -> None:
        """The code stands in an earlier row: the organisation once more, or another one under the same code."""
        reader.faults = [replace(fault, weight="refused") for fault in reader.faults]
        place: dict[str, str | int] = {"sheet": earlier.sheet, "row": earlier.row}
        if _called_alike(earlier, organisation):
            reader.fault("list.duplicate", "registry_code" if reader.code else "name", place)
        else:
            names = {"registry_code": organisation.registry_code, "name": organisation.name, "other": earlier.name}
            reader.fault("list.code_of_two", "registry_code", {**place, **names})

    def _join(self, earlier: Organisation, organisation: Organisation, reader: RowReader) -> bool:
        """An organisation over several rows (its name merged, a phone in each): the phones of all of them count."""
        code = organisation.registry_code
        follows = (organisation.sheet, organisation.row) == (earlier.sheet, self._ends[code] + 1)
        more = _missing_phones(organisation.phones, earlier)
        one = _called_alike(earlier, organisation) and organisation.commune in ("", earlier.commune)
        if not follows or not more or not one or organisation.leader not in ("", earlier.leader):
            return False
        self._add_phones(earlier, more, organisation.row)
        self._note_unread(self.good[code], organisation)
        reader.fault("list.joined", "name", {"row": earlier.row}, "notice")
        return True

    def _note_unread(self, earlier: Organisation, organisation: Organisation) -> None:
        """A number that cannot be read in a further row of an organisation counts as one of its first."""
        if organisation.phones_unread:
            doubts = (*earlier.phones_in_doubt, *organisation.phones_in_doubt)
            self.good[earlier.registry_code] = replace(earlier, phones_unread=True, phones_in_doubt=doubts)

    def _add_phones(self, earlier: Organisation, more: Sequence[Phone], row: int) -> None:
        self.good[earlier.registry_code] = replace(earlier, phones=(*earlier.phones, *more))
        self._ends[earlier.registry_code] = row

    def _take_phone(self, reader: RowReader) -> None:
        """A number in a row of its own belongs to the organisation above only where the row has its code."""
        earlier = self.good.get(reader.code)
        follows = earlier is not None and reader.place == (earlier.sheet, self._ends[reader.code] + 1)
        if earlier is not None and follows:
            self._add_phones(earlier, _missing_phones(reader.phones(), earlier), reader.place[1])
            reader.fault("list.joined", "registry_code", {"row": earlier.row}, "notice")
        else:
            reader.fault("list.phone_alone", "phone" if reader.text("phone") else "login")
        self.faults += reader.faults

    def _notice_alike(self, organisation: Organisation, reader: RowReader) -> None:
        """The same name and first phone under another code: perhaps twice on the list, but nobody is dropped."""
        if not organisation.phones:
            return
        others = self._by_phone.setdefault(organisation.phones[0].e164, [])
        for other in others:
            if columns.fold(other.short_name) == columns.fold(organisation.short_name):
                reader.fault("list.alike", "name", {"sheet": other.sheet, "row": other.row}, "notice")
                break
        others.append(organisation)


def _called_alike(one: Organisation, other: Organisation) -> bool:
    return same(one.name) == same(other.name)


def _missing_phones(phones: Sequence[Phone], organisation: Organisation) -> list[Phone]:
    """Those that the organisation has not."""
    known = {phone.e164 for phone in organisation.phones}
    return [phone for phone in phones if phone.e164 not in known]
