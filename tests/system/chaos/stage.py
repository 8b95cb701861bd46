"""The running parts of a storm, each of which may be killed and is started again: servers, crew, simulated network."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from carriers.twilio.carrier import TWILIO
from demo.data_directory import free_port
from demo.network_process import ACCOUNT, CALL_NUMBER, TEXT_NUMBER, NetworkProcess, simulator
from migrations.upgrade import upgrade
from runtime import processes
from runtime.container import machine_work, with_embedded
from runtime.embedded import SUPERUSER, Postgres, Valkey
from runtime.first_senders import seed_senders
from runtime.settings import SecretStr, Settings
from services.work import Work
from tests import faults

START = datetime(2026, 4, 5, 23, 0, tzinfo=UTC)
"""Monday 6 April 2026, 06:00 in Viet Nam."""
RATE = 60.0
"""Business seconds a real second."""
HEAD_START = timedelta(seconds=15)
REST_SCALE = 5.0
"""People and network are slowed down against the clock, so that thinking takes longer than our slowest answer: somebody
who answers before a text can have reached us is nobody's case."""
HASTE = 6.0
RESTART_LIMIT_S = 120.0


class Stage:
    """One whole system in a directory of its own. Only the main thread may use it: children end with that thread."""

    def __init__(self, home: Path, seed: int, speed: float = 1.0, planted: str = "") -> None:
        """`speed`: how many times faster than `RATE` business time runs; nothing is started yet."""
        self._planted = planted
        self.home, self.seed, self.rate = home.resolve(), seed, RATE * speed
        self._rest_scale = REST_SCALE * max(1.0, speed / 2)
        self.postgres, self.valkey = Postgres(home / "postgres"), Valkey(home / "valkey")
        self._token, self._port = secrets.token_hex(16), free_port()
        clock = f"{START.isoformat()}@{self.rate}@{(datetime.now(UTC) + HEAD_START).isoformat()}"
        self._given = Settings(
            alo_data_dir=home, alo_port=free_port(), alo_clock=clock, alo_haste=HASTE,
            alo_log_level="WARNING", twilio_account_sid=ACCOUNT, twilio_auth_token=SecretStr(self._token),
            twilio_api_base_url=f"http://127.0.0.1:{self._port}", twilio_sms_from=TEXT_NUMBER,
            twilio_voice_from=CALL_NUMBER, kannel_send_url="", public_base_url="",
        )  # fmt: skip
        self.journal = self.home / "journal.jsonl"
        self.network = NetworkProcess(self._given.of(TWILIO).api_base_url)
        self.village: dict[str, list[dict[str, Any]]] = {"handsets": [], "topics": []}
        self.faults: dict[str, Any] = {}
        self.settings: Settings
        self.team: processes.Crew
        self.work: Work
        self._watch: psycopg.Connection[dict[str, Any]] | None = None

    def start(self) -> None:
        """Start everything and wait until the gateway and the network answer. Raises ServerFailedError."""
        self.postgres.start()
        self.valkey.start()
        self.settings = with_embedded(self._given, self.postgres, self.valkey)
        upgrade(self.settings.database_owner_url.get_secret_value())
        self.work = machine_work(self.settings)
        seed_senders(self.work, self.settings)
        given = {**processes.environment(self.settings), **faults.environment(self._planted)}
        self.team = processes.Crew(self.home, given)
        self.team.start(simulator(self._port, self._token, self.settings.alo_clock, self.journal, self._rest_scale))
        self.network.wait_ready()
        self.network.connect_numbers(self.settings.base_url)
        settings = self.settings
        for part in (processes.gateway(settings), *processes.workers(settings), processes.beat(settings)):
            self.team.start(part)
        self.team.wait_ready("gateway", f"{self.settings.base_url}/readyz")

    def stop(self) -> None:
        """End everything that still runs."""
        if hasattr(self, "team"):
            self.team.stop()
        if hasattr(self, "work"):
            self.work.database.close()
        self.forget_watch()
        self.valkey.stop()
        self.postgres.stop()

    def revive(self) -> list[str]:
        """Start again what has ended. The names of those parts; after PostgreSQL and Valkey everything else."""
        again = processes.revive((self.postgres, self.valkey))
        again += self.team.revive()
        if "simulator" in again:
            self._resettle()
        return again

    def _resettle(self) -> None:
        """What a restarted network must know; its own journal gives it the rest."""
        self.network.wait_ready()
        self.network.connect_numbers(self.settings.base_url)
        known = set(self.network.numbers_known())
        self.network.settle([h for h in self.village["handsets"] if h["number"] not in known], self.village["topics"])
        self.network.set_faults(self.faults)

    def ready(self) -> bool:
        """Whether gateway, database and network answer."""
        try:
            answer = requests.get(f"{self.settings.base_url}/readyz", timeout=2)
            self.network.idle()
        except requests.RequestException:
            return False
        return answer.ok and bool(self.rows("SELECT 1 AS one"))

    def wait_ready(self) -> None:
        """Revive until everything answers. Raises TimeoutError."""
        deadline = time.monotonic() + RESTART_LIMIT_S
        while time.monotonic() < deadline:
            self.revive()
            if self.ready():
                return
            time.sleep(0.2)
        raise TimeoutError("the parts did not come back")

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the harness itself sees of the database, as its superuser; nothing while it is away."""
        try:
            if self._watch is None:
                url = self.postgres.url(SUPERUSER)
                self._watch = psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=2)
            return self._watch.execute(query).fetchall()
        except psycopg.OperationalError:
            self.forget_watch()
            return []

    def forget_watch(self) -> None:
        """Close the harness's own connection."""
        if self._watch is not None:
            with contextlib.suppress(psycopg.Error):
                self._watch.close()
            self._watch = None


@contextmanager
def staged(home: Path, seed: int, speed: float = 1.0, planted: str = "") -> Iterator[Stage]:
    """A running stage in an emptied directory `home`, ended when the block ends."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    home.chmod(0o711)
    stage = Stage(home, seed, speed, planted)
    try:
        stage.start()
        yield stage
    finally:
        stage.stop()
