"""`alo backup DIR`: a dump of the database sealed to a public key; `alo backup new-key FILE` makes the pair."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cli import usage
from cli.session import Session
from runtime.backups import backup, sealing
from runtime.clock import clock_of
from runtime.container import running_settings, with_embedded
from runtime.data_directory import locked
from runtime.embedded import Postgres, Valkey, installed
from runtime.settings import Settings
from runtime.spawn import alive
from services.refusal import Refusal


@click.group("backup", cls=usage.FirstIsSubject, subject="to")
def command() -> None:
    """Sao lưu cơ sở dữ liệu, niêm phong (back up the database, sealed): alo backup DIR."""


@command.command("to", hidden=True)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--to", "public", default="", help="age1… (ALO_BACKUP_KEY)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def to_directory(session: Session, directory: Path, public: str, as_json: bool) -> None:
    """Sao lưu vào một thư mục (into a directory)."""
    wanted = public or session.settings.alo_backup_key
    if not wanted:
        raise Refusal("backup.no_key")
    now = clock_of(session.settings.alo_clock).now()

    def tell(size: int) -> None:
        click.echo(session.words("backup.written", megabytes=size // 1_000_000), err=True)

    with running_database(session.settings) as settings:
        place, found = backup.take(settings, directory, wanted, now, tell)
    if as_json:
        session.show({"manifest": str(place), **found.to_dict()})
        return
    megabytes = f"{found.bytes / 1_000_000:.1f}"
    session.say("backup.done", file=place, megabytes=megabytes, recipient=found.recipient)


@command.command("new-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def new_key(session: Session, file: Path) -> None:
    """Tạo cặp khoá cho bản sao lưu (make a key pair for backups)."""
    try:
        public = sealing.new_key(file)
    except FileExistsError:
        session.fail("backup.file_taken", file=file)
    click.echo(session.words("backup.key_made", file=file), err=True)
    click.echo(public)


@contextmanager
def running_database(settings: Settings) -> Iterator[Settings]:
    """Settings with the URL of a running database; an embedded one that is stopped runs while the block does."""
    postgres = Postgres(settings.alo_data_dir / "postgres")
    rests = not settings.database_url.get_secret_value() and installed() and alive(postgres.pid_file) is None
    if not rests:
        yield running_settings(settings)
        return
    with locked(settings.alo_data_dir):
        postgres.start()
        try:
            yield with_embedded(settings, postgres, Valkey(settings.alo_data_dir / "valkey"))
        finally:
            postgres.stop()
