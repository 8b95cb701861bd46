"""Files that leave: completed phone forms for the online survey, who has answered, answers without names, figures.

Who, when and why stands in the audit trail before the first row is read. Rows stream; what few may have said, and
times of day, never leave. It must not know the words of a file's notes: they are given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection

from files import flow_results, tables
from files.online_shape import COLUMNS, NOTES_SHEET, STATUS_SHEET, STATUS_WORDS
from scoring.disclosure import K
from services import lookups
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.registry import rounds
from store.registry.rounds import RoundRow, RoundState, RuleState
from store.results import exports as rows
from store.results import figures
from store.results.exports import AnswerColumn, ExportTable
from survey.form import questionnaire
from survey.form.questionnaire import Question, Questionnaire

Kind = Literal["forms", "status", "answers", "figures", "cards"]
FORMATS: Mapping[str, tuple[str, ...]] = {
    "forms": ("xlsx", "csv"),
    "status": ("xlsx", "csv"),
    "answers": ("xlsx", "csv", "flow-results"),
}
"""What may leave → the formats there are of it."""
Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is wanted: `out` is the new file (a directory for flow-results), `reason` why; `office` its code or None.

    `logins`: forms carry the number by which the online survey knows an organisation.
    """

    round_code: str
    kind: Kind
    format: str
    out: Path
    actor: str
    reason: str
    office: str | None = None
    logins: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: files, rows or forms in them, and completed forms kept back so that nobody stands alone."""

    files: tuple[Path, ...]
    rows: int
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one questionnaire under their heading, and what is asked in its columns."""

    name: str
    heading: Sequence[str]
    table: ExportTable
    form: Questionnaire | None = None
    questions: Sequence[Question] = ()


def export(work: Work, order: ExportOrder, words: Words) -> Exported:
    """Write the files ordered; whole or not at all.

    Raises Refusal: unknown round, office or format, no reason, file there already, or not released yet.
    """
    if order.format not in FORMATS[order.kind]:
        raise Refusal("export.no_format", format=order.format, known=", ".join(FORMATS[order.kind]))
    if not order.reason.strip():
        raise Refusal("export.no_reason")
    found, office_id = permitted(work, order)
    with work.database.transaction() as conn:
        if order.kind != "status":  # one statement sees one state of the data by itself
            figures.freeze(conn)
        rows.alone(conn)
        parts = _parts(work, conn, order, (found.id, office_id), words)
        notes = _notes(found, order, parts, words)
        written = _WRITERS[order.format](work, conn, order, parts, notes)
        if order.kind != "answers":
            return written
        kept = rows.completed(conn, found.id, office_id) - written.rows
    return Exported(written.files, written.rows, kept)


