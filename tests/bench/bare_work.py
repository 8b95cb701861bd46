"""The bare work under planning, sending, scoring and importing: what PostgreSQL and the readers need, and nothing else.

Nothing of ours is imported. Same tables, same indexes and foreign keys; no checks, no encryption, no report.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import phonenumbers
import psycopg
import xlsxwriter
from python_calamine import load_workbook

ENTER = """
INSERT INTO campaign_interviews (campaign_id, interview_id, step, state, reason, next_at)
SELECT %(campaign)s, id, 1, 'contacting', '{"code": "ladder.first"}', NULL FROM interviews WHERE round_id = %(round)s
"""
PLAN = """
INSERT INTO outbox (id, ref, medium, purpose, sender_id, phone_hash, interview_id, office_id, campaign_id, step,
  attempt, state, reason, segments, due_at, deadline_at, tries, error_code, error_kind, answered_by, created_at)
SELECT gen_random_uuid(), replace(gen_random_uuid()::text, '-', ''), 'text', 'invitation', %(sender)s, p.phone_hash,
  i.id, i.office_id, %(campaign)s, 1, 1, 'planned', '{"code": "ladder.first"}', 0, %(at)s, %(at)s, 0, '', '', '', %(at)s
FROM interviews i JOIN organisation_phones p ON p.organisation_id = i.organisation_id AND p.rank = 0
WHERE i.round_id = %(round)s
"""


def plan(url: str, campaign: uuid.UUID) -> int:
    """Enter and plan everybody of the campaign's round: two INSERT … SELECT. Rows planned."""
    with psycopg.connect(url) as connection:
        of = "SELECT round_id FROM campaigns WHERE id = %s"
        round_id = connection.execute(of, [campaign]).fetchone()[0]
        sender = connection.execute("SELECT id FROM senders WHERE medium = 'text'").fetchone()[0]
        given = {"campaign": campaign, "round": round_id, "sender": sender, "at": datetime.now(UTC)}
        connection.execute(ENTER, given)
        return connection.execute(PLAN, given).rowcount


def dispatch(url: str) -> int:
    """Two commits a row: it is leaving, it has left. Rows sent."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id FROM outbox WHERE state = 'planned' ORDER BY due_at, id").fetchall()
        connection.commit()
        for number, (row,) in enumerate(rows):
            connection.execute("UPDATE outbox SET state = 'sending', sent_at = due_at WHERE id = %s", [row])
            connection.commit()
            connection.execute("UPDATE outbox SET state = 'sent', carrier_id = %s WHERE id = %s", [f"SM{number}", row])
            connection.commit()
    return len(rows)


COUNTS = """
SELECT i.questionnaire_sha256, i.kind, i.sector, i.is_member, i.area_code, i.channel, i.status, a.question, a.value,
  count(*)
FROM interviews i JOIN answers a ON a.interview_id = i.id
WHERE i.status IN ('complete', 'partial') AND a.question <> 'consent' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
FRAME = """
SELECT questionnaire_sha256, kind, sector, is_member, area_code, channel, status, count(*)
FROM interviews GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def score(url: str) -> int:
    """The answers and the frame, counted by everything that figures are broken down by. Groups."""
    with psycopg.connect(url) as connection:
        return len(connection.execute(COUNTS).fetchall()) + len(connection.execute(FRAME).fetchall())


STAGE = """
CREATE TEMPORARY TABLE staged (id uuid, code text, name text, kind text, sector text, leader bytea, position text,
  email bytea, commune text, address text, members integer, digest bytea, hash bytea, number bytea) ON COMMIT DROP
"""
ORGANISATIONS = """
INSERT INTO organisations (id, office_id, registry_code, name, name_key, short_name, kind, sector, is_member, active,
  area_scheme, area_code, commune, address, member_count, leader, position, email, language, digest, created_at,
  updated_at)
SELECT id, %(office)s, code, name, name, name, kind, sector, true, true, 'vn-2025', '44', commune, address, members,
  leader, position, email, 'vi', digest, %(at)s, %(at)s FROM staged
ON CONFLICT (office_id, registry_code) DO UPDATE SET name = EXCLUDED.name
"""
PHONES = """
INSERT INTO phones (hash, hash_version, number, kind, flags, consent, created_at)
SELECT DISTINCT ON (hash) hash, 1, number, 'mobile', '{}'::text[], 'unasked', %(at)s FROM staged ORDER BY hash
ON CONFLICT DO NOTHING
"""
LINKS = """
INSERT INTO organisation_phones (organisation_id, phone_hash, rank, valid, note)
SELECT id, hash, 0, true, '' FROM staged ON CONFLICT DO NOTHING
"""


def import_list(url: str, path: str) -> int:
    """Read the workbook, parse each phone, COPY, upsert. Rows."""
    sheet = load_workbook(path).get_sheet_by_index(0)
    rows = sheet.to_python()[1:]
    with psycopg.connect(url) as connection:
        office = connection.execute("SELECT id FROM offices").fetchone()[0]
        connection.execute(STAGE)
        with connection.cursor().copy("COPY staged FROM STDIN") as copy:
            for row in rows:
                copy.write_row(_staged(row))
        for statement in (ORGANISATIONS, PHONES, LINKS):
            connection.execute(statement, {"office": office, "at": datetime.now(UTC)})
    return len(rows)


def _staged(row: list[Any]) -> tuple[Any, ...]:
    login, _, name, kind, sector, leader, position, email, commune, address, members, *_ = row
    number = phonenumbers.parse(str(login), "VN")
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) is None:
        raise ValueError(login)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).encode()
    digest = hashlib.sha256(repr(row).encode()).digest()
    code = digest.hex()[:12]
    return (
        uuid.uuid4(), code, name, kind, sector, leader.encode(), position, email.encode(), commune, address,
        int(members), digest, hashlib.sha256(e164).digest(), e164,
    )  # fmt: skip


ANSWERS = """
COPY (SELECT o.registry_code, a.question, a.value, a.channel, a.at
FROM answers a JOIN interviews i ON i.id = a.interview_id JOIN organisations o ON o.id = i.organisation_id)
TO STDOUT WITH (FORMAT csv)
"""


def copy_answers(url: str, path: Path) -> None:
    """Every answer with its organisation, a line each, by COPY into a file."""
    with psycopg.connect(url) as connection, path.open("wb") as out, connection.cursor().copy(ANSWERS) as copy:
        for part in copy:
            out.write(part)


def write_answers(path: Path, answers: int, columns: int = 20) -> None:
    """As many cells, and five beside them, by xlsxwriter from memory, row by row."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    row = ["DX000001", "LONG", "Đã trả lời", "voice", "18/11/2026", *(("5", "3", "1", "none") * columns)[:columns]]
    for at in range(answers // columns):
        sheet.write_row(at, 0, row)
    book.close()
