"""Rounds, the questionnaires pinned to them, and the frame: one interview for each eligible organisation.

Set-based; it must not decide who may open or close a round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from store import rows
from store.registry.provinces import DEADLINE, OF_INTERVIEW, locked
from store.tables.interviews import interviews
from store.tables.registry import organisation_phones, organisations, phones
from store.tables.rounds import questionnaires, round_offices, round_questionnaires, rounds


class RoundState(StrEnum):
    """Whether a round still takes contacts and answers; the values are those of the database."""

    OPEN = "open"
    CLOSED = "closed"


class RuleState(StrEnum):
    """How far the scoring rule of a round has been agreed upon."""

    SAMPLE = "sample"
    DRAFT = "draft"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round. All times are business time; it is over at `closes_at`."""

    id: UUID
    code: str
    title: str
    year: str
    """The year measured."""
    legal_basis: str
    opens_at: datetime
    closes_at: datetime
    state: RoundState
    settings: Mapping[str, Any]
    """`contact.settings.RoundSettings.to_dict()`."""
    rule: Mapping[str, Any]
    """`scoring.rules.Rule.to_dict()`."""
    rule_state: RuleState
    online_loaded_at: datetime | None
    """When answers of the online survey were brought in last."""
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """A line of the list of rounds, with the numbers of its interviews in all and of those that are over."""

    code: str
    title: str
    year: str
    state: RoundState
    opens_at: datetime
    closes_at: datetime
    rule_state: RuleState
    online_loaded_at: datetime | None
    interviews: int
    answered: int


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """A published form without its text."""

    sha256: str
    code: str
    version: str
    sample: bool
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class FramedInterview:
    """An interview of a round as an import of online answers finds it."""

    id: UUID
    organisation_id: UUID
    registry_code: str
    questionnaire_sha256: str
    status: str
    seq: int
    """Events so far."""
    online_at: datetime | None
    """When the online survey was answered."""
    deadline_at: datetime
    locked: bool
    """Whether its province is locked in the round."""


@dataclass(frozen=True, slots=True)
class MissingInterview:
    """An organisation that an open round has no interview with yet."""

    round_id: UUID
    organisation_id: UUID
    office_id: UUID
    registry_code: str
    kind: str
    sector: str
    is_member: bool
    area_scheme: str
    area_code: str
    commune: str
    questionnaire_sha256: str | None
    """None where the round has no questionnaire for its kind and sector."""


_FORM = select(questionnaires.c.form).where(questionnaires.c.sha256 == bindparam("sha256"))


def form(conn: Connection, sha256: str) -> Mapping[str, Any] | None:
    """The published form with this digest as plain JSON, or None."""
    found: Mapping[str, Any] | None = conn.scalar(_FORM, {"sha256": sha256})
    return found


