"""Staff enter what somebody told them about being contacted: no more of it, or again after all; by mouth or on paper.

The same ledger and the same ending as a stop by text. It must not decide who may enter what: a page asks only about
organisations its member sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.address import read_address
from contact.calendar import local_day
from contact.consent import SILENT, ConsentEvent, ConsentState
from contact.delivery import State
from contact.phone import read_cell
from contact.purpose import Purpose
from contact.sender import preferred
from services import lookups
from services.consent import callers as numbers
from services.consent import ledger as consent
from services.refusal import Refusal
from services.work import Work
from sms import texting
from sms.texting import TextContext
from store import audit
from store.messages import outbox, senders
from store.people import phones
from store.registry import organisations as registry

HOW = ("by_phone", "in_person", "on_paper")
"""How it was told."""
MOST_WORDS = 500
ACTIONS = {ConsentEvent.STOPPED: "consent.stopped", ConsentEvent.STARTED: "consent.started"}


@dataclass(frozen=True, slots=True)
class Told:
    """What was told: `how` (one of HOW), on which local day, and in which words, by whom; sealed in the ledger."""

    how: str
    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation, and where each of its numbers stands: (mobile | landline | other, consent), never a number."""

    name: str
    registry_code: str
    numbers: list[tuple[str, str]]


def find(work: Work, code: str, office_code: str | None = None) -> UUID:
    """The organisation with a registry code, as far as the database role may see. Raises Refusal: none, or several
    offices have the code and none was named."""
    with work.database.transaction() as conn:
        place = lookups.office(conn, office_code).code if office_code is not None else None
        found = registry.with_codes(conn, lookups.registry_codes(conn, [code]), place)
        alike = lookups.alike_codes(registry.all_codes(conn), code) if not found else []
    if alike:
        raise Refusal("wish.code_alike", code=code, codes=", ".join(alike))
    if len(found) != 1:
        raise Refusal("wish.which_office" if found else "wish.no_organisation", code=code)
    return found[0]


def standing(work: Work, organisation_id: UUID) -> Standing:
    """An organisation that `find` has found, with its numbers, the first one first."""
    with work.database.transaction() as conn:
        place = registry.place_of(conn, organisation_id)
        numbers_: list[tuple[str, str]] = [(row.kind, row.consent) for row in registry.phones_of(conn, organisation_id)]
    return Standing(place.name, place.registry_code, numbers_)


def stop(work: Work, organisation_id: UUID, told: Told, actor: str) -> int:
    """No contact any more to any number of an organisation, on any channel, and nothing that is queued leaves; a call
    that runs is ended at its next key. Numbers that were not stopped before. Raises Refusal."""
    return _enter(work, organisation_id, told, actor, ConsentEvent.STOPPED)


def start(work: Work, organisation_id: UUID, told: Told, actor: str) -> int:
    """Undo it: they may be contacted again because they said so themselves, which `told` tells. Numbers started.
    Raises Refusal."""
    return _enter(work, organisation_id, told, actor, ConsentEvent.STARTED)


def stop_number(work: Work, number: str, told: Told, actor: str) -> int:
    """As `stop`, for one number, on a list or not."""
    return _enter_number(work, number, told, actor, ConsentEvent.STOPPED)


def start_number(work: Work, number: str, told: Told, actor: str) -> int:
    """As `start`, for one number."""
    return _enter_number(work, number, told, actor, ConsentEvent.STARTED)


def _enter(work: Work, organisation_id: UUID, told: Told, actor: str, kind: ConsentEvent) -> int:
    check(work, told)
    with work.database.transaction() as conn:
        place = registry.place_of(conn, organisation_id)
        hashes = sorted(row.hash for row in registry.phones_of(conn, organisation_id))
        if not hashes:
            raise Refusal("wish.no_number")
        changed = _tell(work, conn, hashes, told, actor, kind, place.interview_id)
        _trail(work, conn, actor, kind, str(organisation_id), told, changed, place.office_id)
    return changed


