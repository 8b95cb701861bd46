"""The filters of a campaign's draft, checked before they are kept. It must not know how they become SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from contact.kinds import Kind
from services.faults import Refusal
from services.work import Work
from store import audience as audiences
from store import registry, rounds, staff


def checked(kind: Kind, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The draft's filters, checked, with the outcomes the kind is for unless others are named. Raises Refusal."""
    unknown = sorted(set(wanted) - set(audiences.FILTERS))
    outcomes = wanted.get("outcome", ())
    named = [outcomes] if isinstance(outcomes, str) else list(outcomes)
    unknown += [outcome for outcome in named if outcome not in audiences.OUTCOMES]
    if unknown:
        raise Refusal("campaign.unknown_filter", filters=", ".join(unknown))
    default = {"outcome": list(kind.outcomes)} if kind.outcomes else {}
    return {**default, **wanted}


def check_known(conn: Connection, wanted: Mapping[str, Any]) -> None:
    """Raise Refusal for an office or officer that is not there: the filter would leave everybody out, unseen."""
    for code in _several(wanted.get("office", ())):
        if registry.office_by_code(conn, code) is None:
            raise Refusal("campaign.no_office", office=code)
    for email in _several(wanted.get("officer", ())):
        if staff.by_email(conn, email) is None:
            raise Refusal("staff.unknown", email=email)


def places(work: Work, round_code: str) -> tuple[list[str], list[str]]:
    """The areas of a round, and where all that may be seen is one area, its communes. Raises Refusal: no such round."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, round_code)
        if found is None:
            raise Refusal("round.unknown", round=round_code)
        areas = audiences.areas(conn, found["id"])
        return areas, audiences.communes(conn, found["id"]) if len(areas) == 1 else []


def _several(wanted: Any) -> Sequence[str]:
    return [wanted] if isinstance(wanted, str) else wanted
