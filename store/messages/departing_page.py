"""Contacts being sent, in pages: locked in the lock order, marked as sending, noted as handed over.

Statements only: which rows may leave is decided in `services.sending.clear`. It must not know a carrier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from contact.calendar import Medium
from contact.campaign_states import CampaignState, LadderState
from contact.consent import ConsentState
from contact.delivery import State
from store.interview.phone_interviews import shares_phone_with_another
from store.messages.continuity import ANY_UNREAD
from store.pages import document, page
from store.people.abilities import why_unable
from store.prepared import Prepared
from store.rows import field_names
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.interviews import interviews, prompted
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, phones
from store.tables.rounds import rounds

_OF_PAGE = outbox.c.id == any_(bindparam("row_ids", type_=ARRAY(Uuid)))


@dataclass(frozen=True, slots=True)
class PagePhone:
    """The phone of one row of a page."""

    row_id: UUID
    interview_id: UUID | None
    """Of the row."""
    hash: bytes
    number: bytes | None
    """Sealed; None once it was erased."""
    consent: ConsentState


_phones = (
    select(outbox.c.id.label("row_id"), outbox.c.interview_id, phones.c.hash, phones.c.number, phones.c.consent)
    .join(phones, phones.c.hash == outbox.c.phone_hash)
    .where(_OF_PAGE)
    .order_by(phones.c.hash, outbox.c.id)
)
_PHONES = Prepared(_phones.with_for_update(of=phones, key_share=True), PagePhone)


def lock_phones(conn: Connection, rows: Sequence[UUID]) -> Sequence[PagePhone]:
    """Lock the phones of a page, first of all locks and in one order for everybody."""
    return _PHONES.all(conn, {"row_ids": list(rows)})


def _shares_phone() -> ColumnElement[bool]:
    """Asked of each row by itself: an EXISTS may be answered by joining the phones of the whole country."""
    another = shares_phone_with_another(outbox.c.interview_id, outbox.c.phone_hash).correlate(outbox)
    return func.coalesce(select(literal(True)).where(another).correlate(outbox).limit(1).scalar_subquery(), False)


def _link_of(name: str) -> ColumnElement[Any]:
    """A column of what ties the row's phone to its organisation, NULL where nothing does (any more)."""
    link = organisation_phones.c
    of_row = (link.phone_hash == outbox.c.phone_hash, link.organisation_id == interviews.c.organisation_id)
    return select(link[name]).where(*of_row).correlate(outbox, interviews).scalar_subquery()


@dataclass(frozen=True, slots=True)
class DepartingRow:
    """A row that is about to leave, with what decides whether it may, as of now. Times are business time."""

    id: UUID
    ref: str
    medium: Medium
    purpose: str
    sender_id: UUID
    phone_hash: bytes
    interview_id: UUID | None
    office_id: UUID | None
    campaign_id: UUID | None
    state: State
    reason: dict[str, Any]
    body: bytes | None
    """Sealed; None: written as it leaves."""
    deadline_at: datetime | None
    created_at: datetime
    office_code: str | None
    campaign_state: CampaignState | None
    holds: dict[str, Any] | None
    """Parts of its campaign that are held back: "office:…", "sender:…" or "medium:…"."""
    round_id: UUID | None
    shares_phone: bool
    """Another organisation has the same phone."""
    unable: str | None
    """The code for which the phone is known not to take the row's medium."""
    link_valid: bool | None
    """Whether the phone is its organisation's; None: it is not on its list (any more)."""
    link_note: str | None
    unread: bool
    """A carrier must be read before anything leaves."""


@dataclass(frozen=True, slots=True)
class RoundTerms:
    """What a round says about its contacts. `settings` are JSON as text."""

    id: UUID
    state: str
    closes_at: datetime
    settings: str


@dataclass(frozen=True, slots=True)
class _Shown:
    phone_hash: bytes
    shown: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Departure:
    """A locked row; its round, None where it belongs to none; what its sender has shown the phone, newest first."""

    row: DepartingRow
    round: RoundTerms | None
    shown: Sequence[Mapping[str, Any]]


def _departing() -> Select[Any]:
    return (
        select(
            *(outbox.c[name] for name in field_names(DepartingRow) if name in outbox.c),
            offices.c.code.label("office_code"),
            campaigns.c.state.label("campaign_state"),
            campaigns.c.holds,
            rounds.c.id.label("round_id"),
            _shares_phone().label("shares_phone"),
            why_unable().label("unable"),
            _link_of("valid").label("link_valid"),
            _link_of("note").label("link_note"),
            ANY_UNREAD.label("unread"),
        )
        .outerjoin(offices, offices.c.id == outbox.c.office_id)
        .outerjoin(campaigns, campaigns.c.id == outbox.c.campaign_id)
        .outerjoin(interviews, interviews.c.id == outbox.c.interview_id)
        .outerjoin(rounds, rounds.c.id == func.coalesce(campaigns.c.round_id, interviews.c.round_id))
        .where(_OF_PAGE)
        .order_by(outbox.c.id)
        .with_for_update(of=outbox, key_share=True, skip_locked=True)
    )


_ROUNDS = Prepared(
    select(
        rounds.c.id,
        rounds.c.state,
        rounds.c.closes_at,
        cast(rounds.c.settings, Text).label("settings"),
    ).where(rounds.c.id == any_(bindparam("round_ids", type_=ARRAY(Uuid)))),
    RoundTerms,
)
_SHOWN = Prepared(
    select(prompted.c.phone_hash, prompted.c.shown).where(
        prompted.c.sender_id == bindparam("sender_id", type_=Uuid),
        prompted.c.phone_hash == any_(bindparam("hashes", type_=ARRAY(LargeBinary))),
    ),
    _Shown,
)
_DEPARTING = Prepared(_departing(), DepartingRow)


