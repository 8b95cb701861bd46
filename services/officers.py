"""Who looks after which commune: the officer people ask for, and whose share of a list a campaign may be for.

It must not know how campaigns or tasks are found by it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from services.faults import Refusal
from services.work import Work
from store import audit
from store import officers as rows
from store import staff as staff_rows


def look_after(work: Work, email: str, communes: Sequence[str], actor: str) -> int:
    """Give communes to a member of staff, whoever had them before. How many are theirs now.

    Raises Refusal: unknown person; a commune in which the office has no organisation, with those it has.
    """
    with work.database.transaction() as conn:
        person = _person(conn, email)
        known = rows.communes(conn, person["office_id"])
        unknown = sorted({commune.strip() for commune in communes} - known)
        if unknown:
            raise Refusal("officer.commune_unknown", communes=", ".join(unknown), known=", ".join(sorted(known)[:20]))
        for commune in communes:
            rows.give(conn, person["office_id"], commune.strip(), person["id"])
        _trail(work, conn, actor, "officer.given", person, communes)
        return len(rows.of(conn, person["id"]))


def let_go(work: Work, email: str, communes: Sequence[str], actor: str) -> int:
    """Take communes (none named: all) from a member of staff. How many were theirs. Raises Refusal if unknown."""
    with work.database.transaction() as conn:
        person = _person(conn, email)
        gone = rows.take(conn, person["id"], [commune.strip() for commune in communes])
        _trail(work, conn, actor, "officer.taken", person, communes)
        return gone


def communes_of(work: Work) -> dict[str, list[str]]:
    """Address → communes, of every officer."""
    with work.database.transaction() as conn:
        return rows.by_email(conn)


def _person(conn: Connection, email: str) -> RowMapping:
    person = staff_rows.by_email(conn, email.strip().lower())
    if person is None:
        raise Refusal("staff.unknown", email=email)
    return person


def _trail(work: Work, conn: Connection, actor: str, action: str, person: RowMapping, communes: Sequence[str]) -> None:
    detail = {"communes": list(communes)}
    at, office_id = work.clock.now(), person["office_id"]
    subject = str(person["id"])
    audit.append(conn, at=at, actor=actor, action=action, subject=subject, office_id=office_id, detail=detail)
