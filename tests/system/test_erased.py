"""Somebody answered a running installation by text and by call, staff wrote about them, and they are erased: nothing of
ours holds them afterwards, though the command is killed in its middle first, and nobody contacts them again.

What is asked is the dump, every sealed column, every file below the data directory, and the broker's memory. The
network's own journal and the list that staff imported are not ours to clean; the command names both.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import requests
import sqlalchemy as sa

from carriers.twilio.carrier import TWILIO
from contact.mentions import Sought
from demo import checks as usual
from demo.network_process import TEXT_NUMBER
from runtime import processes
from runtime.embedded import SUPERUSER, _postgres_binaries
from services import audit_chain
from services.campaign import campaigns
from services.follow_up.staff_requests import Told
from services.keys.sealed_columns import opened
from services.privacy import person_requests
from store.keys import sealed_columns
from store.unit_of_work import Database
from tests.house.source import ROOT
from tests.system.chaos import people
from tests.system.chaos.stage import Stage, staged
from tests.system.chaos.storm import ACTOR, ROUND, Plan, Storm

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.timeout(400)]

PLAN = Plan(31, 0, organisations=6, pairs=0, faults={}, waves=1, rules=people.HURRIED, personas={"no_answer": 1})
NUMBER, NAME, CODE = "+84900000003", "Người Thử 3", people.office(0)
WORDS = "đường vào xóm Đồi còn lầy lội lắm"
LIMIT_S = 90.0
NOT_OURS = {"journal.jsonl", f"{CODE}.csv", "simulator.log"}


def wait(what: str, done: Callable[[], Any]) -> None:
    """Wait for it, bounded."""
    until = time.monotonic() + LIMIT_S
    while not done():
        if time.monotonic() > until:
            pytest.fail(f"never came: {what}")
        time.sleep(0.2)


@dataclass
class House:
    """The running installation, and the phone of one person in the hand."""

    stage: Stage
    storm: Storm

    def phone(self, what: str, **document: Any) -> dict[str, Any]:
        """Do something with the person's phone, or ("") look at it."""
        url = f"{self.stage.settings.of(TWILIO).api_base_url}/simulator/handsets/{NUMBER}"
        answer = requests.post(f"{url}/{what}", json=document, timeout=20) if what else requests.get(url, timeout=20)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def count(self, query: str) -> int:
        return int((self.stage.rows(f"SELECT count(*) AS n {query}") or [{"n": 0}])[0]["n"])

    def alo(self, *argv: str) -> subprocess.Popen[str]:
        line = [sys.executable, "-m", "cli.main", *argv]
        env = processes.environment(self.stage.settings) | {"ALO_LANG": "en"}
        return subprocess.Popen(line, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def contacts(self, since: int) -> list[Any]:
        """Contacts that left since line `since` of the network's journal."""
        return list(usual.contacts(self.stage.network.journal()[since:]))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with staged(tmp_path_factory.mktemp("erased") / "stage", PLAN.seed) as stage:
        made = House(stage, Storm(stage, PLAN, print))
        made.storm._prepare()
        made.storm._launch()
        yield made


def answers(house: House) -> None:
    """The person is rung and presses keys; then they write, in words of their own too."""
    house.phone("hold", held=True)
    wait("keys pressed in a call", lambda: talks(house) and house.count("FROM call_turns") >= 3)
    house.phone("hang-up")
    house.phone("text", to=TEXT_NUMBER, body="1")
    house.phone("text", to=TEXT_NUMBER, body=f"{NAME} đây, {WORDS}, gọi lại 0900 000 003")
    wait("both texts", lambda: house.count("FROM inbound") >= 2)


def talks(house: House) -> bool:
    """Pick up what rings, and press 1 to what is asked. True: something rings or talks."""
    call = house.phone("").get("call")
    if call and call["status"] in ("ringing", "in-progress"):
        house.phone("pick-up") if call["status"] == "ringing" else house.phone("key", key="1")
    return bool(call)


def hashed(house: House) -> str:
    return f"'\\x{house.stage.work.vault.lookup(NUMBER).hex()}'"


def staff_write(house: House) -> None:
    work = house.stage.work
    told = Told("by_phone", date(2026, 4, 6), f"{NAME} nói: {WORDS}; số 0900.000.003")
    person_requests.enter(work, NUMBER, "access", told, ACTOR)
    (campaign,) = (row["id"] for row in house.stage.rows("SELECT id FROM campaigns"))
    campaigns.pause(work, campaign, ACTOR, f"{NAME} (0900000003) kêu ca", medium="call")
    campaigns.stop(work, campaign, ACTOR, f"{NAME} không đồng ý")
    leaving = f"FROM outbox WHERE phone_hash = {hashed(house)} AND state IN ('sending', 'ringing', 'answered')"
    wait("nothing under way", lambda: not house.count(leaving))


def everything(house: House) -> dict[str, str]:
    """Place → all that stands there."""
    stage = house.stage
    url = stage.settings.database_owner_url.get_secret_value()
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    env = {**os.environ, "PGCLIENTENCODING": "UTF8"}
    dump = subprocess.run(
        [_postgres_binaries() / "pg_dump", "--inserts", "--dbname", plain], capture_output=True, check=True, env=env
    )
    found = {"dump": dump.stdout.decode(), "sealed": "\n".join(sealed(stage, url)), "broker": broker(stage)}
    for path in sorted(stage.home.rglob("*")):
        inside = path.relative_to(stage.home)
        database = inside.parts[0] == "postgres" and path.suffix != ".log"
        if path.is_file() and not database and path.name not in NOT_OURS:
            found[str(inside)] = path.read_bytes().decode("utf-8", "replace")
    return found


def sealed(stage: Stage, url: str) -> Iterator[str]:
    owner = Database(url, role_label="test")
    with owner.transaction() as conn:
        for place in sealed_columns():
            for row in conn.execute(sa.select(place.table).where(place.column.is_not(None))).mappings():
                yield opened(stage.work.vault, place.column, row)
    owner.close()


def broker(stage: Stage) -> str:
    """Every key and value in the broker; it writes its file as well, which is looked through with the others."""
    with redis.Redis.from_url(
        stage.settings.broker_url.get_secret_value().replace("redis+socket://", "unix://")
    ) as client:
        client.save()
        return "\n".join(f"{key!r} {client.dump(key)!r}" for key in client.scan_iter())


def traces(places: dict[str, str]) -> dict[str, set[str]]:
    """What stands of the person → where."""
    sought = {"number": Sought([NUMBER]), "name": Sought([], [NAME])}
    found = {what: {place for place, text in places.items() if one.stands_in(text)} for what, one in sought.items()}
    return found | {"words": {place for place, text in places.items() if "lầy lội" in text}}


def killed(house: House) -> None:
    """Begin the erasure, and kill it while it waits for a row that it comes to late."""
    with psycopg.connect(house.stage.postgres.url(SUPERUSER)) as holding:
        holding.execute("SELECT 1 FROM organisations FOR UPDATE")
        process = house.alo("person", "erase", NUMBER, "--confirm", NUMBER, "--json")
        at_work = "FROM pg_stat_activity WHERE usename = 'alo_eraser' AND wait_event_type = 'Lock'"
        wait("the erasure in its middle", lambda: house.count(at_work) or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        holding.rollback()
    wait("its end at the server", lambda: not house.count("FROM pg_stat_activity WHERE usename = 'alo_eraser'"))


def test_nothing_of_ours_holds_who_was_erased_and_nobody_contacts_them(house: House) -> None:
    answers(house)
    staff_write(house)
    before = traces(everything(house))
    assert before["number"] >= {"sealed"}
    assert before["name"] >= {"sealed", "dump"}
    assert before["words"] >= {"sealed"}
    killed(house)
    assert house.count(f"FROM phones WHERE hash = {hashed(house)} AND number IS NOT NULL AND consent = 'stopped'") == 1
    assert "sealed" in traces(everything(house))["name"], "all is there still"
    process = house.alo("person", "erase", NUMBER, "--confirm", NUMBER, "--json")
    told, complaint = process.communicate(timeout=120)
    assert process.returncode == 1, complaint
    assert {Path(left).name for left in json.loads(told)["files"]} <= NOT_OURS
    since = len(house.stage.network.journal())
    assert traces(everything(house)) == {"number": set(), "name": set(), "words": set()}
    assert audit_chain.verify(house.stage.work).findings == ()
    again(house, since)
    assert traces(everything(house)) == {"number": set(), "name": set(), "words": set()}


def again(house: House, since: int) -> None:
    """A next campaign contacts the others, and not them."""
    work = house.stage.work
    made = campaigns.draft(work, ROUND, CODE, ACTOR)
    contacted = campaigns.preview(work, made).contacted
    assert contacted == PLAN.organisations - 1
    campaigns.launch(work, made, contacted, ACTOR)
    wait("contacts of the next campaign", lambda: len(house.contacts(since)) >= 3)
    assert NUMBER not in {contact["to"] for contact in house.contacts(since)}
