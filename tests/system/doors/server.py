"""The gateway as installed: gunicorn with its own configuration, on a port of its own, over databases of tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.doubles import KEYS
from tests.house.source import ROOT
from tests.system.doors.hostile import ACCOUNT, BASE, SECRET, TOKEN

LIMIT_S = 60.0
FAULTY = ("Traceback", "request_failed", "Error handling request", "WORKER TIMEOUT", "Exception in worker")
"""What stands in the log where something of ours broke."""
EXPECTED = '"error": "UnknownCallError"'
"""A signed request about a call that we never placed: an apology, and a line that says so."""


@dataclass(frozen=True)
class Gateway:
    """A running one. `workers`: its processes as it began."""

    port: int
    process: subprocess.Popen[bytes]
    workers: tuple[psutil.Process, ...]
    log: Path

    def faults(self) -> list[str]:
        """Lines of the log that tell of an error of ours."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line[:1000] for line in lines if any(word in line for word in FAULTY) and EXPECTED not in line]

    def lost(self) -> list[int]:
        """Workers that are gone, or came later."""
        now = {child.pid for child in psutil.Process(self.process.pid).children()}
        return sorted(now ^ {worker.pid for worker in self.workers})


def environment(database: str, console: str, broker: str, home: Path) -> dict[str, str]:
    """Settings of the gateway: addresses of databases as its two roles, the broker, where it keeps files."""
    return {
        **{name.upper(): value for name, value in KEYS.items()},
        "DATABASE_URL": database, "ALO_CONSOLE_DATABASE_URL": console, "BROKER_URL": broker, "ALO_DATA_DIR": str(home),
        "PUBLIC_BASE_URL": BASE, "ALO_TRUSTED_PROXIES": "1", "ALO_LOG_LEVEL": "WARNING", "ALO_WEB_WORKERS": "2",
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
        "KANNEL_USERNAME": "survey", "KANNEL_PASSWORD": "pw", "KANNEL_SECRET": SECRET,
    }  # fmt: skip


@contextmanager
def gateway(settings: Mapping[str, str], log: Path, app: str = "gateway.wsgi:app") -> Iterator[Gateway]:
    """Start it, wait until both workers are ready, end it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:runtime.web_server", app]
    with log.open("wb") as out:
        given = {**os.environ, **settings, "ALO_PORT": str(port)}
        child = subprocess.Popen(argv, cwd=ROOT, env=given, stdout=out, stderr=out)
    try:
        _wait_for(port, child, log)
        workers = _workers(child, int(settings["ALO_WEB_WORKERS"]))
        yield Gateway(port, child, workers, log)
    finally:
        child.terminate()
        child.wait(LIMIT_S)


def _workers(child: subprocess.Popen[bytes], number: int) -> tuple[psutil.Process, ...]:
    """All of them; the first answers before the last is there."""
    until = time.monotonic() + LIMIT_S
    while len(found := psutil.Process(child.pid).children()) < number and time.monotonic() < until:
        time.sleep(0.1)
    return tuple(found)


def _wait_for(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until and child.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), LIMIT_S) as wire:
                wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                if b" 200 " in wire.recv(64):
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()}")
