"""Calls and the turns of their dialogue: the document given back for each turn is kept, so a repeat gets it again.

It must not know what is said in a call: documents come in sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, RowMapping, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from store.tables.outbox import call_turns, calls, outbox

_PLACED = select(outbox.c.id, outbox.c.phone_hash, outbox.c.sender_id, outbox.c.interview_id, outbox.c.office_id).where(
    outbox.c.ref == bindparam("ref"), outbox.c.medium == "call"
)


def placed(conn: Connection, ref: str) -> RowMapping | None:
    """The outbox row of a call we placed under `ref`; only columns that never change, because it is not locked."""
    return conn.execute(_PLACED, {"ref": ref}).mappings().first()


_PHONE_OF = select(calls.c.phone_hash, calls.c.interview_id).where(calls.c.ref == bindparam("ref"))


def phone_of(conn: Connection, ref: str) -> RowMapping | None:
    """Phone and interview of a call, read before locking: neither ever changes."""
    return conn.execute(_PHONE_OF, {"ref": ref}).mappings().first()


def by_carrier_id(conn: Connection, sender_id: UUID, carrier_id: str) -> str | None:
    """The reference of the call our number knows under the carrier's id, or None."""
    return conn.scalar(select(calls.c.ref).where(calls.c.sender_id == sender_id, calls.c.carrier_id == carrier_id))


def add(conn: Connection, **columns: Any) -> bool:
    """Insert a call that begins; False when there is one with this reference or carrier id already."""
    row: Mapping[str, Any] = {"turn": 0, "consented": False, "ended_at": None, **columns}
    return conn.execute(pg_insert(calls).values(row).on_conflict_do_nothing()).rowcount == 1


_turn = call_turns.alias("turn")
_next = call_turns.alias("next")
_AT_TURN = (
    select(
        calls.c.id,
        calls.c.ref,
        calls.c.turn,
        calls.c.interview_id,
        calls.c.phone_hash,
        calls.c.consented,
        _turn.c.question,
        _turn.c.interview_turn,
        _next.c.script.label("answered_with"),
    )
    .outerjoin(_turn, (_turn.c.call_id == calls.c.id) & (_turn.c.turn == bindparam("turn")))
    .outerjoin(_next, (_next.c.call_id == calls.c.id) & (_next.c.turn == bindparam("turn") + 1))
    .where(calls.c.ref == bindparam("ref"))
)


def at_turn(conn: Connection, ref: str, turn: int) -> RowMapping | None:
    """The call at dialogue turn `turn`, read under its phone's lock: what that turn asked, and what answered it, if
    anything did (`answered_with`: the sealed document of the next turn)."""
    return conn.execute(_AT_TURN, {"ref": ref, "turn": turn}).mappings().first()


def _advance() -> Insert:
    moved = (
        update(calls)
        .where(calls.c.id == bindparam("turn_call_id"))
        .values(turn=bindparam("turn_turn"), consented=calls.c.consented | bindparam("heard_consent"))
        .cte("moved")
    )
    row = {c.name: bindparam(f"turn_{c.name}", type_=c.type) for c in call_turns.c}
    return insert(call_turns).values(row).add_cte(moved)


_ADVANCE = _advance()


def advance(
    conn: Connection,
    call_id: UUID,
    *,
    turn: int,
    question: str,
    interview_turn: int,
    script: bytes,
    at: datetime,
    consented: bool = False,
) -> None:
    """Write dialogue turn `turn` with its sealed document and move the call to it, in one statement."""
    given = {
        "turn_call_id": call_id,
        "turn_turn": turn,
        "turn_question": question,
        "turn_interview_turn": interview_turn,
        "turn_script": script,
        "turn_at": at,
        "heard_consent": consented,
    }
    conn.execute(_ADVANCE, given)
