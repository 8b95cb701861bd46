"""`alo up`, `doctor` and `down` as commands: a second start is refused, nothing outlives a kill, a new start works."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.house.source import ROOT

pytestmark = pytest.mark.system


def environment(directory: Path, port: int) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALO_", "DATABASE_", "BROKER_", "TWILIO_"))}
    return {**kept, "ALO_DATA_DIR": str(directory), "ALO_PORT": str(port), "ALO_LANG": "en"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def alo(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cli.main", *arguments]
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)


def heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """`alo up` in the background, once it is ready."""
    with log.open("wb") as out:
        argv = [sys.executable, "-m", "cli.main", "up"]
        # Ctrl-C counts here even when whoever runs the tests is a background job, which ignores it
        process = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=out, stderr=out, preexec_fn=heed_ctrl_c)
    deadline = time.monotonic() + 90
    while "runs at" not in log.read_text() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.2)
    assert "runs at" in log.read_text(), log.read_text()
    return process


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_up_refuses_a_second_and_ends_in_order(tmp_path: Path) -> None:
    port = free_port()
    env = environment(tmp_path / "data", port)
    process = start(env, tmp_path / "up.log")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.status == 200
    examined = alo(env, "doctor")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    second = alo(env, "up")
    assert second.returncode == 1
    assert f"process {process.pid}" in second.stderr
    assert alo(env, "down").returncode == 1
    children = family(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_what_is_killed_is_revived_and_what_kills_up_ends_all(tmp_path: Path) -> None:
    env = environment(tmp_path / "data", free_port())
    process = start(env, tmp_path / "up.log")
    parts = {"beat": "run/beat.pid", "PostgreSQL": "postgres/postgres.pid", "Valkey": "valkey/valkey.pid"}
    for place in parts.values():
        os.kill(int((tmp_path / "data" / place).read_text().split()[0]), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while (tmp_path / "up.log").read_text().count("was started again") < 3 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert all(f"“{part}” ended" in (tmp_path / "up.log").read_text() for part in parts)
    with urllib.request.urlopen(f"http://127.0.0.1:{env['ALO_PORT']}/readyz") as answer:
        assert answer.status == 200
    children = family(process)
    process.kill()
    process.wait()
    alo(env, "down")
    assert psutil.wait_procs(children, timeout=40)[1] == []
    again = start(env, tmp_path / "again.log")
    again.send_signal(signal.SIGTERM)
    assert again.wait(60) == 0


def test_without_up_commands_say_what_to_do(tmp_path: Path) -> None:
    refused = alo(environment(tmp_path / "data", 1), "doctor")
    assert refused.returncode == 1
    assert "make up" in refused.stderr
    assert "Traceback" not in refused.stderr
