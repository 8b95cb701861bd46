"""Kannel's two processes, run with `docs/kannel.conf` as it stands but for ports, places, secrets and links."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.house.source import ROOT

SAMPLE = ROOT / "docs" / "kannel.conf"
PROGRAMS = ("bearerbox", "smsbox")
PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
READY_S = 60.0
QUIET = "3"
"""Errors only: below that, Kannel writes numbers and texts down."""

Group = dict[str, str]
"""The settings of one group; its kind stands under "group"."""


def program(name: str) -> str | None:
    """Where Kannel's program `name` is; None where Kannel is not installed."""
    return shutil.which(name, path=PLACES)


def groups(text: str) -> list[Group]:
    """The groups of a configuration file, in order."""
    found: list[Group] = []
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals or line.startswith("#"):
            continue
        if name.strip() == "group":
            found.append({})
        found[-1][name.strip()] = value.strip().strip('"')
    return found


def adapted(changes: Mapping[str, Mapping[str, str]], more: list[Group]) -> str:
    """The sample with `changes` by group, then `more` groups. Raises AssertionError for a setting it lacks."""
    sample = groups(SAMPLE.read_text("utf-8"))
    for kind, settings in changes.items():
        (group,) = (found for found in sample if found["group"] == kind)
        for name, value in settings.items():
            assert name in group, f"the sample has no {name} in {kind}"
            group[name] = value
    return "\n\n".join(_written(group) for group in [*sample, *more]) + "\n"


def _written(group: Group) -> str:
    return "\n".join(f'{name} = "{value}"' if name != "group" else f"group = {value}" for name, value in group.items())


class Box:
    """bearerbox and smsbox in a directory of their own; each may be ended and started again."""

    def __init__(self, home: Path, configuration: str, admin_port: int, send_port: int) -> None:
        """Nothing is started yet."""
        self.home, self.send_url = home, f"http://127.0.0.1:{send_port}"
        self._file = home / "kannel.conf"
        self._file.write_text(configuration, "utf-8")
        self._status = f"http://127.0.0.1:{admin_port}/status.txt?password=status"
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start `names` (all without any) and wait until they answer. Raises TimeoutError."""
        for name in names or PROGRAMS:
            path = program(name)
            assert path is not None
            with (self.home / f"{name}.out").open("ab") as out:
                argv = [path, "-v", QUIET, str(self._file)]
                self._running[name] = subprocess.Popen(argv, cwd=self.home, stdout=out, stderr=out)
            self._wait(name, self._status if name == "bearerbox" else self.send_url)

    def _wait(self, name: str, url: str) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._running[name].poll() is None:
            try:
                urllib.request.urlopen(url, timeout=2).close()
            except urllib.error.HTTPError:
                return  # smsbox answers its root with 404
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError((self.home / f"{name}.out").read_text("utf-8", "replace")[-2000:])

    def status(self) -> str:
        """What bearerbox says of itself."""
        with urllib.request.urlopen(self._status, timeout=5) as answer:
            return str(answer.read().decode())

    def kill(self, name: str) -> None:
        """End one program as a power cut would."""
        child = self._running.pop(name)
        child.kill()
        child.wait()

    def stop(self) -> None:
        """End both, smsbox first."""
        for name in reversed(list(self._running)):
            child = self._running.pop(name)
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
