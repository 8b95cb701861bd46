"""Two hosts over one PostgreSQL and one Redis: a campaign runs while one of them is cut off and brought back.

Each host has a gateway, workers and a beat of its own; the network's journal says what was lost or doubled.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from carriers.twilio.carrier import TWILIO
from demo import sample_people as village
from demo.network_process import ACCOUNT, CALL_NUMBER, TEXT_NUMBER, NetworkProcess, simulator
from demo.scenario import SAMPLES
from migrations.upgrade import upgrade
from runtime import processes
from runtime.celery_client import celery_app
from runtime.container import machine_work
from runtime.processes import Crew, ProcessPart
from runtime.settings import Settings
from services.campaign import campaigns
from services.interview import questionnaires
from services.registry import imports, offices
from services.rounds import rounds
from services.senders import senders as sender_cases
from services.senders.senders import NewSender
from services.work import Work
from tests.system.chaos import people, witness
from tests.system.hosts.servers import Shared, debian, version
from tests.system.hosts.wires import SERVERS, Host, Wires

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.timeout(1200)]

SEED = 61
SIZE = 40
START = datetime(2026, 4, 5, 23, 0, tzinfo=UTC)
"""Monday 6 April 2026, 06:00 in Viet Nam."""
RATE = 60.0
"""Business seconds a real second: who is served a second late still answers within a minute of their time."""
_CLOSER = tuple(replace(step, gap_s=step.gap_s * 3 // 4) for step in people.LADDER.steps)
SETTINGS = replace(people.SETTINGS, ladder=replace(people.LADDER, steps=_CLOSER))
"""The storms' settings with closer rungs."""
HEAD_START = timedelta(seconds=30)
HASTE = 6.0
PUBLIC, PORT, NETWORK_PORT = 8000, 8080, 9000
CUT_S, LIMIT_S = 20.0, 240.0
"""How long a host is cut off at least: all its leases end; and how long anything is waited for."""
ROUND, OFFICE, ACTOR = "hai-may", "tinh-00", "cli:hosts"
NOT_ROOT = "two hosts need root"
NO_PACKAGES = "two hosts need postgresql, redis-server and iproute2: apt install"
NO_NAMESPACES = "two hosts need network namespaces"


