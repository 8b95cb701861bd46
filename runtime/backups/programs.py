"""PostgreSQL's own `pg_dump` and `pg_restore`: found to fit the server, run without a password on the command line.

It must not know what is dumped.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

import sqlalchemy as sa

from runtime import embedded
from services.refusal import Refusal
from store.unit_of_work import driver_url

PLACES = Path("/usr/lib/postgresql")
"""Where Debian keeps one directory a version."""
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_LONGEST = 200


def major_of(url: str) -> int:
    """The major version of the server at `url`. Raises SQLAlchemyError."""
    engine = sa.create_engine(driver_url(url))
    try:
        with engine.connect() as conn:
            return int(conn.scalar(sa.text("SHOW server_version_num"))) // 10_000
    finally:
        engine.dispose()


def find(name: str, major: int) -> Path:
    """The program of the server's own version, else of the next newer one. Raises Refusal, which names the package."""
    known = {_major(place / name): place / name for place in _places() if (place / name).exists()}
    fit = sorted(version for version in known if version >= major)
    if not fit:
        raise Refusal("backup.no_program", program=name, package=f"postgresql-client-{major}")
    return known[fit[0]]


def _places() -> Sequence[Path]:
    found = [place / "bin" for place in PLACES.glob("*")] + [Path("/usr/local/bin"), Path("/usr/pgsql/bin")]
    return [*found, embedded.binaries()] if embedded.installed() else found


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = _VERSION.search(said)
    return int(version[1]) if version else 0


def environment(url: str) -> dict[str, str]:
    """How the programs find the database: all of it in their environment, where no other user reads it."""
    at = sa.make_url(url)
    given = {
        "PGHOST": at.host,
        "PGPORT": None if at.port is None else str(at.port),
        "PGUSER": at.username,
        "PGPASSWORD": at.password,
        "PGDATABASE": at.database,
        **{f"PG{name.upper()}": str(value) for name, value in at.query.items() if name != "options"},
    }
    return {"LC_ALL": "C", "PGAPPNAME": "alo-backup"} | {name: value for name, value in given.items() if value}


def run_out(program: Path, argv: Sequence[str], env: Mapping[str, str], take: Callable[[IO[bytes]], None]) -> None:
    """Run it, and let `take` read all that it says. Raises Refusal with its first complaint when it fails."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen([program, *argv], env=dict(env), stdout=subprocess.PIPE, stderr=said, cwd="/") as child:
            take(cast("IO[bytes]", child.stdout))
        _refuse_failed(program, child.returncode, said)


def run_in(program: Path, argv: Sequence[str], env: Mapping[str, str], give: Callable[[IO[bytes]], None]) -> None:
    """Run it on what `give` writes. Raises Refusal with its first complaint when it fails."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            [program, *argv], env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, cwd="/"
        ) as child:
            try:
                give(cast("IO[bytes]", child.stdin))
            except OSError:
                if child.wait() == 0:  # it has ended, and says why itself; else the fault is ours
                    raise
        _refuse_failed(program, child.returncode, said)


def _refuse_failed(program: Path, code: int, complaints: IO[bytes]) -> None:
    if code != 0:
        complaints.seek(0)
        first = complaints.readline().decode("utf-8", "replace").strip()  # further lines quote rows
        raise Refusal("backup.program_failed", program=program.name, said=first[:_LONGEST] or str(code))
