"""Assigns communes to officers: whom people are put through to, and whose share of a list a campaign may be for.

It must not know how campaigns or tasks are found by it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from characters import codes
from contact.phone import read_cell
from services import lookups
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import officers as rows
from store.people import staff as staff_rows
from store.people.staff import StaffRow

PROVINCE = rows.PROVINCE


def look_after(work: Work, email: str, communes: Sequence[str], actor: str) -> int:
    """Give communes to a member of staff, whoever had them before; PROVINCE: who is asked where a commune has nobody
    with a number. How many are theirs now.

    Raises Refusal: unknown person; a commune in which the office has no organisation, with those it has.
    """
    with work.database.transaction() as conn:
        person = _person(conn, email)
        communes = _meant(communes, rows.communes(conn, person.office_id))
        for commune in communes:
            rows.give(conn, person.office_id, commune, person.id)
        _trail(work, conn, actor, "officer.given", person, communes)
        return len(rows.of(conn, person.id))


def let_go(work: Work, email: str, communes: Sequence[str], actor: str) -> int:
    """Take communes (none named: all) from a member of staff. How many were theirs. Raises Refusal if unknown."""
    with work.database.transaction() as conn:
        person = _person(conn, email)
        if communes:
            communes = _meant(communes, {*rows.of(conn, person.id), *rows.communes(conn, person.office_id)})
        gone = rows.take(conn, person.id, communes)
        _trail(work, conn, actor, "officer.taken", person, communes)
        return gone


def set_phone(work: Work, email: str, number: str, actor: str) -> None:
    """Keep the number, sealed, at which a member of staff takes calls of leaders who ask for a person; "" for none.

    Raises Refusal: unknown person, or no number anybody here could be rung at.
    """
    read = next((reading.e164 for reading in read_cell(number) if reading.e164), None)
    if number and read is None:
        raise Refusal("officer.number_unfit")
    with work.database.transaction() as conn:
        person = _person(conn, email)
        staff_rows.change(conn, person.id, phone=work.vault.seal(read, "staff.phone", person.id) if read else None)
        _trail(work, conn, actor, "officer.reachable" if read else "officer.unreachable", person, ())


@dataclass(frozen=True, slots=True)
class Officer:
    """Who looks after `commune` (PROVINCE: whatever nobody else does); `phone` "" where they take no calls."""

    commune: str
    name: str
    phone: str


def list_officers(work: Work) -> list[Officer]:
    """The officers whom this database role may see, by commune, with their numbers: for colleagues' eyes."""
    with work.database.transaction() as conn:
        found = rows.all_officers(conn)
    return [
        Officer(
            row.commune,
            row.name or row.email,
            work.vault.open(row.phone, "staff.phone", row.id) if row.phone else "",
        )
        for row in found
    ]


def communes_of(work: Work) -> dict[str, list[str]]:
    """Address → communes, of every officer."""
    with work.database.transaction() as conn:
        return rows.by_email(conn)


def _meant(communes: Sequence[str], known: Collection[str]) -> list[str]:
    """The communes as the office's list spells them; PROVINCE stays. Raises Refusal: none of the list, or several."""
    province = [commune for commune in communes if commune == PROVINCE]
    named = [commune for commune in communes if commune != PROVINCE]
    return province + lookups.communes([name for name in known if name != PROVINCE], named, "officer.commune_unknown")


def _person(conn: Connection, email: str) -> StaffRow:
    person = staff_rows.by_email(conn, codes.email(email))
    if person is None:
        raise Refusal("staff.unknown", email=email)
    return person


def _trail(work: Work, conn: Connection, actor: str, action: str, person: StaffRow, communes: Sequence[str]) -> None:
    detail = {"communes": list(communes)}
    at, office_id = work.clock.now(), person.office_id
    subject = str(person.id)
    audit.append(conn, at=at, actor=actor, action=action, subject=subject, office_id=office_id, detail=detail)
