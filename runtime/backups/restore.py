"""Putting a backup back: everything that can be asked is asked first, then the database is filled in one transaction.

Afterwards nothing leaves until carriers were read (`services.continuity`). It must not know who wants it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from migrations.upgrade import knows, upgrade
from runtime import keys
from runtime.backups import manifest as manifests
from runtime.backups import programs
from runtime.backups.manifest import Manifest
from runtime.backups.sealing import Opener
from runtime.container import machine_work
from runtime.settings import Settings
from services import continuity
from services.keys import fingerprints as key_fingerprints
from services.refusal import Refusal
from store.keys import others_connected
from store.roles import CONSOLE, MACHINE
from store.unit_of_work import Database

Step = Callable[[str], None]
_CHUNK = 1024 * 1024
_TABLES = sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
_OURS = {
    "TABLE": "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'",
    "SEQUENCE": "SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'",
    "ROUTINE": "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}
"""What our migrations make; the schema itself stays, as it may belong to somebody else."""


class _NullWriter:
    """Takes what is opened to see whether it can be."""

    def write(self, data: bytes) -> int:
        """Take it."""
        return len(data)

    def flush(self) -> None:
        """There is nothing to pass on."""


def check(settings: Settings, file: Path, private: Path, step: Step) -> tuple[Manifest, Path, Opener]:
    """Ask everything that needs no database: schema, keys, checksum, whether it opens. Raises Refusal."""
    found, dump = manifests.read(file)
    if not knows(found.schema):
        raise Refusal("restore.newer_schema", schema=found.schema)
    key_fingerprints.check(found.known_keys, keys.load(settings).vault())
    opener = Opener(private)
    step("restore.checking")
    with dump.open("rb") as sealed:
        if _digest(sealed) != found.sha256:
            raise Refusal("restore.damaged", file=dump.name)
        sealed.seek(0)
        opener.open(sealed, _NullWriter())
    return found, dump, opener


def is_empty(url: str) -> tuple[bool, str]:
    """Whether the database at `url` holds no table of ours, and its name. Raises Refusal while Alo is at it."""
    database = Database(url, role_label="restore", pool_size=1)
    try:
        with database.transaction() as conn:
            if others_connected(conn, (MACHINE, CONSOLE)):
                raise Refusal("restore.in_use")
            return not conn.scalar(_TABLES), str(conn.scalar(sa.text("SELECT current_database()")))
    finally:
        database.close()


def put_back(settings: Settings, manifest: Manifest, dump: Path, opener: Opener, step: Step, actor: str) -> None:
    """Empty the database, fill it, bring it to this code's schema, and hold everything. Raises Refusal: it is empty
    then, never half full."""
    url = settings.database_owner_url.get_secret_value()
    program = programs.find("pg_restore", programs.major_of(url))
    step("restore.filling")
    _empty(url)
    argv = ["--dbname", str(sa.make_url(url).database), "--single-transaction", "--exit-on-error", "--no-owner"]
    with dump.open("rb") as sealed:
        programs.run_in(program, [*argv, "--no-acl"], programs.environment(url), lambda p: opener.open(sealed, p))
    step("restore.migrating")
    upgrade(url)
    work = machine_work(settings)
    try:
        continuity.hold(work, manifest.at - continuity.MARGIN, "restored", actor)
    finally:
        work.database.close()


def _empty(url: str) -> None:
    database = Database(url, role_label="restore", pool_size=1)
    try:
        with database.transaction() as conn:
            for kind, query in _OURS.items():
                for name in list(conn.scalars(sa.text(query))):
                    conn.execute(sa.text(f"DROP {kind} IF EXISTS {name} CASCADE"))
    finally:
        database.close()


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while part := file.read(_CHUNK):
        digest.update(part)
    return digest.hexdigest()
