"""Everything a text passes: our gateway in a process of its own, workers' tasks, Kannel, doors between, two networks.

Numbers that begin with 090 hang on the fake network, those with 091 on the one that speaks SMPP; nobody serves 092.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psutil
import sqlalchemy as sa

from contact.delivery import State
from contact.sender import SenderRow
from demo.data_directory import free_port
from runtime import processes
from runtime.container import machine_work
from runtime.processes import Crew
from runtime.settings import Settings
from services.delivery import sweeps, unknown
from services.keys.sealed_columns import opened
from services.senders import senders
from services.senders.senders import NewSender
from services.sending.overlap import Relay
from services.work import Work
from store.messages import outbox as outbox_rows
from store.messages import senders as sender_rows
from store.tables.interviews import inbound as inbound_rows
from store.tables.rounds import rounds
from tests import faults
from tests.doubles import KEYS
from tests.services.world import World, build
from tests.system.kannel import box
from tests.system.kannel.door import Door
from tests.system.kannel.fake_network import FakeNetwork, Got, whole
from tests.system.kannel.smpp_network import SmppNetwork

OURS, NAME = "8088", "LMHTX"
"""Our short code, and our name, which nobody can write to."""
SECRET = "b1+/%d&=c"
"""Everything that a URL or one of Kannel's escapes could spoil."""
START = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
"""A Wednesday, 08:00 in Viet Nam."""
RATE, HASTE = 60.0, 6.0
PATIENCE_S = 60.0
READING_S = 1.0
"""Nobody answers sooner: a minute of business time. What is typed before it can be read answers what came before."""
ACTOR = "cli:kannel"


