"""`alo doctor` on a good set-up and on broken ones: each break is found under its heading, with words to mend it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
import redis
import sqlalchemy as sa
from click.testing import CliRunner, Result
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from carriers.twilio.carrier import TWILIO
from cli.doctor_checks import (
    PARTS,
)
from cli.doctor_checks import (
    local_checks as house,
)
from cli.doctor_checks import (
    sender_checks as numbers,
)
from cli.doctor_checks import (
    sign_checks as signs,
)
from cli.main import alo
from contact.calendar import local_day
from demo.data_directory import free_port
from gateway.app_routing import webhooks_app
from migrations import upgrade
from runtime import heartbeats, keys
from runtime.celery_client import QUEUES
from runtime.container import machine_work
from runtime.first_senders import seed_senders
from runtime.heartbeats import Heartbeats
from runtime.settings import Settings
from services.follow_up.staff_requests import Told
from services.privacy import person_requests
from services.unfit import isolation
from simulator.clock import SimulatedClock
from store import audit, roles
from store.messages.outbox import insert_row
from store.tables.outbox import senders
from store.tables.registry import phones
from store.unit_of_work import Database
from tests.doubles import KEYS, FakeClock
from tests.house.source import ROOT
from tests.simulator import parts
from tests.simulator.parts import ACCOUNT, TOKEN, Sim

TEXTS, CALLS = "+842471000001", "+842471000009"


@dataclass
class House:
    """A whole set-up: its environment, the network, and what stands before the gateway."""

    env: dict[str, str]
    sim: Sim
    base: str
    front: dict[str, Any]

    @property
    def settings(self) -> Settings:
        """As the command reads them."""
        return Settings(**{name.lower(): value for name, value in self.env.items()})

    def connect(self, number: str, **changes: Any) -> None:
        """Set a number's webhooks at the carrier."""
        hooks = {
            "sms_url": f"{self.base}/twilio/sms#rc=2",
            "sms_fallback_url": f"{self.base}/twilio/sms/fallback",
            "voice_url": f"{self.base}/twilio/voice",
            "voice_fallback_url": f"{self.base}/twilio/voice/fallback",
        }
        self.sim.post("/numbers", {"number": number, **hooks, **changes})

    def examine(self, *argv: str) -> Result:
        """`alo doctor` as a command."""
        return CliRunner().invoke(alo, ["doctor", *argv], env=self.env)

    def signed(self, beat: float = 0.0, **queues: float) -> None:
        """Signs of beat and of each queue at the broker, so many seconds old."""
        client = redis.Redis.from_url(self.env["BROKER_URL"].replace("redis+socket://", "unix://"))
        ages = {"beat": beat, **{f"queue:{queue}": queues.get(queue, 0.0) for queue in QUEUES}}
        now = int(client.time()[0])
        client.hset(heartbeats.KEY, mapping={name: now - int(age) for name, age in ages.items()})
        client.expire(heartbeats.KEY, 600)

    def faults(self, *parts: str) -> dict[str, list[str]]:
        """Part → codes of what needs mending, of these parts or of all; the exit code says whether there is any."""
        result = self.examine("--json", *(word for part in parts for word in ("--part", part)))
        found: dict[str, list[str]] = {}
        for finding in json.loads(result.stdout)["findings"]:
            if finding["level"] == "fault":
                found.setdefault(finding["part"], []).append(finding["code"])
        assert result.exit_code == bool(found), (result.output, result.exception)
        return found


