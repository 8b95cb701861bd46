"""The webhook by hand: R1, one statement, and R6, the statements of our turn; Flask, the library's check, psycopg.

Nothing of ours is imported. No engine, no words, no encryption, no checks: what is left is the floor. Run by
`gunicorn "tests.bench.references:app()"`; BENCH_DATABASE_URL, BENCH_TOKEN, BENCH_BASE, BENCH_SENDER and
BENCH_LOOKUP_KEY (hex) say where.
"""

from __future__ import annotations

import hmac
import os
import threading
import uuid
from datetime import UTC, datetime, timedelta

import psycopg
from flask import Flask, Response, abort, request
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from twilio.request_validator import RequestValidator

R1 = """
WITH found AS (SELECT hash FROM phones WHERE hash = %(hash)s),
new AS (INSERT INTO bench_r1 (id, phone_hash, body, at) SELECT %(id)s, hash, %(body)s, %(at)s FROM found RETURNING id)
UPDATE bench_r1_last SET last_id = new.id, at = %(at)s FROM new WHERE bench_r1_last.phone_hash = %(hash)s
"""

TAKE_IN = """
WITH fresh AS (
  INSERT INTO inbound (id, sender_id, carrier_id, phone_hash, number, body, via, received_at, outcome)
  VALUES (%(id)s, %(sender)s, %(sid)s, %(hash)s, %(number)s, %(body)s, 'webhook', %(at)s, 'received')
  ON CONFLICT (sender_id, carrier_id) DO NOTHING RETURNING id)
SELECT p.hash, p.kind, p.consent FROM fresh, phones p WHERE p.hash = %(hash)s FOR NO KEY UPDATE OF p
"""

HELD = """
SELECT i.id, i.code, i.organisation_id, i.office_id, i.questionnaire_sha256, i.status, i.channel, i.state, i.seq,
  i.begun_at, i.ended_at, i.online_at, i.appointment_at, o.language, o.short_name, o.name AS organisation,
  f.name AS office, f.contact_number, r.state AS round_state,
  CAST(r.settings ->> 'accented_texts' AS boolean) AS accented_texts,
  CAST(r.settings -> 'caps' ->> 'replies_a_day' AS integer) AS replies_a_day{more}
FROM interviews i JOIN organisations o ON o.id = i.organisation_id JOIN offices f ON f.id = i.office_id
  JOIN rounds r ON r.id = i.round_id
WHERE {which} ORDER BY i.id FOR NO KEY UPDATE OF i
"""
HELD_BY_PHONE = HELD.format(
    more=""", (SELECT shown FROM prompted WHERE sender_id = %(sender)s AND phone_hash = %(hash)s) AS shown,
  (SELECT count(*) FROM inbound WHERE phone_hash = %(hash)s AND received_at > %(since)s AND reply_id IS NOT NULL)
  AS replies""",
    which="i.organisation_id IN (SELECT organisation_id FROM organisation_phones WHERE phone_hash = %(hash)s)"
    " AND r.state = 'open'",
)
HELD_BY_ID = HELD.format(more="", which="i.id = %(interview)s")

WRITE_TURN = """
WITH event AS (
  INSERT INTO interview_events (interview_id, seq, at, channel, source_id, turn, input, effects)
  VALUES (%(interview)s, %(seq)s, %(at)s, %(channel)s, %(source)s, %(turn)s, %(input)s, %(effects)s)
  ON CONFLICT (interview_id, channel, source_id) DO NOTHING RETURNING interview_id),
kept AS (
  INSERT INTO answers (interview_id, question, value, points, channel, seq, at)
  SELECT interview_id, %(question)s, %(value)s, %(points)s, %(channel)s, %(seq)s, %(at)s FROM event
  ON CONFLICT (interview_id, question) DO UPDATE SET value = EXCLUDED.value)
UPDATE interviews SET status = 'active', channel = %(channel)s, state = %(state)s, seq = %(seq)s
FROM event WHERE id = event.interview_id RETURNING seq
"""

CLOSE = """
WITH reply AS (
  INSERT INTO outbox (id, ref, medium, purpose, sender_id, phone_hash, interview_id, office_id, step, attempt, state,
    reason, body, segments, due_at, tries, error_code, error_kind, answered_by, created_at, sent_at, sent_real_at)
  VALUES (%(reply)s, %(ref)s, 'text', 'reply', %(sender)s, %(hash)s, %(interview)s, %(office)s, 0, 0, 'handed',
    '{}', %(text)s, 1, %(at)s, 0, '', '', '', %(at)s, %(at)s, %(at)s)),
seen AS (
  INSERT INTO prompted (sender_id, phone_hash, shown) VALUES (%(sender)s, %(hash)s, %(shown)s)
  ON CONFLICT (sender_id, phone_hash) DO UPDATE SET shown = EXCLUDED.shown)
UPDATE inbound SET interview_id = %(interview)s, outcome = 'answered', reply = %(text)s, reply_id = %(reply)s
WHERE id = %(id)s
"""

