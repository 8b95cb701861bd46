"""A house of real parts, each of which can be killed: servers, gateway, two workers, beat."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
import requests
import sqlalchemy as sa
from click.testing import CliRunner

from cli.main import alo
from demo.data_directory import free_port
from migrations.upgrade import upgrade
from runtime import heartbeats, processes
from runtime.container import machine_work, with_embedded
from runtime.embedded import SUPERUSER, Postgres, Valkey
from runtime.processes import Crew, ProcessPart
from runtime.settings import Settings
from services.senders import senders as sender_cases
from services.senders.senders import NewSender
from services.work import Work
from store.messages.outbox import insert_row
from store.tables.outbox import senders
from store.tables.registry import phones
from tests.house.test_containers import SERVICES

HASTE = 5.0
"""Signs of life every two seconds."""
LOOKED_AT = ("broker", "schema", "writing", "beat", "queues", "due")
SENDER = "texts"
AGE_S = 400
"""Older than any sign may be. A part that lives writes a new one within seconds, one that is dead never does."""


class House:
    """Started by `running`. Only the main thread may use it: children end with that thread."""

    def __init__(self, home: Path, postgres_home: Path) -> None:
        """Nothing is started yet."""
        self.postgres, self.valkey = Postgres(postgres_home / "postgres"), Valkey(home / "valkey")
        self._given = Settings(
            alo_data_dir=home, alo_port=free_port(), alo_haste=HASTE, alo_web_workers=1, alo_contact_workers=1,
            alo_log_level="WARNING", twilio_account_sid="", kannel_send_url="", public_base_url="",
        )  # fmt: skip
        self.settings: Settings
        self.team: Crew
        self.work: Work
        self.parts: dict[str, ProcessPart]

    def start(self) -> None:
        """Everything, and one sender that reaches nobody."""
        self.postgres.start()
        self.valkey.start()
        self.settings = with_embedded(self._given, self.postgres, self.valkey)
        upgrade(self.settings.database_owner_url.get_secret_value())
        self.work = machine_work(self.settings)
        sender_cases.seed(self.work, [_sender()], "cli:test")
        self.team = Crew(self.settings.alo_data_dir, processes.environment(self.settings))
        made = (processes.gateway(self.settings), *processes.workers(self.settings), processes.beat(self.settings))
        self.parts = {part.name: part for part in made}
        for part in made:
            self.team.start(part)
        self.team.wait_ready("gateway", f"{self.base}/readyz")

    @property
    def base(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.settings.alo_port}"

    def kill(self, name: str) -> None:
        """kill -9: a part with all its processes."""
        main = psutil.Process(self.team.pid(name))
        for process in [*main.children(recursive=True), main]:
            process.kill()
        main.wait(30)

    def children(self, name: str) -> list[psutil.Process]:
        """The processes of a part below its main one."""
        return psutil.Process(self.team.pid(name)).children(recursive=True)

    def server_processes(self) -> list[psutil.Process]:
        """All of PostgreSQL's."""
        assert self.postgres.process is not None
        main = psutil.Process(self.postgres.process.pid)
        return [main, *main.children(recursive=True)]

    def revive(self, name: str) -> None:
        """Start a part again."""
        self.team.start(self.parts[name])

    def age(self, sign: str) -> None:
        """Make a sign of life old, so that nobody has to wait until it is."""
        client = redis.Redis.from_url(self.valkey.broker_url.replace("redis+socket://", "unix://"))
        client.hset(heartbeats.KEY, sign, int(client.time()[0]) - AGE_S)

    def owned(self, *statements: str) -> None:
        """Run statements as the database's superuser."""
        with psycopg.connect(self.postgres.url(SUPERUSER), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def disconnect_all(self) -> None:
        """Whoever is connected as the machine comes anew."""
        self.owned("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'alo_machine'")

    def put_due_row(self) -> None:
        """A text that was due ten minutes ago, of a sender that was free all the while."""
        work = self.work
        late = work.clock.now() - timedelta(minutes=10)
        row = {"hash": b"h", "hash_version": 1, "number": b"", "kind": "mobile", "flags": [], "created_at": late}
        due = {"medium": "text", "purpose": "reply", "state": "planned", "phone_hash": b"h"}
        with work.database.transaction() as conn:
            conn.execute(sa.insert(phones).values(consent="unasked", **row))
            conn.execute(sa.update(senders).values(slot_at=late))
            sender = conn.scalar(sa.select(senders.c.id))
            ids = {"id": work.ids.new(), "ref": work.ids.public(), "sender_id": sender}
            insert_row(conn, **ids, **due, due_at=late, created_at=late)

    def ready(self) -> tuple[int, dict[str, str]]:
        """What `/readyz` says: its status, and everything that is not ok."""
        answer = requests.get(f"{self.base}/readyz", timeout=15)
        told = answer.json()
        parts = {**told["needed"], **told["told"]}
        return answer.status_code, {part: state for part, state in parts.items() if state != "ok"}

    def faults(self) -> dict[str, list[str]]:
        """What `alo doctor` would have mended: part → codes, but for parts that stand on another."""
        argv = [word for part in LOOKED_AT for word in ("--part", part)]
        result = CliRunner().invoke(alo, ["doctor", "--json", *argv], env=self.environment)
        found: dict[str, list[str]] = {}
        for one in json.loads(result.stdout)["findings"]:
            if one["level"] == "fault" and one["code"] != "doctor.not_looked_at":
                found.setdefault(one["part"], []).append(one["code"])
        return found

    @property
    def environment(self) -> dict[str, str]:
        """As a container or unit of ours has it."""
        found = processes.environment(self.settings)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {**found, "PATH": path, "HOSTNAME": socket.gethostname()}

    def health(self, container: str) -> int:
        """Exit code of the very health check that compose.yaml gives a container; its port is another here."""
        kind, *words = SERVICES[container]["healthcheck"]["test"]
        words = [word.replace("$$", "$").replace(":8080/", f":{self.settings.alo_port}/") for word in words]
        argv = words if kind == "CMD" else ["sh", "-c", *words]
        done = subprocess.run(argv, env=self.environment, cwd=processes.ROOT, capture_output=True, check=False)
        return done.returncode

    def looked_after(self) -> int:
        """Exit code of what systemd runs every five minutes, as the unit says it."""
        unit = (processes.ROOT / "deploy" / "systemd" / "alo-doctor.service").read_text("utf-8")
        line = re.findall(r"^ExecStart=/opt/alo/current/.venv/bin/(.*)$", unit, re.MULTILINE)[0]
        done = subprocess.run(line.split(), env=self.environment, cwd=processes.ROOT, capture_output=True, check=False)
        return done.returncode


def _sender() -> NewSender:
    return NewSender(
        name=SENDER, carrier="twilio", medium="text", address="+842471000001", credentials="twilio", account="AC1",
        api_base_url="http://127.0.0.1:1", can_receive=True, can_reconcile=False, simulated=True,
        rate_per_s=Decimal(2), burst=2, lines=0,
    )  # fmt: skip


@contextmanager
def running(home: Path, postgres_home: Path) -> Iterator[House]:
    """A house at work."""
    house = House(home, postgres_home)
    try:
        house.start()
        yield house
    finally:
        for part in ("team", "work"):
            found: Any = getattr(house, part, None)
            if found is not None:
                (found.stop if part == "team" else found.database.close)()
        house.valkey.stop()
        house.postgres.stop()
