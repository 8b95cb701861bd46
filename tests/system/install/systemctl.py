"""`systemctl` as docs/install.md calls it, where no systemd runs; unit files are those that were installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.system.install import units

OURS = ("alo-gateway", "alo-worker-contact", "alo-worker-housekeeping", "alo-beat", "alo-senders", "alo-migrate")


def main(verb: str, *arguments: str) -> None:
    """Carry one command out. Raises CalledProcessError, KeyError."""
    names = [word for word in arguments if not word.startswith("--")]
    for name in names:
        match verb:
            case "restart":
                _stop(name)
                _start(name)
            case "start":
                _start(name)
            case "stop":
                _stop(name)
            case "enable" if "--now" in arguments:
                _start(name)
            case "disable" if "--now" in arguments:
                _stop(name)
            case _:
                raise KeyError(verb)


def _start(name: str) -> None:
    match name:
        case "postgresql":
            _run("pg_ctlcluster", _version(), "main", "start")
        case "nginx":
            _run("nginx")
        case _:
            units.start(name if "." in name else f"{name}.service")


def _stop(name: str) -> None:
    match name:
        case "postgresql":
            subprocess.run(["pg_ctlcluster", _version(), "main", "stop"], check=False, capture_output=True)
        case "nginx":
            if Path("/run/nginx.pid").exists() and Path("/run/nginx.pid").read_text():  # `nginx -t` leaves it empty
                _run("nginx", "-s", "stop")
        case "alo.target":
            for part in OURS:
                units.stop(f"{part}.service")
        case _:
            units.stop(name if "." in name else f"{name}.service")


def _version() -> str:
    return max((place.name for place in Path("/etc/postgresql").iterdir()), key=int)


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True)


if __name__ == "__main__":
    if sys.argv[1:] != ["daemon-reload"]:
        main(*sys.argv[1:])