class House:
    """One whole installation. `start` first."""

    def __init__(self, home: Path, url: Callable[[str], str], broker: str) -> None:
        """`url`: of the database by role; nothing is started yet."""
        self.home = home
        self._stack = ExitStack()
        port, smsbox, admin, boxes, fake, smpp = (free_port() for _ in range(6))
        self.door, self.sendsms = Door(port, b"POST /kannel/sms"), Door(smsbox, b"POST /cgi-bin/sendsms")
        given: dict[str, Any] = {
            "database_url": url("alo_machine"), "database_owner_url": url("alo_owner"), "broker_url": broker,
            "alo_console_database_url": url("alo_console"), "alo_data_dir": home, "alo_port": port,
            "public_base_url": self.door.url, "alo_web_workers": 1, "alo_log_level": "DEBUG", "alo_haste": HASTE,
            "alo_clock": f"{START.isoformat()}@{RATE}@{datetime.now(UTC).isoformat()}",
            "kannel_username": "alo", "kannel_password": "pw", "kannel_secret": SECRET, "alo_serve": "webhooks",
        }  # fmt: skip
        self.settings = Settings(**given, **KEYS)
        self.network, self.fake = SmppNetwork(smpp), FakeNetwork(fake)
        self.box = box.Box(home / "kannel", self._configuration(smsbox, admin, boxes), admin, smsbox)
        self.work: Work = machine_work(self.settings)
        self.world: World = build(self.work)
        self.world.text, self.world.one_way = self._sender("kannel", OURS, True), self._sender("name", NAME, False)
        self._accented()
        self.numbers: list[str] = []
        self.faults: list[Exception] = []

    def _configuration(self, smsbox: int, admin: int, boxes: int) -> str:
        places = self.home / "kannel"
        for name in ("messages", "receipts"):
            (places / name).mkdir(parents=True)
        post_url = f"{self.door.url}/kannel/sms?id=%I&t=%T&s={quote(SECRET, safe='')}"
        text = box.adapted(
            {
                "core": {
                    "admin-port": str(admin), "smsbox-port": str(boxes), "status-password": "status",
                    "log-file": str(places / "bearerbox.log"), "store-location": str(places / "messages"),
                    "dlr-spool": str(places / "receipts"), "sms-resend-freq": "1",
                },
                "smsc": {"host": "127.0.0.1", "port": str(self.network.port), "reconnect-delay": "1"},
                "smsbox": {"sendsms-port": str(smsbox), "log-file": str(places / "smsbox.log"),
                           "http-queue-delay": "1"},
                "sendsms-user": {"password": "pw"},
                "sms-service": {"post-url": post_url},
            },
            [{"group": "smsc", "smsc": "fake", "smsc-id": "fake", "port": str(self.fake.port),
              "connect-allow-ip": "127.0.0.1", "allowed-prefix": "8490;+8490"}],
        )  # fmt: skip
        return text.replace('smsc-id = "operator"', 'smsc-id = "operator"\nallowed-prefix = "8491;+8491"')

    def _sender(self, name: str, address: str, can_receive: bool) -> SenderRow:
        new = NewSender(
            name=name, carrier="kannel", medium="text", address=address, credentials="kannel", account="",
            api_base_url=self.sendsms.url, can_receive=can_receive, can_reconcile=False, simulated=True,
            rate_per_s=Decimal(20), burst=20,
        )  # fmt: skip
        senders.add(self.work, new, ACTOR)
        with self.work.database.transaction() as conn:
            found = sender_rows.by_name(conn, name)
        assert found is not None
        return found

    def _accented(self) -> None:
        with self.work.database.transaction() as conn:
            (row,) = conn.execute(sa.select(rounds.c.id, rounds.c.settings)).all()
            settings = {**row.settings, "accented_texts": True}
            conn.execute(sa.update(rounds).where(rounds.c.id == row.id).values(settings=settings))

    def start(self) -> None:
        """Start everything and wait until texts can go both ways."""
        self.network.up()
        self.start_gateway()
        self.box.start()
        self.link_up()
        self._over = threading.Event()
        self._crank = threading.Thread(target=self._turn, daemon=True)
        self._crank.start()

    def link_up(self) -> None:
        """Wait until both networks hang on Kannel."""
        self.fake.connect()
        self.network.wait_bound()

    def start_gateway(self, planted: str = "") -> None:
        """Start our gateway, with a fault planted where one is named."""
        settings = self.settings
        self.crew = Crew(self.home, {**processes.environment(settings), **faults.environment(planted)})
        self.crew.start(processes.gateway(settings))
        self.crew.wait_ready("gateway", f"http://127.0.0.1:{settings.alo_port}/healthz")

    def kill_gateway(self) -> None:
        """As a power cut would: master and workers at once."""
        master = psutil.Process(self.crew.pid("gateway"))
        master.suspend()  # else it may start another worker for the first that dies
        for process in (*master.children(recursive=True), master):
            process.kill()
        self.crew.stop()

    def stop(self) -> None:
        """End everything."""
        if hasattr(self, "_crank"):
            self._over.set()
            self._crank.join()
        self.box.stop()
        self.network.down()
        if hasattr(self, "crew"):
            self.crew.stop()
        for door in (self.door, self.sendsms):
            door.close()
        self.work.database.close()

    def _turn(self) -> None:
        """What beat and workers do, in this process: the same use cases, oftener."""
        relay = Relay()
        while not self._over.wait(0.2):
            try:
                relay.dispatch_due(self.work, 0.5)
                sweeps.free_leases(self.work)
                unknown.ask_about_doubtful(self.work)
            except Exception as fault:  # a test looks at them
                self.faults.append(fault)
        try:
            relay.close()
        except Exception as fault:
            self.faults.append(fault)

    # What tests do

    def newcomer(self, number: str) -> int:
        """An organisation whose leader has `number` (digits only); its place."""
        self.numbers.append(number)
        self.world.add_organisation(f"DX{number}", f"+{number}")
        return len(self.world.interviews) - 1

    def send(self, number: str, body: str = "", sender: SenderRow | None = None) -> str:
        """Put a reminder (or a text with `body`) to a newcomer in the outbox; its reference."""
        at = self.newcomer(number)
        if not body:
            return replace(self.world, text=sender or self.world.text).plan("text", at=at, number=f"+{number}")
        ref, row_id, now = self.work.ids.public(), self.work.ids.new(), self.work.clock.now()
        with self.work.database.transaction() as conn:
            outbox_rows.insert_row(
                conn, id=row_id, ref=ref, medium="text", purpose="test", state=State.PLANNED,
                sender_id=self.world.text.id, phone_hash=self.world.hash(f"+{number}"),
                interview_id=self.world.interviews[at], office_id=self.world.office_id,
                body=self.work.vault.seal(body, "outbox.body", row_id), due_at=now, created_at=now,
            )  # fmt: skip
        return ref

    def row(self, ref: str) -> sa.RowMapping:
        """The outbox row of a reference."""
        return self.world.sent(ref=ref)[0]

    def say(self, number: str, body: str) -> None:
        """The person with `number` writes to us."""
        (self.fake if number.startswith("8490") else self.network).say(number, OURS, body)

    def heard(self, number: str) -> list[Got]:
        """The whole texts that reached `number`."""
        return whole((self.fake if number.startswith("8490") else self.network).got, number)

    def asked(self, number: str, body: str) -> str:
        """Write, and wait for one more text: what it says."""
        before = len(self.heard(number))
        self.say(number, body)
        until(lambda: len(self.heard(number)) > before)
        time.sleep(READING_S)
        return self.heard(number)[before].body

    def received(self, number: str) -> list[str]:
        """What we took in from `number`, in order."""
        rows = self.world.rows(inbound_rows, phone_hash=self.world.hash(f"+{number}"))
        rows = sorted(rows, key=lambda row: row["received_at"])
        return [opened(self.work.vault, inbound_rows.c.body, row) for row in rows]

    def replies(self, number: str) -> list[str]:
        """The states of our replies to `number`."""
        found = self.world.sent(phone_hash=self.world.hash(f"+{number}"), purpose="reply")
        return [str(row["state"]) for row in sorted(found, key=lambda row: row["created_at"])]

    def becomes(self, ref: str, state: str, seconds: float = PATIENCE_S) -> sa.RowMapping:
        """Wait until the row has `state`; the row."""
        until(lambda: self.row(ref)["state"] == state, seconds, lambda: str(self.row(ref)["state"]))
        return self.row(ref)

    def sender(self, sender_id: UUID) -> SenderRow:
        """A sender as it stands now."""
        return next(row for row in senders.listed(self.work) if row.id == sender_id)


def until(done: Callable[[], bool], seconds: float = PATIENCE_S, told: Callable[[], str] = str) -> None:
    """Wait for `done`. Raises AssertionError with what `told` says."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, told()
        time.sleep(0.1)
