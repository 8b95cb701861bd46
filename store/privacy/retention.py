"""What is past its time goes, page by page: only the role alo_eraser may run these statements.

Rows that count stay without words. It must not know how long anything is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    true,
    tuple_,
    update,
)

from contact.delivery import FINAL
from contact.tasks import TaskState
from store import audit_chain, rows
from store.registry.provinces import DEADLINE
from store.registry.rounds import RoundRow
from store.tables.campaigns import campaign_interviews, consent, tasks
from store.tables.interviews import answers, inbound, interview_events, interviews
from store.tables.outbox import call_turns, calls, outbox
from store.tables.registry import imports, organisation_phones, organisations, phones
from store.tables.rounds import round_offices, rounds
from store.tables.staff import audit

SWEPT = "retention.swept"
"""Action of the audit trail: rows by kind."""
PAGE = 500
"""Rows of one transaction."""
ZONE = "Asia/Ho_Chi_Minh"
Scope = UUID | None
"""A round, or None: what belongs to no round."""


def all_rounds(conn: Connection) -> Sequence[RoundRow]:
    """Every round, the first one opened first."""
    return rows.fetch(conn, select(rounds).order_by(rounds.c.opens_at), RoundRow)


def texts_out(conn: Connection, scope: Scope, before: datetime) -> int:
    """Empty texts and scripts of ours that are over and were made before this. Rows of one page."""
    old = (outbox.c.body.is_not(None), outbox.c.created_at < before, outbox.c.state.in_(FINAL))
    return _blank(conn, outbox, _of(outbox, scope, *old), body=None)


def texts_in(conn: Connection, scope: Scope, before: datetime) -> int:
    """Empty texts that came in before this. Rows of one page."""
    old = (inbound.c.body.is_not(None), inbound.c.received_at < before)
    return _blank(conn, inbound, _of(inbound, scope, *old), number=None, body=None, reply=None, answered_as=None)


def scripts(conn: Connection, scope: Scope, before: datetime) -> int:
    """Take away what calls that began before this read out. Turns of one page."""
    turn = tuple_(call_turns.c.call_id, call_turns.c.turn)
    old = select(call_turns.c.call_id, call_turns.c.turn).join(calls, calls.c.id == call_turns.c.call_id)
    page = _in_scope(old, calls, scope).where(calls.c.began_at < before).limit(PAGE)  # over, whoever ended it
    return conn.execute(delete(call_turns).where(turn.in_(page))).rowcount


def told_to_staff(conn: Connection, scope: Scope, before: datetime) -> int:
    """Empty what tasks said that were done before this: numbers, and notes of what somebody asked for. Rows of one
    page."""
    old = (tasks.c.detail.is_not(None), tasks.c.state == TaskState.DONE, tasks.c.done_at < before)
    return _blank(conn, tasks, _of(tasks, scope, *old), detail=None)


def reports(conn: Connection, _scope: Scope, before: datetime) -> int:
    """Take away what imports of before this quoted. Rows of one page."""
    page = select(imports.c.id).where(imports.c.report.is_not(None), imports.c.created_at < before)
    return _blank(conn, imports, page, report=None)


def people(conn: Connection, _scope: Scope, before: datetime) -> int:
    """Take away leaders and numbers that no list brought since this and no open round needs. Organisations of a page.

    A number that another organisation has stays; of any other the hash stays, with what it said about being contacted.
    """
    asked = exists().where(
        interviews.c.organisation_id == organisations.c.id,
        rounds.c.id == interviews.c.round_id,
        rounds.c.state == "open",
    )
    linked = exists().where(organisation_phones.c.organisation_id == organisations.c.id)
    held = organisations.c.leader.is_not(None) | organisations.c.email.is_not(None) | linked
    page = select(organisations.c.id).where(organisations.c.updated_at < before, ~asked, held)
    ids = list(conn.scalars(page.order_by(organisations.c.id).limit(PAGE)))
    gone = delete(organisation_phones).where(organisation_phones.c.organisation_id.in_(ids))
    hashes = list(conn.scalars(gone.returning(organisation_phones.c.phone_hash)))
    still = exists().where(organisation_phones.c.phone_hash == phones.c.hash)
    lonely = update(phones).where(phones.c.hash.in_(hashes), ~still)
    conn.execute(lonely.values(number=None, flags=[]))
    away = update(organisations).where(organisations.c.id.in_(ids))
    conn.execute(away.values(leader=None, email=None, position="", digest=b""))
    return len(ids)


def evidence(conn: Connection, _scope: Scope, before: datetime) -> int:
    """Take away the words of agreements and refusals of before this; that they were said stays. Rows of one page."""
    page = select(consent.c.id).where(consent.c.evidence.is_not(None), consent.c.at < before)
    return _blank(conn, consent, page, evidence=None)


def trail(conn: Connection, _scope: Scope, before: datetime) -> int:
    """Take away lines of the audit trail of before this, from its beginning on. Lines of one page."""
    return audit_chain.cut(conn, before, PAGE)


Step = Callable[[Connection, Scope, datetime], int]
BY_ROUND: Mapping[str, tuple[Step, ...]] = {"texts": (texts_out, texts_in, told_to_staff), "scripts": (scripts,)}
"""Kind → what takes away one page of it, of one round or of what belongs to none."""
BY_ALL: Mapping[str, tuple[Step, ...]] = {"reports": (reports,), "people": (people, evidence), "trail": (trail,)}
"""The same of kinds that belong to no round."""


def offices_to_part(conn: Connection, round_id: UUID) -> Sequence[UUID]:
    """The provinces whose interviews of a round still belong to organisations."""
    query = select(interviews.c.office_id).distinct()
    whole = (interviews.c.round_id == round_id, interviews.c.organisation_id.is_not(None))
    return list(conn.scalars(query.where(*whole).order_by(interviews.c.office_id)))


def part(conn: Connection, round_id: UUID, office_id: UUID) -> int:
    """Part the interviews of a province from their organisations, and everything that leads from one to the other.

    What leads there by time is made a day. Interviews parted.
    """
    mine = select(interviews.c.id).where(interviews.c.round_id == round_id, interviews.c.office_id == office_id)
    for table in (outbox, inbound, calls, consent, tasks):
        conn.execute(update(table).where(table.c.interview_id.in_(mine)).values(interview_id=None))
    conn.execute(delete(campaign_interviews).where(campaign_interviews.c.interview_id.in_(mine)))
    seen = literal("parted:") + cast(interview_events.c.seq, Text)
    event = update(interview_events).where(interview_events.c.interview_id.in_(mine))
    conn.execute(event.values(source_id=seen, at=_day(interview_events.c.at)))
    conn.execute(update(answers).where(answers.c.interview_id.in_(mine)).values(at=_day(answers.c.at)))
    return conn.execute(_parted(round_id, office_id)).rowcount


def _parted(round_id: UUID, office_id: UUID) -> Any:
    """In time stays in time, late stays late; the printed code is nobody's any more."""
    own = round_offices.c
    deadline = (
        select(DEADLINE)
        .select_from(rounds.outerjoin(round_offices, (own.round_id == rounds.c.id) & (own.office_id == office_id)))
        .where(rounds.c.id == round_id)
        .scalar_subquery()
    )
    day = _day(interviews.c.ended_at)
    mine = update(interviews).where(interviews.c.round_id == round_id, interviews.c.office_id == office_id)
    return mine.values(
        organisation_id=None,
        code=cast(interviews.c.id, Text),
        commune="",
        begun_at=_day(interviews.c.begun_at),
        ended_at=case((interviews.c.ended_at < deadline, day), else_=func.greatest(day, deadline)),
        online_at=_day(interviews.c.online_at),
        appointment_at=None,
    )


def _day(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The beginning of the local day of a time."""
    return func.date_trunc("day", column, ZONE)


def _of(table: Table, scope: Scope, *old: ColumnElement[bool]) -> Select[Any]:
    return _in_scope(select(table.c.id), table, scope).where(*old)


def _in_scope(query: Select[Any], table: Table, scope: Scope) -> Select[Any]:
    if scope is None:
        return query.where(table.c.interview_id.is_(None))
    of_round = exists().where(interviews.c.id == table.c.interview_id, interviews.c.round_id == scope)
    return query.where(of_round)


def _blank(conn: Connection, table: Table, page: Select[Any], **values: Any) -> int:
    mine = table.c.id.in_(page.order_by(table.c.id).limit(PAGE))
    return conn.execute(update(table).where(mine).values(values)).rowcount


def taken_away(conn: Connection) -> dict[str, int]:
    """Kind → rows taken away so far, as the trail tells."""
    kind = func.jsonb_each_text(audit.c.detail).table_valued("key", "value", joins_implicitly=True)
    query = select(kind.c.key, func.sum(cast(kind.c.value, Integer))).select_from(audit.join(kind, true()))
    query = query.where(audit.c.action == SWEPT)
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(kind.c.key).order_by(kind.c.key))}
