"""`alo doctor`: is everything there that Alo needs, and is anything set that does not fit together?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click
import redis
import sqlalchemy as sa

from migrations.upgrade import current, head
from runtime import container, keys
from runtime.cli.session import Session
from runtime.clock import UnreadableClockError
from runtime.settings import Settings
from services.faults import Refusal
from store.unit_of_work import Database

_RIGHTS = sa.text(
    "SELECT current_user, rolsuper OR rolbypassrls AS sees_through FROM pg_roles WHERE rolname = current_user"
)


@click.command("doctor")
@click.pass_obj
def command(session: Session) -> None:
    """Kiểm tra thiết lập và máy chủ (check settings and servers)."""
    settings = container.running_settings(session.settings)
    faults = 0
    for name, examine in _examinations(settings):
        code, params = _outcome(examine)
        faults += code != "doctor.well"
        click.echo(f"{session.words(f'doctor.part.{name}')}: {session.words(code, **params)}")
    if faults:
        session.fail("doctor.faults", count=faults)


def _examinations(settings: Settings) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "keys", lambda: _keys(settings)
    yield "schema", lambda: _schema(settings)
    yield "machine", lambda: _role(settings.database_url.get_secret_value(), "alo_machine")
    yield "console", lambda: _role(settings.alo_console_database_url.get_secret_value(), "alo_console")
    yield "broker", lambda: _broker(settings)
    yield "clock", lambda: container.refuse_fast_clock(container.machine_work(settings))


def _outcome(examine: Callable[[], None]) -> tuple[str, dict[str, object]]:
    """What an examination found, as a code with its parameters; "doctor.well" when it raised nothing."""
    try:
        examine()
    except Refusal as refusal:
        return refusal.code, refusal.params
    except keys.UnfitKeysError as unfit:
        return "doctor.keys_unfit", {"detail": unfit}
    except UnreadableClockError:
        return "doctor.clock_unreadable", {}
    except (sa.exc.OperationalError, redis.ConnectionError):
        return "doctor.away", {}
    return "doctor.well", {}


def _keys(settings: Settings) -> None:
    keys.load(settings)


def _schema(settings: Settings) -> None:
    with Database(settings.database_url.get_secret_value(), role_label="doctor").transaction() as conn:
        found = current(conn)
    if found != head():
        raise Refusal("doctor.behind", found=found or "–", wanted=head())


def _role(url: str, wanted: str) -> None:
    """Grants and policies name the roles: another role, or one that sees through policies, voids them."""
    if not url:
        raise Refusal("doctor.not_set")
    with Database(url, role_label="doctor").transaction() as conn:
        found = conn.execute(_RIGHTS).one()
    if found.current_user != wanted or found.sees_through:
        raise Refusal("doctor.wrong_role", found=found.current_user, wanted=wanted)


def _broker(settings: Settings) -> None:
    url = settings.broker_url.get_secret_value().replace("redis+socket://", "unix://")
    with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
        client.ping()
