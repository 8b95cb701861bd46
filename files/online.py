"""Reads what the online survey exports: who has answered, when, and the answers if they are given.

It must not know the database: which organisation a row belongs to and which form it has is decided above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contact import phone
from files import columns, workbooks
from files.columns import Header, fold, plain
from files.faults import Fault, RefusedError, Weight
from files.lists import read_date
from files.registry_words import NAMES
from files.tables import unguarded
from files.unreadable import error_in, letters_in
from files.workbooks import Cell
from survey.questionnaire import Question, Questionnaire
from survey.values import from_value

_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_FIELDS: Mapping[str, Sequence[str]] = {
    "registry_code": NAMES["registry_code"],
    "phone": (*NAMES["phone"], *NAMES["login"]),
    "questionnaire": ("phieu", "mau phieu", "bo cau hoi", "bo phieu", "questionnaire", "form"),
    "status": ("trang thai", "tinh trang", "ket qua", "status"),
    "at": ("thoi gian", "thoi gian tra loi", "thoi gian nop", "ngay tra loi", "ngay nop", "time", "submitted at"),
    "ignored": (
        *("stt", "kenh", "channel", "tre han"),
        *(spelling for name in ("name", "commune", "leader", "password", "kind") for spelling in NAMES[name]),
    ),
}
SHAPE = ("Mã", "Phiếu", "Trạng thái", "Kênh", "Ngày trả lời")
"""The first headings of a file in the shape that is read here; questions follow under their names."""
SHAPE_LOGIN, SHAPE_LATE = "Tên đăng nhập", "Trễ hạn"
_ANSWERED = frozenset(
    {
        *("da tra loi", "hoan thanh", "da hoan thanh", "da nop", "da gui", "x", "co", "1"),
        *("complete", "completed", "answered", "submitted", "yes"),
    }
)
_NOT_ANSWERED = frozenset(
    {
        *("tu choi", "refused"),
        *("chua tra loi", "chua hoan thanh", "chua nop", "chua", "dang tra loi", "dang thuc hien", "khong", "0"),
        *("in progress", "not answered", "draft", "pending", "no"),
    }
)


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """One organisation that has answered online. `answers`: column heading → cell, empty when only "answered" is known.

    `phones` are E.164; `at` is aware UTC, None when the file does not say.
    """

    sheet: str
    row: int
    registry_code: str
    phones: tuple[str, ...]
    questionnaire: str
    at: datetime | None
    answers: Mapping[str, str]

    def fault(
        self, code: str, column: str = "", value: str = "", weight: Weight = "refused", **params: str | int
    ) -> Fault:
        """A fault of this row."""
        return Fault(code, params, self.sheet, self.row, column, value[:80], f"{code}.mend", weight)


@dataclass(frozen=True, slots=True)
class OnlineFile:
    """An export that was read: rows of those who have answered, faults, rows looked at, rows that say "not yet"."""

    rows: tuple[OnlineRow, ...]
    faults: tuple[Fault, ...]
    looked_at: int
    not_answered: int
    sha256: str


def read_online(path: Path, convert: str = "") -> OnlineFile:
    """Read an export of the online survey. `convert`: the encoding of its texts, "" for Unicode.

    Raises RefusedError when the file or its header cannot be used at all.
    """
    book = workbooks.read(path, convert)
    headers = [header for sheet in book.sheets if (header := _header(sheet)) is not None]
    if not headers:
        raise RefusedError(Fault("online.no_header", suggestion="online.no_header.mend"))
    faults: list[Fault] = []
    rows: list[OnlineRow] = []
    looked_at = not_answered = 0
    for header in headers:
        for index in range(header.row + 1, len(header.sheet.rows)):
            if not any(cell != "" for cell in header.sheet.rows[index]):
                continue
            looked_at += 1
            row = _row(header, index, faults)
            if isinstance(row, OnlineRow):
                rows.append(row)
            not_answered += row is False
    if not looked_at:
        raise RefusedError(Fault("file.only_header", {"file": path.name}, suggestion="file.only_header.mend"))
    return OnlineFile(tuple(rows), tuple(faults), looked_at, not_answered, book.sha256)


def _header(sheet: workbooks.Sheet) -> Header | None:
    return columns.find(sheet, _FIELDS, ("registry_code",)) or columns.find(sheet, _FIELDS, ("phone",))


def _row(header: Header, index: int, faults: list[Fault]) -> OnlineRow | bool | None:
    """The row; False when it says "not yet"; None when it cannot be used (`faults` say why)."""
    cells = header.sheet.rows[index]
    taken = {column for of_field in header.at.values() for column in of_field}
    amiss = list(_amiss(header, index))
    answers = {
        name: unguarded(plain(cells[column]))
        for column, name in enumerate(header.names)
        if column not in taken | {at for at, *_ in amiss} and name and column < len(cells) and cells[column] != ""
    }
    phones, phone_faults = _phones(header, index)
    at = read_time(header.cell(cells, "at"))
    row = OnlineRow(
        header.sheet.name,
        index + 1,
        unguarded(header.text(cells, "registry_code")),
        phones,
        header.text(cells, "questionnaire"),
        at,
        answers,
    )
    status = header.text(cells, "status")
    said = fold(status)
    if said in _NOT_ANSWERED or (not said and not answers and not amiss):
        return False
    for column, code, params in amiss:
        faults.append(row.fault(code, header.label_at(column), plain(cells[column]), "emptied", **params))
    if any(column in header.at.get("registry_code", ()) for column, *_ in amiss):
        faults.append(row.fault("online.nobody"))
        return None
    if said and said not in _ANSWERED:
        faults.append(row.fault("online.status_unknown", header.label("status"), status))
        return None
    if at is None and header.text(cells, "at"):
        faults.append(row.fault("online.time_unreadable", header.label("at"), header.text(cells, "at"), "emptied"))
    faults += [row.fault(code, header.label("phone"), raw, "emptied") for code, raw in phone_faults]
    if not row.registry_code and not phones:
        faults.append(row.fault("online.nobody"))
        return None
    return row


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


def _phones(header: Header, index: int) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    found: dict[str, None] = {}
    faults = []
    cells = header.sheet.rows[index]
    for column in header.at.get("phone", ()):
        for reading in phone.read_cell(cells[column] if column < len(cells) else ""):
            if reading.e164:
                found[reading.e164] = None
            else:
                faults.append((reading.fault or "phone.invalid", reading.raw))
    return tuple(found), faults


def read_time(cell: Cell) -> datetime | None:
    """A moment from a date cell or text (dd/MM/yyyy HH:mm[:ss], ISO), local time unless it says otherwise; as UTC."""
    if isinstance(cell, datetime):
        return _utc(cell)
    text = plain(cell)
    if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d", text):
        try:
            return _utc(datetime.fromisoformat(text))
        except ValueError:
            return None
    day = read_date(cell)
    if day is None:
        return None
    clock = re.search(r"[ T](\d{1,2})[:hg](\d{2})(?::(\d{2}))?", text)
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - given its zone in the next line
    return _utc(start + timedelta(hours=hour, minutes=minute, seconds=second))


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=_ZONE)).astimezone(UTC)


def headings(form: Questionnaire) -> dict[str, Question]:
    """Folded column heading → the question it means: by its words in any language, by "C3" number, by name."""
    found: dict[str, Question] = {}
    asked = [question for question in form.questions if question.asked]
    for question in asked:
        for text in (*question.label.values(), *question.text.values()):
            found[fold(text)] = question
    for question in asked:
        if question.number is not None:
            found[f"c{question.number}"] = question
    return found | {fold(question.name): question for question in asked}


def read_answer(question: Question, cell: str) -> str | None:
    """The value a cell means: choices by value or words (several with commas or semicolons between), days as
    dd/mm/yyyy or as a date cell, numbers, texts; None: none of them. The engine judges it further."""
    if question.kind == "select_one":
        return _chosen(question, cell)
    if question.kind == "select_multiple":
        parts = [part for part in re.split(r"[,;|\n]", cell) if part.strip()]
        whole = from_value(question, cell) or _chosen(question, cell)  # a label may have a comma of its own
        chosen = [_chosen(question, part.strip()) for part in parts]
        return whole or from_value(question, " ".join(filter(None, chosen)) if all(chosen) else "")
    if question.kind == "date":
        day = read_date(cell)
        return None if day is None else day.isoformat()
    if question.kind == "integer":
        return cell if cell.isascii() and cell.isdigit() else None
    return from_value(question, cell)


def _chosen(question: Question, cell: str) -> str | None:
    said = fold(cell)
    for choice in question.choices:
        words = (*choice.label.values(), *choice.text.values())
        if cell == choice.value or said in (fold(choice.value), *map(fold, words)):
            return choice.value
    return None
