"""The audience of a campaign as SQL: the office's scope, filters of the draft, outcomes so far, reasons of exclusion.

Statements only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)

from contact.kinds import FINISHED, OutcomeSoFar
from store.campaign.campaigns import CampaignRow
from store.people.abilities import REACHABLE, takes
from store.people.officers import looks_after
from store.registry.provinces import locked
from store.registry.sort_key import sort_key
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, organisations, phones

SILENCED = ("stopped", "held")
"""Consent of phones that get no campaign contact."""

_contacted = exists(outbox.c.id).where(outbox.c.interview_id == interviews.c.id, outbox.c.reserved_at.is_not(None))
_finished = or_(interviews.c.online_at.is_not(None), interviews.c.status.in_(("complete", "answered")))


def outcome() -> ColumnElement[str]:
    """An `OutcomeSoFar`: no contact was made while nothing was heard from them on any channel."""
    return case(
        (_finished, literal(str(OutcomeSoFar.COMPLETE))),
        (interviews.c.status.in_((OutcomeSoFar.PARTIAL, OutcomeSoFar.REFUSED)), interviews.c.status),
        (interviews.c.channel != "", literal(str(OutcomeSoFar.BEGUN))),
        (_contacted, literal(str(OutcomeSoFar.NO_CONTACT))),
        else_=literal(str(OutcomeSoFar.NEVER_CONTACTED)),
    )


def _phone(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    of_organisation = organisation_phones.c.organisation_id == organisations.c.id
    linked = phones.c.hash == organisation_phones.c.phone_hash
    return exists(phones.c.hash).where(of_organisation, organisation_phones.c.valid, linked, *more)


NOT_SILENCED = phones.c.consent.not_in(bindparam("silenced", SILENCED, expanding=True, literal_execute=True))
"""Spelled out in the statement: with parameters, a kept plan expects no such phone and reads all of them at once."""
_has_phone, _has_usable = _phone(REACHABLE), _phone(REACHABLE, NOT_SILENCED)


def exclusion(
    kind: str, linked: ColumnElement[bool] = _has_phone, usable: ColumnElement[bool] = _has_usable
) -> ColumnElement[str]:
    """Why an interview is not contacted by a campaign of `kind`, as a code; "" when it is.

    `linked`, `usable`: whether its organisation has a phone that takes texts or calls, and one of them that did not
    stop us; looked up unless given.
    """
    over = (
        ((~_finished, literal("not_completed")),)
        if kind in FINISHED
        else (
            (interviews.c.online_at.is_not(None), literal("answered_online")),
            (interviews.c.status.in_(("complete", "answered")), literal("completed")),
        )
    )
    return case(
        (locked(interviews.c.round_id, interviews.c.office_id), literal("locked")),
        (interviews.c.status == "refused", literal("refused")),
        *over,
        (~organisations.c.active, literal("inactive")),
        (~linked, literal("no_phone")),
        (~usable, literal("opted_out")),
        else_=literal(""),
    )


def _one_of(column: ColumnElement[Any]) -> Callable[[Any], ColumnElement[bool]]:
    return lambda wanted: column.in_(_several(wanted))


def _several(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list | tuple) else (wanted,)


FILTERS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "office": lambda codes: interviews.c.office_id.in_(select(offices.c.id).where(offices.c.code.in_(_several(codes)))),
    "area": _one_of(interviews.c.area_scheme + "/" + interviews.c.area_code),
    "commune": _one_of(interviews.c.commune),
    "officer": lambda emails: looks_after(interviews.c.office_id, interviews.c.commune, _several(emails)),
    "kind": _one_of(interviews.c.kind),
    "sector": _one_of(interviews.c.sector),
    "is_member": _one_of(interviews.c.is_member),
    "outcome": _one_of(outcome()),
    "channel": lambda medium: _phone(NOT_SILENCED, takes(medium)),
    "code": _one_of(organisations.c.registry_code),
}
"""Name in the audience document → condition for its value or list of values; several filters all hold."""


def scope(campaign: CampaignRow) -> ColumnElement[bool]:
    """The interviews of the campaign's round in reach of its office: the national one reaches every office's."""
    of_round: ColumnElement[bool] = interviews.c.round_id == campaign.round_id
    if campaign.office_level == "national":
        return of_round
    return and_(of_round, interviews.c.office_id == campaign.office_id)


def chosen(campaign: CampaignRow) -> Select[Any]:
    """id, organisation_id and `excluded` of everybody the draft's filters name. Raises KeyError: unknown filter."""
    filters = [FILTERS[name](wanted) for name, wanted in campaign.audience.items()]
    return (
        select(interviews.c.id, interviews.c.organisation_id, exclusion(campaign.kind).label("excluded"))
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .where(scope(campaign), *filters)
    )


