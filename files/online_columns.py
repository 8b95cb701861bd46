"""What the columns of an online file are: whose row it is, when and whether it was answered, and which hold answers.

Alo's own shape is known by its first headings, exactly; there every further column is a question whatever it is called.
In other files a question goes before a field of the same name where the cells bear it out; what could be both is
refused. It must not know rows one by one, nor whose they are.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from characters.cleaning import clean
from contact import phone
from files.columns import Header, fold, plain
from files.faults import FileFault, FileRefusedError
from files.headings import understand
from files.online_answers import Choices, answered
from files.online_headings import Headings, Place, tails
from files.online_shape import COLUMNS, SHAPE
from files.registry_words import NAMES
from files.reports import ColumnMeaning
from files.times import LOCAL, read_time
from files.workbooks import Row, Sheet
from survey.form.questionnaire import Questionnaire

_OWN = {column.heading: column.field for column in COLUMNS.values()}
FIELDS: Mapping[str, Sequence[str]] = {
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
_SPELLINGS = {spelling: name for name, spellings in FIELDS.items() for spelling in spellings}
_LISTED_FIELDS = {"registry_code": "registry_code", "phone": "phone", "login": "phone"}
"""Fields of lists by which a row of an online file is found, too."""
_IDENTITY = ("registry_code", "phone")
SUBMISSION_MARKS = frozenset({"key", "instanceid", "_uuid", "_id", "_submission_time", "submissiondate"})
"""A file with one of these columns comes from Kobo or ODK: each row was sent in, and `Status` means the upload."""
_REPEATS = frozenset({"parent_key", "_parent_index", "_parent_table_name", "_submission__uuid", "_submission__id"})
"""A sheet with one of these holds what was entered again and again within submissions: no row of it is an answer."""
METADATA = frozenset(
    {
        *SUBMISSION_MARKS,
        *("start", "end", "today", "deviceid", "username", "phonenumber", "simserial", "subscriberid", "email"),
        *(
            "audit",
            "instancename",
            "uuid",
            "submitterid",
            "submittername",
            "attachmentspresent",
            "status",
            "devicename",
        ),
        *("attachmentsexpected", "reviewstate", "edits", "formversion", "isvalidated", "formdef_version", "devicename"),
    }
)
"""Columns that Kobo and ODK add, by their last part."""
_TIMES: Mapping[str, tzinfo] = {"_submission_time": UTC, "submissiondate": UTC, "end": LOCAL}
"""Which of them says when it was answered, the best first, and the zone of a time that names none."""
_REVIEWS = frozenset({"reviewstate", "_validation_status"})
_WITHIN = 30
"""Title rows above the header."""
_SAMPLE = 300
"""Cells that are looked at to tell what a column is."""


@dataclass(frozen=True, slots=True)
class OnlineColumns:
    """The columns of one sheet: `header.at` has the fields; `answers` may hold answers (index, label, heading), those
    labelled as in `questions` are questions of the round; `reviews` say that a submission was rejected; `zone` is that
    of a time that names none.

    `own`: the sheet has Alo's own shape. `exact`: a program wrote it (Alo, Kobo, ODK), numbers have a decimal point.
    """

    header: Header
    own: bool
    answers: tuple[tuple[int, str, str], ...]
    questions: frozenset[str]
    reviews: tuple[int, ...]
    zone: tzinfo
    exact: bool
    meanings: tuple[ColumnMeaning, ...]


def columns_of(sheet: Sheet, forms: Sequence[Questionnaire]) -> OnlineColumns | None:
    """What the columns of `sheet` are; None where no row names a code or a phone. Raises RefusedError for a sheet that
    says of nobody whether they answered, or with a column that may be two things."""
    finder = _Finder(sheet, forms)
    found = finder.own() or finder.best()
    if found is None or (not found.own and is_repeat(sheet, found, finder.names)):
        return None
    if not found.questions and "status" not in found.header.at:
        names = ", ".join(label for _, label, _ in found.answers)
        params = {"columns": names, "questions": ", ".join(sorted(finder.names)[:5])}
        raise FileRefusedError(_fault("online.no_question", sheet, found.header.row, "", **params))
    return found


def is_repeat(sheet: Sheet, found: OnlineColumns | None = None, questions: Container[str] = ()) -> bool:
    """Whether a sheet of Kobo or ODK holds the repetitions of a group within submissions: its rows name another one.
    A column that is called as one of the `questions` names none."""
    for at in range(min(_WITHIN, len(sheet.rows))) if found is None else (found.header.row,):
        named = ((column, title) for column, title in enumerate(_titles(sheet.rows[at])) if _last(title) in _REPEATS)
        columns = [column for column, title in named if not any(tail in questions for tail in tails(title))]
        if any(column < len(row) and row[column] != "" for row in sheet.rows[at + 1 :] for column in columns):
            return True
    return False


def _fault(code: str, sheet: Sheet, row: int, column: str, **params: str) -> FileFault:
    return FileFault(code, params, sheet.name, row + 1, column, suggestion=f"{code}.mend")


class _Finder:
    """Looks at one sheet."""

    def __init__(self, sheet: Sheet, forms: Sequence[Questionnaire]) -> None:
        self.sheet = sheet
        self.forms = forms
        self.headings = [Headings(form) for form in forms]
        self.names = {question.name for form in forms for question in form.questions if question.asked}

    def own(self) -> OnlineColumns | None:
        """The columns of Alo's own shape: known by position and exact heading, the rest are questions."""
        for index, row in enumerate(self.sheet.rows[:_WITHIN]):
            titles = _titles(row)
            if tuple(titles[: len(SHAPE)]) == SHAPE:
                fields = {at: _OWN[title] for at, title in enumerate(titles) if title in _OWN}
                known = frozenset(at for at, title in enumerate(titles) if title in self.names)
                return self._columns(index, titles, fields, known, own=True)
        return None

    def best(self) -> OnlineColumns | None:
        """The row that names whose rows these are and most else."""
        rows = [(index, _titles(row)) for index, row in enumerate(self.sheet.rows[:_WITHIN])]
        judged = [(index, titles, _fields(titles)) for index, titles in rows]
        named = [each for each in judged if any(name in each[2].values() for name in _IDENTITY)]
        if not named:
            return None
        index, titles, fields = max(named, key=lambda each: (len(each[2]) + len(self._claims(each[1])), -each[0]))
        known = self._claims(titles)
        twofold = [at for at in fields if at in known and self._is_named(titles[at])]
        sure = {name for at, name in fields.items() if at not in twofold}
        for at in twofold:
            if self._is_question(index, titles, at, fields[at], sure):
                del fields[at]
        known -= fields.keys()
        if not any(name in fields.values() for name in _IDENTITY):
            clash = next(at for at, name in _fields(titles).items() if name in _IDENTITY)
            raise self._two_meanings(index, titles, clash)
        return self._columns(index, titles, fields, known, own=False)

    def _claims(self, titles: Sequence[str]) -> frozenset[int]:
        return frozenset(at for at, title in enumerate(titles) if title and self._places(title))

    def _places(self, title: str) -> list[Place]:
        found = (headings.find(title) for headings in self.headings)
        return [place for place in found if isinstance(place, Place)]

    def _is_named(self, title: str) -> bool:
        return any(headings.is_exact(title) for headings in self.headings)

    def _is_question(self, row: int, titles: Sequence[str], at: int, name: str, sure: set[str]) -> bool:
        """Whether a column that is named like a field and like a question holds answers. Raises RefusedError when
        neither its cells nor the other columns (`sure`: the fields that they are) tell."""
        kin = _IDENTITY if name in _IDENTITY else ("status",)
        if name not in kin or _is_submissions(titles) or any(field in sure for field in kin):
            return True
        cells = [plain(r[at]) for r in self.sheet.rows[row + 1 : row + 1 + _SAMPLE] if at < len(r) and r[at] != ""]
        as_answer = all(self._answers(titles[at], cell) for cell in cells)
        as_field = all(_fits_field(name, cell) for cell in cells)
        if as_answer == as_field:
            raise self._two_meanings(row, titles, at)
        return as_answer

    def _answers(self, title: str, cell: str) -> bool:
        for form, headings in zip(self.forms, self.headings, strict=True):
            place = headings.find(title)
            question = form.question(place.question) if isinstance(place, Place) else None
            if question is not None and answered(question, cell, Choices(question)).value is not None:
                return True
        return False

    def _two_meanings(self, row: int, titles: Sequence[str], at: int) -> FileRefusedError:
        label = Header(self.sheet, row, titles, {}).label_at(at)
        return FileRefusedError(_fault("online.two_meanings", self.sheet, row, label))

    def _columns(
        self, row: int, titles: Sequence[str], fields: Mapping[int, str], known: frozenset[int], *, own: bool
    ) -> OnlineColumns:
        metadata = set() if own else {a for a in range(len(titles)) if _is_metadata(titles, a) and a not in known}
        metadata -= fields.keys()
        at = _grouped(fields)
        zone: tzinfo = LOCAL
        if "at" not in at and (time := _time(titles, metadata)):
            at["at"], zone = (time[0],), time[1]
        reviews = tuple(index for index in sorted(metadata) if _last(titles[index]) in _REVIEWS)
        header = Header(self.sheet, row, titles, at)
        left = [a for a, title in enumerate(titles) if title and a not in fields and a not in metadata]
        answers = tuple((index, header.label_at(index), titles[index]) for index in left)
        told = tuple(
            self._column_meaning(header, index, known, own=own) for index in range(len(titles)) if titles[index]
        )
        labels = frozenset(header.label_at(index) for index in known)
        return OnlineColumns(header, own, answers, labels, reviews, zone, own or _is_submissions(titles), told)

    def _column_meaning(self, header: Header, index: int, known: frozenset[int], *, own: bool) -> ColumnMeaning:
        label = header.label_at(index)
        name = next((name for name, columns in header.at.items() if index in columns), "")
        if name == "at" and _last(header.names[index]) in _TIMES:
            return ColumnMeaning(self.sheet.name, label, "online.column.sent_at")
        if name:
            return ColumnMeaning(self.sheet.name, label, f"online.column.{name}")
        if index in known:
            places = [Place(header.names[index])] if own else self._places(header.names[index])
            said = dict.fromkeys(f"{p.question}={p.option}" if p.option else p.question for p in places)
            return ColumnMeaning(self.sheet.name, label, "online.column.question", {"question": ", ".join(said)})
        unknown = own or not _is_metadata(header.names, index)
        return ColumnMeaning(self.sheet.name, label, "online.column.nothing" if unknown else "online.column.metadata")


