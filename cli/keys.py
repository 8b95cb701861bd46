"""`alo keys`: a new set, how much each key holds, sealing anew with the newest, another look-up key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from cli import person_erasing
from cli.session import Session
from runtime import keys
from runtime.clock import clock_of
from runtime.container import running_settings
from services.keys import rotation as key_rotation
from store.roles import CONSOLE, MACHINE
from store.unit_of_work import Database

STATEMENT_MS = 600_000
"""A whole table may be read or rewritten in one statement."""


@click.group("keys")
def command() -> None:
    """Khoá niêm phong và khoá tra số điện thoại (keys)."""


@command.command("new")
@click.pass_obj
def new_keys(session: Session) -> None:
    """In ra một bộ khoá mới (print a new set for a new installation)."""
    made = keys.fresh()
    click.echo(f"ALO_SECRET_KEYS={made['secret_keys']}")
    click.echo(f"ALO_LOOKUP_KEY={made['lookup_key']}")
    click.echo(f"ALO_SESSION_KEY={made['session_key']}")
    click.echo(session.words("keys.keep"), err=True)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_keys(session: Session, as_json: bool) -> None:
    """Mỗi khoá còn giữ bao nhiêu (how much each key holds)."""
    vault = keys.load(running_settings(session.settings)).vault()
    with _owner(session) as database:
        counts = key_rotation.listed(database)
    if as_json:
        session.show([{"place": c.place, "key": c.key, "rows": c.rows} for c in counts])
        return
    held: dict[str, int] = dict.fromkeys(vault.sealing_fingerprints, 0)
    for count in counts:
        held[count.key] = held.get(count.key, 0) + count.rows
    if not counts:
        session.say("keys.nothing")
    for key, rows in held.items():
        known = "older" if key in vault.sealing_fingerprints else "foreign"
        click.echo(f"{key:16} {rows:>10}  {session.words('keys.' + ('newest' if key == vault.newest else known))}")
        for count in counts:
            if count.key == key:
                click.echo(f"    {count.place:28} {count.rows:>10}")


@command.command("rotate")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def rotate(session: Session, as_json: bool) -> None:
    """Niêm phong lại mọi thứ bằng khoá đứng đầu, trong khi Alo chạy (seal everything anew with the first key)."""
    settings = running_settings(session.settings)
    vault, now = keys.load(settings).vault(), clock_of(settings.alo_clock).now()

    def tell(place: str, rows: int) -> None:
        if not as_json:
            session.say("keys.progress", place=place, rows=rows)

    with _owner(session) as database:
        done = key_rotation.rotate(database, vault, now, session.actor, tell)
    if as_json:
        plain = {"sealed_anew": done.sealed_anew, "left": done.left, "unreadable": done.unreadable}
        session.show({**plain, "retired": list(done.retired)})
        return
    session.say("keys.rotated", rows=done.sealed_anew, key=vault.newest)
    for place, rows in done.unreadable.items():
        session.say("keys.unreadable", place=place, rows=rows)
    if done.retired:
        session.say("keys.retired", keys=", ".join(done.retired))
    if done.left:
        session.fail("keys.left", rows=done.left)


@command.command("rehash")
@click.pass_obj
def rehash(session: Session) -> None:
    """Đổi khoá tra số điện thoại, khi Alo đã dừng (bring in a new look-up key while Alo is stopped)."""
    settings = running_settings(session.settings)
    vault, now = keys.load(settings).vault(), clock_of(settings.alo_clock).now()
    with _owner(session) as database:
        changed = key_rotation.rehash(database, vault, (MACHINE, CONSOLE), now, session.actor)
    person_erasing.rewrite_marks_file(session)
    session.say("keys.rehashed", phones=changed, version=vault.lookup_version)


@contextmanager
def _owner(session: Session) -> Iterator[Database]:
    """The database as its owner: only the owner may write what is append-only for everybody else."""
    url = running_settings(session.settings).database_owner_url.get_secret_value()
    database = Database(url, role_label="keys", pool_size=1, statement_timeout_ms=STATEMENT_MS)
    try:
        yield database
    finally:
        database.close()