def _enter_number(work: Work, number: str, told: Told, actor: str, kind: ConsentEvent) -> int:
    check(work, told)
    shown = read_address(number)
    read = shown.text if shown.person else next((one.e164 for one in read_cell(number) if one.e164), None)
    with work.database.transaction() as conn:
        phone = None if read is None else numbers.lock(work, conn, read)
        if phone is None:
            raise Refusal("wish.number_unfit")
        changed = _tell(work, conn, [phone.hash], told, actor, kind, None)
        if kind is ConsentEvent.STARTED and read is not None:
            numbers.given_again(work, conn, phone.hash, read)
        _trail(work, conn, actor, kind, f"phone:{phone.hash.hex()[:12]}", told, changed)
    return changed


def check(work: Work, told: Told) -> None:
    """Raise Refusal for an unknown way, no words or too many, or a day that is yet to come."""
    if told.how not in HOW:
        raise Refusal("wish.how_unknown")
    if not told.words.strip() or len(told.words) > MOST_WORDS:
        raise Refusal("wish.words_wanted", most=MOST_WORDS)
    if told.day > local_day(work.clock.now()):
        raise Refusal("wish.day_ahead")


def _tell(
    work: Work, conn: Connection, hashes: Sequence[bytes], told: Told, actor: str, kind: ConsentEvent,
    about: UUID | None,
) -> int:  # fmt: skip
    """Write it for each phone, locked in the order of their hashes. How many it changes; a start that changes none is
    refused: there was nothing to undo."""
    said = consent.Said(
        channel="staff",
        source_id=f"{actor}:{work.ids.public()}",
        evidence=f"{told.how} {told.day.isoformat()}: {told.words.strip()}",
        at=work.clock.now(),
        interview_id=about,
    )
    changed = 0
    for phone_hash in hashes:
        phone = phones.lock(conn, phone_hash)
        before = phone.consent if phone is not None else ConsentState.UNASKED
        if kind is ConsentEvent.STOPPED:
            first = consent.stop(work, conn, phone_hash, before, said)
            changed += first
            if first and phone is not None and phone.kind == "mobile":
                _confirm(work, conn, phone_hash, about)
        elif before in SILENT:
            consent.note(work, conn, phone_hash, before, kind, said)
            changed += 1
    if kind is ConsentEvent.STARTED and not changed:
        raise Refusal("wish.not_stopped")
    return changed


def _confirm(work: Work, conn: Connection, phone_hash: bytes, about: UUID | None) -> None:
    """Tell the number, once, as after any other stop: whoever did not ask for it learns of it, and how to undo it."""
    sender = preferred(senders.all_rows(conn), "text")
    if sender is None:
        return
    now, text = work.clock.now(), texting.notice("text.opted_out", "vi", TextContext(""))
    outbox_id = work.ids.new()
    outbox.insert_row(
        conn, id=outbox_id, ref=work.ids.public(), medium="text", purpose=Purpose.OPT_OUT_CONFIRMATION,
        sender_id=sender.id, phone_hash=phone_hash, interview_id=about, state=State.PLANNED,
        body=work.vault.seal(text.body, "outbox.body", outbox_id), segments=text.segments, reason={"code": "opted_out"},
        due_at=round_settings.default().calendar.next_open("text", now), created_at=now,
    )  # fmt: skip


def _trail(
    work: Work, conn: Connection, actor: str, kind: ConsentEvent, subject: str, told: Told, changed: int,
    office_id: UUID | None = None,
) -> None:  # fmt: skip
    """Who entered it, how and when it was told; the words stand sealed in the ledger alone."""
    detail: dict[str, Any] = {"how": told.how, "day": told.day.isoformat(), "numbers": changed}
    where: dict[str, Any] = {"office_id": office_id, "detail": detail}
    audit.append(conn, at=work.clock.now(), actor=actor, action=ACTIONS[kind], subject=subject, **where)