def counts(conn: Connection, campaign: CampaignRow) -> dict[str, int]:
    """How many interviews are contacted ("") and how many not, by reason."""
    found = chosen(campaign).subquery()
    query = select(found.c.excluded, func.count().label("n")).group_by(found.c.excluded)
    return {row.excluded: row.n for row in conn.execute(query)}


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a draft would contact and whom not, and the first of them by name."""

    groups: Sequence[tuple[str, str, bool, int]]
    """Office code, why not contacted ("": contacted), has a mobile that can be texted → interviews."""
    contacted: Sequence[tuple[UUID, str]]
    """(interview, organisation)"""
    left_out: Sequence[tuple[str, str]]
    """(organisation, reason code)"""

    def by(self, key: Callable[[str, str, bool], str | None]) -> dict[str, int]:
        """Interviews by what `key` makes of office, reason and mobile; None leaves them out."""
        found: Counter[str] = Counter()
        for office, excluded, mobile, n in self.groups:
            if (name := key(office, excluded, mobile)) is not None:
                found[name] += n
        return dict(found)


def read(conn: Connection, campaign: CampaignRow, contacted: int, left_out: int) -> Audience:
    """The draft's audience with at most so many of each by name, in one pass. Raises KeyError: unknown filter."""
    everybody = _everybody(campaign)
    each = everybody.c
    kinds = (each.office_id, each.excluded, each.mobile)
    groups = select(*kinds, func.count().label("n")).group_by(*kinds).subquery()
    told = func.json_build_array(offices.c.code, groups.c.excluded, groups.c.mobile, groups.c.n)
    of_offices = select(func.json_agg(told)).join_from(groups, offices, offices.c.id == groups.c.office_id)
    named = select(each.id, each.name, each.excluded).order_by(each.name_key, each.organisation_id)
    yes = named.where(each.excluded == "").limit(contacted).subquery()
    no = named.where(each.excluded != "").limit(left_out).subquery()
    lists = (
        of_offices,
        select(func.json_agg(func.json_build_array(yes.c.id, yes.c.name))),
        select(func.json_agg(func.json_build_array(no.c.name, no.c.excluded))),
    )
    found = conn.execute(select(*(one.scalar_subquery() for one in lists))).one()
    of_offices_, first, others = ([tuple(each) for each in one or ()] for one in found)
    return Audience(of_offices_, [(UUID(interview), name) for interview, name in first], others)


def _everybody(campaign: CampaignRow) -> CTE:
    """Everybody the draft's filters name, with `excluded` and `mobile`; all phones are looked at once."""
    phone = (
        select(
            organisation_phones.c.organisation_id,
            func.bool_or(NOT_SILENCED).label("usable"),
            func.bool_or(and_(NOT_SILENCED, takes("text"))).label("mobile"),
        )
        .join(phones, phones.c.hash == organisation_phones.c.phone_hash)
        .where(organisation_phones.c.valid, REACHABLE)
        .group_by(organisation_phones.c.organisation_id)
        .subquery("phone")
    )
    filters = [FILTERS[name](wanted) for name, wanted in campaign.audience.items()]
    return (
        select(
            interviews.c.id,
            interviews.c.organisation_id,
            interviews.c.office_id,
            organisations.c.name,
            organisations.c.name_key,
            exclusion(campaign.kind, phone.c.organisation_id.is_not(None), phone.c.usable).label("excluded"),
            func.coalesce(phone.c.mobile, false()).label("mobile"),
        )
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .outerjoin(phone, phone.c.organisation_id == interviews.c.organisation_id)
        .where(scope(campaign), *filters)
        .cte("everybody")
    )


def areas(conn: Connection, round_id: Any) -> list[str]:
    """The areas (`scheme/code`) of a round's organisations, as far as the role and its scope may see them."""
    named = (interviews.c.area_scheme + "/" + interviews.c.area_code).label("area")
    return list(conn.scalars(select(named).where(interviews.c.round_id == round_id).distinct().order_by(named)))


def communes(conn: Connection, round_id: Any, office_id: UUID | None = None) -> list[str]:
    """The communes of a round's organisations by name, of one office if named, as far as the role may see them."""
    named = select(interviews.c.commune).where(interviews.c.round_id == round_id, interviews.c.commune != "")
    if office_id is not None:
        named = named.where(interviews.c.office_id == office_id)
    return sorted(conn.scalars(named.distinct()), key=sort_key)


def missing_codes(conn: Connection, campaign: CampaignRow) -> list[str]:
    """Registry codes the draft names that nobody in its round and reach has."""
    wanted = _several(campaign.audience.get("code", ()))
    query = select(organisations.c.registry_code).join(interviews, interviews.c.organisation_id == organisations.c.id)
    there = conn.scalars(query.where(scope(campaign), organisations.c.registry_code.in_(wanted))).all()
    return sorted(set(wanted) - set(there))
