"""Calls and the turns of their dialogue: the document given back for each turn is kept, so a repeat gets it again.

It must not know what is said in a call: documents come in sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert

from store import rows as row_values
from store.people.phones import PhoneRow
from store.prepared import Prepared
from store.tables.interviews import interview_events
from store.tables.outbox import call_turns, calls, outbox, senders
from store.tables.registry import phones


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """The outbox row of a call we placed: columns that never change, because it is not locked."""

    id: UUID
    phone_hash: bytes
    sender_id: UUID
    interview_id: UUID | None
    simulated: bool
    """Whether its line is simulated."""


_PLACED = (
    select(
        outbox.c.id, outbox.c.phone_hash, outbox.c.sender_id, outbox.c.interview_id, senders.c.simulated,
    )
    .join(senders, senders.c.id == outbox.c.sender_id)
    .where(outbox.c.ref == bindparam("ref"), outbox.c.medium == "call")
)  # fmt: skip


def placed(conn: Connection, ref: str) -> PlacedCall | None:
    """The call we placed under `ref`; None if unknown."""
    return row_values.first(conn, _PLACED, PlacedCall, {"ref": ref})


_phone_of = (
    select(phones.c.hash, phones.c.kind, phones.c.consent)
    .join(calls, calls.c.phone_hash == phones.c.hash)
    .where(calls.c.ref == bindparam("ref"))
)
_LOCK_PHONE_OF = Prepared(_phone_of.with_for_update(of=phones, key_share=True), PhoneRow)


def lock_phone(conn: Connection, ref: str) -> PhoneRow | None:
    """Lock the phone of a call and read it; None if unknown. What may change in the call is read after (`at_turn`)."""
    return _LOCK_PHONE_OF.first(conn, {"ref": ref})


def by_carrier_id(conn: Connection, sender_id: UUID, carrier_id: str) -> str | None:
    """The reference of the call our number knows under the carrier's id, or None."""
    return conn.scalar(select(calls.c.ref).where(calls.c.sender_id == sender_id, calls.c.carrier_id == carrier_id))


def add(conn: Connection, **columns: Any) -> bool:
    """Insert a call that begins; False when there is one with this reference or carrier id already."""
    row: Mapping[str, Any] = {"turn": 0, "consented": False, "ended_at": None, **columns}
    statement = pg_insert(calls).values(row).on_conflict_do_nothing().returning(calls.c.id)
    return conn.execute(statement).first() is not None


@dataclass(frozen=True, slots=True)
class CallAtTurn:
    """A call at one turn of its dialogue: what that turn asked, and what answered it."""

    id: UUID
    ref: str
    turn: int
    """The turn the call has come to; the turn that was looked up may be an earlier one."""
    interview_id: UUID | None
    ended_at: datetime | None
    direction: str
    """in: they rang us; out: we rang them."""
    simulated: bool
    question: str | None
    """What the turn asked; None where there is no such turn."""
    interview_turn: int | None
    """The turn of the interview in which it was asked."""
    answered_with: bytes | None
    """The sealed document of the turn after; None as long as nothing answered."""


_turn = call_turns.alias("turn")
_next = call_turns.alias("next")
_AT_TURN = Prepared(
    select(
        calls.c.id,
        calls.c.ref,
        calls.c.turn,
        calls.c.interview_id,
        calls.c.ended_at,
        calls.c.direction,
        senders.c.simulated,
        _turn.c.question,
        _turn.c.interview_turn,
        _next.c.script.label("answered_with"),
    )
    .join(senders, senders.c.id == calls.c.sender_id)
    .outerjoin(_turn, (_turn.c.call_id == calls.c.id) & (_turn.c.turn == bindparam("turn")))
    .outerjoin(_next, (_next.c.call_id == calls.c.id) & (_next.c.turn == bindparam("turn") + 1))
    .where(calls.c.ref == bindparam("ref")),
    CallAtTurn,
)


def at_turn(conn: Connection, ref: str, turn: int) -> CallAtTurn | None:
    """The call at dialogue turn `turn`, read under its phone's lock; None if unknown."""
    return _AT_TURN.first(conn, {"ref": ref, "turn": turn})