def add_questionnaire(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Keep a published form; False, and nothing is changed, when this digest is there already."""
    made = upsert(questionnaires).values(dict(values)).on_conflict_do_nothing().returning(questionnaires.c.sha256)
    return conn.scalar(made) is not None


def published(conn: Connection, code: str | None = None) -> Sequence[PublishedForm]:
    """Published forms without their text, newest first; of one family when `code` is given."""
    table = questionnaires.c
    query = select(table.sha256, table.code, table.version, table.sample, table.published_at, table.published_by)
    if code is not None:
        query = query.where(table.code == code)
    return rows.fetch(conn, query.order_by(table.published_at.desc(), table.sha256), PublishedForm)


def by_code(conn: Connection, code: str, *, lock: bool = False) -> RoundRow | None:
    """The round with this code, locked if asked; or None."""
    query = select(rounds).where(rounds.c.code == code)
    return rows.first(conn, query.with_for_update(key_share=True) if lock else query, RoundRow)


def all_rows(conn: Connection) -> Sequence[RoundSummary]:
    """All rounds, newest first."""
    counts = (
        select(
            interviews.c.round_id,
            func.count().label("interviews"),
            func.count().filter(interviews.c.status.in_(("complete", "answered"))).label("answered"),
        )
        .group_by(interviews.c.round_id)
        .subquery()
    )
    query = select(
        rounds.c.code,
        rounds.c.title,
        rounds.c.year,
        rounds.c.state,
        rounds.c.opens_at,
        rounds.c.closes_at,
        rounds.c.rule_state,
        rounds.c.online_loaded_at,
        func.coalesce(counts.c.interviews, 0).label("interviews"),
        func.coalesce(counts.c.answered, 0).label("answered"),
    ).outerjoin(counts, counts.c.round_id == rounds.c.id)
    return rows.fetch(conn, query.order_by(rounds.c.created_at.desc(), rounds.c.code), RoundSummary)


def add(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Insert a round; False, and nothing is changed, when its code is taken."""
    return conn.scalar(upsert(rounds).values(dict(values)).on_conflict_do_nothing().returning(rounds.c.id)) is not None


def pin(conn: Connection, round_id: UUID, mapping: Mapping[tuple[str, str], str]) -> None:
    """Which questionnaire (sha256) each (kind, sector) gets in this round; "*" stands for any."""
    pinned = [
        {"round_id": round_id, "kind": kind, "sector": sector, "questionnaire_sha256": sha256}
        for (kind, sector), sha256 in mapping.items()
    ]
    conn.execute(insert(round_questionnaires), pinned)


def pinned(conn: Connection, round_id: UUID) -> dict[tuple[str, str], str]:
    """What `pin` wrote."""
    table = round_questionnaires.c
    query = select(table.kind, table.sector, table.questionnaire_sha256).where(table.round_id == round_id)
    return {(row.kind, row.sector): row.questionnaire_sha256 for row in conn.execute(query)}


def close(conn: Connection, round_id: UUID, at: datetime) -> None:
    """Close the round at business time `at`."""
    conn.execute(update(rounds).where(rounds.c.id == round_id).values(state=RoundState.CLOSED, closes_at=at))


def set_settings(conn: Connection, round_id: UUID, settings: Mapping[str, Any]) -> None:
    """Replace the round's settings document."""
    conn.execute(update(rounds).where(rounds.c.id == round_id).values(settings=dict(settings)))


def set_online_loaded(conn: Connection, round_id: UUID, at: datetime) -> None:
    """The online answers known at business time `at` are in."""
    conn.execute(update(rounds).where(rounds.c.id == round_id).values(online_loaded_at=at))


_framed = (
    select(
        interviews.c.id,
        interviews.c.organisation_id,
        organisations.c.registry_code,
        interviews.c.questionnaire_sha256,
        interviews.c.status,
        interviews.c.seq,
        interviews.c.online_at,
        DEADLINE.label("deadline_at"),
        round_offices.c.locked_at.is_not(None).label("locked"),
    )
    .join(organisations, organisations.c.id == interviews.c.organisation_id)
    .join(rounds, rounds.c.id == interviews.c.round_id)
    .outerjoin(round_offices, OF_INTERVIEW)
    .order_by(interviews.c.id)
)


def framed_by_code(conn: Connection, round_id: UUID, registry_codes: Iterable[str]) -> dict[str, list[FramedInterview]]:
    """Registry code → the round's interviews with it (several offices may use one code)."""
    query = _framed.where(interviews.c.round_id == round_id, organisations.c.registry_code.in_(list(registry_codes)))
    found: dict[str, list[FramedInterview]] = {}
    for interview in rows.stream(conn, query, FramedInterview):
        found.setdefault(interview.registry_code, []).append(interview)
    return found


def framed_by_phone(conn: Connection, round_id: UUID, hashes: Iterable[bytes]) -> dict[bytes, list[FramedInterview]]:
    """Phone hash → the round's interviews with organisations that have it."""
    links = organisation_phones
    query = _framed.add_columns(links.c.phone_hash).join(links, links.c.organisation_id == organisations.c.id)
    found: dict[bytes, list[FramedInterview]] = {}
    interview_of = rows.maker(FramedInterview)
    wanted = query.where(interviews.c.round_id == round_id, links.c.phone_hash.in_(list(hashes)))
    for *interview, phone_hash in conn.execute(wanted):
        found.setdefault(bytes(phone_hash), []).append(interview_of(interview))
    return found


def framed_by_id(conn: Connection, ids: Iterable[UUID]) -> dict[UUID, FramedInterview]:
    """The interviews by their ids."""
    found = rows.stream(conn, _framed.where(interviews.c.id.in_(list(ids))), FramedInterview)
    return {interview.id: interview for interview in found}


def forms_asked(conn: Connection, round_id: UUID) -> list[str]:
    """Digests of the questionnaires that the round's interviews are asked."""
    query = select(interviews.c.questionnaire_sha256).where(interviews.c.round_id == round_id).distinct()
    return list(conn.scalars(query.order_by(interviews.c.questionnaire_sha256)))


def lock_phones_of(conn: Connection, organisation_ids: Iterable[UUID]) -> None:
    """Lock every phone of these organisations, in the order of their hashes: the first lock, as everywhere."""
    of = select(organisation_phones.c.phone_hash).where(
        organisation_phones.c.organisation_id.in_(list(organisation_ids))
    )
    query = select(phones.c.hash).where(phones.c.hash.in_(of)).order_by(phones.c.hash)
    conn.execute(query.with_for_update(key_share=True)).all()


def mark_online(conn: Connection, interview_id: UUID, at: datetime, *, answered: bool) -> None:
    """The online survey reports an answer given at `at` (kept if there is an earlier one): contact stops.

    `answered`: nothing else is known of the form, so the status says it; a form complete by phone stays complete.
    """
    change = update(interviews).where(interviews.c.id == interview_id)
    conn.execute(change.values(online_at=func.least(func.coalesce(interviews.c.online_at, at), at)))
    if answered:
        conn.execute(change.where(interviews.c.status != "complete").values(status="answered", channel="online"))


_form_of_kind = (
    select(round_questionnaires.c.questionnaire_sha256)
    .where(
        round_questionnaires.c.round_id == rounds.c.id,
        round_questionnaires.c.kind.in_((organisations.c.kind, literal("*"))),
        round_questionnaires.c.sector.in_((organisations.c.sector, literal("*"))),
    )
    .order_by(round_questionnaires.c.kind == "*", round_questionnaires.c.sector == "*")
    .limit(1)
    .correlate(rounds, organisations)
    .scalar_subquery()
)


def _missing() -> Select[Any]:
    """Active organisations and the open rounds that have no interview with them yet, with the form they get."""
    # A named column: the console may not read every column of interviews.
    framed = exists(interviews.c.id).where(
        interviews.c.round_id == rounds.c.id, interviews.c.organisation_id == organisations.c.id
    )
    return (
        select(
            rounds.c.id.label("round_id"),
            organisations.c.id.label("organisation_id"),
            organisations.c.office_id,
            organisations.c.registry_code,
            organisations.c.kind,
            organisations.c.sector,
            organisations.c.is_member,
            organisations.c.area_scheme,
            organisations.c.area_code,
            organisations.c.commune,
            _form_of_kind.label("questionnaire_sha256"),
        )
        .select_from(organisations.join(rounds, rounds.c.state == RoundState.OPEN))
        .where(organisations.c.active, ~framed, ~locked(rounds.c.id, organisations.c.office_id))
        .order_by(rounds.c.id, organisations.c.id)
    )


def missing_from_frame(
    conn: Connection, *, round_id: UUID | None = None, office_id: UUID | None = None
) -> Sequence[MissingInterview]:
    """Who is eligible and not in the frame of an open round yet: of one round, or of one office's organisations."""
    query = _missing()
    if round_id is not None:
        query = query.where(rounds.c.id == round_id)
    if office_id is not None:
        query = query.where(organisations.c.office_id == office_id)
    return rows.fetch(conn, query, MissingInterview)


def codes(conn: Connection, round_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """The interview codes in use, by round."""
    query = select(interviews.c.round_id, interviews.c.code).where(interviews.c.round_id.in_(list(round_ids)))
    return {(row.round_id, row.code) for row in conn.execute(query)}


def add_to_frame(conn: Connection, found: Sequence[MissingInterview], names: Sequence[tuple[UUID, str]]) -> None:
    """Make an interview for each row of `missing_from_frame`; `names` gives ids and codes in the same order."""
    made = [
        {
            **{name: value for name, value in asdict(row).items() if name != "registry_code"},
            "id": interview_id,
            "code": code,
            "status": "pending",
            "channel": "",
            "seq": 0,
        }
        for row, (interview_id, code) in zip(found, names, strict=True)
    ]
    if made:
        conn.execute(insert(interviews), made)
