"""What leaves in files, as statements that stream: completed forms, who has answered, forms without identity.

Nothing is collected here: rows go from the server's cursor, or its COPY, straight to who writes them. Days leave, times
do not. It must not know file formats and their words, nor who may have what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, array

from store.registry.provinces import DEADLINE, OF_INTERVIEW
from store.rows import fetch
from store.tables.interviews import answers, interviews
from store.tables.registry import offices, organisation_phones, organisations, phones
from store.tables.rounds import questionnaires, round_offices, rounds
from store.tables.staff import officer_communes, staff

ZONE = "Asia/Ho_Chi_Minh"
_FORMULA = r"^'*[=+@\t\r-]"
"""How a cell begins that spreadsheets would calculate."""
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column of answers: the question's name; `free`: anything may stand in its cells."""

    name: str
    free: bool


Column = tuple[str, ColumnElement[Any]]
"""The code of a column's heading, and the expression of its cells. Who writes the file has the words for the code."""


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A statement whose rows are those of a file; `columns` name its columns in order, by code or by question."""

    columns: tuple[str | AnswerColumn, ...]
    query: Select[Any]


@dataclass(frozen=True, slots=True)
class CompletedForm:
    """A published questionnaire: its digest and its document."""

    sha256: str
    form: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CardRow:
    """An organisation still to be asked and who answers for it; the officer's fields are None where none looks after
    its commune. `officer_phone` is sealed."""

    organisation: str
    code: str
    questionnaire_sha256: str
    office: str
    contact_number: str
    officer: str | None
    officer_id: UUID | None
    officer_phone: bytes | None


def as_text(value: ColumnElement[Any], lossy: str = "") -> ColumnElement[str]:
    """The value as no spreadsheet will calculate it: an apostrophe stands before what begins like a formula.

    `lossy`: a pattern of what the reader of the file would change as well; "" for a file with kinds of cells.
    """
    changed = f"{_FORMULA}|^({lossy})$" if lossy else _FORMULA
    return case((value.op("~")(changed), func.concat("'", value)), else_=value)


def _day(moment: ColumnElement[Any]) -> ColumnElement[str]:
    return func.to_char(func.timezone(ZONE, moment), "DD/MM/YYYY")


def _scope(round_id: UUID, office_id: UUID | None) -> list[ColumnElement[bool]]:
    scope = [interviews.c.round_id == round_id]
    return scope if office_id is None else [*scope, interviews.c.office_id == office_id]


def _forms(round_id: UUID, office_id: UUID | None, sha256: str) -> Any:
    """All answers of each complete form as one document: `interview_id`, `said`.

    Grouped in one pass: looking them up form by form costs twice as much, and so do documents that grow by answers.
    """
    names, values = func.array_agg(answers.c.question), func.array_agg(answers.c.value)
    return (
        select(answers.c.interview_id, func.jsonb_object(names, values, type_=JSONB).label("said"))
        .join(interviews, interviews.c.id == answers.c.interview_id)
        .where(*_complete(round_id, office_id, sha256))
        .group_by(answers.c.interview_id)
        .subquery("form")
    )


def _complete(round_id: UUID, office_id: UUID | None, sha256: str) -> list[ColumnElement[bool]]:
    of_form = (interviews.c.questionnaire_sha256 == sha256, interviews.c.status == "complete")
    return [*_scope(round_id, office_id), *of_form]


def _cells(form: Any, asked: Sequence[AnswerColumn], lossy: str = "") -> list[ColumnElement[str]]:
    cells = [(form.c.said[question.name].astext, question) for question in asked]
    return [
        (as_text(cell, lossy) if question.free else cell).label(f"q_{at}") for at, (cell, question) in enumerate(cells)
    ]


def _codes(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(code for code, _ in columns)


def _expressions(columns: Sequence[Column]) -> list[ColumnElement[Any]]:
    return [expression for _, expression in columns]


def forms_in(conn: Connection, round_id: UUID, office_id: UUID | None) -> list[CompletedForm]:
    """Every questionnaire of the round's frame, by code."""
    used = select(interviews.c.questionnaire_sha256).where(*_scope(round_id, office_id)).distinct()
    query = select(questionnaires.c.sha256, questionnaires.c.form).where(questionnaires.c.sha256.in_(used))
    return fetch(conn, query.order_by(questionnaires.c.code, questionnaires.c.version), CompletedForm)


