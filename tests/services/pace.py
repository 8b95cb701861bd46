"""Measures the pace of real dispatcher processes against a carrier that only takes the time.

Each process is `python -m tests.services.pace URL SENDER LATENCY SECONDS ANCHOR LOG [FAULT]`; times are
`time.monotonic()`, which all processes of a machine share.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from carriers.twilio.twiml import TwimlRenderer
from contact.delivery import Accepted, SendResult
from contact.sender import SenderRow
from runtime.clock import FastClock
from runtime.identifiers import RandomIds
from services.sending.overlap import Relay
from services.work import Work
from store.unit_of_work import Database
from store.vault import Vault
from tests.doubles import START, FakeCarrier, FakeCarriers, RecordingJobs
from tests.faults import plant_for_good

ROOT = Path(__file__).parents[2]
_ONE = struct.Struct("d")


class TimedCarrier(FakeCarrier):
    """Takes everything after `latency_s` and writes down when it was asked; what it writes survives a kill."""

    def __init__(self, latency_s: float, log: Path) -> None:
        super().__init__()
        self._latency_s = latency_s
        self._log = log.open("ab", buffering=0)

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        self._log.write(_ONE.pack(time.monotonic()))
        time.sleep(self._latency_s)
        return Accepted(f"SM{ref}")


def work_of(url: str, anchor: datetime, carrier: FakeCarrier | None = None) -> Work:
    """A Work on the real database and real time; business time began on a working morning."""
    return Work(
        database=Database(url, role_label="pace", pool_size=8),
        clock=FastClock(START, 1.0, anchor),
        ids=RandomIds(),
        jobs=RecordingJobs(),
        vault=Vault({"test": bytes(range(32))}, b"look-up key of the tests, 32 bytes", 1),
        carriers=FakeCarriers(texts=carrier or FakeCarrier()),
        voice=TwimlRenderer("https://alo.example"),
    )


@dataclass(frozen=True)
class Pace:
    """What was seen: hand-overs in order, as real seconds."""

    times: list[float]
    starved: bool = False
    """The machine itself did not wake sleepers in time: what is missing of the rate says nothing about us."""

    @property
    def rate(self) -> float:
        """Contacts a second from the first to the last."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0]) if len(self.times) > 1 else 0.0

    @property
    def fullest_second(self) -> int:
        """The most contacts in any window of one second."""
        most, first = 0, 0
        for place, at in enumerate(self.times):
            while at - self.times[first] >= 1:
                first += 1
            most = max(most, place - first + 1)
        return most

    def above(self, rate: float, burst: int) -> bool:
        """Whether more left than `rate` allows from the first to the last, and `burst` beside it."""
        return bool(self.times) and len(self.times) > rate * (self.times[-1] - self.times[0]) + 1 + burst

    def between(self, start: float, end: float) -> Pace:
        """The hand-overs from `start` to `end` seconds after the first."""
        return Pace([at for at in self.times if start <= at - self.times[0] < end], self.starved)


class Sleeper(threading.Thread):
    """Sleeps again and again, and notes how late it is woken."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()
        self._late: list[float] = []

    def run(self) -> None:
        while not self._over.is_set():
            due = time.monotonic() + 0.01
            time.sleep(0.01)
            self._late.append(time.monotonic() - due)

    def starved(self) -> bool:
        """Whether one sleep in fifty was more than 30 ms late."""
        self._over.set()
        return sum(late > 0.03 for late in self._late) > len(self._late) / 50


def measure(
    url: str, sender_id: UUID, place: Path, *, latency_s: float, seconds: float, anchor: datetime,
    dispatchers: int = 2, kill_after_s: float | None = None,
) -> Pace:  # fmt: skip
    """Let dispatchers loose on one sender; after `kill_after_s` seconds the first of them is killed."""
    logs = [place / f"{n}.log" for n in range(dispatchers)]
    argv = [url, str(sender_id), str(latency_s), str(seconds), anchor.isoformat()]
    running = [
        subprocess.Popen([sys.executable, "-m", "tests.services.pace", *argv, str(log)], cwd=ROOT) for log in logs
    ]
    if kill_after_s is not None:
        while not any(log.exists() and log.stat().st_size for log in logs):
            time.sleep(0.05)
        time.sleep(kill_after_s)
        running[0].kill()
    sleeper = Sleeper()
    sleeper.start()
    for one in running:
        one.wait(timeout=seconds + 60)
    times = sorted(at for log in logs if log.exists() for (at,) in _ONE.iter_unpack(log.read_bytes()))
    return Pace(times, sleeper.starved())


def main() -> None:
    """One dispatcher, until nothing is due or its time is over."""
    url, sender_id, latency_s, seconds, anchor, log, *faults = sys.argv[1:]
    for fault in filter(None, faults):
        plant_for_good(fault)
    carrier = TimedCarrier(float(latency_s), Path(log))
    work = work_of(url, datetime.fromisoformat(anchor), carrier)
    until, relay = time.monotonic() + float(seconds), Relay()
    while time.monotonic() < until:  # as the pulse would ask for it, again and again
        relay.dispatch(work, UUID(sender_id), min(2.0, until - time.monotonic()))
    relay.close()
    work.database.close()


if __name__ == "__main__":
    main()
