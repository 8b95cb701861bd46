"""Campaigns: their states and holds, and how far each interview's ladder has come.

Statements only; what comes next on a ladder is decided in `contact.ladder`, who is in one in `store.campaign.audience`.
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
    Text,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, array

from contact.calendar import MEDIA
from contact.campaign_states import CampaignState, LadderState
from contact.delivery import State
from contact.kinds import CampaignKind
from store import rows
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.outbox import outbox, senders
from store.tables.registry import offices
from store.tables.rounds import rounds


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign with its round's code, settings, state and end, and its office's code and level."""

    id: UUID
    round_id: UUID
    office_id: UUID
    kind: CampaignKind
    title: str
    state: CampaignState
    audience: Mapping[str, Any]
    """Values of `store.campaign.audience.FILTERS`."""
    ladder: Mapping[str, Any]
    """`contact.ladder.Ladder.to_dict()`."""
    seed: int
    spread_days: int
    holds: Mapping[str, Mapping[str, str]]
    """Key of a part (see `part`) → actor, at (ISO 8601), reason of its hold."""
    planned: int
    """Organisations entered so far."""
    cursor: UUID | None
    """The last interview entered."""
    planned_at: datetime | None
    approved_for: int
    """Organisations the second person saw."""
    approved_by: str
    created_at: datetime
    created_by: str
    launched_at: datetime | None
    round_code: str
    settings: Mapping[str, Any]
    """Of the round: `contact.settings.RoundSettings.to_dict()`."""
    round_state: str
    closes_at: datetime
    office_code: str
    office_level: str


def add(conn: Connection, **columns: Any) -> None:
    """Insert a campaign."""
    conn.execute(insert(campaigns).values(**columns))


_ROW = (
    select(
        *(campaigns.c[name] for name in rows.field_names(CampaignRow) if name in campaigns.c),
        rounds.c.code.label("round_code"),
        rounds.c.settings,
        rounds.c.state.label("round_state"),
        rounds.c.closes_at,
        offices.c.code.label("office_code"),
        offices.c.level.label("office_level"),
    )
    .join(rounds, rounds.c.id == campaigns.c.round_id)
    .join(offices, offices.c.id == campaigns.c.office_id)
)


def by_id(conn: Connection, campaign_id: UUID, *, hold: bool = False) -> CampaignRow | None:
    """The campaign, or None.

    `hold`: its state stays as it is until this transaction ends; others may hold it too.
    """
    query = _ROW.where(campaigns.c.id == campaign_id)
    query = query.with_for_update(of=campaigns, read=True) if hold else query
    return rows.first(conn, query, CampaignRow)


def claim(conn: Connection, campaign_id: UUID) -> CampaignRow | None:
    """The campaign under its row lock, or None when it is unknown or somebody else works on it."""
    query = _ROW.where(campaigns.c.id == campaign_id).with_for_update(of=campaigns, key_share=True, skip_locked=True)
    return rows.first(conn, query, CampaignRow)


def of_round(conn: Connection, round_id: UUID, states: Sequence[CampaignState]) -> list[CampaignRow]:
    """The round's campaigns in one of `states`, locked in the order of their ids."""
    query = _ROW.where(campaigns.c.round_id == round_id, campaigns.c.state.in_(states)).order_by(campaigns.c.id)
    return rows.fetch(conn, query.with_for_update(of=campaigns, key_share=True), CampaignRow)


def newest_first(conn: Connection, round_code: str | None = None, office_id: UUID | None = None) -> list[CampaignRow]:
    """Campaigns, newest first; of one round and office if given."""
    query = _ROW.order_by(campaigns.c.created_at.desc(), campaigns.c.id.desc())
    if round_code is not None:
        query = query.where(rounds.c.code == round_code)
    if office_id is not None:
        query = query.where(campaigns.c.office_id == office_id)
    return rows.fetch(conn, query, CampaignRow)


def move(
    conn: Connection, campaign_id: UUID, come_from: Sequence[CampaignState], to: CampaignState, **columns: Any
) -> bool:
    """Change state if it is one of `come_from` (the conditional change that makes a double launch one)."""
    statement = (
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.state.in_(come_from))
        .values(state=to, **columns)
    )
    return conn.execute(statement).rowcount == 1


def change(conn: Connection, campaign_id: UUID, **columns: Any) -> None:
    """Set columns of one campaign."""
    conn.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(**columns))


def part(kind: str, value: object) -> str:
    """The key of a part of a campaign in `holds`: office or sender by id, medium by name."""
    return f"{kind}:{value}"


def parts(conn: Connection, office: str | None, sender: str | None, medium: str | None) -> dict[str, str | None]:
    """What staff named → its key in `holds`, None when there is no such thing: office by code, sender by name."""
    found: dict[str, str | None] = {}
    if office is not None:
        office_id = conn.scalar(select(offices.c.id).where(offices.c.code == office))
        found[office] = part("office", office_id) if office_id else None
    if sender is not None:
        sender_id = conn.scalar(select(senders.c.id).where(senders.c.name == sender))
        found[sender] = part("sender", sender_id) if sender_id else None
    if medium is not None:
        found[medium] = part("medium", medium) if medium in MEDIA else None
    return found


def part_names(conn: Connection) -> dict[str, str]:
    """Key in `holds` → what staff call it, for offices and senders."""
    office = select(func.concat("office:", offices.c.id).label("key"), offices.c.code.label("name"))
    sender = select(func.concat("sender:", senders.c.id), senders.c.name)
    return {row.key: row.name for row in conn.execute(office.union_all(sender))}