LOCK_CALLER = """
SELECT p.hash, p.kind, p.consent, c.interview_id FROM phones p JOIN calls c ON c.phone_hash = p.hash
WHERE c.ref = %(ref)s FOR NO KEY UPDATE OF p
"""
AT_TURN = """
SELECT c.id, c.ref, c.turn, c.interview_id, c.phone_hash, c.consented, t.question, t.interview_turn,
  n.script AS answered_with
FROM calls c LEFT JOIN call_turns t ON t.call_id = c.id AND t.turn = %(turn)s
  LEFT JOIN call_turns n ON n.call_id = c.id AND n.turn = %(turn)s + 1
WHERE c.ref = %(ref)s
"""
ADVANCE = """
WITH moved AS (UPDATE calls SET turn = %(next)s WHERE id = %(call)s)
INSERT INTO call_turns (call_id, turn, question, interview_turn, script, at)
VALUES (%(call)s, %(next)s, %(question)s, %(turn)s, %(script)s, %(at)s)
"""

TEXT = "Da ghi nhan: rat hai long. C4: Ong/ba co hai long ve viec nay khong? 1 = Rat hai long, 2 = Hai long, 3 = Khong"
MESSAGE = '<?xml version="1.0" encoding="UTF-8"?><Response><Message statusCallback="{url}">{text}</Message></Response>'
SCRIPT = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="{url}" numDigits="1"><Say>{text}</Say></Gather>'
    "</Response>"
)

_local = threading.local()
_validator = RequestValidator(os.environ.get("BENCH_TOKEN", ""))
_key = bytes.fromhex(os.environ.get("BENCH_LOOKUP_KEY", ""))
_base = os.environ.get("BENCH_BASE", "")


def connection() -> psycopg.Connection[dict]:
    """The connection of the thread that asks."""
    if not hasattr(_local, "connection"):
        url = os.environ["BENCH_DATABASE_URL"]
        _local.connection = psycopg.connect(url, row_factory=dict_row, prepare_threshold=1)
    return _local.connection


def check() -> None:
    """Refuse what is not signed."""
    url = _base + request.environ["RAW_URI"]
    if not _validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)


def app() -> Flask:
    """Both references as one app."""
    made = Flask("references")
    made.before_request(check)
    made.post("/r1")(one_statement)
    made.post("/r6/sms")(text)
    made.post("/r6/voice/<ref>/<int:turn>")(key)
    return made


def one_statement() -> Response:
    """R1: select by key, insert, update, in one statement, autocommit."""
    connection().autocommit = True
    digest = hmac.digest(_key, request.form["From"].encode(), "sha256")
    given = {"hash": digest, "id": uuid.uuid4(), "body": request.form["Body"], "at": datetime.now(UTC)}
    connection().execute(R1, given)
    return Response(MESSAGE.format(url=_base, text=TEXT), mimetype="text/xml")


def text() -> Response:
    """R6 for a text: the four statements of our turn in one transaction."""
    form, now = request.form, datetime.now(UTC)
    given = {
        "id": uuid.uuid4(), "sender": uuid.UUID(os.environ["BENCH_SENDER"]), "sid": form["MessageSid"],
        "hash": hmac.digest(_key, form["From"].encode(), "sha256"), "number": form["From"].encode(),
        "body": form["Body"].encode(), "at": now, "since": now - timedelta(days=1),
        "reply": uuid.uuid4(), "ref": uuid.uuid4().hex, "text": TEXT.encode(),
    }  # fmt: skip
    with connection().transaction():
        connection().execute(TAKE_IN, given).fetchone()
        held = connection().execute(HELD_BY_PHONE, given).fetchall()[0]
        given |= turn_of(held, "sms", form["MessageSid"], now)
        shown = [{**held["shown"][0], "question": given["asked"], "turn": given["turn"] + 1}, *held["shown"]][:12]
        connection().execute(WRITE_TURN, given).fetchone()
        connection().execute(CLOSE, given | {"office": held["office_id"], "shown": Jsonb(shown)})
    url = f"{_base}/twilio/receipt/text/{given['ref']}"
    return Response(MESSAGE.format(url=url, text=TEXT), mimetype="text/xml")


def key(ref: str, turn: int) -> Response:
    """R6 for a key: the five statements of our turn in one transaction."""
    now = datetime.now(UTC)
    with connection().transaction():
        phone = connection().execute(LOCK_CALLER, {"ref": ref}).fetchone()
        held = connection().execute(HELD_BY_ID, {"interview": phone["interview_id"]}).fetchone()
        call = connection().execute(AT_TURN, {"ref": ref, "turn": turn}).fetchone()
        given = turn_of(held, "voice", f"{ref}:{turn}", now)
        script = SCRIPT.format(url=f"{_base}/r6/voice/{ref}/{turn + 1}", text=TEXT)
        connection().execute(WRITE_TURN, given).fetchone()
        given |= {"call": call["id"], "next": turn + 1, "question": given["asked"], "script": script.encode()}
        connection().execute(ADVANCE, given)
    return Response(script, mimetype="text/xml")


def turn_of(held: dict, channel: str, source: str, now: datetime) -> dict:
    """What a turn writes when nothing is decided: the question asked is answered, the same one comes next."""
    state, seq = held["state"], held["seq"] + 1
    question = f"{state['a']}-{seq}"
    state["v"][question] = ["5", channel, seq]
    state["e"], state["t"] = seq, state["t"] + 1
    said = {"said": "Key", "with": {"digits": "1"}, "question": question, "language": "vi"}
    echo = {"effect": "Echo", "question": question, "value": "5"}
    effects = [echo, {"effect": "Ask", "question": question, "turn": seq}]
    return {
        "interview": held["id"], "seq": seq, "at": now, "channel": channel, "source": source, "turn": state["t"] - 1,
        "input": Jsonb(said), "effects": Jsonb(effects), "state": Jsonb(state), "question": question,
        "asked": question, "value": "5", "points": "5",
    }  # fmt: skip