@pytest.fixture(scope="module")
def wires() -> Iterator[Wires]:
    """The switch and two hosts; the thread of the tests stands at the switch."""
    if os.geteuid() != 0:
        pytest.skip(NOT_ROOT)
    done = subprocess.run([Path(__file__).parent / "hosts" / "install.sh"], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(NO_PACKAGES)
    wires = Wires(f"alo{os.getpid()}", ("one", "two"))
    try:
        try:
            wires.lay()
        except subprocess.CalledProcessError:
            pytest.skip(NO_NAMESPACES)
        with wires.at_the_switch():
            yield wires
    finally:
        wires.clear()


class Pair:
    """Everything on both hosts. The first has the balancer and the simulated network too."""

    def __init__(self, home: Path, wires: Wires, shared: Shared) -> None:
        """Nothing is started; the schema is brought up to date and the senders are there."""
        self.home, self.wires, self.shared = home, wires, shared
        self.one, self.two = wires.hosts
        self.journal = home / "journal.jsonl"
        token = secrets.token_hex(16)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        clock = f"{START.isoformat()}@{RATE}@{(datetime.now(UTC) + HEAD_START).isoformat()}"
        self.network = NetworkProcess(f"http://{self.one.address}:{NETWORK_PORT}")
        given: dict[str, Any] = {
            "database_url": shared.database["alo_machine"], "database_owner_url": shared.database["alo_owner"],
            "alo_console_database_url": shared.database["alo_console"], "broker_url": shared.broker,
            "alo_data_dir": home / "switch", "alo_clock": clock, "alo_haste": HASTE, "alo_log_level": "INFO",
            "alo_web_workers": 1,
            "alo_contact_workers": 2, "alo_port": PORT, "public_base_url": f"http://{self.one.address}:{PUBLIC}",
            "twilio_account_sid": ACCOUNT, "twilio_auth_token": token, "twilio_sms_from": TEXT_NUMBER,
            "twilio_voice_from": CALL_NUMBER, "twilio_api_base_url": f"http://{self.one.address}:{NETWORK_PORT}",
            "alo_secret_keys": f"k1:{key}", "alo_lookup_key": f"1:{key}", "alo_session_key": key, "kannel_send_url": "",
        }  # fmt: skip
        self._given = Settings(**given)
        self.token = token
        upgrade(shared.database["alo_owner"])
        self.work: Work = machine_work(self._given)
        wanted = [_sender("text", TEXT_NUMBER, self._given), _sender("call", CALL_NUMBER, self._given)]
        sender_cases.seed(self.work, wanted, ACTOR)

    def settings(self, host: Host) -> Settings:
        """The settings of one host: its own directory and address, everything else the same."""
        return self._given.with_values(alo_data_dir=self.home / host.name, alo_bind=host.address)

    def start(self, stack: ExitStack) -> None:
        """Start all parts of both hosts and wait until both gateways and the network answer."""
        for host in self.wires.hosts:
            settings = self.settings(host)
            team = Crew(settings.alo_data_dir, processes.environment(settings))
            stack.callback(team.stop)
            for part in self._parts(host, settings):
                team.start(replace(part, argv=host.command(part.argv)))
            team.wait_ready("gateway", f"http://{host.address}:{PORT}/readyz")
        self.network.wait_ready()
        self.network.connect_numbers(self._given.base_url)

    def _parts(self, host: Host, settings: Settings) -> list[ProcessPart]:
        parts = [processes.gateway(settings), *processes.workers(settings), processes.beat(settings)]
        if host is not self.one:
            return parts
        net = simulator(NETWORK_PORT, self.token, settings.alo_clock, self.journal)
        backends = [f"{each.address}:{PORT}" for each in self.wires.hosts]
        listen = f"{host.address}:{PUBLIC}"
        balancer = [sys.executable, "-m", "tests.system.hosts.balancer", listen, *backends]
        return [replace(net, argv=[*net.argv, "--host", host.address]), ProcessPart("balancer", balancer, {}), *parts]

    def dispatched(self, host: Host) -> int:
        """How often the host's sending worker has dispatched, by its own count; 0 while it does not answer."""
        name = f"contact@{host.name}"
        asked = celery_app(self.shared.broker).control.inspect([name], timeout=5)
        stats = (asked.stats() or {}).get(name, {})
        return int(stats.get("total", {}).get("alo.dispatch", 0))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds, as its superuser sees it."""
        with psycopg.connect(self.shared.database["alo_owner"]) as connection:
            return connection.execute(query).fetchall()


def _sender(medium: str, address: str, settings: Settings) -> NewSender:
    return NewSender(
        name=f"{medium}s", carrier="twilio", medium=medium, address=address, credentials="twilio", account=ACCOUNT,
        api_base_url=settings.of(TWILIO).api_base_url, can_receive=True, can_reconcile=True, simulated=True,
        rate_per_s=Decimal(2), burst=2, lines=12 if medium == "call" else 0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pair(wires: Wires, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both hosts at work."""
    home = tmp_path_factory.mktemp("hosts")
    with ExitStack() as stack:
        pair = Pair(home, wires, stack.enter_context(debian(home, SERVERS)))
        stack.callback(pair.work.database.close)
        pair.start(stack)
        yield pair


def test_debians_servers_take_our_schema_and_statements(pair: Pair) -> None:
    postgres, redis = version(pair.shared)
    assert postgres >= 15
    assert redis


def test_one_host_is_cut_off_and_nothing_is_lost_doubled_or_stuck(pair: Pair) -> None:
    campaign_id = launch(pair)
    assert wait(lambda: all(map(served, pair.wires.hosts)), LIMIT_S), "both gateways serve"
    assert wait(lambda: all(map(pair.dispatched, pair.wires.hosts)), LIMIT_S), "both hosts' workers send"
    requests, dispatches, before = served(pair.two), pair.dispatched(pair.two), events(pair)
    pair.wires.cut(pair.two)
    time.sleep(CUT_S)
    assert wait(lambda: events(pair) > before + 20, LIMIT_S), "the host that is left goes on"
    pair.wires.mend(pair.two)
    assert wait(lambda: served(pair.two) > requests, LIMIT_S), "the gateway that was cut off serves again"
    assert wait(lambda: pair.dispatched(pair.two) > dispatches, LIMIT_S), "the worker that was cut off works again"
    assert wait(lambda: is_quiet(pair, campaign_id), LIMIT_S)
    quiet = pair.work.clock.now()
    assert wait(lambda: swept_until(pair) > quiet and is_quiet(pair, campaign_id), LIMIT_S), "lost texts are fetched"
    assert violations(pair) == {}
    assert pair.rows("SELECT count(*) FROM interviews WHERE status = 'complete'")[0][0] > SIZE / 3


def violations(pair: Pair) -> dict[str, list[str]]:
    """What the network's journal has against us, by check."""
    held, everybody = witness.stored(pair.work), village.read_people(pair.work)
    found = witness.examine(pair.work, held, witness.read(pair.journal), everybody, SETTINGS)
    return {name: lines[:10] for name, lines in found.items() if lines}


def launch(pair: Pair) -> UUID:
    """A list comes in, a round is opened, people move in, a campaign begins."""
    work = pair.work
    for path in SAMPLES:
        questionnaires.publish(work, path, ACTOR)
    offices.add_office(work, OFFICE, "Lien minh HTX tinh", "province", "15", "0214 388 8000", ACTOR)
    path = pair.home / "list.csv"
    people.write_list(path, SEED, 0, SIZE, pairs=2)
    imports.import_registry(work, OFFICE, path, ACTOR)
    known = rounds.newest_questionnaires(work)
    begin = START - timedelta(days=1)
    end = START + timedelta(hours=16)
    rounds.open_round(work, ROUND, "Thử", "2025", "thử", begin, end, known, ACTOR, SETTINGS)
    everybody = village.read_people(work)
    pair.network.settle(people.handsets(everybody, SEED), village.topics(village.forms(work, everybody)))
    assert wait(lambda: work.clock.now() >= START, 60)
    campaign_id = campaigns.draft(work, ROUND, OFFICE, ACTOR)
    campaigns.launch(work, campaign_id, campaigns.preview(work, campaign_id).contacted, ACTOR)
    return campaign_id


def is_quiet(pair: Pair, campaign_id: UUID) -> bool:
    """Whether the campaign is through and nothing is on its way or in doubt."""
    (state,) = pair.rows(f"SELECT state FROM campaigns WHERE id = '{campaign_id}'")
    moving = pair.rows(
        "SELECT 1 FROM outbox WHERE state IN ('planned', 'claimed', 'sending', 'handed', 'unknown') LIMIT 1"
    )
    return state[0] == "done" and not moving and pair.network.idle()


def swept_until(pair: Pair) -> datetime:
    """Up to when (business time) missed texts have been fetched."""
    found: datetime | None = pair.rows("SELECT min(inbound_swept_at) FROM senders WHERE medium = 'text'")[0][0]
    return found or START


def served(host: Host) -> float:
    """Requests of carriers that the host's gateway has answered."""
    with urllib.request.urlopen(f"http://{host.address}:{PORT}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("alo_webhook_done_total"))


def events(pair: Pair) -> int:
    """Inputs of interviews so far."""
    return int(pair.rows("SELECT count(*) FROM interview_events")[0][0])


def wait(done: Callable[[], bool], seconds: float) -> bool:
    """Whether it came to that in time; a host that does not answer yet is asked again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):
            if done():
                return True
        time.sleep(0.5)
    return False
