"""Texts that came in, the replies they got, and what each phone has been shown by each of our numbers.

It must not know what a text means nor see it in clear: bodies come in sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Update, between, bindparam, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from contact.delivery import State
from store import rows
from store.messages.outbox import EMPTY
from store.pages import document, page
from store.people.abilities import unable
from store.people.phones import PhoneWithAbilities
from store.prepared import Prepared
from store.tables.interviews import inbound, prompted
from store.tables.outbox import outbox
from store.tables.registry import phones

_RECEIVED = ("id", "sender_id", "carrier_id", "phone_hash", "number", "body", "via", "received_at", "told_at")

_fresh = (
    pg_insert(inbound)
    .values({name: bindparam(name, type_=inbound.c[name].type) for name in _RECEIVED} | {"outcome": "received"})
    .on_conflict_do_nothing(index_elements=[inbound.c.sender_id, inbound.c.carrier_id])
    .returning(inbound.c.id)
    .cte("fresh")
)
_take_in = (
    select(phones.c.hash, phones.c.kind, phones.c.consent, unable(phones.c.hash))
    .select_from(_fresh.join(phones, onclause=true()))
    .where(phones.c.hash == bindparam("phone_hash"))
)
_TAKE_IN = Prepared(_take_in.with_for_update(of=phones, key_share=True), PhoneWithAbilities)


def take_in(conn: Connection, row: Mapping[str, Any]) -> PhoneWithAbilities | None:
    """Insert the text and lock its phone, in one statement; the phone, or None when the text or its phone needs a look.

    None means: the same text (sender, carrier id) is there already, or the phone is not known yet (`earlier` tells).
    The row is inserted before the lock is taken, so two deliveries of one text wait for each other there and nowhere
    else.
    """
    return _TAKE_IN.first(conn, row)


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A text that was taken in before, and the reply it got."""

    id: UUID
    outcome: str
    reply: bytes | None
    """The sealed words of the reply; None without one, or erased."""
    via: str
    """webhook or sweep."""
    ref: str | None
    """The reply's reference."""
    state: State | None
    """The reply's."""


_EARLIER = (
    select(
        inbound.c.id,
        inbound.c.outcome,
        inbound.c.reply,
        inbound.c.via,
        outbox.c.ref,
        outbox.c.state,
    )
    .outerjoin(outbox, outbox.c.id == inbound.c.reply_id)
    .where(inbound.c.sender_id == bindparam("sender_id"), inbound.c.carrier_id == bindparam("carrier_id"))
)


def earlier(conn: Connection, sender_id: UUID, carrier_id: str) -> EarlierText | None:
    """The text that the carrier calls `carrier_id`, or None."""
    return rows.first(conn, _EARLIER, EarlierText, {"sender_id": sender_id, "carrier_id": carrier_id})


def known(conn: Connection, sender_id: UUID, carrier_ids: Sequence[str]) -> set[str]:
    """Which of these texts to one of our numbers are there already, by the carrier's ids."""
    listed = inbound.c.carrier_id.in_(carrier_ids)
    return set(conn.scalars(select(inbound.c.carrier_id).where(inbound.c.sender_id == sender_id, listed)))


@dataclass(frozen=True, slots=True)
class TextBody:
    """The sealed body of a text that came in."""

    id: UUID
    body: bytes


def bodies_near(
    conn: Connection, sender_id: UUID, phone_hash: bytes, at: datetime, within: timedelta
) -> Sequence[TextBody]:
    """Id and sealed body of a phone's texts to one of our numbers that came, or were sent, about then."""
    seen = (between(column, at - within, at + within) for column in (inbound.c.received_at, inbound.c.told_at))
    mine = select(inbound.c.id, inbound.c.body).where(
        inbound.c.sender_id == sender_id, inbound.c.phone_hash == phone_hash, inbound.c.body.is_not(None)
    )
    return rows.fetch(conn, mine.where(or_(*seen)), TextBody)


_CLOSED = ("interview_id", "outcome", "reply", "reply_id", "answered_as")