def hold(
    conn: Connection, campaign_id: UUID, key: str, why: Mapping[str, Any], states: Sequence[CampaignState]
) -> bool:
    """Put a part on hold; False when it is already, or the campaign is in none of `states`."""
    free = and_(campaigns.c.id == campaign_id, campaigns.c.state.in_(states), ~campaigns.c.holds.has_key(key))
    added = campaigns.c.holds.op("||", return_type=JSONB())(literal({key: dict(why)}, JSONB))
    return conn.execute(update(campaigns).where(free).values(holds=added)).rowcount == 1


def let_go(conn: Connection, campaign_id: UUID, key: str) -> bool:
    """End the hold of a part; False when it was not on hold."""
    held = and_(campaigns.c.id == campaign_id, campaigns.c.holds.has_key(key))
    rest = campaigns.c.holds.op("-", return_type=JSONB())(literal(key, Text))
    return conn.execute(update(campaigns).where(held).values(holds=rest)).rowcount == 1


def may_leave() -> ColumnElement[bool]:
    """Condition on an outbox row: its campaign runs and holds neither its office nor its sender nor its medium.

    Rows of no campaign may always leave.
    """
    own: list[Any] = [
        func.concat("office:", outbox.c.office_id),
        func.concat("sender:", outbox.c.sender_id),
        func.concat("medium:", outbox.c.medium),
    ]
    running = select(campaigns.c.id).where(campaigns.c.state == CampaignState.RUNNING)
    held = exists().where(campaigns.c.id == outbox.c.campaign_id, campaigns.c.holds.has_any(array[Any](own)))
    return or_(outbox.c.campaign_id.is_(None), and_(outbox.c.campaign_id.in_(running), ~held))


def held_back(conn: Connection, campaign_id: UUID) -> int:
    """Planned contacts of a campaign that a pause of it, or of a part of it, holds back."""
    planned = and_(outbox.c.campaign_id == campaign_id, outbox.c.state == State.PLANNED)
    return conn.scalar(select(func.count()).where(planned, ~may_leave())) or 0


def ids_in(conn: Connection, state: CampaignState) -> list[UUID]:
    """Campaigns in `state`."""
    return [row.id for row in conn.execute(select(campaigns.c.id).where(campaigns.c.state == state))]


def due_campaigns(conn: Connection, now: datetime) -> list[UUID]:
    """Running campaigns with an interview whose next step is to be decided."""
    query = select(campaigns.c.id).where(
        campaigns.c.state == CampaignState.RUNNING,
        exists().where(campaign_interviews.c.campaign_id == campaigns.c.id, campaign_interviews.c.next_at <= now),
    )
    return [row.id for row in conn.execute(query)]


_PROGRESS = (
    update(campaign_interviews)
    .where(
        campaign_interviews.c.campaign_id == bindparam("of_campaign"),
        campaign_interviews.c.interview_id == bindparam("of_interview"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("step", "state", "reason", "next_at")})
)


def record_progress(conn: Connection, progress: Sequence[Mapping[str, Any]]) -> None:
    """Write how far interviews have come: of_campaign, of_interview, new_step, new_state, new_reason, new_next_at."""
    if progress:
        conn.execute(_PROGRESS, [dict(each) for each in progress])


def decide_again(conn: Connection, campaign_id: UUID, interview_id: UUID, at: datetime) -> None:
    """The interview's contact has ended: its next step is to be decided from `at` (business time) on."""
    conn.execute(
        update(campaign_interviews)
        .where(
            and_(
                campaign_interviews.c.campaign_id == campaign_id,
                campaign_interviews.c.interview_id == interview_id,
                campaign_interviews.c.state != LadderState.ENDED,
            )
        )
        .values(next_at=at, state=LadderState.WAITING)
    )


def end_for(conn: Connection, campaign_id: UUID, interview_id: UUID, reason: Mapping[str, Any]) -> None:
    """The campaign does nothing more about this interview, for `reason`."""
    which = and_(campaign_interviews.c.campaign_id == campaign_id, campaign_interviews.c.interview_id == interview_id)
    ended = {"state": LadderState.ENDED, "reason": dict(reason), "next_at": None}
    conn.execute(update(campaign_interviews).where(which).values(**ended))


def take_up(conn: Connection, campaign_id: UUID, interview_id: UUID, at: datetime) -> None:
    """What `end_for` ended goes on: its next step is decided at business time `at`."""
    which = and_(campaign_interviews.c.campaign_id == campaign_id, campaign_interviews.c.interview_id == interview_id)
    conn.execute(update(campaign_interviews).where(which).values(state=LadderState.WAITING, next_at=at))


def has_open_interviews(conn: Connection, campaign_id: UUID) -> bool:
    """Whether the ladder of some interview of a campaign has not ended."""
    of_campaign = campaign_interviews.c.campaign_id == campaign_id
    found = select(campaign_interviews.c.interview_id).where(
        of_campaign, campaign_interviews.c.state != LadderState.ENDED
    )
    return conn.scalar(found.limit(1)) is not None


def progress(conn: Connection, campaign_id: UUID) -> dict[str, int]:
    """Interviews of a campaign by state: waiting, contacting, ended."""
    query = (
        select(campaign_interviews.c.state, func.count().label("n"))
        .where(campaign_interviews.c.campaign_id == campaign_id)
        .group_by(campaign_interviews.c.state)
    )
    return {row.state: row.n for row in conn.execute(query)}


def tests_since(conn: Connection, phone_hash: bytes, since: datetime) -> tuple[int, int]:
    """Test texts ordered since `since` (business time): to this phone, and in all."""
    to_phone = func.count().filter(outbox.c.phone_hash == phone_hash)
    query = select(to_phone.label("to_phone"), func.count().label("in_all"))
    row = conn.execute(query.where(outbox.c.purpose == "test", outbox.c.created_at >= since)).one()
    return row.to_phone, row.in_all
