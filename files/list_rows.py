"""Reads one row of a registry list: its organisation, and every cell of it that cannot be used.

It must not know the rows around it, the database, or the password column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from characters import cleaning as characters
from characters import codes
from characters.legacy import is_suspect
from contact import phone
from contact.hints import Hints, PhoneKind, meaning_of
from files import areas
from files.cells import derived_code, expand, read_code, read_date, read_whole, shorten
from files.columns import Header, fold, plain
from files.faults import FileFault, Weight
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
    """One good row. `registry_code` is the list's own code in its one form, or `derived` from name, kind, commune."""

    sheet: str
    row: int
    registry_code: str
    derived: bool
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
    phones_unread: bool = False
    """Whether a cell held a number that could not be read: it says nothing against the numbers known before."""
    phones_in_doubt: tuple[str, ...] = ()
    """Numbers (E.164) not to be used, even where they were before: mobiles that may be landlines of before 2017, and
    those that the words beside them set aside."""


@dataclass(slots=True)
class ListContext:
    """What holds for a whole list: the province of the office ("" = not known), what was said once already, and how
    staff chose to read numbers that can be read in two ways (digits without 0 → kind)."""

    area_code: str = ""
    said: set[tuple[str, ...]] = field(default_factory=set)
    chosen: Mapping[str, PhoneKind] = field(default_factory=dict)
    _hints: dict[tuple[str, str], Hints] = field(default_factory=dict)

    def hints(self, heading: str, province: str) -> Hints:
        """What is known of numbers under this heading, in a row that names this province ("" = none)."""
        key = (heading, province if not self.area_code else "")
        if key not in self._hints:
            area = areas.find(key[1]) if key[1] else None
            code = self.area_code or (area.code if area and not area.others else "")
            self._hints[key] = Hints(meaning_of(heading), code, self.chosen)
        return self._hints[key]


def _names(codes: Iterable[str]) -> str:
    return ", ".join(areas.PROVINCES[code] for code in codes)


