"""Backup and restore with PostgreSQL's own programs: what comes back is what was there, and everything is held."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli.main import alo
from migrations import upgrade
from runtime.backups import programs
from runtime.embedded import ensure_database
from services import audit_chain, continuity
from services.keys import fingerprints as key_fingerprints
from services.refusal import Refusal
from store import keys
from store.messages import continuity as held
from store.rights import differences
from store.tables import metadata
from store.unit_of_work import Database
from tests.doubles import KEYS
from tests.services.world import World, build

ROLES = {"DATABASE_URL": "alo_machine", "DATABASE_OWNER_URL": "alo_owner", "ALO_CONSOLE_DATABASE_URL": "alo_console"}


@dataclass
class Place:
    """A database to put a backup into, as the settings name it."""

    env: dict[str, str]

    def run(self, *argv: str, code: int = 0, typed: str = "", **env: str) -> Result:
        result = CliRunner().invoke(alo, [*argv, "--lang", "en"], env={**self.env, **env}, input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    @property
    def owner(self) -> Database:
        return Database(self.env["DATABASE_OWNER_URL"], role_label="test", pool_size=1)


def place_of(urls: dict[str, str], broker: str) -> Place:
    keys_of = {name.upper(): value for name, value in KEYS.items()}
    return Place({**urls, **keys_of, "BROKER_URL": broker})


@pytest.fixture
def source(work_recorded: World, url_of: Callable[[str], str], broker_url: str, tmp_path: Path) -> Place:
    """The tests' own database with a small world in it."""
    found = place_of({name: url_of(role) for name, role in ROLES.items()}, broker_url)
    found.env["ALO_DATA_DIR"] = str(tmp_path / "alo")
    return found


@pytest.fixture
def work_recorded(work: object, owner: Database) -> World:
    world = build(work)  # type: ignore[arg-type]
    world.plan("text")
    key_fingerprints.admit(world.work)
    continuity.watch(world.work)
    return world