def _titles(row: Row) -> list[str]:
    return [clean(plain(cell)).replace("\n", " ") for cell in row]


def _grouped(fields: Mapping[int, str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for index, name in sorted(fields.items()):
        found[name] = (*found.get(name, ()), index)
    return found


def _fields(titles: Sequence[str]) -> dict[int, str]:
    """Column → the field it is named for; in a file of submissions what Kobo and ODK add is none."""
    sent = _is_submissions(titles)
    found = {}
    for index, title in enumerate(titles):
        name = _field(title, in_groups=sent)
        if name and not (sent and _is_metadata(titles, index)) and not title.startswith("_"):
            found[index] = name
    return found


def _field(title: str, *, in_groups: bool) -> str:
    """By the whole heading, with and without what stands in brackets; `in_groups`: by its last part too."""
    bare = title[: title.index("(")] if "(" in title else title
    parts: Iterable[str] = (*tails(title),) if in_groups else ()
    known = next((_SPELLINGS[fold(said)] for said in (title, bare, *parts) if fold(said) in _SPELLINGS), "")
    return known or next((name for said in (title, *parts) if (name := _as_in_lists(said))), "")


def _as_in_lists(title: str) -> str:
    """Whose row it is, by the words that headings of lists have: "SĐT giám đốc", "Mã số HTX"; old ones name nobody."""
    heading = understand(title)
    return _LISTED_FIELDS.get(heading.field, "") if heading.facet in ("", "new", "second") else ""


def _last(title: str) -> str:
    return list(tails(title))[-1].casefold() if title else ""


def _is_submissions(titles: Sequence[str]) -> bool:
    return any(_last(title) in SUBMISSION_MARKS for title in titles)


def _is_metadata(titles: Sequence[str], index: int) -> bool:
    last = _last(titles[index])
    return last.startswith("_") or (last in METADATA and _is_submissions(titles))


def _time(titles: Sequence[str], metadata: Iterable[int]) -> tuple[int, tzinfo] | None:
    named = {_last(titles[index]): index for index in metadata}
    return next(((named[name], zone) for name, zone in _TIMES.items() if name in named), None)


def _fits_field(name: str, cell: str) -> bool:
    if name == "phone":
        return all(reading.e164 for reading in phone.read_cell(cell))
    if name == "status":
        return said_status(cell) is not None
    return True


def said_status(cell: str) -> bool | None:
    """Whether the words of a state say "answered"; None for other words."""
    return _STATES.get(fold(cell))


_STATES: Mapping[str, bool] = {
    **dict.fromkeys(("da tra loi", "tra loi", "hoan thanh", "da hoan thanh", "hoan tat", "da hoan tat", "xong"), True),
    **dict.fromkeys(("da xong", "da nop", "da gui", "da khao sat", "da thuc hien", "x", "co", "1", "roi"), True),
    **dict.fromkeys(("complete", "completed", "answered", "submitted", "yes", "done", "finished", "true"), True),
    **dict.fromkeys(("tu choi", "refused", "chua tra loi", "chua hoan thanh", "chua nop", "chua", "khong"), False),
    **dict.fromkeys(("dang tra loi", "dang thuc hien", "dang lam", "chua gui", "chua khao sat", "chua xong"), False),
    **dict.fromkeys(("chua hoan tat", "chua thuc hien", "khong tra loi", "0", "false", "no", "not started"), False),
    **dict.fromkeys(("in progress", "not answered", "draft", "pending", "incomplete", "not submitted"), False),
}
"""Folded words; none of them is another word with other marks that would say the opposite."""


__all__ = [
    "ColumnMeaning",
    "OnlineColumns",
    "columns_of",
    "read_time",
    "said_status",
]