_KEYED = (
    select(interview_events.c.interview_id)
    .join(calls, calls.c.interview_id == interview_events.c.interview_id)
    .where(calls.c.ref == bindparam("ref"), interview_events.c.channel == "voice")
    .where(func.starts_with(interview_events.c.source_id, bindparam("ref") + ":"))
    .where(interview_events.c.input["said"].as_string() != "Silence")
    .limit(1)
)


PERSON = ("person", "transfer")
"""What a person is wanted by, in effects."""


def was_keyed(conn: Connection, ref: str) -> bool:
    """Whether a key has been pressed in the call `ref`: events of its turns carry its reference (`ref:turn`)."""
    return conn.execute(_KEYED, {"ref": ref}).first() is not None


@dataclass(frozen=True, slots=True)
class EndedCall:
    """How a call stands that is over for the carrier."""

    interview_id: UUID | None
    ended_at: datetime | None
    """When we ended it; None: it broke off."""
    question: str
    """What it asked last; "" for nothing."""
    at: datetime
    """When it asked that (business time)."""
    last_seq: int | None
    """The last event of its interview that came of it."""
    keyed: bool
    """Whether a key was pressed in it."""
    person_wanted: bool


def _at_end() -> Select[Any]:
    said = interview_events.c
    ours = (said.interview_id == calls.c.interview_id) & (said.channel == "voice")
    ours &= func.starts_with(said.source_id, calls.c.ref + ":")

    def happened(which: ColumnElement[bool]) -> ColumnElement[bool]:
        return select(said.seq).where(ours, which).correlate(calls).exists()

    return (
        select(
            calls.c.interview_id,
            calls.c.ended_at,
            call_turns.c.question,
            call_turns.c.at,
            select(func.max(said.seq)).where(ours).correlate(calls).scalar_subquery().label("last_seq"),
            happened(said.input["said"].as_string() != "Silence").label("keyed"),
            or_(*(happened(said.effects.contains([{"effect": "Wanted", "what": what}])) for what in PERSON)).label(
                "person_wanted"
            ),
        )
        .join(call_turns, (call_turns.c.call_id == calls.c.id) & (call_turns.c.turn == calls.c.turn))
        .where(calls.c.ref == bindparam("ref"))
    )


_AT_END = Prepared(_at_end(), EndedCall)


def at_end(conn: Connection, ref: str) -> EndedCall | None:
    """How the call stands that is over for the carrier, read under its phone's lock; None if unknown."""
    return _AT_END.first(conn, {"ref": ref})


def give_up(conn: Connection, ref: str, at: datetime) -> None:
    """Nobody is in the call `ref`: it counts as over until somebody presses a key after all."""
    conn.execute(update(calls).where(calls.c.ref == ref, calls.c.ended_at.is_(None)).values(ended_at=at))


def _advance() -> Insert:
    about = bindparam("goes_on_about", type_=calls.c.interview_id.type)
    moved = (
        update(calls)
        .where(calls.c.id == bindparam("turn_call_id"))
        .values(
            turn=bindparam("turn_turn"),
            interview_id=func.coalesce(about, calls.c.interview_id),
            consented=calls.c.consented | bindparam("heard_consent"),
            ended_at=bindparam("over_at", type_=calls.c.ended_at.type),
        )
        .cte("moved")
    )
    row = {c.name: bindparam(f"turn_{c.name}", type_=c.type) for c in call_turns.c}
    return insert(call_turns).values(row).add_cte(moved)


_ADVANCE = Prepared(_advance())


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
    over: bool = False,
    about: UUID | None = None,
) -> None:
    """Write dialogue turn `turn` with its sealed document and move the call to it, in one statement.

    `over`: the document ends the call. `about`: the interview that it goes on about, None for the same as before.
    """
    given = {
        "turn_call_id": call_id,
        "turn_turn": turn,
        "turn_question": question,
        "turn_interview_turn": interview_turn,
        "turn_script": script,
        "turn_at": at,
        "heard_consent": consented,
        "over_at": at if over else None,
        "goes_on_about": about,
    }
    _ADVANCE.do(conn, given)