def phone_forms(
    round_id: UUID,
    office_id: UUID | None,
    sha256: str,
    asked: Sequence[AnswerColumn],
    complete: str,
    lossy: str = "",
) -> ExportTable:
    """Forms completed by call, text or staff, then an answer a column. `complete`: the file's word for their status;
    `lossy`: see `as_text`."""
    form = _forms(round_id, office_id, sha256)
    own: list[Column] = [
        ("registry_code", as_text(organisations.c.registry_code, lossy)),
        ("questionnaire", questionnaires.c.code),
        ("status", literal(complete, Text)),
        ("channel", interviews.c.channel),
        ("day", _day(interviews.c.ended_at)),
    ]
    query = (
        select(*_expressions(own), *_cells(form, asked, lossy))
        .select_from(interviews)
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(questionnaires, questionnaires.c.sha256 == interviews.c.questionnaire_sha256)
        .outerjoin(form, form.c.interview_id == interviews.c.id)
        .where(*_complete(round_id, office_id, sha256), interviews.c.channel != "online")
        .order_by(organisations.c.registry_code, interviews.c.id)
    )
    return ExportTable((*_codes(own), *asked), query)


def with_login(table: ExportTable) -> ExportTable:
    """The same with the organisation's first number, hash and sealed number in one array, as a last column: the online
    survey's name for it."""
    of_it = organisation_phones.c.organisation_id == organisations.c.id
    number = select(array([phones.c.hash, phones.c.number])).join(
        organisation_phones, organisation_phones.c.phone_hash == phones.c.hash
    )
    first = number.where(of_it).order_by(organisation_phones.c.rank, phones.c.hash).limit(1).correlate(organisations)
    return ExportTable((*table.columns, "login"), table.query.add_columns(first.scalar_subquery().label("login")))


def statuses(round_id: UUID, office_id: UUID | None, status_words: Mapping[str, str], lossy: str = "") -> ExportTable:
    """Who has answered. Only columns the console may read.

    `status_words`: the file's word for every status of an interview; `lossy`: see `as_text`.
    """
    done = interviews.c.status.in_(("complete", "answered"))
    known = [(interviews.c.status == status, literal(word, Text)) for status, word in status_words.items()]
    own: list[Column] = [
        ("registry_code", as_text(organisations.c.registry_code, lossy)),
        ("questionnaire", questionnaires.c.code),
        ("status", case(*known)),
        ("channel", func.nullif(interviews.c.channel, "")),
        ("day", _day(case((done, func.coalesce(interviews.c.ended_at, interviews.c.online_at))))),
        ("late", case((interviews.c.ended_at >= DEADLINE, literal("x", Text)))),
    ]
    query = (
        select(*_expressions(own))
        .select_from(interviews)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .outerjoin(round_offices, OF_INTERVIEW)
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(questionnaires, questionnaires.c.sha256 == interviews.c.questionnaire_sha256)
        .where(*_scope(round_id, office_id))
        .order_by(organisations.c.registry_code, interviews.c.id)
    )
    return ExportTable(_codes(own), query)


def on_cards(conn: Connection, round_id: UUID, office_id: UUID | None) -> list[CardRow]:
    """The organisations still to be asked, by name."""
    looks_after = and_(
        officer_communes.c.office_id == interviews.c.office_id, officer_communes.c.commune == interviews.c.commune
    )
    query = (
        select(
            organisations.c.name.label("organisation"),
            interviews.c.code,
            interviews.c.questionnaire_sha256,
            offices.c.name.label("office"),
            offices.c.contact_number,
            staff.c.name.label("officer"),
            staff.c.id.label("officer_id"),
            staff.c.phone.label("officer_phone"),
        )
        .select_from(interviews)
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(offices, offices.c.id == interviews.c.office_id)
        .outerjoin(officer_communes, looks_after)
        .outerjoin(staff, staff.c.id == officer_communes.c.staff_id)
        .where(*_scope(round_id, office_id), interviews.c.status.not_in(("complete", "answered", "refused")))
        .order_by(organisations.c.name_key, interviews.c.id)
    )
    return fetch(conn, query, CardRow)


