"""Reads one row of a registry list: its organisation, and every cell of it that cannot be used.

It must not know the rows around it, the database, or the password column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from characters.legacy import is_suspect
from contact import phone
from files import areas
from files.cells import derived_code, expand, read_date, read_whole, shorten
from files.columns import Header, fold, plain
from files.faults import Fault, Weight
from files.registry_states import is_active
from files.registry_words import KIND_IN_NAME, KINDS, NAMES, SECTORS, YES_NO
from files.unreadable import NO_RESULT, error_in, letters_in
from files.workbooks import Cell, ErrorCell, Row

T = TypeVar("T")
_READ_ALOUD = frozenset({"name", "short_name", "leader", "position", "commune", "address", "district"})
"""Fields whose letters are looked at: other encodings must never be spoken or written as they are."""
_ASKS = re.compile(r"(?:con |dang |co |van )?hoat dong")
"""Headings of a state to which yes and no are answers."""
_FORMER = ("former_address", "former_commune", "former_district", "former_province")
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


@dataclass(slots=True)
class ListContext:
    """What holds for a whole list: the province of the office ("" = not known), and what was said once already."""

    area_code: str = ""
    said: set[tuple[str, ...]] = field(default_factory=set)


class RowReader:
    """Reads one row field by field and collects what is wrong with it."""

    def __init__(self, header: Header, index: int, context: ListContext | None = None) -> None:
        """`index` counts from 0 within the header's sheet."""
        self._header = header
        self._row: Row = header.sheet.rows[index]
        self._number = index + 1
        self._context = context or ListContext()
        self._texts: dict[str, str] = {}
        self._amiss: set[str] = set()
        self.faults: list[Fault] = []

    def text(self, field: str) -> str:
        """The cell as plain text; read once, however often it is asked for. "" also for what must not be used."""
        known = self._texts.get(field)
        if known is None:
            if field not in self._header.at:
                return ""
            cell = self._header.cell(self._row, field)
            known = plain(cell)
            if type(cell) is ErrorCell or (field in _READ_ALOUD and known and is_suspect(known)):
                known = self._unless_amiss(field, cell, known)
            self._texts[field] = known
        return known

    def _unless_amiss(self, field: str, cell: Cell, text: str) -> str:
        """The text; "" where the cell holds an error value or letters of another encoding, which is told."""
        code = error_in(cell)
        found = (code, {}) if code else letters_in(text, question_marks=True)
        if not found:
            return text
        if text != NO_RESULT:  # in .xls it may as well be a formula whose result is an empty text
            self._amiss.add(field)
        self._fault_at(found[0], self._header.label(field), text, found[1], "emptied")
        return ""

    def fault(
        self, code: str, field: str, params: Mapping[str, str | int] | None = None, weight: Weight = "refused"
    ) -> None:
        """Note a fault of `field`'s cell. Its suggestion is the code with ".mend"."""
        self._fault_at(code, self._header.label(field), self.text(field), params or {}, weight)

    def _fault_at(self, code: str, column: str, value: str, params: Mapping[str, str | int], weight: Weight) -> None:
        where = (self._header.sheet.name, self._number, column, value[:_QUOTED])
        self.faults.append(Fault(code, params, *where, suggestion=f"{code}.mend", weight=weight))

    def _say_once(self, code: str, field: str, /, **params: str) -> None:
        """A notice for the first row of its sheet that gives cause; thousands of the same help nobody."""
        key = (code, self._header.sheet.name, *params.values())
        if key not in self._context.said:
            self._context.said.add(key)
            self.fault(code, field, params, "notice")

    def says_nothing(self) -> bool:
        """Empty rows, column numbers or the header again, headings of parts, and lone words (totals, signatures)."""
        name = self.text("name")
        if len(name) > 5 and self.text("kind") and self.text("member"):
            return fold(name) in NAMES["name"]
        if not name and "name" in self._amiss and self._only_errors():
            self._say_once("list.rows_of_errors", "name")
            return True
        cells = [text for cell in self._row if cell != "" and (text := plain(cell))]
        if all(re.fullmatch(r"\(?\d{0,2}\)?", cell) for cell in cells):
            return True
        if name and (
            fold(name) in NAMES["name"]
            or name == self._header.title("name")
            or (len(cells) < 3 and not told_kind(name))
        ):
            return True
        return not name and len(cells) < 3

    def _only_errors(self) -> bool:
        """Formulas filled down below the last organisation."""
        return all(isinstance(cell, ErrorCell | float | int) or cell == "" for cell in self._row)

    def organisation(self) -> Organisation | None:
        """The row's organisation, or None when it must be refused (`faults` say why)."""
        name = self._name()
        kind = self._kind(name)
        sector = "" if kind == "QTD" else self._sector() if kind else None
        member = self._one_of("member", YES_NO)
        active = self._active()
        commune, address, ours = self._place()
        phones = self._phones()
        members, founded = self._member_count(), self._founded_on()
        who = self._amiss & {"name", "commune", "registry_code"}  # these say who it is
        if not name or kind is None or sector is None or member is None or not ours or who:
            self.faults = [replace(fault, weight="refused") for fault in self.faults]
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
            address=address,
            member_count=members,
            founded_on=founded,
            leader=self.text("leader"),
            position=self.text("position"),
            email=self._email(),
            phones=phones,
        )

    def _name(self) -> str:
        name = self.text("name")
        if not name and "name" not in self._amiss:
            self.fault("list.name_missing", "name")
        return name

    def _kind(self, name: str) -> str | None:
        """The kind's own cell; where that is empty, what the name begins with."""
        if self.text("kind") or not (kind := told_kind(name)):
            if not name and "name" in self._amiss:
                return None  # said already, and the name might have told it
            return self._one_of("kind", KINDS)
        self._say_once("list.kind_from_name", "kind" if "kind" in self._header.at else "name")
        return kind

    def _sector(self) -> str | None:
        """The sector's own cell; where that is empty, a kind such as "HTX NN" tells it."""
        told = "" if self.text("sector") else SECTORS.get(fold(self.text("kind")), "")
        return told or self._one_of("sector", SECTORS)

    def _one_of(self, field: str, words: Mapping[str, T]) -> T | None:
        text = self.text(field)
        known = words.get(fold(text) or text)
        if known is None and field not in self._amiss:
            self.fault(f"list.{field}_unknown", field)
        return known

    def _active(self) -> bool:
        """Whether the organisation is active; a state that nobody knows leaves it so, and says it."""
        gone = YES_NO.get(fold(inactive)) if (inactive := self.text("inactive")) else False
        state = self.text("active")
        told = is_active(state)
        if told is None and _ASKS.match(fold(self._header.title("active"))):
            told = YES_NO.get(fold(state))
        if told is None or "active" in self._amiss:
            self.fault("list.active_unknown", "active", weight="notice")
        if gone is None:
            self.fault("list.active_unknown", "inactive", weight="notice")
        return told is not False and not gone

    def _place(self) -> tuple[str, str, bool]:
        """Commune, address with what districts and former provinces add to it, and whether it is our province."""
        commune, *rest = (expand(part.strip()) for part in self.text("commune").split(","))
        before = [self.text(field) for field in _FORMER if field in self._header.at]
        address = [self.text("address"), *(part for part in rest if part and areas.find(part) is None), *before]
        if district := self.text("district"):
            address.append(district)
        if district or rest:
            self._say_once("list.district_kept", "district" if district else "commune")
        ours = True
        named = [("province", self.text("province")), *(("commune", part) for part in rest if areas.find(part))]
        for field_, text in named:
            former, fits = self._province(field_, text)
            address.append(former)
            ours = ours and fits
        said = dict.fromkeys(part for part in address if part)
        return commune, ", ".join(said), ours

    def _province(self, field_: str, text: str) -> tuple[str, bool]:
        """What the address keeps of a province ("tỉnh Bắc Giang"), and whether it lies in the office's own."""
        area = areas.find(text) if text else None
        if text and area is None:
            self.fault("list.province_unknown", field_, weight="emptied")
        if area is None or not self._context.area_code:
            return "", True
        if area.code != self._context.area_code:
            ours = areas.PROVINCES.get(self._context.area_code, self._context.area_code)
            self.fault("list.other_province", field_, {"province": areas.PROVINCES[area.code], "office": ours})
            return "", False
        if area.former is None:
            return "", True
        code, name = area.former
        params = {"name": name, "scheme": areas.FORMER_SCHEME, "number": code, "now": areas.PROVINCES[area.code]}
        self._say_once("list.former_province", field_, **params)
        return f"tỉnh {name}", True

    def _email(self) -> str:
        email = self.text("email")
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            self.fault("list.email_unreadable", "email", weight="emptied")
            return ""
        return email

    def _member_count(self) -> int | None:
        text = self.text("member_count")
        count = read_whole(text)
        if text and (count is None or not 1 <= count <= 1_000_000):
            self.fault("list.member_count_unreadable", "member_count", weight="emptied")
            return None
        return count

    def _founded_on(self) -> date | None:
        cell = self._header.cell(self._row, "founded_on") if self.text("founded_on") else ""
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
            if type(cell) is ErrorCell and (code := error_in(cell)):
                self._fault_at(code, self._header.label_at(column), str(cell), {}, "emptied")
                continue
            # A login that is no number says nothing about the phone when there is a column for phones.
            quiet = bool(columns_) and column not in columns_
            self._read_phones(cell, column, found, quiet)
        if not found and not any(f.code.startswith(("phone.", "cell.")) for f in self.faults):
            self.fault("list.no_phone", "phone" if columns_ else "login", weight="notice")
        return tuple(found.values())

    def _read_phones(self, cell: Cell, column: int, found: dict[str, Phone], quiet: bool) -> None:
        for reading in phone.read_cell(cell):
            if reading.e164:
                found.setdefault(reading.e164, Phone(reading.e164, reading.kind, tuple(reading.flags)))
            elif not quiet:
                label = self._header.label_at(column)
                self._fault_at(reading.fault or "phone.invalid", label, plain(reading.raw), {}, "emptied")


def told_kind(name: str) -> str:
    """The kind that the name itself tells ("HTX Nà Lúa"), or ""."""
    said = fold(name)
    return next((kind for kind, begins in KIND_IN_NAME if re.match(begins, said)), "")
