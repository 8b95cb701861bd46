"""A campaign's audience entered page by page, each page with its first contacts, in one statement.

What a first contact is, for a mobile and for a landline, comes in as data: it was decided by `contact.ladder` for
somebody without a past. Whoever has a past that counts is entered as waiting and decided one by one later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    DateTime,
    Double,
    Integer,
    Select,
    Text,
    Uuid,
    all_,
    and_,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, JSONB, insert

from contact.campaign_states import LadderState
from contact.delivery import State
from store.campaign.audience import NOT_SILENCED, chosen, scope
from store.campaign.campaigns import CampaignRow
from store.messages.outbox import EMPTY
from store.people.abilities import takes
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones, phones

_AHEAD = (State.PLANNED, State.CLAIMED, State.SENDING, State.HANDED, State.UNKNOWN)
_CALL_RUNS = (State.SENT, State.RINGING, State.ANSWERED)


def page(conn: Connection, campaign: CampaignRow, size: int) -> Sequence[UUID]:
    """The next interviews in the campaign's reach after its cursor, in order; none at the end."""
    query = select(interviews.c.id).where(scope(campaign))
    if campaign.cursor is not None:
        query = query.where(interviews.c.id > campaign.cursor)
    return conn.scalars(query.order_by(interviews.c.id).limit(size)).all()


def _place() -> Any:
    """The interview's place in the release, in [0, 1): the same for the same seed on every server."""
    seeded = func.concat(bindparam("seed", type_=BigInteger), ":", cast(interviews.c.id, Text))
    bits = cast(func.concat("x", func.substr(func.md5(seeded), 1, 8)), BIT(32))
    return cast(cast(bits, BigInteger), Double) / literal(2.0**32, Double)


def _number(able: ColumnElement[bool]) -> Any:
    """The first phone of the organisation that may be contacted and is able to take it."""
    return (
        select(phones.c.hash)
        .join(organisation_phones, organisation_phones.c.phone_hash == phones.c.hash)
        .where(organisation_phones.c.organisation_id == interviews.c.organisation_id, organisation_phones.c.valid)
        .where(NOT_SILENCED, able)
        .order_by(organisation_phones.c.rank, phones.c.hash)
        .limit(1)
        .correlate(interviews)
        .scalar_subquery()
    )


def _has_a_past() -> ColumnElement[bool]:
    """A contact under way or in doubt, one since `horizon` that the ladder would wait after, or a chosen time."""
    recent = func.coalesce(outbox.c.sent_at, outbox.c.due_at) > bindparam("horizon", type_=DateTime(timezone=True))
    counts = or_(
        outbox.c.state.in_(_AHEAD),
        and_(outbox.c.medium == "call", outbox.c.state.in_(_CALL_RUNS)),
        and_(outbox.c.state != State.WITHDRAWN, recent),
    )
    earlier = exists().where(outbox.c.interview_id == interviews.c.id, outbox.c.campaign_id.is_not(None), counts)
    return or_(interviews.c.appointment_at.is_not(None), earlier)


_FIRST = (
    func.jsonb_to_recordset(bindparam("first", type_=JSONB))
    .table_valued(
        column("office", Uuid),
        column("mobile", Boolean),
        column("medium", Text),
        column("purpose", Text),
        column("sender_id", Uuid),
        column("step", Integer),
        column("reason", JSONB),
        column("low", Double),
        column("high", Double),
        column("starts_at", DateTime(timezone=True)),
        column("seconds", Double),
        name="first",
    )
    .render_derived(with_types=True)
)
"""First contacts as data: a row per segment of the release, for mobiles and the rest, for offices of other hours."""

_NAMES = (
    func.unnest(bindparam("ids", type_=ARRAY(Uuid)), bindparam("refs", type_=ARRAY(Text)))
    .table_valued(column("id", Uuid), column("ref", Text), with_ordinality="n", name="names")
    .render_derived()
)


def _found(campaign: CampaignRow, after: UUID | None, upto: UUID) -> Select[Any]:
    """The audience of one page: who is contacted, at which place of the release, on which numbers."""
    inner = chosen(campaign).add_columns(
        interviews.c.office_id,
        _place().label("place"),
        _has_a_past().label("past"),
        _number(takes("text")).label("mobile"),
        _number(takes("call")).label("number"),
    )
    inner = inner.where(interviews.c.id <= upto)
    if after is not None:
        inner = inner.where(interviews.c.id > after)
    page_of = inner.subquery("page_of")
    return select(page_of, func.row_number().over(order_by=(page_of.c.place, page_of.c.id)).label("n")).where(
        page_of.c.excluded == ""
    )


