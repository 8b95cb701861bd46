"""Records how an office reads digits that can be read in two ways; every later import follows it.

It must not know what raised the doubt (`contact.hints`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from uuid import UUID

from sqlalchemy import Connection

from contact.hints import PhoneKind
from contact.phone import TwoReadings, two_readings
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import readings as rows
from store.registry import organisations as registry
from store.registry.organisations import OfficeRow

KINDS: tuple[PhoneKind, ...] = tuple(kind for kind in get_args(PhoneKind) if kind)


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """What was chosen for digits (without 0), by whom and when."""

    digits: str
    kind: PhoneKind
    actor: str
    chosen_at: datetime


def choose(work: Work, office_code: str, written: str, kind: str, actor: str) -> TwoReadings:
    """From now on the digits of `written` are a `kind` ("mobile" or "landline") in lists of the office, however they
    are written; the list is to be imported once more. Raises Refusal: unknown office or kind, or only one reading."""
    doubt = two_readings(written)
    if doubt is None:
        raise Refusal("reading.only_one", number=written[:40])
    if kind not in KINDS:
        raise Refusal("reading.kind_unknown")
    now = work.clock.now()
    digits_hash = work.vault.lookup(doubt.digits)
    with work.database.transaction() as conn:
        office = _office(conn, office_code)
        values = {
            "office_id": office.id,
            "digits_hash": digits_hash,
            "hash_version": work.vault.lookup_version,
            "digits": work.vault.seal(doubt.digits, "phone_readings.digits", office.id, digits_hash),
            "kind": kind,
            "actor": actor,
            "chosen_at": now,
        }
        rows.choose(conn, values)
        subject = f"digits:{digits_hash.hex()[:12]}"
        audit.append(
            conn, at=now, actor=actor, action="reading.chosen", subject=subject, office_id=office.id,
            detail={"kind": kind},
        )  # fmt: skip
    return doubt


def listed(work: Work, office_code: str) -> list[ReadingChoice]:
    """What the office has chosen, the newest first. Raises Refusal."""
    with work.database.transaction() as conn:
        found = rows.chosen(conn, _office(conn, office_code).id)
    return [ReadingChoice(_digits(work, row), row.kind, row.actor, row.chosen_at) for row in found]


def chosen_in(work: Work, conn: Connection, office_id: UUID | None) -> dict[str, PhoneKind]:
    """Digits → what was chosen for them in an office; in none: what all offices that chose agree upon."""
    found: dict[str, set[PhoneKind]] = defaultdict(set)
    for row in rows.chosen(conn, office_id):
        found[_digits(work, row)].add(row.kind)
    return {digits: next(iter(kinds)) for digits, kinds in found.items() if len(kinds) == 1}


def _digits(work: Work, row: rows.ReadingRow) -> str:
    return work.vault.open(row.digits, "phone_readings.digits", row.office_id, row.digits_hash)


def _office(conn: Connection, code: str) -> OfficeRow:
    office = registry.office_by_code(conn, code)
    if office is None:
        raise Refusal("office.unknown", office=code)
    return office