@pytest.fixture
def target(servers: dict[str, str], source: Place, worker_id: str) -> Iterator[Place]:
    """Another database of the same server, empty."""
    name = f"alo_back_{worker_id}"
    with psycopg.connect(servers["admin"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        ensure_database(connection, name, owner="alo_owner")
        urls = {n: sa.make_url(source.env[n]).set(database=name).render_as_string(hide_password=False) for n in ROLES}
        yield Place(source.env | urls)
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.transaction() as conn:
        return {t.name: sorted(map(tuple, conn.execute(sa.select(t))), key=repr) for t in metadata.sorted_tables}


def backed_up(source: Place, tmp_path: Path) -> tuple[Path, Path]:
    """The private key and the manifest of a backup."""
    private = tmp_path / "private.txt"
    made = source.run("backup", "new-key", str(private))
    public = made.stdout.strip()
    assert public.startswith("age1")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    told = json.loads(source.run("backup", str(tmp_path / "out"), "--json", ALO_BACKUP_KEY=public).stdout)
    return private, Path(told["manifest"])


def test_what_is_put_back_is_what_was_there_and_everything_is_held(
    source: Place, target: Place, work_recorded: World, tmp_path: Path
) -> None:
    private, manifest = backed_up(source, tmp_path)
    dump = manifest.with_name(json.loads(manifest.read_text())["file"])
    assert sorted(one.name for one in manifest.parent.iterdir()) == sorted([manifest.name, dump.name])
    sealed = dump.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1")
    assert "Đông Xuân".encode() not in sealed
    before = everything(source.owner)
    said = target.run("restore", str(manifest), "--key", str(private)).output
    assert "Nothing leaves" in said
    after = everything(target.owner)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"senders", "audit", "audit_chain"}
    with target.owner.transaction() as conn:
        assert audit_chain.looked_at(conn).findings == ()
    with target.owner.transaction() as conn:
        assert len(held.unread(conn)) == 3
        assert differences(conn) == []
        assert upgrade.current(conn) == upgrade.head()
        conn.execute(sa.text("SELECT count(*) FROM audit WHERE action = 'restore.held'"))
    again = target.run("restore", str(dump), "--key", str(private), code=1).output
    assert "--replace" in again
    refused = ["restore", str(dump), "--key", str(private), "--replace"]
    target.run(*refused, code=1, typed="another\n")
    name = sa.make_url(target.env["DATABASE_URL"]).database
    told = json.loads(target.run(*refused, "--confirm", str(name), "--json").stdout)
    assert told["restored"]["keys"]


def test_what_does_not_fit_is_refused_before_anything_is_touched(source: Place, target: Place, tmp_path: Path) -> None:
    private, manifest = backed_up(source, tmp_path)
    told = json.loads(manifest.read_text())
    dump = manifest.with_name(told["file"])
    other = tmp_path / "other.txt"
    source.run("backup", "new-key", str(other))

    def refused(words: str, key: Path = private, **env: str) -> None:
        assert words in target.run("restore", str(manifest), "--key", str(key), code=1, **env).output

    refused("does not open the backup", other)
    refused("no private key", manifest)
    foreign = KEYS["alo_lookup_key"].replace("1:", "1:").replace("AAEC", "BBEC")
    refused("is not the one this database was written with", ALO_LOOKUP_KEY=foreign)
    manifest.write_text(json.dumps({**told, "schema": "9999"}))
    refused("Install a newer one")
    manifest.write_text(json.dumps({**told, "file": 5}))
    refused("never ended")
    manifest.write_text(json.dumps(told))
    whole = dump.read_bytes()
    dump.write_bytes(whole[:-10])
    refused("damaged")
    dump.unlink()
    refused("is not beside its manifest")
    dump.write_bytes(whole)
    manifest.unlink()
    assert "never ended" in target.run("restore", str(dump), "--key", str(private), code=1).output
    with target.owner.transaction() as conn:
        assert conn.scalar(sa.text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0


def test_a_database_in_use_is_left_alone(source: Place, tmp_path: Path) -> None:
    """The tests' own pools are connected to it as Alo's parts are."""
    private, manifest = backed_up(source, tmp_path)
    before = everything(source.owner)
    told = source.run("restore", str(manifest), "--key", str(private), "--replace", code=1).output
    assert "Stop gateway, workers and beat" in told
    assert everything(source.owner) == before


def test_a_backup_that_breaks_off_leaves_nothing_that_looks_whole(
    source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private.txt"
    public = source.run("backup", "new-key", str(private)).stdout.strip()
    assert "exists" in source.run("backup", "new-key", str(private), code=1).output
    for argv in (("new-key", "/proc/none/key"), ("/proc/none/backups", "--to", public)):
        assert "cannot be read or written" in source.run("backup", *argv, code=1).output
    assert "No public key" in source.run("backup", str(tmp_path), code=1).output
    assert "no public key of age" in source.run("backup", str(tmp_path), "--to", "age1", code=1).output
    broken = tmp_path / "pg_dump"
    broken.write_text("#!/bin/sh\necho half of it\necho 'pg_dump: error: gone' >&2\necho a row >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(programs, "find", lambda _name, _major: broken)
    said = source.run("backup", str(tmp_path / "out"), "--to", public, code=1).output
    assert "pg_dump: error: gone" in said
    assert "a row" not in said
    assert list((tmp_path / "out").iterdir()) == []


def test_programs_fit_the_server_or_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in (15, 17):
        place = tmp_path / str(version) / "bin"
        place.mkdir(parents=True)
        (place / "pg_dump").write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.3'\n")
        (place / "pg_dump").chmod(0o755)
    monkeypatch.setattr(programs, "PLACES", tmp_path)
    monkeypatch.setattr("runtime.embedded.installed", lambda: False)
    found = {major: programs.find("pg_dump", major).parts[-3] for major in (14, 15, 16, 17)}
    assert found == {14: "15", 15: "15", 16: "17", 17: "17"}
    with pytest.raises(Refusal) as refused:
        programs.find("pg_dump", 18)
    assert refused.value.params == {"program": "pg_dump", "package": "postgresql-client-18"}


def test_no_password_stands_on_a_command_line() -> None:
    env = programs.environment("postgresql://alo_owner:s%40fe@/alo?host=%2Frun%2Fpg&sslmode=require")
    assert env["PGPASSWORD"] == "s@fe"
    assert (env["PGHOST"], env["PGSSLMODE"], env["PGDATABASE"]) == ("/run/pg", "require", "alo")


def test_keys_of_the_vault_stand_in_no_backup(source: Place, tmp_path: Path) -> None:
    _private, manifest = backed_up(source, tmp_path)
    text = manifest.read_text()
    for value in KEYS.values():
        assert value.rpartition(":")[2] not in text or value == "s"
    with source.owner.transaction() as conn:
        prints = {one.fingerprint.hex() for one in keys.recorded(conn)}
    assert prints <= {one["fingerprint"] for one in json.loads(text)["keys"]}
