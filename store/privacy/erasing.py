"""Statements that erase what a person said: only the role alo_eraser may run them, in one transaction a person.

Rows that count and prove stay with their words gone; rows that are nothing but the person go. It must not decide who.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, delete, exists, func, or_, select, update

from contact.delivery import FINAL, State
from store.privacy.personal import Subject, places
from store.tables.campaigns import campaigns, consent
from store.tables.interviews import answers, inbound, interview_events, interviews, prompted
from store.tables.outbox import call_turns, calls, outbox, receipts, senders
from store.tables.registry import organisation_phones, organisations, phone_abilities, phone_readings, phones
from store.tables.rounds import rounds
from store.tables.staff import audit

GOING: tuple[Table, ...] = (organisation_phones, phone_abilities, phone_readings, call_turns, prompted)
"""Tables whose rows of the person go whole."""
BLANKED: Mapping[Table, Mapping[str, Any]] = {
    phones: {"number": None, "flags": []},
    organisations: {"leader": None, "email": None, "position": "", "digest": b""},
    consent: {"evidence": None},
    outbox: {"body": None},
    inbound: {"number": None, "body": None, "reply": None, "answered_as": None},
}
"""Table → what its rows of the person hold afterwards. The digest: the next list writes the organisation anew."""
TYPED: Mapping[Table, tuple[str, ...]] = {
    campaigns: ("title", "holds"),
    senders: ("paused_reason",),
    rounds: ("title",),
}
"""Table → its columns with what staff typed in clear, for others to read: it may name the person."""
_LEAVING = (State.SENDING, State.RINGING, State.ANSWERED)
_DOUBTFUL = (State.UNKNOWN, State.HANDED)


def under_way(conn: Connection, phone_hash: bytes, since: datetime) -> bool:
    """Whether a text is just leaving or a call that began after `since` runs."""
    leaving = exists().where(outbox.c.phone_hash == phone_hash, outbox.c.state.in_(_LEAVING))
    over = exists().where(outbox.c.id == calls.c.outbox_id, outbox.c.state.in_(FINAL))  # who hung up ended it
    recent = and_(calls.c.ended_at.is_(None), ~over, calls.c.began_at > since)
    talking = exists().where(calls.c.phone_hash == phone_hash, recent)
    young = leaving.where(func.coalesce(outbox.c.sent_at, outbox.c.due_at) > since)
    return bool(conn.scalar(select(or_(young, talking))))


def end_doubts(conn: Connection, phone_hash: bytes, at: datetime) -> None:
    """Contacts that may or may not have left count as left: without number and words nobody could be asked."""
    doubtful = update(outbox).where(outbox.c.phone_hash == phone_hash, outbox.c.state.in_(_DOUBTFUL))
    conn.execute(doubtful.values(state=str(State.PRESUMED), ended_at=at, lease_until=None, error_code="erased"))


def blank(conn: Connection, subject: Subject) -> dict[str, int]:
    """Take away what stands in columns that tell whose they are. Table → rows."""
    where = places(subject)
    done = {t.name: conn.execute(update(t).where(where[t]).values(dict(v))).rowcount for t, v in BLANKED.items()}
    return done | {table.name: conn.execute(delete(table).where(where[table])).rowcount for table in GOING}


def counted(conn: Connection, subject: Subject) -> dict[str, int]:
    """Table → rows that `blank` would change or take away, and events and answers that may hold words."""
    where = places(subject)
    tables = (*BLANKED, *GOING, interview_events, answers)
    return {t.name: conn.scalar(select(func.count()).select_from(t).where(where[t])) or 0 for t in tables}


def set_columns(conn: Connection, table: Table, row_id: UUID, **values: Any) -> None:
    """Give one row other values."""
    conn.execute(update(table).where(table.c.id == row_id).values(values))


def remove(conn: Connection, table: Table, ids: Sequence[UUID]) -> None:
    """Take rows away by id."""
    conn.execute(delete(table).where(table.c.id.in_(list(ids))))


def details(conn: Connection, table: Table, which: ColumnElement[bool]) -> list[tuple[Any, Any]]:
    """Key and JSON `detail` of rows, as they are read for a search."""
    query = select(table.c.id, table.c.detail).where(which).execution_options(yield_per=500)
    return [(row[0], row[1]) for row in conn.execute(query)]


def typed(conn: Connection, table: Table) -> list[tuple[UUID, dict[str, Any]]]:
    """Id, and what staff typed by column, of every row of a table of `TYPED`."""
    columns = [table.c[name] for name in TYPED[table]]
    return [(row["id"], {c.name: row[c.name] for c in columns}) for row in _mapped(conn, select(table.c.id, *columns))]


def _mapped(conn: Connection, query: Any) -> Sequence[RowMapping]:
    return conn.execute(query).mappings().all()


def receipts_of(subject: Subject) -> ColumnElement[bool]:
    """The receipts of the person's contacts."""
    return places(subject)[receipts]


def all_details(conn: Connection) -> list[tuple[Any, Any]]:
    """Number and detail of every line of the audit trail that holds more than codes could."""
    return details(conn, audit, audit.c.detail != {})


def rewrite_event(conn: Connection, interview_id: UUID, seq: int, given: Any, effects: Any) -> None:
    """Write an event's documents anew."""
    mine = (interview_events.c.interview_id == interview_id, interview_events.c.seq == seq)
    conn.execute(update(interview_events).where(*mine).values(input=given, effects=effects))


def rewrite_answer(conn: Connection, interview_id: UUID, question: str, value: str) -> None:
    """Write a stored answer anew."""
    mine = (answers.c.interview_id == interview_id, answers.c.question == question)
    conn.execute(update(answers).where(*mine).values(value=value))


def rewrite_state(conn: Connection, interview_id: UUID, state: Any) -> None:
    """Write an interview's state anew."""
    conn.execute(update(interviews).where(interviews.c.id == interview_id).values(state=state))
