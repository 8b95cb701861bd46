"""Invented organisations, phones and rounds in any number, written straight into an empty database.

It must not measure anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa

from contact import settings, tariff
from contact.calendar import Medium
from contact.sender import SenderRow
from files.areas import PROVINCES
from scoring import rules
from services.work import Work
from store.messages import outbox as outbox_rows
from store.tables.interviews import interviews
from store.tables.outbox import senders
from store.tables.registry import offices, organisation_phones, organisations, phones
from store.tables.rounds import questionnaires, rounds
from survey.form.questionnaire import Questionnaire

ACCOUNT = "AC" + "b" * 32
TEXTS, LINE = "+842471000001", "+842471000009"
AREAS = tuple(PROVINCES)
KINDS = (("HTX", "NN"), ("HTX", "PNN"), ("QTD", ""))


@dataclass(frozen=True)
class Town:
    """What was written: one office, one open round, `numbers` of the organisations in the order of `interviews`."""

    office: UUID
    round: UUID
    text: SenderRow
    call: SenderRow
    interviews: list[UUID]
    numbers: list[str]


def number(index: int) -> str:
    """A mobile number of nobody's."""
    return f"+8490{index:07d}"


def found(work: Work, form: Questionnaire, count: int) -> Town:
    """An office, a form, an open round, two senders, and `count` organisations with a phone and an interview each."""
    ids, now = work.ids, work.clock.now()
    town = Town(
        ids.new(),
        ids.new(),
        _sender(work, "texts", TEXTS, "text"),
        _sender(work, "line", LINE, "call"),
        [ids.new() for _ in range(count)],
        [number(index) for index in range(count)],
    )
    with work.database.transaction() as conn:
        conn.execute(sa.insert(offices), [office(town.office)])
        conn.execute(sa.insert(questionnaires), [_form(form, now)])
        conn.execute(sa.insert(rounds), [_round(town.round, now)])
        for sender in (town.text, town.call):
            conn.execute(sa.insert(senders), [_sender_row(sender, now)])
        _people(conn, work, town, form.sha256, now)
    return town


def _people(conn: sa.Connection, work: Work, town: Town, sha256: str, now: datetime) -> None:
    if not town.interviews:
        return
    organisation_ids = [work.ids.new() for _ in town.interviews]
    hashes = [work.vault.lookup(number) for number in town.numbers]
    links = zip(organisation_ids, hashes, strict=True)
    conn.execute(sa.insert(organisations), list(_organisations(town.office, organisation_ids, now)))
    conn.execute(sa.insert(phones), list(_phones(work, town.numbers, hashes, now)))
    conn.execute(
        sa.insert(organisation_phones),
        [{"organisation_id": o, "phone_hash": h, "rank": 0, "valid": True, "note": ""} for o, h in links],
    )
    conn.execute(sa.insert(interviews), list(_interviews(town, organisation_ids, sha256)))


_COPIES = """
CREATE TEMP TABLE copies AS
SELECT id AS of, uuidv7() AS organisation, uuidv7() AS interview, n
FROM organisations, generate_series(2, {times}) n
"""
_COPIED: tuple[tuple[sa.Table, str, dict[str, str]], ...] = (
    (organisations, "o.id = c.of", {"id": "c.organisation", "registry_code": "registry_code || '-' || n"}),
    (
        phones,
        "o.hash = (SELECT phone_hash FROM organisation_phones WHERE organisation_id = c.of)",
        {"hash": "sha256(o.hash || n::text::bytea)"},
    ),
    (
        organisation_phones,
        "o.organisation_id = c.of",
        {"organisation_id": "c.organisation", "phone_hash": "sha256(phone_hash || n::text::bytea)"},
    ),
    (
        interviews,
        "o.organisation_id = c.of",
        {"id": "c.interview", "organisation_id": "c.organisation", "code": "code || '-' || n"},
    ),
)
"""Table → which of its rows belong to an organisation, and the columns in which a copy differs."""


