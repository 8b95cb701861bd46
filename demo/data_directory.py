"""The demonstration's own place and settings: a data directory that is only its, free ports, a fast clock.

It must never touch a directory that holds anything but an earlier demonstration.
"""

from __future__ import annotations

import json
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carriers.twilio.carrier import TWILIO
from contact.calendar import Calendar, Medium
from contact.settings import RoundSettings
from demo.network_process import CALL_NUMBER, TEXT_NUMBER
from runtime.clock import FastClock, clock_of
from runtime.data_directory import DEMONSTRATION
from runtime.demo_data import ACCOUNT, refuse_own_database
from runtime.settings import Settings
from services.refusal import Refusal

RATE = 900.0
"""Business seconds a real second: a day in a minute and a half."""
START = datetime(2026, 4, 6, 0, 0, tzinfo=UTC)
"""Monday 6 April 2026, 07:00 in Viet Nam: no holiday in the days that follow."""
HEAD_START = timedelta(seconds=14)
"""Real time for servers to start before the business day begins."""
NIGHTS = 7
"""Days of business time whose nights are left out: longer than the round."""
AFTERGLOW = timedelta(minutes=45)
"""Business time after the last contact of a day in which people still answer; 3 s of real time."""
MEDIA: tuple[Medium, ...] = ("text", "call")
PORTS = range(10_000, 30_000)
_given: set[int] = set()


def prepare(settings: Settings) -> Settings:
    """Clear an earlier demonstration from the data directory and give the settings of a new one.

    Raises Refusal when the directory holds something else, or a database of your own is set.
    """
    refuse_own_database(settings)
    home = settings.alo_data_dir
    marker = home / DEMONSTRATION
    if (home / "postgres").exists() and not marker.exists():
        raise Refusal("demo.not_ours", directory=home)
    for name in ("postgres", "valkey", "run", "logs", "keys.json", "journal.jsonl"):
        _remove(home / name)
    home.mkdir(parents=True, exist_ok=True)
    clock = FastClock(START, RATE, datetime.now(UTC) + HEAD_START, tuple(nights(RoundSettings().calendar)))
    document = {"token": secrets.token_hex(16), "simulator_port": free_port(), "clock": str(clock)}
    marker.touch(mode=0o600)
    marker.write_text(json.dumps(document))
    return with_network(settings, document)


def nights(calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of the round in which nobody is contacted, but for their first minutes: the clock leaves them out.

    What runs when the hours end has `AFTERGLOW` to come to its end, as long as it would take a person at an hour's end.
    """
    at = START
    while at < START + NIGHTS * timedelta(days=1):
        closes = max(next(calendar.openings(medium, at))[1] for medium in MEDIA)
        opens = min(calendar.next_open(medium, closes) for medium in MEDIA)
        if opens - closes > 2 * AFTERGLOW:
            yield closes + AFTERGLOW, opens
        at = opens


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def document(home: Path) -> dict[str, Any] | None:
    """What the demonstration in `home` runs with, or None when there is none."""
    marker = home / DEMONSTRATION
    return json.loads(marker.read_text()) if marker.exists() else None


def with_network(settings: Settings, found: dict[str, Any]) -> Settings:
    """`settings` with the simulated network as the only carrier."""
    given = vars(settings)
    ours = {
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": found["token"],
        "twilio_api_base_url": f"http://127.0.0.1:{found['simulator_port']}",
        "twilio_sms_from": TEXT_NUMBER,
        "twilio_voice_from": CALL_NUMBER,
        "kannel_send_url": "",
        "alo_clock": found["clock"],
        "public_base_url": "",
    }
    return Settings(**{**given, **ours})


def going_on(found: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The same place later, on a clock that goes on from where business time is at `now` (real), at normal speed.

    Outside the hours it goes on at their next beginning, so that whoever tries it out can be called at once.
    """
    clock = clock_of(found["clock"])
    business = clock.after(now - clock.real())
    last = datetime.fromisoformat(found.get("ended_at", business.isoformat()))
    at = RoundSettings().calendar.next_open("call", min(business, last))
    return {**found, "clock": f"{at.isoformat()}@1@{now.isoformat()}"}


def settled(settings: Settings) -> Settings:
    """`settings`, with the simulated network where the data directory holds a demonstration and no carrier is set."""
    found = document(settings.alo_data_dir)
    return settings if found is None or settings.of(TWILIO).account_sid else with_network(settings, found)


def wake(settings: Settings) -> Settings:
    """The same for `alo up`: the demonstration's clock goes on from where it stopped, at normal speed."""
    found = document(settings.alo_data_dir)
    if found is None:
        return settings
    (settings.alo_data_dir / DEMONSTRATION).write_text(json.dumps(going_on(found, datetime.now(UTC))))
    return with_network(settings, document(settings.alo_data_dir) or found)


def keep_end(home: Path, business: datetime) -> None:
    """Remember where business time stopped, so that `alo up` goes on from there."""
    found = document(home)
    if found is not None:
        (home / DEMONSTRATION).write_text(json.dumps({**found, "ended_at": business.isoformat()}))


def free_port() -> int:
    """A port nobody listens on just now; this process gets it once. Raises OSError when none is found.

    It stands below those that Linux gives to outgoing connections, so that nobody has it when a part is started, or
    started again, a little later.
    """
    for port in (PORTS.start + secrets.randbelow(len(PORTS)) for _ in range(100)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port
    raise OSError(f"no free port among {PORTS}")
