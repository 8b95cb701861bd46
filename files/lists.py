"""Reads the registry list as provinces keep it: organisations with their phones, and every cell that cannot be used.

Good rows are never lost because of bad ones. It must not know the database; the password column is never looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from contact import phone
from files import columns, workbooks
from files.columns import Header, fold, plain
from files.faults import Fault, RefusedError, Weight
from files.registry_words import ACTIVE, KINDS, NAMES, NEEDED, SECTORS, SHORTER, YES_NO
from files.workbooks import Cell, Row

T = TypeVar("T")
_EXCEL_EPOCH = date(1899, 12, 30)
_QUOTED = 80
"""Letters of a cell quoted in a fault."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number of the list: E.164, kind (mobile, landline …) and flags (old_format …)."""

    e164: str
    kind: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One good row. `registry_code` is the list's own code, or one derived from name, kind and commune."""

    sheet: str
    row: int
    registry_code: str
    name: str
    short_name: str
    kind: str
    sector: str
    is_member: bool
    active: bool
    commune: str
    address: str
    member_count: int | None
    founded_on: date | None
    leader: str
    position: str
    email: str
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True)
class Registry:
    """A list that was read: good rows, faults, number of rows looked at, SHA-256 of the file (hex)."""

    organisations: tuple[Organisation, ...]
    faults: tuple[Fault, ...]
    rows: int
    sha256: str


def read_registry(path: Path) -> Registry:
    """Read a registry list (XLSX or CSV). Raises RefusedError when the file or its header row cannot be used at all."""
    book = workbooks.read(path)
    headers = [h for sheet in book.sheets if (h := columns.find(sheet, NAMES, ("name",))) and len(h.at) > 1]
    if not headers:
        raise RefusedError(Fault("list.no_header", suggestion="list.no_header.mend"))
    _check_columns(headers)
    good: dict[str, Organisation] = {}
    faults: list[Fault] = []
    rows = 0
    for header in headers:
        for index in range(header.row + 1, len(header.sheet.rows)):
            reader = _RowReader(header, index)
            if reader.says_nothing():
                continue
            rows += 1
            organisation = reader.organisation()
            if organisation:
                organisation = _first_of_its_code(good, organisation, reader)
            if organisation:
                good[organisation.registry_code] = organisation
            faults += reader.faults if organisation else [replace(f, weight="refused") for f in reader.faults]
    return Registry(tuple(good.values()), tuple(faults), rows, book.sha256)


def _check_columns(headers: Sequence[Header]) -> None:
    faults = [
        Fault("list.column_missing", {"column": title}, h.sheet.name, h.row + 1, suggestion="list.column_missing.mend")
        for h in headers
        for field, title in (*NEEDED.items(), ("phone", "Số điện thoại"))
        if field not in h.at and not (field == "phone" and "login" in h.at)
    ]
    if faults:
        raise RefusedError(*faults)


def _first_of_its_code(
    good: Mapping[str, Organisation], organisation: Organisation, reader: _RowReader
) -> Organisation | None:
    """The same organisation twice in a list: the first row counts, the second is reported."""
    earlier = good.get(organisation.registry_code)
    if earlier is None:
        return organisation
    field = "registry_code" if reader.text("registry_code") else "name"
    reader.fault("list.duplicate", field, {"sheet": earlier.sheet, "row": earlier.row})
    return None