class RowReader:
    """Reads one row field by field and collects what is wrong with it."""

    def __init__(self, header: Header, index: int, context: ListContext | None = None) -> None:
        """`index` counts from 0 within the header's sheet."""
        self._header = header
        self._row: Row = header.sheet.rows[index]
        self._number = index + 1
        self._context = context or ListContext()
        self._texts: dict[str, str] = {}
        self._unread, self._in_doubt, self._aside = False, list[str](), list[str]()
        self._amiss: set[str] = set()
        self.faults: list[FileFault] = []

    def text(self, field: str) -> str:
        """The cell as plain text; read once, however often it is asked for. "" also for what must not be used."""
        known = self._texts.get(field)
        if known is None:
            known = self._texts[field] = self._read(field) if field in self._header.at else ""
        return known

    def _read(self, field: str) -> str:
        cell = self._header.cell(self._row, field)
        if cell == "":
            return ""
        text = characters.on_one_line(cell) if type(cell) is str else plain(cell)
        if type(cell) is ErrorCell or (field in _READ_ALOUD and text and is_suspect(text)):
            return self._unless_amiss(field, cell, text)
        return text

    @property
    def place(self) -> tuple[str, int]:
        """Sheet and row, as in Excel."""
        return self._header.sheet.name, self._number

    @property
    def code(self) -> str:
        """The list's own code of this row in the form in which codes are kept; "" for none, or only a dash."""
        if "registry_code" not in self._header.at:
            return ""
        code = codes.code(read_code(self._header.cell(self._row, "registry_code")) or "")
        return code if any(letter.isalnum() for letter in code) else ""

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
        self.faults.append(FileFault(code, params, *where, suggestion=f"{code}.mend", weight=weight))

    def _say_once(self, code: str, field: str, /, **params: str) -> None:
        """A notice for the first row of its sheet that gives cause; thousands of the same help nobody."""
        key = (code, self._header.sheet.name, *params.values())
        if key not in self._context.said:
            self._context.said.add(key)
            self.fault(code, field, params, "notice")

    def lone_phone(self) -> str:
        """The number of a row that says nothing else of an organisation than perhaps its code: "" when it is none."""
        if any(self.text(field) for field in ("name", "kind", "sector", "member", "commune")):
            return ""
        return next((phone.e164 for phone in self.phones()), "")

    def says_nothing(self) -> bool:
        """Empty rows, column numbers or the header again, headings of parts, and lone words (totals, signatures).

        A row with the number of a phone is none of these, however little else it says.
        """
        return self._looks_empty() and not self.phones()

    def _looks_empty(self) -> bool:
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
        sector: str | None = ""
        if kind != "QTD":
            sector = self._sector() if kind else None
        member = self._one_of("member", YES_NO)
        active = self._active()
        commune, address, ours = self._place()
        numbers = self._phones()
        code = self._code()
        members, founded = self._member_count(), self._founded_on()
        who = self._amiss & {"name", "commune", "registry_code"}  # these say who it is
        if not name or kind is None or sector is None or member is None or not ours or who:
            self.faults = [replace(fault, weight="refused") for fault in self.faults]
            return None
        if code is None:
            return None
        return Organisation(
            sheet=self._header.sheet.name,
            row=self._number,
            registry_code=code or derived_code(name, kind, commune),
            derived=not code,
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
            phones=numbers,
            phones_unread=self._unread,
            phones_in_doubt=(*self._in_doubt, *self._aside),
        )

    def _code(self) -> str | None:
        """The list's own code ("" when it has none); None when a program has thrown digits of it away."""
        if "registry_code" in self._header.at and read_code(self._header.cell(self._row, "registry_code")) is None:
            self.fault("list.digits_lost", "registry_code")
            return None
        return self.code

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
        ours, named = self._context.area_code, [("province", self.text("province"))]
        province = areas.province_among(rest, ours)
        if self.text("province") and areas.is_own_district(self.text("province"), ours):
            named, rest = [], [*rest, self.text("province")]
        named += [("commune", province)] if province else []
        address = [self.text("address"), *(part for part in rest if part != province), self.text("district")]
        if self.text("district") or rest:
            self._say_once("list.district_kept", "district" if self.text("district") else "commune")
        fits = [self._province(field_, text) for field_, text in named]
        before = [self.text(field) for field in _FORMER if field in self._header.at]
        said = dict.fromkeys(part for part in (*address, *before, *(former for former, _ in fits)) if part)
        return commune, ", ".join(said), all(ours for _, ours in fits)

    def _province(self, field_: str, text: str) -> tuple[str, bool]:
        """What the address keeps of a province ("tỉnh Bắc Giang"), and whether it lies in the office's own."""
        area = areas.find(text) if text else None
        if text and area is None:
            self.fault("list.province_unknown", field_, weight="emptied")
        if area is None:
            return "", True
        if self._context.area_code and self._context.area_code not in area.codes:
            ours = areas.PROVINCES.get(self._context.area_code, self._context.area_code)
            self.fault("list.other_province", field_, {"province": _names(area.codes), "office": ours})
            return "", False
        if area.former is None or not (self._context.area_code or area.others):
            return "", True
        code, name = area.former
        params = {"name": name, "now": _names(area.codes)}
        if code:
            self._say_once("list.former_province", field_, scheme=areas.FORMER_SCHEME, number=code, **params)
        else:
            self._say_once("list.parted_province" if area.others else "list.older_province", field_, **params)
        return text if areas.is_city(text) else f"tỉnh {name}", True

    def _email(self) -> str:
        email = characters.plain(self.text("email"))
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
        for number in self._aside:  # what one cell says against a number holds for the whole row
            found.pop(number, None)
        if not found and not any(f.code.startswith(("phone.", "cell.")) for f in self.faults):
            self.fault("list.no_phone", "phone" if columns_ else "login", weight="notice")
        return tuple(found.values())

    def phones(self) -> tuple[Phone, ...]:
        """The usable numbers of the columns for phones, without a word about others."""
        found: dict[str, Phone] = {}
        for column in (*self._header.at.get("phone", ()), *self._header.at.get("login", ())):
            self._read_phones(self._row[column] if column < len(self._row) else "", column, found, quiet=True)
        return tuple(found.values())

    def _read_phones(self, cell: Cell, column: int, found: dict[str, Phone], quiet: bool) -> None:
        hints = self._context.hints(self._header.names[column], self.text("province"))
        for reading in phone.read_cell(cell, hints):
            if reading.extension:
                extension = {"extension": reading.extension}
                self._fault_at("phone.extension", self._header.label_at(column), plain(cell), extension, "notice")
            if reading.e164:
                found.setdefault(reading.e164, Phone(reading.e164, reading.kind, tuple(reading.flags)))
            elif not quiet or reading.fault in phone.SURELY_A_NUMBER:
                fault = reading.fault or "phone.invalid"
                self._unread = self._unread or fault in phone.UNREADABLE
                if reading.doubt:
                    self._in_doubt.append(reading.doubt.mobile)
                elif reading.aside:
                    self._aside.append(reading.aside)
                label = self._header.label_at(column)
                self._fault_at(fault, label, plain(reading.raw), reading.params, "emptied")


def told_kind(name: str) -> str:
    """The kind that the name itself tells ("HTX Nà Lúa"), or ""."""
    said = fold(name)
    return next((kind for kind, begins in KIND_IN_NAME if re.match(begins, said)), "")
