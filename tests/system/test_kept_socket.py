"""A gateway that is restarted refuses nobody where something else keeps the listening socket (systemd does)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from runtime.processes import REST_S, Crew, listening
from runtime.processes import gateway as gateway_part
from runtime.settings import Settings
from services.refusal import Refusal
from tests.doubles import KEYS
from tests.house.source import ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(200)]

GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "python:runtime.web_server", "gateway.wsgi:app"]
HANDED_OVER = """
import os, sys
os.dup2(int(os.environ["KEPT"]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""As systemd hands over a socket: the third descriptor, and whose it is. No shell: some know descriptors of one figure
only."""
LIMIT_S = 60.0


@dataclass
class Client:
    """Connects again and again, and counts what it meets."""

    port: int
    met: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def once(self) -> str:
        """One request on a connection of its own."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_S) as wire:
                wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return wire.recv(64).split(b"\r\n")[0].decode() or "closed"
        except OSError as fault:
            return type(fault).__name__

    def run(self) -> None:
        """Until it is over."""
        while not self.over.is_set():
            begun = time.monotonic()
            self.met[self.once()] += 1
            self.longest_s = max(self.longest_s, time.monotonic() - begun)
            time.sleep(0.01)


@contextlib.contextmanager
def gateway(kept: socket.socket | None, port: int, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    argv = GUNICORN if kept is None else [sys.executable, "-c", HANDED_OVER, *GUNICORN]
    given = {**os.environ, **env, "ALO_PORT": str(port)}
    given |= {} if kept is None else {"KEPT": str(kept.fileno())}
    fds = () if kept is None else (kept.fileno(),)
    child = subprocess.Popen(argv, env=given, cwd=ROOT, pass_fds=fds, stderr=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(LIMIT_S)


def restarted(kept: socket.socket | None, port: int, env: dict[str, str]) -> Client:
    """What a client meets while a gateway is ended and another one started."""
    client = Client(port)
    thread = threading.Thread(target=client.run)
    with gateway(kept, port, env):
        until = time.monotonic() + LIMIT_S
        while "200" not in client.once() and time.monotonic() < until:
            time.sleep(0.1)
        thread.start()
        time.sleep(1)
    with gateway(kept, port, env):
        before = client.met["HTTP/1.1 200 OK"]
        until = time.monotonic() + LIMIT_S
        while client.met["HTTP/1.1 200 OK"] < before + 20 and time.monotonic() < until:
            time.sleep(0.1)
        client.over.set()
        thread.join()
    print({"met": dict(client.met), "longest_s": round(client.longest_s, 2)})
    return client


@pytest.fixture
def env(database_url: str, broker_url: str, tmp_path: Path) -> dict[str, str]:
    keys = {name.upper(): value for name, value in KEYS.items()}
    return {
        **keys, "DATABASE_URL": database_url, "BROKER_URL": broker_url, "ALO_DATA_DIR": str(tmp_path),
        "ALO_SERVE": "webhooks", "ALO_WEB_WORKERS": "1", "ALO_LOG_LEVEL": "ERROR",
    }  # fmt: skip


@pytest.mark.parametrize("keeps", [True, False])
def test_a_gateway_that_dies_under_alo_up_refuses_nobody(env: dict[str, str], tmp_path: Path, keeps: bool) -> None:
    """Its crew keeps the door open while it starts another; without that, who comes is refused."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = Settings(alo_port=port, alo_data_dir=tmp_path)
    client, team = Client(port), Crew(tmp_path, {**os.environ, **env, "ALO_PORT": str(port)})
    thread = threading.Thread(target=client.run)
    with listening(settings) if keeps else contextlib.nullcontext() as door:
        try:
            team.start(gateway_part(settings, door))
            team.wait_ready("gateway", f"http://127.0.0.1:{port}/healthz", LIMIT_S)
            time.sleep(REST_S)
            thread.start()
            for process in [*psutil.Process(team.pid("gateway")).children(), psutil.Process(team.pid("gateway"))]:
                process.kill()
            _until(lambda: bool(team.revive()))
            before = client.met["HTTP/1.1 200 OK"]
            _until(lambda: client.met["HTTP/1.1 200 OK"] >= before + 20)
        finally:
            client.over.set()
            thread.join()
            team.stop()
    assert ("ConnectionRefusedError" in client.met) is not keeps


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(alo_port=taken.getsockname()[1], alo_data_dir=tmp_path)
        with pytest.raises(Refusal, match="port_taken"), listening(settings):
            pass


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_S
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)


def test_nobody_is_refused_while_the_socket_is_kept(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=512) as kept:
        client = restarted(kept, kept.getsockname()[1], env)
    assert set(client.met) == {"HTTP/1.1 200 OK"}


def test_that_client_sees_refusals_where_nobody_keeps_it(env: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert restarted(None, port, env).met["ConnectionRefusedError"] > 0
