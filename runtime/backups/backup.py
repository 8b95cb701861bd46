"""Taking a backup: `pg_dump` into a sealed file, without the dump ever lying on a disk in clear.

The name of a file that is not whole ends in `.part`. It must not know what a restore does with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from migrations.upgrade import current
from runtime.backups import manifest as manifests
from runtime.backups import programs, sealing
from runtime.backups.manifest import DUMP, MANIFEST, Manifest
from runtime.settings import Settings
from store import keys
from store.messages import continuity
from store.unit_of_work import Database

TELL_EVERY = 64 * 1024 * 1024
"""Bytes between two words about how far it is."""
Tell = Callable[[int], None]


@dataclass(slots=True)
class CountingWriter:
    """A file that is written to: its bytes are counted, told now and then, and make a checksum."""

    out: IO[bytes]
    tell: Tell
    size: int = 0

    def __post_init__(self) -> None:
        self.digest = hashlib.sha256()

    digest: Any = None

    def write(self, data: bytes) -> int:
        """Take `data`."""
        self.out.write(data)
        self.digest.update(data)
        before, self.size = self.size, self.size + len(data)
        if before // TELL_EVERY != self.size // TELL_EVERY:
            self.tell(self.size)
        return len(data)

    def flush(self) -> None:
        """Pass it on."""
        self.out.flush()


def take(settings: Settings, directory: Path, public: str, now: datetime, tell: Tell) -> tuple[Path, Manifest]:
    """Dump the database into `directory`, sealed to `public`; its manifest's place, and what it says. `now` is business
    time, `tell` hears how many bytes are written. Raises Refusal; nothing that looks whole is left then."""
    public = sealing.public_of(public)
    url = settings.database_owner_url.get_secret_value()
    known = _database_facts(url)
    directory.mkdir(parents=True, exist_ok=True)
    name = f"alo-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    draft = directory / f".{name}{DUMP}.part"
    try:
        written = _dump(url, known["server"], draft, public, tell)
        draft.replace(directory / f"{name}{DUMP}")
    finally:
        draft.unlink(missing_ok=True)
    found = Manifest(
        at=now, build=_build(), recipient=public, file=f"{name}{DUMP}", bytes=written.size,
        sha256=written.digest.hexdigest(), **known,
    )  # fmt: skip
    place = directory / f"{name}{MANIFEST}"
    manifests.write(place, found)
    return place, found


def _database_facts(url: str) -> dict[str, Any]:
    """What the manifest says of the database, before the dump begins: marks must not be newer than it."""
    database = Database(url, role_label="backup", pool_size=1)
    try:
        with database.transaction() as conn:
            prints = [
                {"use": key.use, "name": key.name, "fingerprint": key.fingerprint.hex()}
                for key in keys.recorded(conn)
                if key.retired_at is None
            ]
            marks: Mapping[str, int] = {str(sender): mark for sender, mark in continuity.marks(conn).items()}
            named = conn.scalar(sa.text("SELECT current_database()"))
            return {"database": named, "schema": current(conn), "keys": prints, "marks": marks} | {
                "server": programs.major_of(url)
            }
    finally:
        database.close()


def _dump(url: str, server: int, draft: Path, public: str, tell: Tell) -> CountingWriter:
    program = programs.find("pg_dump", server)
    held = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(held, "wb") as out:
        written = CountingWriter(out, tell)
        argv = ["--format=custom", "--no-owner", "--no-acl"]
        programs.run_out(program, argv, programs.environment(url), lambda pipe: sealing.seal(pipe, written, public))
        out.flush()
        os.fsync(out.fileno())
    return written


def _build() -> str:
    try:
        return metadata.version("alo")
    except metadata.PackageNotFoundError:
        return ""
