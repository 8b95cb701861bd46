"""The filters of a campaign's draft, checked before they are kept. It must not know how they become SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from characters import codes
from contact.kinds import Kind, OutcomeSoFar
from services import lookups
from services.refusal import Refusal
from services.work import Work
from store.campaign import audience as audiences
from store.people import staff
from store.registry import rounds


def checked(kind: Kind, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The draft's filters, checked, with the outcomes the kind is for unless others are named. Raises Refusal."""
    unknown = sorted(set(wanted) - set(audiences.FILTERS))
    outcomes = wanted.get("outcome", ())
    named = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    unknown += [outcome for outcome in named if outcome not in tuple(OutcomeSoFar)]
    if unknown:
        raise Refusal("campaign.unknown_filter", filters=", ".join(unknown))
    default = {"outcome": [str(outcome) for outcome in kind.outcomes]} if kind.outcomes else {}
    return {**default, **wanted}


def resolved(conn: Connection, wanted: Mapping[str, Any], round_id: UUID, office_id: UUID | None) -> dict[str, Any]:
    """The filters with offices, officers, communes and codes as they are stored; `office_id` None: of every office.

    Raises Refusal for one that is not there, or that may be several: the filter would leave people out, unseen.
    """
    stored: Mapping[str, Callable[[Sequence[str]], list[str]]] = {
        "office": lambda said: [lookups.office(conn, one, "campaign.no_office").code for one in said],
        "officer": lambda said: [_officer(conn, one) for one in said],
        "commune": lambda said: _communes(audiences.communes(conn, round_id, office_id), said),
        "code": lambda said: lookups.registry_codes(conn, said),
    }
    found = {name: stored[name](_several(said)) if name in stored else said for name, said in wanted.items()}
    return {name: said[0] if isinstance(wanted[name], str) and len(said) == 1 else said for name, said in found.items()}


def _communes(known: Sequence[str], said: Sequence[str]) -> list[str]:
    """As the round's organisations spell them; as they are said where none of them has a commune."""
    return lookups.communes(known, said, "campaign.no_commune") if known else list(said)


def _officer(conn: Connection, said: str) -> str:
    email = codes.email(said)
    if staff.by_email(conn, email) is None:
        raise Refusal("staff.unknown", email=said)
    return email


def places(work: Work, round_code: str) -> tuple[list[str], list[str]]:
    """The areas of a round, and where all that may be seen is one area, its communes. Raises Refusal: no such round."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, round_code)
        if found is None:
            raise Refusal("round.unknown", round=round_code)
        areas = audiences.areas(conn, found.id)
        return areas, audiences.communes(conn, found.id) if len(areas) == 1 else []


def _several(wanted: Any) -> Sequence[str]:
    return [wanted] if isinstance(wanted, str) else wanted