def anonymous(
    round_id: UUID,
    office_id: UUID | None,
    sha256: str,
    asked: Sequence[AnswerColumn],
    salt: str,
    k: int,
    yes_no: tuple[str, str],
    lossy: str = "",
) -> ExportTable:
    """Completed forms under names drawn from `salt`, in whole blocks of `k` forms alike in all that is told of them.

    An answer a column behind what is told, which is what `_blocks` makes alike and nothing else. Forms of one block
    carry the day of its last one; those of a block that is not full stay here. The order is that of the names.
    `yes_no`: the file's words for a member and for none.
    """
    blocks = _blocks(round_id, office_id, sha256, k)
    form = _forms(round_id, office_id, sha256)
    drawn = func.encode(func.sha256(func.convert_to(func.concat(salt, blocks.c.id), "UTF8")), "hex")
    # A letter in front: twenty figures would be a number to some.
    name = func.concat("N", func.left(drawn, 19)).label("name")
    yes, no = yes_no
    own: list[Column] = [
        ("name", name),
        ("questionnaire", questionnaires.c.code),
        ("kind", blocks.c.kind),
        ("sector", blocks.c.sector),
        ("member", case((blocks.c.is_member, literal(yes, Text)), else_=literal(no, Text))),
        ("area", func.concat(blocks.c.area_scheme, "/", blocks.c.area_code)),
        ("channel", blocks.c.channel),
        ("day", _day(blocks.c.day)),
    ]
    query = (
        select(*_expressions(own), *_cells(form, asked, lossy))
        .select_from(blocks)
        .join(questionnaires, questionnaires.c.sha256 == literal(sha256, Text))
        .outerjoin(form, form.c.interview_id == blocks.c.id)
        .where(blocks.c.place < blocks.c.forms // k * k)
        .order_by(name)
    )
    return ExportTable((*_codes(own), *asked), query)


def _blocks(round_id: UUID, office_id: UUID | None, sha256: str, k: int) -> Any:
    """Completed forms of a questionnaire with their place among those alike, and the day of their block's last one."""
    alike = [
        interviews.c[c] for c in ("office_id", "kind", "sector", "is_member", "area_scheme", "area_code", "channel")
    ]
    place = func.row_number().over(partition_by=alike, order_by=(interviews.c.ended_at, interviews.c.id)) - 1
    placed = (
        select(
            interviews.c.id,
            interviews.c.ended_at,
            *alike,
            place.label("place"),
            func.count().over(partition_by=alike).label("forms"),
        )
        .where(*_complete(round_id, office_id, sha256))
        .subquery("placed")
    )
    block = [*(placed.c[column.name] for column in alike), cast(placed.c.place, Integer) // k]
    last = func.max(placed.c.ended_at).over(partition_by=block).label("day")
    return select(placed, last).subquery("blocks")


def alone(conn: Connection) -> None:
    """No parallel workers in this transaction: to group answers in parts and join the parts costs twice as much."""
    conn.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))


def completed(conn: Connection, round_id: UUID, office_id: UUID | None) -> int:
    """How many forms are complete."""
    query = select(func.count()).select_from(interviews).where(*_scope(round_id, office_id))
    return conn.scalar(query.where(interviews.c.status == "complete")) or 0


def rows(conn: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows one by one from a cursor of the server; a thousand are held here at most."""
    found = conn.execute(query, execution_options={"stream_results": True, "yield_per": _PAGE})
    yield from found


def copy_csv(conn: Connection, query: Select[Any], out: BinaryIO) -> int:
    """The rows as CSV (UTF-8, commas), written by the server and passed through. How many they are."""
    compiled = query.compile(conn.engine, compile_kwargs={"render_postcompile": True})
    driver = conn.connection.driver_connection
    assert driver is not None  # checked out of the pool
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY ({compiled}) TO STDOUT WITH (FORMAT csv)", compiled.params) as copy:
            for part in copy:
                out.write(part)
        return int(cursor.rowcount)