class _RowReader:
    """Reads one row field by field and collects what is wrong with it."""

    def __init__(self, header: Header, index: int) -> None:
        self._header = header
        self._row: Row = header.sheet.rows[index]
        self._number = index + 1
        self.faults: list[Fault] = []

    def text(self, field: str) -> str:
        """The cell as plain text."""
        return self._header.text(self._row, field)

    def fault(
        self, code: str, field: str, params: Mapping[str, str | int] | None = None, weight: Weight = "refused"
    ) -> None:
        """Note a fault of `field`'s cell. Its suggestion is the code with ".mend"."""
        self._fault_at(code, self._header.label(field), self.text(field), params or {}, weight)

    def _fault_at(self, code: str, column: str, value: str, params: Mapping[str, str | int], weight: Weight) -> None:
        where = (self._header.sheet.name, self._number, column, value[:_QUOTED])
        self.faults.append(Fault(code, params, *where, suggestion=f"{code}.mend", weight=weight))

    def says_nothing(self) -> bool:
        """Empty rows, the row of column numbers under a header, and lone words (totals, signatures)."""
        if len(self.text("name")) > 5 and self.text("kind") and self.text("member"):
            return False
        cells = [plain(cell) for cell in self._row if cell != ""]
        if all(re.fullmatch(r"\(?\d{0,2}\)?", cell) for cell in cells):
            return True
        return not self.text("name") and len([c for c in cells if c]) < 3

    def organisation(self) -> Organisation | None:
        """The row's organisation, or None when it must be refused (`faults` say why)."""
        name = self._name()
        kind = self._one_of("kind", KINDS)
        sector = "" if kind == "QTD" else self._one_of("sector", SECTORS) if kind else None
        member = self._one_of("member", YES_NO)
        active = self._one_of("active", ACTIVE)
        commune = self.text("commune")
        phones = self._phones()
        members, founded = self._member_count(), self._founded_on()
        if not name or kind is None or sector is None or member is None or active is None:
            return None
        return Organisation(
            sheet=self._header.sheet.name,
            row=self._number,
            registry_code=self.text("registry_code") or derived_code(name, kind, commune),
            name=name,
            short_name=self.text("short_name") or shorten(name),
            kind=kind,
            sector=sector,
            is_member=member,
            active=active,
            commune=commune,
            address=self.text("address"),
            member_count=members,
            founded_on=founded,
            leader=self.text("leader"),
            position=self.text("position"),
            email=self._email(),
            phones=phones,
        )

    def _name(self) -> str:
        name = self.text("name")
        if not name:
            self.fault("list.name_missing", "name")
        return name

    def _one_of(self, field: str, words: Mapping[str, T]) -> T | None:
        text = self.text(field)
        known = words.get(fold(text) or text)
        if known is None:
            self.fault(f"list.{field}_unknown", field)
        return known

    def _email(self) -> str:
        email = self.text("email")
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            self.fault("list.email_unreadable", "email", weight="emptied")
            return ""
        return email

    def _member_count(self) -> int | None:
        text = self.text("member_count").replace(".", "").replace(",", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1_000_000):
            self.fault("list.member_count_unreadable", "member_count", weight="emptied")
            return None
        return int(text)

    def _founded_on(self) -> date | None:
        cell = self._header.cell(self._row, "founded_on")
        if cell == "" or (day := read_date(cell)):
            return None if cell == "" else day
        self.fault("list.date_unreadable", "founded_on", weight="emptied")
        return None

    def _phones(self) -> tuple[Phone, ...]:
        """Numbers of all phone columns, then of the login; bad ones are reported, the row stays on the list."""
        found: dict[str, Phone] = {}
        columns_ = self._header.at.get("phone", ())
        for column in (*columns_, *self._header.at.get("login", ())):
            cell = self._row[column] if column < len(self._row) else ""
            # A login that is no number says nothing about the phone when there is a column for phones.
            quiet = bool(columns_) and column not in columns_
            self._read_phones(cell, column, found, quiet)
        if not found and not any(f.code.startswith("phone.") for f in self.faults):
            self.fault("list.no_phone", "phone" if columns_ else "login", weight="notice")
        return tuple(found.values())

    def _read_phones(self, cell: Cell, column: int, found: dict[str, Phone], quiet: bool) -> None:
        for reading in phone.read_cell(cell):
            if reading.e164:
                found.setdefault(reading.e164, Phone(reading.e164, reading.kind, tuple(reading.flags)))
            elif not quiet:
                label = self._header.label_at(column)
                self._fault_at(reading.fault or "phone.invalid", label, plain(reading.raw), {}, "emptied")


def read_date(cell: Cell) -> date | None:
    """A day from a date cell, an Excel serial, or text as dd/MM/yyyy, d-M-yyyy, d.M.yyyy or yyyy-MM-dd; else None."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = plain(cell)
    if re.fullmatch(r"\d{5}", text):
        return _EXCEL_EPOCH + timedelta(days=int(text))
    if match := re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?: .*)?", text):
        day, month, year = map(int, match.groups())
    elif match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?", text):
        year, month, day = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shorten(name: str) -> str:
    """The name with the long words for its kind abbreviated ("Hợp tác xã" → "HTX")."""
    for long, short in SHORTER:
        name = re.sub(long, short, name, flags=re.IGNORECASE)
    return name


def derived_code(name: str, kind: str, commune: str) -> str:
    """A registry code for lists without one: the same organisation gets the same code in every list.

    From public facts only, never from the phone: phones change and are shared.
    """
    identity = "\n".join(part.casefold() for part in (name, kind, commune))
    return "D" + hashlib.sha256(identity.encode()).hexdigest()[:13].upper()