def permitted(work: Work, order: ExportOrder) -> tuple[RoundRow, UUID | None]:
    """The round and office of a permitted order, which from now on stands in the audit trail. Raises Refusal."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, order.round_code)
        if found is None:
            raise Refusal("round.unknown", round=order.round_code)
        office = lookups.office(conn, order.office) if order.office else None
        if order.kind == "answers" and office is not None and not is_released(found):
            raise Refusal("export.not_released", round=order.round_code)
        detail = {"kind": order.kind, "format": order.format, "reason": order.reason, "logins": order.logins}
        office_id = office.id if office is not None else None
        audit.append(
            conn, at=work.clock.now(), actor=order.actor, action="export.made", subject=order.round_code,
            office_id=office_id, detail=detail,
        )  # fmt: skip
    return found, office_id


def is_released(found: RoundRow) -> bool:
    """Whether figures of a round may be exported: its rule is signed and it is closed."""
    return found.rule_state == RuleState.SIGNED and found.state == RoundState.CLOSED


def _parts(
    work: Work, conn: Connection, order: ExportOrder, scope: tuple[UUID, UUID | None], words: Words
) -> list[_Part]:
    """`scope`: the round and the office, or None for all."""
    if order.kind == "status":
        table = rows.statuses(*scope, STATUS_WORDS, _lossy(order))
        return [_Part(STATUS_SHEET, _own_heading(table), table)]
    salt = work.ids.public() + work.ids.public()
    forms = [(questionnaire.from_dict(found.form), (*scope, found.sha256)) for found in rows.forms_in(conn, *scope)]
    if order.kind == "answers":
        return [_anonymous_part(order, form, of_form, salt, words) for form, of_form in forms]
    return [_forms_part(order, form, of_form) for form, of_form in forms]


def _anonymous_part(
    order: ExportOrder, form: Questionnaire, scope: tuple[UUID, UUID | None, str], salt: str, words: Words
) -> _Part:
    # Only opinions: numbers, days, words and facts that others may know would tell whose form it is.
    questions = [question for question in form.questions if question.asked and question.scored]
    yes_no = words("export.member.yes"), words("export.member.no")
    table = rows.anonymous(*scope, _answer_columns(questions), salt, K, yes_no, _lossy(order))
    return _Part(form.code, _heading(table, lambda code: words(f"export.column.{code}")), table, form, questions)


def _forms_part(order: ExportOrder, form: Questionnaire, scope: tuple[UUID, UUID | None, str]) -> _Part:
    questions = [question for question in form.questions if question.asked]
    table = rows.phone_forms(*scope, _answer_columns(questions), STATUS_WORDS["complete"], _lossy(order))
    if order.logins:
        table = rows.with_login(table)
    return _Part(form.code, _own_heading(table), table, form, questions)


def _heading(table: ExportTable, heading_of: Callable[[str], str]) -> list[str]:
    """The heading of every column: answers stand under their question's name, others under the words for their code."""
    return [column.name if isinstance(column, AnswerColumn) else heading_of(column) for column in table.columns]


def _own_heading(table: ExportTable) -> list[str]:
    """The headings of the online survey's own format."""
    return _heading(table, lambda code: COLUMNS[code].heading)


def _answer_columns(questions: Sequence[Question]) -> list[AnswerColumn]:
    """Columns of answers; what the form itself calls a choice may look like a number or a day too."""
    return [AnswerColumn(q.name, not q.rules.is_plain or any(_is_odd(c.value) for c in q.choices)) for q in questions]


def _is_odd(value: str) -> bool:
    return tables.as_text_cell(value) != value


def _lossy(order: ExportOrder) -> str:
    """What readers of the file would change: those of CSV have to guess what is a number."""
    return tables.LOSSY if order.format == "csv" else ""


def _notes(found: RoundRow, order: ExportOrder, parts: Sequence[_Part], words: Words) -> list[str]:
    """What must be said beside the rows."""
    samples = ", ".join(part.form.code for part in parts if part.form is not None and part.form.sample)
    says = (
        (True, words(f"export.about.{order.kind}", round=found.code, title=found.title)),
        (bool(samples), words("export.sample_forms", forms=samples)),
        (order.kind == "answers" and found.rule_state == RuleState.SAMPLE, words("score.sample_rule")),
        (order.kind == "answers" and found.online_loaded_at is None, words("score.phone_only")),
        (order.kind == "answers", words("export.blocks", k=K)),
    )
    return [text for holds, text in says if holds]


# Writers


def new_file(path: Path) -> Path:
    """The path, if a file may be made there. Raises Refusal."""
    if path.exists():
        raise Refusal("export.exists", file=path.name)
    if not path.parent.is_dir():
        raise Refusal("export.no_place", place=str(path.parent))
    return path


def _xlsx(work: Work, conn: Connection, order: ExportOrder, parts: Sequence[_Part], notes: Sequence[str]) -> Exported:
    count = 0
    with tables.sheets(new_file(order.out)) as book:
        for part in parts:
            found = _opened(work, order, rows.rows(conn, part.table.query))
            count += book.write(part.name, part.heading, found, _numbers(part))
        book.write(NOTES_SHEET, (), [[note] for note in notes])
    return Exported((order.out,), count)