def lock_rows(conn: Connection, rows: Sequence[UUID], sender_id: UUID) -> dict[UUID, Departure]:
    """Lock rows (after phones and interviews), each with what decides whether it may leave and what it says.

    A row that is being withdrawn with its whole campaign, in whatever order, is left out rather than waited for.
    """
    found = _DEPARTING.all(conn, {"row_ids": list(rows)})
    hashes = [row.phone_hash for row in found]
    shown = {phone.phone_hash: phone.shown for phone in _SHOWN.all(conn, {"sender_id": sender_id, "hashes": hashes})}
    round_ids = {row.round_id for row in found if row.round_id is not None}
    terms = {one.id: one for one in _ROUNDS.all(conn, {"round_ids": list(round_ids)})}
    return {
        row.id: Departure(row, None if row.round_id is None else terms.get(row.round_id), shown.get(row.phone_hash, ()))
        for row in found
    }


_MARKED = ("id", "lease_until", "reserved_at", "sent_at", "sent_real_at", "body", "segments")
_leaving = page("leaving", {name: outbox.c[name].type for name in _MARKED})
_MARK = Prepared(
    update(outbox)
    .where(outbox.c.id == _leaving.c.id)
    .values({name: _leaving.c[name] for name in ("lease_until", "reserved_at", "sent_at", "sent_real_at")})
    .values(
        sender_id=bindparam("new_sender_id", type_=Uuid),
        state=str(State.SENDING),
        asked_at=None,
        body=func.coalesce(_leaving.c.body, outbox.c.body),
        segments=func.coalesce(_leaving.c.segments, outbox.c.segments),
    )
)


def mark(conn: Connection, sender_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Mark locked rows as `sending` by a sender: `id` and the new lease_until, reserved_at, sent_at, sent_real_at, body
    and segments (None: as they are)."""
    if rows:
        _MARK.do(conn, {"leaving": document(rows), "new_sender_id": sender_id})


_taken = (
    func.unnest(bindparam("row_ids", type_=ARRAY(Uuid)), bindparam("carrier_ids", type_=ARRAY(Text)))
    .table_valued(column("id", Uuid), column("carrier_id", Text), name="taken")
    .render_derived()
)


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A row that the carrier took, locked after its phone."""

    id: UUID
    medium: Medium
    sender_id: UUID
    phone_hash: bytes
    campaign_id: UUID | None
    interview_id: UUID | None
    state: State
    segments: int
    carrier_id: str | None
    held_by: UUID | None
    """Another row that is taken for this one's carrier id."""


def _with_phones() -> Select[Any]:
    """As `store.messages.outbox.lock_with_phone`: all phones are locked while the page is joined and sorted, then its
    rows."""
    hashes = select(outbox.c.phone_hash).where(_OF_PAGE)
    locked = select(phones.c.hash).where(phones.c.hash.in_(hashes)).order_by(phones.c.hash)
    phone = locked.with_for_update(key_share=True).cte("phone")
    other = outbox.alias("other")
    holder = select(other.c.id).where(
        other.c.sender_id == outbox.c.sender_id, other.c.carrier_id == _taken.c.carrier_id, other.c.id != outbox.c.id
    )
    return (
        select(
            *(outbox.c[name] for name in field_names(AcceptedRow) if name in outbox.c),
            holder.scalar_subquery().label("held_by"),
        )
        .join(phone, phone.c.hash == outbox.c.phone_hash)
        .join(_taken, _taken.c.id == outbox.c.id)
        .order_by(outbox.c.id)
        .with_for_update(of=outbox, key_share=True)
    )


_WITH_PHONES = Prepared(_with_phones(), AcceptedRow)


def lock_with_phones(conn: Connection, carrier_ids: Mapping[UUID, str | None]) -> Sequence[AcceptedRow]:
    """Lock the phones of a page, then its rows; `carrier_ids`: row → the id that the carrier gave it."""
    return _WITH_PHONES.all(conn, {"row_ids": list(carrier_ids), "carrier_ids": list(carrier_ids.values())})


_SETTLED = ("id", "campaign_id", "interview_id", "state", "carrier_id", "segments")
_settled = page("settled", {name: outbox.c[name].type for name in _SETTLED} | {"decide_at": outbox.c.sent_at.type})
_ON_LADDER = (
    update(campaign_interviews)
    .where(
        campaign_interviews.c.campaign_id == _settled.c.campaign_id,
        campaign_interviews.c.interview_id == _settled.c.interview_id,
        campaign_interviews.c.state != LadderState.ENDED,
        _settled.c.decide_at.is_not(None),
    )
    .values(next_at=_settled.c.decide_at, state=LadderState.WAITING)
)
_ACCEPT = Prepared(
    update(outbox)
    .where(outbox.c.id == _settled.c.id)
    .values({name: _settled.c[name] for name in ("state", "carrier_id", "segments")} | {"lease_until": None})
    .add_cte(_ON_LADDER.cte("on_ladder"))
)


def accept(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """The carrier has locked rows: `id`, campaign_id, interview_id and the new state, carrier_id and segments; from
    `decide_at` on the ladder may go on (None: its receipt will say)."""
    if rows:
        _ACCEPT.do(conn, {"settled": document(rows)})
