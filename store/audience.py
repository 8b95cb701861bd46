"""Who a campaign is for, as SQL: its office's reach, the filters of its draft, what became of each so far, why not.

Statements only. A campaign comes in as a row of `store.campaigns.by_id`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, exists, func, literal, or_, select

from contact.kinds import FINISHED
from store.officers import looked_after
from store.round_offices import locked
from store.sort_key import sort_key
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, organisations, phones

Campaign: TypeAlias = Mapping[Any, Any]
SILENCED = ("stopped", "held")
"""Consent of phones that get no campaign contact."""
OUTCOMES = ("never_contacted", "no_contact", "begun", "partial", "complete", "refused")
"""What became of an organisation so far, in the order of its life."""

_contacted = exists().where(outbox.c.interview_id == interviews.c.id, outbox.c.reserved_at.is_not(None))
_finished = or_(interviews.c.online_at.is_not(None), interviews.c.status.in_(("complete", "answered")))


def outcome() -> ColumnElement[str]:
    """One of `OUTCOMES`: no contact was made while nothing was heard from them on any channel."""
    return case(
        (_finished, literal("complete")),
        (interviews.c.status.in_(("partial", "refused")), interviews.c.status),
        (interviews.c.channel != "", literal("begun")),
        (_contacted, literal("no_contact")),
        else_=literal("never_contacted"),
    )


def _phone(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    of_organisation = organisation_phones.c.organisation_id == organisations.c.id
    linked = phones.c.hash == organisation_phones.c.phone_hash
    return exists().where(of_organisation, organisation_phones.c.valid, linked, *more)


_usable = phones.c.consent.not_in(SILENCED)
_mobile = phones.c.kind == "mobile"


def exclusion(kind: str) -> ColumnElement[str]:
    """Why an interview is not contacted by a campaign of `kind`, as a code; "" when it is."""
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
        (~_phone(), literal("no_phone")),
        (~_phone(_usable), literal("opted_out")),
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
    "officer": lambda emails: looked_after(interviews.c.office_id, interviews.c.commune, _several(emails)),
    "kind": _one_of(interviews.c.kind),
    "sector": _one_of(interviews.c.sector),
    "is_member": _one_of(interviews.c.is_member),
    "outcome": _one_of(outcome()),
    "channel": lambda medium: _phone(_usable, _mobile) if medium == "text" else _phone(_usable),
    "code": _one_of(organisations.c.registry_code),
}
"""Name in the audience document → condition for its value or list of values; several filters all hold."""


def scope(campaign: Campaign) -> ColumnElement[bool]:
    """The interviews of the campaign's round in reach of its office: the national one reaches every office's."""
    of_round: ColumnElement[bool] = interviews.c.round_id == campaign["round_id"]
    if campaign["office_level"] == "national":
        return of_round
    return and_(of_round, interviews.c.office_id == campaign["office_id"])


def chosen(campaign: Campaign) -> Select[Any]:
    """id, organisation_id and `excluded` of everybody the draft's filters name. Raises KeyError: unknown filter."""
    filters = [FILTERS[name](wanted) for name, wanted in campaign["audience"].items()]
    return (
        select(interviews.c.id, interviews.c.organisation_id, exclusion(campaign["kind"]).label("excluded"))
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .where(scope(campaign), *filters)
    )


def counts(conn: Connection, campaign: Campaign) -> dict[str, int]:
    """How many interviews are contacted ("") and how many not, by reason."""
    found = chosen(campaign).subquery()
    query = select(found.c.excluded, func.count().label("n")).group_by(found.c.excluded)
    return {row.excluded: row.n for row in conn.execute(query)}


def areas(conn: Connection, round_id: Any) -> list[str]:
    """The areas (`scheme/code`) of a round's organisations, as far as the role and its scope may see them."""
    named = (interviews.c.area_scheme + "/" + interviews.c.area_code).label("area")
    return list(conn.scalars(select(named).where(interviews.c.round_id == round_id).distinct().order_by(named)))


def communes(conn: Connection, round_id: Any) -> list[str]:
    """The communes of a round's organisations by name, as far as the role and its scope may see them."""
    named = select(interviews.c.commune).where(interviews.c.round_id == round_id, interviews.c.commune != "")
    return sorted(conn.scalars(named.distinct()), key=sort_key)


def by_office(conn: Connection, campaign: Campaign) -> dict[str, int]:
    """Office code → interviews contacted."""
    found = chosen(campaign).add_columns(interviews.c.office_id).subquery()
    query = select(offices.c.code, func.count().label("n")).join(found, found.c.office_id == offices.c.id)
    contacted = query.where(found.c.excluded == "").group_by(offices.c.code).order_by(offices.c.code)
    return {row.code: row.n for row in conn.execute(contacted)}


def media(conn: Connection, campaign: Campaign) -> dict[str, int]:
    """Of those contacted: how many have a mobile that can be texted, and how many only a landline."""
    found = chosen(campaign).add_columns(_phone(_usable, _mobile).label("mobile")).subquery()
    query = select(
        func.count().filter(found.c.mobile).label("mobile"), func.count().filter(~found.c.mobile).label("landline")
    )
    return dict(conn.execute(query.where(found.c.excluded == "")).mappings().one())


def listed(conn: Connection, campaign: Campaign, *, excluded: bool, limit: int) -> list[RowMapping]:
    """Organisations of the audience by name: contacted, or not contacted with the reason."""
    found = chosen(campaign).subquery()
    query = (
        select(found.c.id.label("interview_id"), organisations.c.name, found.c.excluded)
        .join(organisations, organisations.c.id == found.c.organisation_id)
        .where(found.c.excluded != "" if excluded else found.c.excluded == "")
        .order_by(organisations.c.name_key, organisations.c.id)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def missing_codes(conn: Connection, campaign: Campaign) -> list[str]:
    """Registry codes the draft names that nobody in its round and reach has."""
    wanted = _several(campaign["audience"].get("code", ()))
    query = select(organisations.c.registry_code).join(interviews, interviews.c.organisation_id == organisations.c.id)
    there = conn.scalars(query.where(scope(campaign), organisations.c.registry_code.in_(wanted))).all()
    return sorted(set(wanted) - set(there))
