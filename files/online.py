"""Reads what the online survey exports: who has answered, when, and the answers if they are given.

It must not know the database: which organisation a row belongs to and which form it has is decided above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from characters import codes
from contact import phone
from contact.hints import Hints, PhoneKind, meaning_of
from contact.phone import PhoneReading
from files import workbooks
from files.cells import read_code
from files.columns import Header, fold, plain
from files.faults import FileFault, FileRefusedError, Weight
from files.online_columns import ColumnMeaning, OnlineColumns, columns_of, is_repeat, said_status
from files.online_shape import NOTES_SHEET
from files.tables import unguard
from files.times import read_time
from files.unreadable import error_in, letters_in
from files.workbooks import Cell, Sheet
from survey.form.questionnaire import Questionnaire

_REJECTED = frozenset({"rejected", "not approved", "validation status not approved", "tu choi", "khong duyet"})


class OnlineCell(NamedTuple):
    """What stands in one column of a row: `column` is "E (C1)", `heading` what it is called."""

    column: str
    heading: str
    text: str
    typed: bool = False
    """Written as text by a person or a program we do not know: a point in it may group thousands."""


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """One organisation that may have answered online. `answers` are its cells that may hold answers.

    `said`: a state says that it has answered; else only answers that fit its form tell. `own`: Alo's own shape, in
    which headings are names. `phones` are E.164; `at` is aware UTC, None when the file does not say.
    """

    sheet: str
    row: int
    registry_code: str
    phones: tuple[str, ...]
    questionnaire: str
    at: datetime | None
    answers: tuple[OnlineCell, ...]
    said: bool = True
    own: bool = False

    def fault(
        self, code: str, column: str = "", value: str = "", weight: Weight = "refused", **params: str | int
    ) -> FileFault:
        """A fault of this row."""
        return FileFault(code, params, self.sheet, self.row, column, value[:80], f"{code}.mend", weight)


@dataclass(frozen=True, slots=True)
class OnlineFile:
    """An export that was read: rows of those who have answered, faults, rows looked at, rows that say "not yet", and
    what each column was taken for."""

    rows: tuple[OnlineRow, ...]
    faults: tuple[FileFault, ...]
    looked_at: int
    not_answered: int
    sha256: str
    told: tuple[ColumnMeaning, ...] = ()


def read_online(
    path: Path, forms: Sequence[Questionnaire] = (), chosen: Mapping[str, PhoneKind] | None = None, convert: str = ""
) -> OnlineFile:
    """Read an export of the online survey with answers to `forms`. Raises RefusedError when the file or its header
    cannot be used at all, also when no column says who has answered.

    `chosen`: digits (without 0) that can be read in two ways → which one staff chose. `convert`: the encoding of its
    texts, "" for Unicode.
    """
    book = workbooks.read(path, convert)
    found = [(sheet, columns_of(sheet, forms)) for sheet in book.sheets]
    sheets = [columns for _, columns in found if columns is not None]
    if not sheets:
        repeats = [_unread(sheet) for sheet in book.sheets if is_repeat(sheet)]
        raise FileRefusedError(*repeats, FileFault("online.no_header", suggestion="online.no_header.mend"))
    faults = [
        _unread(sheet) for sheet, columns in found if columns is None and sheet.rows and sheet.name != NOTES_SHEET
    ]
    rows: list[OnlineRow] = []
    looked_at = not_answered = 0
    for columns in sheets:
        for index in range(columns.header.row + 1, len(columns.header.sheet.rows)):
            if not any(cell != "" for cell in columns.header.sheet.rows[index]):
                continue
            looked_at += 1
            row = _row(columns, index, faults, chosen or {})
            if isinstance(row, OnlineRow):
                rows.append(row)
            elif row is False:
                not_answered += 1
    if not looked_at:
        raise FileRefusedError(FileFault("file.only_header", {"file": path.name}, suggestion="file.only_header.mend"))
    told = tuple(each for columns in sheets for each in columns.meanings)
    return OnlineFile(tuple(rows), tuple(faults), looked_at, not_answered, book.sha256, told)


def _unread(sheet: Sheet) -> FileFault:
    code = "online.sheet_repeats" if is_repeat(sheet) else "online.sheet_unread"
    return FileFault(code, {}, sheet.name, suggestion=f"{code}.mend", weight="notice")


def _row(
    columns: OnlineColumns, index: int, faults: list[FileFault], chosen: Mapping[str, PhoneKind]
) -> OnlineRow | bool | None:
    """The row; False when it says "not yet"; None when it cannot be used (`faults` say why)."""
    header = columns.header
    cells = header.sheet.rows[index]
    status = unguard(header.text(cells, "status"))
    said = said_status(status)
    amiss = list(_amiss(header, index))
    unusable = {at for at, *_ in amiss}
    answers = _answers(columns, cells, unusable)
    if said is False or (not status and not amiss and not any(cell.column in columns.questions for cell in answers)):
        return False
    phones, phone_faults = _phones(header, index, chosen)
    code = _code(header.cell(cells, "registry_code"))
    at = read_time(header.cell(cells, "at"), columns.zone)
    row = OnlineRow(
        sheet=header.sheet.name,
        row=index + 1,
        registry_code=codes.code(code or ""),
        phones=phones,
        questionnaire=unguard(header.text(cells, "questionnaire")),
        at=at,
        answers=answers,
        said=bool(said),
        own=columns.own,
    )
    for at_column, fault_code, params in amiss:
        faults.append(row.fault(fault_code, header.label_at(at_column), plain(cells[at_column]), "emptied", **params))
    refused = _refusal(row, columns, cells, status, said, unusable)
    if refused is not None:
        faults.append(refused)
        return None
    if at is None and header.text(cells, "at"):
        faults.append(row.fault("online.time_unreadable", header.label("at"), header.text(cells, "at"), "emptied"))
    faults += [
        row.fault(reading.fault or "phone.invalid", header.label("phone"), reading.raw, "emptied", **reading.params)
        for reading in phone_faults
    ]
    if code is None:
        written = header.text(cells, "registry_code")
        faults.append(row.fault("list.digits_lost", header.label("registry_code"), written, "emptied"))
    if not row.registry_code and not phones:
        faults.append(row.fault("online.nobody"))
        return None
    return row


def _refusal(
    row: OnlineRow, columns: OnlineColumns, cells: Sequence[Cell], status: str, said: bool | None, unusable: set[int]
) -> FileFault | None:
    """Why the whole row stays out, if it does: nobody named, a status nobody knows, a rejected submission."""
    header = columns.header
    if unusable & set(header.at.get("registry_code", ())):
        return row.fault("online.nobody")
    if status and said is None:
        return row.fault("online.status_unknown", header.label("status"), status)
    reviews = (cells[column] for column in columns.reviews if column < len(cells))
    if rejected := next((plain(review) for review in reviews if _is_rejection(review)), ""):
        return row.fault("online.rejected", value=rejected)
    return None


def _code(cell: Cell) -> str | None:
    return read_code(unguard(plain(cell)) if isinstance(cell, str) else cell)


def _is_rejection(cell: Cell) -> bool:
    return fold(plain(cell)) in _REJECTED


def _amiss(header: Header, index: int) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """Column, code and parameters of each cell that holds an error value or letters of another encoding."""
    used = (*header.at.get("registry_code", ()), *header.at.get("at", ()))
    known = {column for columns_ in header.at.values() for column in columns_}
    for column, cell in enumerate(header.sheet.rows[index]):
        if (column in known and column not in used) or column >= len(header.names) or not header.names[column]:
            continue
        if code := error_in(cell):
            yield column, code, {}
        elif isinstance(cell, str) and (letters := letters_in(cell)):
            yield column, *letters


def _answers(columns: OnlineColumns, cells: workbooks.Row, unusable: set[int]) -> tuple[OnlineCell, ...]:
    """The cells that may hold answers, are not empty and can be used."""
    return tuple(
        OnlineCell(label, heading, unguard(plain(cells[at])), isinstance(cells[at], str) and not columns.exact)
        for at, label, heading in columns.answers
        if at < len(cells) and cells[at] != "" and at not in unusable
    )


def _phones(header: Header, index: int, chosen: Mapping[str, PhoneKind]) -> tuple[tuple[str, ...], list[PhoneReading]]:
    """The numbers of a row, and the readings that are none."""
    found: dict[str, None] = {}
    faults = []
    cells = header.sheet.rows[index]
    for column in header.at.get("phone", ()):
        hints = Hints(meaning_of(header.names[column]), "", chosen)
        for reading in phone.read_cell(cells[column] if column < len(cells) else "", hints):
            if reading.e164:
                found[reading.e164] = None
            else:
                faults.append(reading)
    return tuple(found), faults