def enter(
    conn: Connection,
    campaign: CampaignRow,
    upto: UUID,
    first: Sequence[Mapping[str, Any]],
    names: Sequence[tuple[UUID, str]],
    *,
    apart: Sequence[UUID],
    horizon: datetime,
    at: datetime,
) -> int:
    """Enter the audience after the campaign's cursor up to interview `upto`, with first contacts. Interviews entered.

    `first`: rows of plain JSON with the columns of `_FIRST`; `names`: an id and a reference for each interview of the
    page; `apart`: offices that only rows of `first` naming them are for; contacts after `horizon` (business time) are
    a past that counts.
    """
    found = _found(campaign, campaign.cursor, upto).cte("found")
    contact = (
        select(
            found, *(_FIRST.c[name] for name in ("medium", "purpose", "sender_id", "step", "reason")), _due_at(found)
        )
        .select_from(found.outerjoin(_FIRST, _released(found)))
        .cte("contact")
    )
    entered = _entering(campaign, contact, at).cte("entered")
    planned = _contacting(campaign, contact, at).cte("planned")
    query = select(func.count()).select_from(entered).add_cte(planned)
    values = {
        "seed": campaign.seed,
        "horizon": horizon,
        "first": list(first),
        "apart": list(apart),
        "ids": [i for i, _ in names],
        "refs": [r for _, r in names],
    }
    return conn.execute(query, values).scalar_one()


def _released(found: Any) -> ColumnElement[bool]:
    own = _FIRST.c.mobile == found.c.mobile.is_not(None)
    others = found.c.office_id != all_(bindparam("apart", type_=ARRAY(Uuid)))
    here = case((_FIRST.c.office.is_(None), others), else_=_FIRST.c.office == found.c.office_id)
    rung = or_(_FIRST.c.medium == "text", found.c.number.is_not(None))
    return and_(own, here, rung, _FIRST.c.low <= found.c.place, found.c.place < _FIRST.c.high)


def _due_at(found: Any) -> ColumnElement[datetime]:
    share = (found.c.place - _FIRST.c.low) / (_FIRST.c.high - _FIRST.c.low)
    zero = literal(0)
    late = func.make_interval(zero, zero, zero, zero, zero, zero, share * _FIRST.c.seconds)
    return (_FIRST.c.starts_at + late).label("due_at")


def _entering(campaign: CampaignRow, contact: Any, at: datetime) -> Any:
    plain = and_(~contact.c.past, contact.c.medium.is_not(None))
    now = literal(at, DateTime(timezone=True))
    later = func.coalesce(contact.c.due_at, now) if campaign.spread_days else now
    columns: dict[str, Any] = {
        "campaign_id": literal(campaign.id, Uuid),
        "interview_id": contact.c.id,
        "step": case((plain, contact.c.step), else_=0),
        "state": case((plain, str(LadderState.CONTACTING)), else_=str(LadderState.WAITING)),
        "reason": case((plain, contact.c.reason), else_=func.jsonb_build_object()),
        "next_at": case((plain, None), else_=later),
    }
    rows = select(*(value.label(name) for name, value in columns.items()))
    statement = insert(campaign_interviews).from_select(list(columns), rows).on_conflict_do_nothing()
    return statement.returning(campaign_interviews.c.interview_id)


def _contacting(campaign: CampaignRow, contact: Any, at: datetime) -> Any:
    now = literal(at, DateTime(timezone=True))
    constant = {name: literal(value, outbox.c[name].type) for name, value in EMPTY.items() if value is not None}
    columns: dict[str, Any] = {
        **constant,
        "id": _NAMES.c.id,
        "ref": _NAMES.c.ref,
        "medium": contact.c.medium,
        "purpose": contact.c.purpose,
        "sender_id": contact.c.sender_id,
        "phone_hash": case((contact.c.medium == "text", contact.c.mobile), else_=contact.c.number),
        "interview_id": contact.c.id,
        "office_id": contact.c.office_id,
        "campaign_id": literal(campaign.id, Uuid),
        "step": contact.c.step,
        "attempt": literal(1, Integer),
        "state": literal(str(State.PLANNED), Text),
        "reason": contact.c.reason,
        "due_at": contact.c.due_at,
        "deadline_at": literal(campaign.closes_at, DateTime(timezone=True)),
        "created_at": now,
    }
    rows = select(*(value.label(name) for name, value in columns.items()))
    rows = rows.select_from(contact.join(_NAMES, _NAMES.c.n == contact.c.n))
    rows = rows.where(~contact.c.past, contact.c.medium.is_not(None))
    statement = insert(outbox).from_select(list(columns), rows).on_conflict_do_nothing()
    return statement.returning(outbox.c.id)