def multiply(connection: psycopg.Connection, times: int) -> int:
    """Make each organisation stand there so many times, each with a phone and an interview. How many they are now."""
    if times > 1:
        connection.execute(_COPIES.format(times=times))
        connection.execute("ANALYZE copies")
    for table, belongs, differs in _COPIED if times > 1 else ():
        names = [column.name for column in table.columns]
        given = ", ".join(differs.get(name, f"o.{name}") for name in names)
        source = f"copies c JOIN {table.name} o ON {belongs}"
        connection.execute(f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {given} FROM {source}")
    return int(connection.execute("SELECT count(*) FROM organisations").fetchone()[0])


def call(work: Work, town: Town, at: int) -> str:
    """A call to organisation `at` that the carrier has taken; its reference."""
    ref, now = work.ids.public(), work.clock.now()
    with work.database.transaction() as conn:
        outbox_rows.insert_row(
            conn, id=work.ids.new(), ref=ref, medium="call", purpose="call", sender_id=town.call.id,
            phone_hash=work.vault.lookup(town.numbers[at]), interview_id=town.interviews[at], office_id=town.office,
            state="sent", due_at=now, created_at=now,
        )  # fmt: skip
    return ref


def office(office_id: UUID) -> dict[str, Any]:
    """The row of one office."""
    return {
        "id": office_id, "code": "QB", "name": "Lien minh HTX tinh", "level": "province", "area_scheme": "vn-2025",
        "area_code": "44", "contact_number": "02323 822 222",
    }  # fmt: skip


def _form(form: Questionnaire, now: datetime) -> dict[str, Any]:
    return {
        "sha256": form.sha256, "code": form.code, "version": form.version, "sample": True, "form": form.to_dict(),
        "published_at": now, "published_by": "bench",
    }  # fmt: skip


def _round(round_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": round_id, "code": "2026", "title": "2026", "year": "2026", "legal_basis": "", "state": "open",
        "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=900), "created_at": now,
        "settings": settings.default().to_dict(), "rule": rules.DEFAULT.to_dict(), "rule_state": "sample",
        "created_by": "bench",
    }  # fmt: skip


def _sender(work: Work, name: str, address: str, medium: Medium) -> SenderRow:
    return SenderRow(
        id=work.ids.new(), name=name, carrier="twilio", medium=medium, address=address, credentials="twilio",
        account=ACCOUNT, api_base_url="http://127.0.0.1:1", can_receive=True, can_reconcile=True, simulated=True,
        rate_per_s=Decimal(100_000), burst=500, lines=100_000, weight=1, paused_reason="",
        detects_machines=True, clock_offset_s=None,
    )  # fmt: skip


def _sender_row(sender: SenderRow, now: datetime) -> dict[str, Any]:
    given = {field.name: getattr(sender, field.name) for field in fields(SenderRow)}
    begins = {"slot_at": now, "served": "", "budget": {}, "base_weight": sender.weight, "created_at": now}
    return {**given, **begins, "tariff": tariff.SAMPLE.to_dict()}


def _organisations(office_id: UUID, ids: list[UUID], now: datetime) -> Iterator[dict[str, Any]]:
    for index, organisation in enumerate(ids):
        kind, sector = KINDS[index % 3]
        yield {
            "id": organisation, "office_id": office_id, "registry_code": f"DX{index:06d}", "sector": sector,
            "name": f"Hợp tác xã {index}", "name_key": f"{index:06d}", "short_name": f"HTX {index}", "kind": kind,
            "is_member": index % 4 > 0, "active": True, "area_scheme": "vn-2025", "area_code": AREAS[index % 34],
            "commune": "", "address": "", "position": "", "language": "vi", "digest": b"bench", "created_at": now,
            "updated_at": now,
        }  # fmt: skip


def _phones(work: Work, numbers: list[str], hashes: list[bytes], now: datetime) -> Iterator[dict[str, Any]]:
    for given, digest in zip(numbers, hashes, strict=True):
        yield {
            "hash": digest, "hash_version": work.vault.lookup_version,
            "number": work.vault.seal(given, "phones.number", digest),
            "kind": "mobile", "flags": [], "consent": "unasked", "created_at": now,
        }  # fmt: skip


def _interviews(town: Town, organisation_ids: list[UUID], sha256: str) -> Iterator[dict[str, Any]]:
    for index, organisation in enumerate(organisation_ids):
        kind, sector = KINDS[index % 3]
        yield {
            "id": town.interviews[index], "round_id": town.round, "organisation_id": organisation,
            "office_id": town.office, "code": f"{10_000_000 + index}", "kind": kind, "sector": sector,
            "is_member": index % 4 > 0, "area_scheme": "vn-2025", "area_code": AREAS[index % 34], "commune": "",
            "questionnaire_sha256": sha256, "status": "pending", "channel": "", "seq": 0,
        }  # fmt: skip
