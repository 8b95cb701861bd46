"""Numbers that are not used for texts or calls, with reason and date, and bringing them back into use.

A carrier, a contact and staff may each have the last word (`services.consent.abilities`); here staff have it, by a list
they checked or number by number. It must not know how a list is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.address import read_address
from contact.calendar import MEDIA, Medium, local_day
from contact.phone import display_number
from files.faults import FileFault
from files.lists import Organisation
from services.consent import abilities
from services.follow_up.staff_requests import HOW
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import abilities as rows
from store.people import phones
from store.registry import organisations as registry
from store.registry.organisations import Link, PhoneLink

GIVEN_BACK = "number.given_back"
"""In the audit trail: a number that somebody said was not the organisation's is its own after all."""
_CODES = {("text",): "list.number_no_texts", ("call",): "list.number_no_calls", MEDIA: "list.number_dead"}
_NOT_THEIRS = {"left_office": "list.number_left_office"}


@dataclass(frozen=True, slots=True)
class Ability:
    """What is known of one medium of a number: `code` says why, `source` who, `at` since when (business time)."""

    medium: str
    able: bool
    code: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an organisation: its kind, its last digits, why it is `not_theirs` ("" it is), what is known."""

    kind: str
    ending: str
    not_theirs: str
    abilities: tuple[Ability, ...]

    @property
    def is_held(self) -> bool:
        """Whether it is not used, or not for all."""
        return bool(self.not_theirs) or not all(one.able for one in self.abilities)


def of_list(
    work: Work, conn: Connection, office_id: UUID, listed: Sequence[Organisation], fresh: Sequence[Link], actor: str,
    *, checked: bool,
) -> list[FileFault]:  # fmt: skip
    """A notice for each number of a list that is held back, in the import's transaction. Those whose organisation had
    another number before (`fresh`), and with `checked` all, are used again: the province has just looked."""
    of_code = {organisation.registry_code: organisation for organisation in listed}
    new = {link[:2] for link in fresh}
    faults = []
    for row in rows.held(conn, office_id):
        organisation = of_code.get(row.registry_code)
        phone = None if organisation is None else _on_list(work, organisation, row.phone_hash)
        if organisation is None or phone is None:
            continue
        code, since = _why(row)
        if checked or (row.organisation_id, bytes(row.phone_hash)) in new:
            why = "number_checked" if checked else "number_changed"
            _give_back(work, conn, row.organisation_id, row.phone_hash, why, "import", actor)
            code = "list.number_given_back"
        params = {
            "number": display_number(phone),
            "since": since,
            "why": row.abilities[0][1] if row.abilities else "",
        }
        faults.append(
            FileFault(code, params, organisation.sheet, organisation.row, suggestion=f"{code}.mend", weight="notice")
        )
    return sorted(faults, key=lambda fault: (fault.sheet, fault.row))


def _on_list(work: Work, organisation: Organisation, phone_hash: bytes) -> str | None:
    """The number of this hash (E.164) as the list gives it to the organisation, if it does."""
    given = (phone.e164 for phone in organisation.phones)
    return next((number for number in given if work.vault.lookup(number) == bytes(phone_hash)), None)


def _why(row: rows.HeldNumberRow) -> tuple[str, str]:
    """Why a number is held back, as a code, and since which day."""
    known = row.abilities or ()
    if not row.valid:
        return _NOT_THEIRS.get(row.note or "", "list.number_not_theirs"), _day(row.noted_at)
    media = tuple(medium for medium in MEDIA if medium in {one for one, _, _ in known})
    return _CODES[media], _day(min(datetime.fromisoformat(at) for _, _, at in known))


def _day(at: datetime | None) -> str:
    return "?" if at is None else f"{local_day(at):%d/%m/%Y}"


def standing(work: Work, organisation_id: UUID) -> list[Number]:
    """An organisation's numbers, the first one first, with what is known of each."""
    with work.database.transaction() as conn:
        return [_number(work, conn, row) for row in registry.links_of(conn, organisation_id)]


def _number(work: Work, conn: Connection, row: PhoneLink) -> Number:
    known = rows.of_phone(conn, row.phone_hash)
    found = (known[medium] for medium in MEDIA if medium in known)
    told = tuple(Ability(one.medium, one.able, one.code, one.source, one.at) for one in found)
    not_theirs = "" if row.valid else row.note or "wrong_number"
    return Number(row.kind, work.vault.open(row.number, "phones.number", row.phone_hash)[-3:], not_theirs, told)


def confirm(work: Work, organisation_id: UUID, how: str, actor: str, number: str | None = None) -> int:
    """Staff have found that an organisation's numbers (or the one named) are right: they are used again, for texts and
    calls. Numbers that were held back. Raises Refusal: none of them was, the number is not the organisation's."""
    _check(how)
    given = 0
    with work.database.transaction() as conn:
        for phone_hash in _of(work, conn, organisation_id, number):
            given += _give_back(work, conn, organisation_id, phone_hash, how, "staff", actor)
    if not given:
        raise Refusal("number.nothing_held")
    return given


def hold(work: Work, organisation_id: UUID, media: Collection[Medium], how: str, actor: str, number: str) -> int:
    """Staff have found that a number of an organisation takes no texts, no calls or neither. Media that it was used for
    before. Raises Refusal."""
    _check(how)
    with work.database.transaction() as conn:
        (phone_hash,) = _of(work, conn, organisation_id, number)
        known = rows.of_phone(conn, phone_hash)
        losing = [medium for medium in media if medium not in known or known[medium].able]
        for medium in losing:
            abilities.lose(work, conn, phone_hash, medium, how, "staff", actor)
    return len(losing)


def _check(how: str) -> None:
    if how not in HOW:
        raise Refusal("wish.how_unknown")


def _of(work: Work, conn: Connection, organisation_id: UUID, number: str | None) -> list[bytes]:
    """The phones of an organisation, or the one named, in the order in which they are locked. Raises Refusal."""
    theirs = {bytes(row.phone_hash) for row in registry.links_of(conn, organisation_id)}
    if number is None:
        return sorted(theirs)
    wanted = work.vault.lookup(read_address(number).text)
    if wanted not in theirs:
        raise Refusal("number.not_theirs")
    return [wanted]


def _give_back(
    work: Work, conn: Connection, organisation_id: UUID, phone_hash: bytes, code: str, source: abilities.Source,
    actor: str,
) -> bool:  # fmt: skip
    """Whether the number was held back, and is not any more."""
    phones.lock(conn, phone_hash)
    held = [medium for medium, known in rows.of_phone(conn, phone_hash).items() if not known.able]
    theirs = registry.mark_valid(conn, [(organisation_id, phone_hash)])
    if theirs:
        detail: Mapping[str, Any] = {"phone": phone_hash.hex()[:12], "code": code, "source": source}
        at = work.clock.now()
        audit.append(conn, at=at, actor=actor, action=GIVEN_BACK, subject=str(organisation_id), detail=detail)
    if held or theirs:
        abilities.regain(work, conn, phone_hash, held, code, source, actor)
    return bool(held or theirs)


def lines(numbers: Sequence[Number]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What is known of an organisation's numbers as (code, parameters), a line each, then one for each finding."""
    for place, number in enumerate(numbers, start=1):
        yield f"number.kind.{number.kind}", {"place": place, "ending": number.ending}
        if number.not_theirs:
            yield f"number.{number.not_theirs}", {}
        for one in number.abilities:
            found = f"number.{'takes' if one.able else 'takes_no'}.{one.medium}"
            yield found, {"code": one.code, "source": one.source, "since": _day(one.at)}
