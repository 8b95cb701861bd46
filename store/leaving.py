"""Contacts on their way out, a page at a time: locked in the order of the house, marked as leaving, noted as taken.

Statements only: which rows may leave is decided in `services.departure`. It must not know a carrier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    ScalarSelect,
    Select,
    Text,
    Update,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from contact.delivery import State
from store.interviews import shares_phone_with_another
from store.prepared import Prepared, Row
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.interviews import interviews, prompted
from store.tables.outbox import outbox
from store.tables.registry import offices, phones
from store.tables.rounds import rounds

_OF_PAGE = outbox.c.id == any_(bindparam("row_ids", type_=ARRAY(Uuid)))
_phones = (
    select(outbox.c.id, outbox.c.interview_id, phones.c.hash, phones.c.number, phones.c.consent)
    .join(phones, phones.c.hash == outbox.c.phone_hash)
    .where(_OF_PAGE)
    .order_by(phones.c.hash, outbox.c.id)
)
_PHONES = Prepared(_phones)
_LOCKED_PHONES = Prepared(_phones.with_for_update(of=phones, key_share=True))


def lock_phones(conn: Connection, rows: Sequence[UUID], *, locking: bool = True) -> Sequence[Row]:
    """Lock the phones of a page, first of all locks and in one order for everybody: id and interview of each row, with
    its phone's hash, number and consent.

    `locking=False` exists for the planted fault that proves the lock order is needed.
    """
    return (_LOCKED_PHONES if locking else _PHONES).all(conn, {"row_ids": list(rows)})


def _shown() -> ScalarSelect[Any]:
    mine = (prompted.c.sender_id == bindparam("sender_id", type_=Uuid)) & (prompted.c.phone_hash == outbox.c.phone_hash)
    return select(prompted.c.shown).where(mine).scalar_subquery()


def _place() -> Select[Any]:
    return (
        select(
            outbox,
            offices.c.code.label("office_code"),
            campaigns.c.state.label("campaign_state"),
            campaigns.c.holds,
            rounds.c.state.label("round_state"),
            rounds.c.closes_at,
            cast(rounds.c.settings, Text).label("settings"),
            _shown().label("shown"),
            shares_phone_with_another(outbox.c.interview_id, outbox.c.phone_hash).label("shares_phone"),
        )
        .outerjoin(offices, offices.c.id == outbox.c.office_id)
        .outerjoin(campaigns, campaigns.c.id == outbox.c.campaign_id)
        .outerjoin(interviews, interviews.c.id == outbox.c.interview_id)
        .outerjoin(rounds, rounds.c.id == func.coalesce(campaigns.c.round_id, interviews.c.round_id))
        .where(_OF_PAGE)
        .order_by(outbox.c.id)
        .with_for_update(of=outbox, key_share=True, skip_locked=True)
    )


_PLACE = Prepared(_place())


def lock_rows(conn: Connection, rows: Sequence[UUID], sender_id: UUID) -> dict[UUID, Row]:
    """Lock rows (after phones and interviews), each with what decides whether it may leave and what it says: its
    office's code, its campaign's state and holds, its round's state, end and settings (as text), what the sender has
    `shown` the phone, and whether another organisation shares it. Columns of what a row has not are None. A row that
    is being withdrawn with its whole campaign, in whatever order, is left out rather than waited for.
    """
    found = _PLACE.all(conn, {"row_ids": list(rows), "sender_id": sender_id})
    return {row["id"]: row for row in found}


_MARKED = ("sender_id", "lease_until", "reserved_at", "sent_at", "sent_real_at")
_new_body = bindparam("new_body", type_=outbox.c.body.type)
_MARK = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("of_row"))
    .values({name: bindparam(f"new_{name}", type_=outbox.c[name].type) for name in _MARKED})
    .values(
        state=str(State.SENDING),
        asked_at=None,
        body=func.coalesce(_new_body, outbox.c.body),
        segments=func.coalesce(bindparam("new_segments", type_=outbox.c.segments.type), outbox.c.segments),
    )
)


def mark(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Mark locked rows as `sending`: `id` and the new sender_id, lease_until, reserved_at, sent_at, sent_real_at, body
    and segments (None: as they are)."""
    names = (*_MARKED, "body", "segments")
    _MARK.each(conn, [{f"new_{name}": row[name] for name in names} | {"of_row": row["id"]} for row in rows])


_taken = (
    func.unnest(bindparam("row_ids", type_=ARRAY(Uuid)), bindparam("carrier_ids", type_=ARRAY(Text)))
    .table_valued(column("id", Uuid), column("carrier_id", Text), name="taken")
    .render_derived()
)


def _with_phones() -> Select[Any]:
    """As `store.outbox.lock_with_phone`: all phones are locked while the page is joined and sorted, then its rows."""
    hashes = select(outbox.c.phone_hash).where(_OF_PAGE)
    locked = select(phones.c.hash).where(phones.c.hash.in_(hashes)).order_by(phones.c.hash)
    phone = locked.with_for_update(key_share=True).cte("phone")
    other = outbox.alias("other")
    holder = select(other.c.id).where(
        other.c.sender_id == outbox.c.sender_id, other.c.carrier_id == _taken.c.carrier_id, other.c.id != outbox.c.id
    )
    return (
        select(outbox, holder.scalar_subquery().label("held_by"))
        .join(phone, phone.c.hash == outbox.c.phone_hash)
        .join(_taken, _taken.c.id == outbox.c.id)
        .order_by(outbox.c.id)
        .with_for_update(of=outbox, key_share=True)
    )


_WITH_PHONES = Prepared(_with_phones())


def lock_with_phones(conn: Connection, carrier_ids: Mapping[UUID, str | None]) -> Sequence[Row]:
    """Lock the phones of a page, then its rows; `held_by`: another row that is taken for this one's carrier id."""
    return _WITH_PHONES.all(conn, {"row_ids": list(carrier_ids), "carrier_ids": list(carrier_ids.values())})


_accepted = (
    update(outbox)
    .where(outbox.c.id == bindparam("of_row"))
    .values({name: bindparam(f"new_{name}", type_=outbox.c[name].type) for name in ("state", "carrier_id", "segments")})
    .values(lease_until=None)
)


def _with_ladder() -> Update:
    waiting = (
        update(campaign_interviews)
        .where(
            campaign_interviews.c.campaign_id == bindparam("of_campaign"),
            campaign_interviews.c.interview_id == bindparam("of_interview"),
            campaign_interviews.c.state != "ended",
        )
        .values(next_at=bindparam("decide_at"), state="waiting")
        .cte("waiting")
    )
    return _accepted.add_cte(waiting)


_ACCEPT = Prepared(_accepted)
_ACCEPT_AND_DECIDE = Prepared(_with_ladder())


def accept(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """The carrier has locked rows: `id`, campaign_id, interview_id and the new state, carrier_id and segments; from
    `decide_at` on the ladder may go on (None: its receipt will say)."""
    alone, on_ladder = [], []
    for row in rows:
        given = {f"new_{name}": row[name] for name in ("state", "carrier_id", "segments")} | {"of_row": row["id"]}
        if row["decide_at"] is None or row["campaign_id"] is None:
            alone.append(given)
        else:
            ladder = {"of_campaign": row["campaign_id"], "of_interview": row["interview_id"]}
            on_ladder.append(given | ladder | {"decide_at": row["decide_at"]})
    _ACCEPT.each(conn, alone)
    _ACCEPT_AND_DECIDE.each(conn, on_ladder)