@contextmanager
def fronted(port: int, front: dict[str, Any]) -> Iterator[None]:
    """What answers at the public address: `front["app"]`, which a test may exchange."""

    def door(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        app: WSGIApplication = front["app"]
        return app(environ, start)

    server = make_server("127.0.0.1", port, door, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def set_up(
    database_url: str,
    owner_url: str,
    console_url: str,
    eraser_url: str,
    broker_url: str,
    tmp_path: Path,
    monkeypatch: Any,
) -> Iterator[House]:
    """Everything as it should be, but for workers."""
    monkeypatch.setattr(house, "PING_S", 0.3)
    monkeypatch.setattr(signs, "PATIENCE_S", 0.0)
    monkeypatch.setattr(heartbeats, "KEY", f"alo:heartbeats:{tmp_path}")  # the run's tests share a broker
    port, front = free_port(), {}
    with parts.simulator(tmp_path / "journal.jsonl", SimulatedClock()) as sim:
        env = {
            **{name.upper(): value for name, value in KEYS.items()},
            "DATABASE_URL": database_url,
            "DATABASE_OWNER_URL": owner_url,
            "ALO_CONSOLE_DATABASE_URL": console_url,
            "ALO_ERASER_DATABASE_URL": eraser_url,
            "BROKER_URL": broker_url,
            "ALO_DATA_DIR": str(tmp_path / "data"),
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
            "ALO_PORT": str(port),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_BASE_URL": sim.base,
            "TWILIO_SMS_FROM": TEXTS,
            "TWILIO_VOICE_FROM": CALLS,
        }
        made = House(env, sim, env["PUBLIC_BASE_URL"], front)
        work = machine_work(made.settings)
        seed_senders(work, made.settings)
        front["app"] = webhooks_app(made.settings)
        for number in (TEXTS, CALLS):
            made.connect(number)
        with fronted(port, front):
            yield made
        work.database.close()


@pytest.fixture
def workers(set_up: House) -> Iterator[None]:
    """One worker that serves both queues."""
    argv = ["celery", "-A", "workers.app", "worker", "-Q", "contact,housekeeping", "-P", "solo", "-l", "ERROR"]
    process = subprocess.Popen(
        [sys.executable, "-m", *argv], cwd=ROOT, env={**os.environ, **set_up.env}, stderr=subprocess.DEVNULL
    )
    yield
    process.terminate()
    process.wait(30)


@pytest.mark.usefixtures("workers")
def test_a_good_set_up_has_nothing_to_mend(set_up: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "PING_S", 2.0)
    set_up.signed()
    for _ in range(10):
        if "workers" not in (found := set_up.faults()):
            break
    assert found == {}
    set_up.signed()
    said = set_up.examine("--lang=en", "--json")
    levels = {f["part"]: f["level"] for f in json.loads(said.stdout)["findings"]}
    assert said.exit_code == 0
    assert {part for part, level in levels.items() if level == "well"} >= {
        "keys", "schema", "sealed", "machine", "console", "rights", "broker", "workers", "disk", "clock", "signature",
        "trail", "prompt", "carrier", "skew", "credentials", "receives", "webhooks",
        "beat", "queues", "due",
    }  # fmt: skip
    assert levels["address"] == "note", "no https here"


def test_what_is_said_tells_how_to_mend_in_both_languages(set_up: House) -> None:
    vi, en = set_up.examine("--lang=vi"), set_up.examine("--lang=en")
    assert vi.exit_code == en.exit_code == 1
    assert "make up" in vi.stdout
    assert "start the workers" in en.stdout
    assert TOKEN not in vi.output + en.output


Break = Callable[[House, Database], None]


def _env(**changes: str) -> Break:
    return lambda set_up, _owner: set_up.env.update(changes)


_OTHER = base64.b64encode(bytes(32)).decode()


def _strange_hash(set_up: House, owner: Database) -> None:
    """A phone that nobody finds: its hash is of another look-up key."""
    now = machine_work(set_up.settings).clock.now()
    number = keys.load(set_up.settings).vault().seal("+84901000001", "phones.number", b"h")
    row = {"hash": b"h", "hash_version": 1, "number": number, "kind": "mobile", "flags": [], "created_at": now}
    with owner.transaction() as conn:
        conn.execute(sa.insert(phones).values(consent="unasked", **row))


def _grant(_set_up: House, owner: Database) -> None:
    """Somebody lets the staff pages re-time what leaves."""
    with owner.transaction() as conn:
        conn.execute(sa.text("GRANT UPDATE ON outbox TO alo_console"))


def _other_line(set_up: House, owner: Database) -> None:
    """Somebody makes a line of the trail another's."""
    with machine_work(set_up.settings).database.transaction() as conn:
        audit.append(conn, at=datetime(2026, 11, 18, tzinfo=UTC), actor="cli:a", action="office.add", subject="QB")
    with owner.transaction() as conn:
        conn.execute(sa.text("UPDATE audit SET actor = 'cli:b'"))


def _take_right(_set_up: House, owner: Database) -> None:
    with owner.transaction() as conn:
        conn.execute(sa.text("REVOKE INSERT ON inbound FROM alo_machine"))


def _other_key(set_up: House, owner: Database) -> None:
    """A phone that was sealed with a key that is gone."""
    vault = keys.load(set_up.settings).vault()
    sealed = bytearray(vault.seal("+84901000001", "phones.number", b"h"))
    sealed[-1] ^= 1
    now = machine_work(set_up.settings).clock.now()
    row = {"hash": b"h", "hash_version": 1, "number": bytes(sealed), "kind": "mobile", "flags": [], "created_at": now}
    with owner.transaction() as conn:
        conn.execute(sa.insert(phones).values(consent="unasked", **row))


def _front(answer: Callable[[WSGIApplication], WSGIApplication]) -> Break:
    def broken(set_up: House, _owner: Database) -> None:
        set_up.front["app"] = answer(set_up.front["app"])

    return broken


def _rewriting(app: WSGIApplication) -> WSGIApplication:
    """A proxy that decodes percent signs on the way."""

    def proxy(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ["RAW_URI"] = environ["REQUEST_URI"] = environ["RAW_URI"].replace("%2F", "/")
        return app(environ, start)

    return proxy


def _unready(app: WSGIApplication) -> WSGIApplication:
    """A gateway whose database is behind."""

    def gateway(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return (Response("", 503) if environ["PATH_INFO"] == "/readyz" else app)(environ, start)

    return gateway


def _sender(**columns: Any) -> Break:
    def broken(_set_up: House, owner: Database) -> None:
        with owner.transaction() as conn:
            conn.execute(sa.update(senders).where(senders.c.name == "twilio-sms").values(**columns))

    return broken


BREAKS: dict[str, tuple[Break, str, str]] = {
    "a role that sees everything": (
        lambda s, _: s.env.update(DATABASE_URL=s.env["DATABASE_OWNER_URL"]), "machine", "doctor.wrong_role",
    ),
    "no console": (_env(ALO_CONSOLE_DATABASE_URL=""), "console", "doctor.not_set"),
    "no eraser": (_env(ALO_ERASER_DATABASE_URL=""), "eraser", "doctor.not_set"),
    "no database": (_env(DATABASE_URL="postgresql+psycopg://a:b@127.0.0.1:1/x"), "schema", "doctor.away"),
    "a right too much": (_grant, "rights", "doctor.rights_differ"),
    "a line of the trail changed": (_other_line, "trail", "audit.found.changed"),
    "no broker": (_env(BROKER_URL="redis://127.0.0.1:1/0"), "broker", "doctor.away"),
    "keys gone": (_other_key, "sealed", "doctor.sealed_unreadable"),
    "unfit keys": (_env(ALO_SECRET_KEYS="a:b"), "keys", "doctor.keys_unfit"),
    "no keys": (_env(ALO_SECRET_KEYS=""), "keys", "keys.none"),
    "another key under its id": (_env(ALO_SECRET_KEYS=f"test:{_OTHER}"), "keys", "keys.another_key"),
    "a key taken away": (_env(ALO_SECRET_KEYS=f"new:{_OTHER}"), "keys", "keys.missing"),
    "another look-up key": (_env(ALO_LOOKUP_KEY=f"1:{_OTHER}"), "keys", "keys.another_lookup_key"),
    "a later look-up key": (_env(ALO_LOOKUP_KEY=f"2:{_OTHER}"), "keys", "keys.lookup_version"),
    "a number under another hash": (_strange_hash, "sealed", "doctor.numbers_not_found"),
    "no clock": (_env(ALO_CLOCK="soon"), "clock", "doctor.clock_unreadable"),
    "nobody at the address": (_env(PUBLIC_BASE_URL="http://127.0.0.1:1"), "address", "doctor.address_away"),
    "another page there": (_front(lambda _: Response("hello", 200)), "signature", "doctor.forgery_taken"),
    "a redirect": (_front(lambda _: Response("", 301, {"Location": "/x"})), "address", "doctor.redirected"),
    "not ready": (_front(lambda _: Response("", 503)), "address", "doctor.address_not_ready"),
    "not working": (_front(_unready), "gateway", "doctor.not_ready"),
    "a rewriting proxy": (_front(_rewriting), "signature", "doctor.signature_refused"),
    "another token": (_env(TWILIO_AUTH_TOKEN="x" * 32), "credentials", "doctor.credentials_refused"),
    "webhook elsewhere": (
        lambda s, _: s.connect(TEXTS, sms_url="https://old.example/sms"), "webhooks", "doctor.webhook_elsewhere",
    ),
    "cannot receive": (lambda s, _: s.connect(CALLS, capabilities=["sms"]), "receives", "doctor.cannot_receive"),
    "not our number": (_sender(address="+842471000777"), "receives", "doctor.number_not_ours"),
    "a right that webhooks need is gone": (_take_right, "writing", "doctor.not_written"),
    "no such credentials": (_sender(credentials="aggregator"), "credentials", "doctor.no_credentials"),
    "carrier away": (_sender(api_base_url="http://127.0.0.1:1"), "carrier", "doctor.carrier_away"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_each_break_is_found_under_its_heading(set_up: House, owner: Database, name: str) -> None:
    broken, part, code = BREAKS[name]
    broken(set_up, owner)
    try:
        assert code in set_up.faults()[part]
    finally:
        with owner.transaction() as conn:
            roles.apply(conn)


def test_what_is_unfit_and_each_links_clock_are_told(set_up: House, owner: Database) -> None:
    isolation.each(machine_work(set_up.settings), "texts", ["a", "b"], int, key=str)
    with owner.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.address == TEXTS).values(clock_offset_s=25_201))
    assert set_up.faults()["unfit"] == ["doctor.unfit"]
    found = json.loads(set_up.examine("--lang=en", "--json").stdout)["findings"]
    (told,) = (one for one in found if one["part"] == "link_clock")
    assert (told["level"], told["code"]) == ("note", "doctor.link_behind")
    assert "25201 seconds behind" in told["words"]
    (unfit,) = (one["words"] for one in found if one["part"] == "unfit")
    assert "2 set aside because of ValueError" in unfit
    assert "alo unfit again" in unfit


def test_a_request_past_its_day_is_found(set_up: House) -> None:
    work = machine_work(set_up.settings)
    assert "requests" not in set_up.faults()
    late = replace(work, clock=FakeClock(datetime.now(UTC) - timedelta(days=30)))
    told = Told("by_phone", local_day(late.clock.now()), "Bà Đông nói")
    person_requests.enter(late, "0901000001", "withdraw", told, "cli:test")
    assert set_up.faults()["requests"] == ["doctor.overdue.person_request", "doctor.overdue.person_withdrawal"]


def test_a_full_disk_and_a_wrong_clock_are_found(set_up: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"disk", "skew"}.isdisjoint(set_up.faults())
    monkeypatch.setattr(house, "DISK_BYTES", 10**18)
    monkeypatch.setattr(numbers, "SKEW_S", -1)
    found = set_up.faults()
    assert (found["disk"], found["skew"]) == (["doctor.disk_full"], ["doctor.skewed"])


def test_a_database_that_is_behind_is_found(set_up: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "head", lambda: "9999")
    assert set_up.faults()["schema"] == ["doctor.behind"]


def test_the_probe_leaves_nothing_behind(set_up: House, owner: Database) -> None:
    def rows() -> dict[str, int]:
        with owner.transaction() as conn:
            return {
                t: conn.scalar(sa.text(f"SELECT count(*) FROM {t}")) for t in ("inbound", "calls", "outbox", "audit")
            }

    before = rows()
    set_up.faults()
    assert rows() == before
    probe = TWILIO.probe and TWILIO.probe(set_up.settings.of(TWILIO), set_up.base, False)
    assert probe
    assert "%C4%91%2F" in probe.url


SIGNS = ("beat", "queues", "due")


def test_a_dead_beat_is_found_and_accuses_nobody_else(set_up: House) -> None:
    set_up.signed(beat=400, contact=400, housekeeping=400)
    found = set_up.faults(*SIGNS)
    assert found["beat"] == ["doctor.beat_dead"]
    assert "queues" not in found
    assert "silent for 40" in set_up.examine("--part", "beat", "--lang=en").output


def test_a_doctor_that_does_not_look_for_beat_is_seen(set_up: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault."""
    monkeypatch.setattr(signs, "_beat", lambda _signs: iter(()))
    with pytest.raises(AssertionError):
        test_a_dead_beat_is_found_and_accuses_nobody_else(set_up)


def test_a_queue_whose_worker_hangs_is_found_by_name(set_up: House) -> None:
    set_up.signed(housekeeping=400)
    found = json.loads(set_up.examine("--part", "queues", "--json").stdout)["findings"]
    assert [(f["level"], f["code"], f["subject"]) for f in found] == [("fault", "doctor.queue_silent", "housekeeping")]
    assert "beat" not in set_up.faults(*SIGNS)


def test_who_was_never_seen_is_found(set_up: House) -> None:
    assert set_up.faults(*SIGNS)["beat"] == ["doctor.beat_never"]
    Heartbeats(set_up.env["BROKER_URL"]).note_beat()
    found = set_up.faults(*SIGNS)
    assert found["queues"] == ["doctor.queue_never"] * len(QUEUES)
    assert "beat" not in found


def test_a_due_row_that_nobody_takes_is_found(set_up: House, owner: Database) -> None:
    assert "due" not in set_up.faults(*SIGNS)
    work = machine_work(set_up.settings)
    late = work.clock.now() - timedelta(minutes=10)
    row = {"hash": b"h", "hash_version": 1, "number": b"", "kind": "mobile", "flags": [], "created_at": late}
    with owner.transaction() as conn:
        conn.execute(sa.insert(phones).values(consent="unasked", **row))
        sender = conn.scalar(sa.select(senders.c.id).where(senders.c.name == "twilio-sms"))
        conn.execute(sa.update(senders).values(slot_at=late))
        due = {"id": work.ids.new(), "ref": work.ids.public(), "medium": "text", "purpose": "reply", "state": "planned"}
        insert_row(conn, **due, sender_id=sender, phone_hash=b"h", due_at=late, created_at=late)
    found = json.loads(set_up.examine("--part", "due", "--json").stdout)["findings"]
    assert [(f["level"], f["code"], f["subject"]) for f in found] == [("fault", "doctor.stalled", "twilio-sms")]


def test_one_part_alone_is_looked_at_and_never_passed_over(set_up: House) -> None:
    set_up.signed()
    told = set_up.examine("--part", "broker", "--part", "beat", "--json")
    assert (told.exit_code, [f["part"] for f in json.loads(told.stdout)["findings"]]) == (0, ["broker", "beat"])
    set_up.env["BROKER_URL"] = "redis://127.0.0.1:1/0"
    told = set_up.examine("--part", "beat", "--json")
    assert (told.exit_code, [f["code"] for f in json.loads(told.stdout)["findings"]]) == (1, ["doctor.not_looked_at"])
    assert set_up.examine("--part", "weather").exit_code == 2
    assert set(PARTS) == {*house.examinations(set_up.settings), *signs.examinations(set_up.settings)}