def _numbers(part: _Part) -> frozenset[int]:
    """The columns of numbers that people gave."""
    names = {question.name for question in part.questions if question.rules.is_number}
    columns = enumerate(part.table.columns)
    return frozenset(at for at, column in columns if isinstance(column, AnswerColumn) and column.name in names)


def _csv(work: Work, conn: Connection, order: ExportOrder, parts: Sequence[_Part], notes: Sequence[str]) -> Exported:
    """One file a questionnaire, as columns differ, and the notes in a text beside it: programs read the files."""
    count = 0
    several = len(parts) > 1
    files = [order.out.with_stem(f"{order.out.stem}-{part.name}") if several else order.out for part in parts]
    about = new_file(order.out.with_suffix(".notes.txt"))
    for part, path in zip(parts, files, strict=True):
        with tables.whole_file(new_file(path)) as out:
            tables.csv_heading(out, part.heading)
            if order.logins:
                count += tables.csv_rows(out, _opened(work, order, rows.rows(conn, part.table.query)))
            else:
                count += rows.copy_csv(conn, part.table.query, out)
    with tables.whole_file(about) as out:
        out.write("".join(f"{note}\n" for note in notes).encode())
    return Exported((*files, about), count)


def _opened(work: Work, order: ExportOrder, found: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows with their login, if they have one, as people write it."""
    if not order.logins:
        return found
    keep = tables.as_text_cell if order.format == "csv" else str

    def number(found: Sequence[bytes] | None) -> str:
        if found is None:
            return ""
        phone_hash, sealed = found
        return keep(f"0{work.vault.open(sealed, 'phones.number', phone_hash)[3:]}")

    return ((*row[:-1], number(row[-1])) for row in found)


def _flow_results(
    work: Work, conn: Connection, order: ExportOrder, parts: Sequence[_Part], notes: Sequence[str]
) -> Exported:
    """A package a questionnaire, each in a directory of its own."""
    files: list[Path] = []
    count = 0
    new_file(order.out).mkdir(mode=0o700)
    for part in parts:
        assert part.form is not None  # answers always come with their form
        place = order.out / part.name
        place.mkdir(mode=0o700)
        with tables.whole_file(place / flow_results.RESPONSES) as out:
            forms = flow_results.write_responses(
                out, part.questions, _responses(part.table, rows.rows(conn, part.table.query))
            )
        if not forms:  # a package without an answer is none
            (place / flow_results.RESPONSES).unlink()
            place.rmdir()
            continue
        count += forms
        title = " ".join((part.form.code, *notes))
        described = flow_results.descriptor(part.form, part.questions, _package_id(work), work.clock.now(), title)
        with tables.whole_file(place / flow_results.DESCRIPTOR) as out:
            out.write(json.dumps(described, ensure_ascii=False, indent=2).encode())
        files += [place / flow_results.DESCRIPTOR, place / flow_results.RESPONSES]
    return Exported(tuple(files), count)


def _responses(
    table: ExportTable, found: Iterator[Sequence[Any]]
) -> Iterator[tuple[str, date, dict[str, str], Sequence[Any]]]:
    """Of every form its name, its day, what else is told of it by the code of the column, and its answers."""
    codes = [column for column in table.columns if isinstance(column, str)]
    for row in found:
        facts = dict(zip(codes, row, strict=False))  # the answers stand behind
        day = datetime.strptime(facts.pop("day"), "%d/%m/%Y").date()  # noqa: DTZ007  a day without a time
        yield facts.pop("name"), day, facts, row[len(codes) :]


def _package_id(work: Work) -> UUID:
    return UUID(bytes=hashlib.sha256(work.ids.public().encode()).digest()[:16], version=4)


_WRITERS = {"xlsx": _xlsx, "csv": _csv, "flow-results": _flow_results}