def _close() -> Update:
    return (
        update(inbound)
        .where(inbound.c.id == bindparam("inbound_id"))
        .values({name: bindparam(f"in_{name}", type_=inbound.c[name].type) for name in _CLOSED})
    )


def _close_with_reply() -> Update:
    reply = insert(outbox).values({c.name: bindparam(f"out_{c.name}", type_=c.type) for c in outbox.c}).cte("reply")
    return _close().add_cte(reply)


def _close_with_question() -> Update:
    seen = {c.name: bindparam(f"seen_{c.name}", type_=c.type) for c in prompted.c}
    first = pg_insert(prompted).values(seen)
    again = first.on_conflict_do_update(
        index_elements=[prompted.c.sender_id, prompted.c.phone_hash], set_={"shown": first.excluded.shown}
    )
    return _close_with_reply().add_cte(again.cte("seen"))


_CLOSE = Prepared(_close())
_CLOSE_WITH_REPLY = Prepared(_close_with_reply())
_CLOSE_WITH_QUESTION = Prepared(_close_with_question())


def close(
    conn: Connection,
    inbound_id: UUID,
    *,
    interview_id: UUID | None,
    outcome: str,
    reply: Mapping[str, Any] | None = None,
    kept: bytes | None = None,
    shown: Sequence[Mapping[str, Any]] | None = None,
    answered_as: int | None = None,
) -> None:
    """Write what became of a text, in one statement: its outcome, its `reply` (outbox columns) with the words `kept`
    beside the text (sealed), what is now `shown`, and as what it was answered (see `answered_since`).

    Columns of the reply not named take the values of `store.messages.outbox.EMPTY`; `shown` is written only with a
    reply.
    """
    given: dict[str, Any] = {
        "inbound_id": inbound_id,
        "in_interview_id": interview_id,
        "in_outcome": outcome,
        "in_reply": kept,
        "in_reply_id": reply["id"] if reply else None,
        "in_answered_as": answered_as if reply else None,
    }
    if reply is None:
        _CLOSE.do(conn, given)
        return
    given |= {f"out_{name}": value for name, value in {**EMPTY, **reply}.items()}
    if shown is None:
        _CLOSE_WITH_REPLY.do(conn, given)
        return
    seen = {"seen_sender_id": reply["sender_id"], "seen_phone_hash": reply["phone_hash"], "seen_shown": list(shown)}
    _CLOSE_WITH_QUESTION.do(conn, given | seen)


def replied_since(conn: Connection, phone_hash: bytes, outcome: str, since: datetime) -> int:
    """How many texts of this phone with `outcome` got a reply after `since`."""
    query = select(func.count()).where(
        inbound.c.phone_hash == phone_hash,
        inbound.c.outcome == outcome,
        inbound.c.received_at > since,
        inbound.c.reply_id.is_not(None),
    )
    return conn.scalar(query) or 0


def answered_since(conn: Connection, phone_hash: bytes, since: datetime) -> Sequence[int | None]:
    """As what the texts of this phone were answered after `since`: equal where the same was said and answered alike."""
    query = select(inbound.c.answered_as).where(
        inbound.c.phone_hash == phone_hash, inbound.c.received_at > since, inbound.c.reply_id.is_not(None)
    )
    return conn.scalars(query).all()


_seen_by = page("seen", {c.name: c.type for c in prompted.c})
_seen = pg_insert(prompted).from_select([c.name for c in prompted.c], select(*(_seen_by.c[c.name] for c in prompted.c)))
_SEEN = Prepared(
    _seen.on_conflict_do_update(
        index_elements=[prompted.c.sender_id, prompted.c.phone_hash], set_={"shown": _seen.excluded.shown}
    )
)


def remember_shown(conn: Connection, sender_id: UUID, shown: Mapping[bytes, Sequence[Mapping[str, Any]]]) -> None:
    """Replace what our number has shown phones (hash → list, newest first); written under their locks."""
    pages = [{"sender_id": sender_id, "phone_hash": phone, "shown": list(seen)} for phone, seen in shown.items()]
    if pages:
        _SEEN.do(conn, {"seen": document(pages)})
