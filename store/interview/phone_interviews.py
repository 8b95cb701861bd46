"""The interviews of one phone, locked after the phone itself, with what is needed to understand its texts.

It must not know what a text means. Which interviews may still be answered is asked by whoever reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Exists, Text, Uuid, any_, bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from contact.delivery import State
from store.interview.interviews import HELD, HeldInterview, locked
from store.prepared import Prepared
from store.tables.interviews import inbound, interviews, prompted
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones
from store.tables.rounds import rounds

NOT_OUT_YET = (State.PLANNED, State.CLAIMED, State.SENDING, State.UNKNOWN)
"""States of a text that has not left, or may not have."""


@dataclass(frozen=True, slots=True)
class TextingInterview(HeldInterview):
    """One of a phone's interviews, with what one of our numbers and this phone have written to each other lately."""

    shown: list[dict[str, Any]] | None
    """What our number has shown the phone, newest first (`sms.binding.Shown.to_dict`)."""
    replies: list[int | None] | None
    """As what each text of the phone was answered since a time; None without any."""
    reply_unsure: bool | None
    """Whether the newest reply is not known to have left; None without one."""


_of_phone = select(organisation_phones.c.organisation_id).where(
    organisation_phones.c.phone_hash == bindparam("phone_hash")
)
_shown = select(prompted.c.shown).where(
    prompted.c.sender_id == bindparam("sender_id"), prompted.c.phone_hash == bindparam("phone_hash")
)
_replies = select(func.array_agg(inbound.c.answered_as)).where(
    inbound.c.phone_hash == bindparam("phone_hash"),
    inbound.c.received_at > bindparam("replies_since"),
    inbound.c.reply_id.is_not(None),
)
_unsure = (
    select(outbox.c.state == any_(literal([str(state) for state in NOT_OUT_YET], ARRAY(Text))))
    .join_from(inbound, outbox, outbox.c.id == inbound.c.reply_id)
    .where(
        inbound.c.phone_hash == bindparam("phone_hash"),
        inbound.c.sender_id == bindparam("sender_id"),
        inbound.c.received_at > bindparam("replies_since"),
    )
    .order_by(inbound.c.received_at.desc())
    .limit(1)
)
_PHONE = HELD.where(interviews.c.organisation_id.in_(_of_phone), rounds.c.state == "open")
_OF_PHONE = Prepared(locked(_PHONE), HeldInterview)
_OF_PHONE_TEXTING = Prepared(
    locked(
        _PHONE.add_columns(
            _shown.scalar_subquery().label("shown"),
            _replies.scalar_subquery().label("replies"),
            _unsure.scalar_subquery().label("reply_unsure"),
        )
    ),
    TextingInterview,
)


def lock_of_phone(conn: Connection, phone_hash: bytes) -> Sequence[HeldInterview]:
    """Lock the interviews in open rounds of every organisation with this phone, in one order for everybody."""
    return _OF_PHONE.all(conn, {"phone_hash": phone_hash})


def lock_for_text(
    conn: Connection, phone_hash: bytes, sender_id: UUID, replies_since: datetime
) -> Sequence[TextingInterview]:
    """As `lock_of_phone`, each row with what is needed to understand a text; replies count from `replies_since` on."""
    given = {"phone_hash": phone_hash, "sender_id": sender_id, "replies_since": replies_since}
    return _OF_PHONE_TEXTING.all(conn, given)


def shares_phone_with_another(interview_id: ColumnElement[Any], phone_hash: ColumnElement[Any] | None = None) -> Exists:
    """Whether the phone (None: any of its phones) serves another organisation too that is asked in an open round."""
    own, mine, theirs, other = (t.alias() for t in (interviews, organisation_phones, organisation_phones, interviews))
    its_round = rounds.alias()
    found = (
        exists()
        .where(own.c.id == interview_id, mine.c.organisation_id == own.c.organisation_id)
        .where(theirs.c.phone_hash == mine.c.phone_hash, theirs.c.organisation_id != mine.c.organisation_id)
        .where(other.c.organisation_id == theirs.c.organisation_id, its_round.c.id == other.c.round_id)
        .where(its_round.c.state == "open")
    )
    return found if phone_hash is None else found.where(mine.c.phone_hash == phone_hash)


_SHARES_ANY = select(shares_phone_with_another(bindparam("interview_id", type_=Uuid)))


def shares_phone(conn: Connection, interview_id: UUID) -> bool:
    """Whether any of its phones serves another organisation too that is asked in an open round."""
    return bool(conn.scalar(_SHARES_ANY, {"interview_id": interview_id}))
