"""Checks of this installation: keys and what they open, database, roles, broker, workers, disk, business clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping

import redis
import sqlalchemy as sa
from kombu.exceptions import OperationalError

from cli.doctor_checks import connection_checks as connections
from cli.doctor_checks.findings import DoctorFinding, Examination, fault, note, well
from migrations.upgrade import current, head, suited
from runtime import container, keys
from runtime.broker_url import client_url
from runtime.celery_client import QUEUES, celery_app
from runtime.clock import UnreadableClockError, clock_of
from runtime.settings import Settings
from services import audit_chain
from services.keys import fingerprints as key_fingerprints
from services.privacy import person_requests
from services.refusal import Refusal
from store.keys import carried, recorded, sample
from store.messages import continuity, unfit
from store.rights import differences
from store.unit_of_work import Database
from store.vault import UnreadableError

DISK_BYTES = 1_000_000_000
"""Less free than this and PostgreSQL may soon stop (our own bound)."""
SAMPLE = 20
"""Sealed numbers that are opened from each end: rows sealed with an older key are among the first."""
PING_S = 3.0
MOST_TOLD = 8
"""Differences that one finding names."""
_RIGHTS = sa.text(
    "SELECT current_user, rolsuper OR rolbypassrls AS sees_through FROM pg_roles WHERE rolname = current_user"
)


def examinations(settings: Settings) -> Mapping[str, Examination]:
    """What is looked at, by part, in order. `settings` are complete (`container.running_settings`)."""
    machine, console = settings.database_url, settings.alo_console_database_url
    eraser = settings.alo_eraser_database_url
    return {
        "keys": lambda: _keys(settings),
        "schema": lambda: _schema(settings),
        "sealed": lambda: _sealed(settings),
        "machine": lambda: _role("machine", machine.get_secret_value(), "alo_machine"),
        "console": lambda: _role("console", console.get_secret_value(), "alo_console"),
        "eraser": lambda: _role("eraser", eraser.get_secret_value(), "alo_eraser"),
        "rights": lambda: _rights(settings),
        "broker": lambda: _broker(settings),
        "connections": lambda: connections.guarded(settings),
        "workers": lambda: _workers(settings),
        "disk": lambda: _disk(settings),
        "clock": lambda: _clock(settings),
        "unfit": lambda: _unfit(settings),
        "held": lambda: _hold_after_restore(settings),
        "requests": lambda: _requests(settings),
        "trail": lambda: _trail(settings),
    }


def _keys(settings: Settings) -> Iterator[DoctorFinding]:
    """Are keys set, can they be used, and are they those the database was written with?"""
    try:
        vault = keys.load(settings).vault()
    except keys.NoKeysError as none:
        yield fault("keys", "keys.none", names=str(none), file=str(none.file))
        return
    except keys.UnfitKeysError as unfit:
        yield fault("keys", "doctor.keys_unfit", detail=str(unfit))
        return
    try:
        with _database(settings).transaction() as conn:
            key_fingerprints.check(recorded(conn), vault)
    except sa.exc.SQLAlchemyError:
        pass  # said under the schema's heading
    except Refusal as refusal:
        yield fault("keys", refusal.code, **refusal.params)
        return
    yield well("keys")


def _schema(settings: Settings) -> Iterator[DoctorFinding]:
    try:
        with _database(settings).transaction() as conn:
            found, suits = current(conn), suited(conn)
    except sa.exc.SQLAlchemyError:
        yield fault("schema", "doctor.away")
        return
    told = {"found": found or "–", "wanted": head()}
    if suits == "newer":
        yield note("schema", "doctor.schema_newer", **told)
    elif suits == "ok":
        yield well("schema")
    else:
        yield fault("schema", "doctor.behind" if suits == "behind" else "doctor.schema_too_new", **told)


def _sealed(settings: Settings) -> Iterator[DoctorFinding]:
    """Do today's keys open what was sealed earlier, and is each number found under the hash it has?"""
    try:
        vault = keys.load(settings).vault()
        with _database(settings).transaction() as conn:
            rows = sample(conn, SAMPLE)
            vault.recall(carried(conn, vault.lookup_version))
        lost = sum(
            vault.lookup(vault.open(phone.sealed, "phones.number", phone.phone_hash)) != phone.phone_hash
            for phone in rows
        )
    except (sa.exc.SQLAlchemyError, keys.UnfitKeysError):
        return  # said under another heading
    except UnreadableError:
        yield fault("sealed", "doctor.sealed_unreadable")
        return
    yield fault("sealed", "doctor.numbers_not_found", lost=lost, of=len(rows)) if lost else well("sealed")


def _role(part: str, url: str, role: str) -> Iterator[DoctorFinding]:
    """Grants and policies name the roles: another role, or one that sees through policies, voids them."""
    if not url:
        yield fault(part, "doctor.not_set")
        return
    try:
        with Database(url, role_label="doctor").transaction() as conn:
            found = conn.execute(_RIGHTS).one()
    except sa.exc.SQLAlchemyError:
        yield fault(part, "doctor.away")
        return
    fits = found.current_user == role and not found.sees_through
    yield well(part) if fits else fault(part, "doctor.wrong_role", found=found.current_user, wanted=role)


def _rights(settings: Settings) -> Iterator[DoctorFinding]:
    """Does the database grant our roles what `store.roles` says, and nothing else?"""
    try:
        with _database(settings).transaction() as conn:
            found = differences(conn) if current(conn) == head() else []
    except sa.exc.OperationalError:
        return  # said under another heading
    if found:
        more = f" (+{len(found) - MOST_TOLD})" if len(found) > MOST_TOLD else ""
        yield fault("rights", "doctor.rights_differ", found="; ".join(found[:MOST_TOLD]) + more)
        return
    yield well("rights")


def _broker(settings: Settings) -> Iterator[DoctorFinding]:
    url = client_url(settings.broker_url.get_secret_value())
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError):
        yield fault("broker", "doctor.away")
    else:
        yield well("broker")


def _workers(settings: Settings) -> Iterator[DoctorFinding]:
    """Is every queue served by a worker that answers?"""
    try:
        app = celery_app(settings.broker_url.get_secret_value())
        told = app.control.inspect(timeout=PING_S).active_queues() or {}
    except (OperationalError, OSError, redis.RedisError, ValueError, KeyError):
        return  # the broker is away: said under its own heading
    served = {queue["name"] for queues in told.values() for queue in queues}
    idle = [queue for queue in QUEUES if queue not in served]
    yield fault("workers", "doctor.no_workers", queues=", ".join(idle)) if idle else well("workers")


def _disk(settings: Settings) -> Iterator[DoctorFinding]:
    place = settings.alo_data_dir if settings.alo_data_dir.exists() else settings.alo_data_dir.resolve().parent
    free = shutil.disk_usage(place).free
    found = fault("disk", "doctor.disk_full", megabytes=free // 1_000_000, directory=str(place))
    yield found if free < DISK_BYTES else well("disk")


def _clock(settings: Settings) -> Iterator[DoctorFinding]:
    """Fast clocks go with simulated senders only."""
    try:
        container.refuse_fast_clock(container.machine_work(settings))
    except UnreadableClockError:
        yield fault("clock", "doctor.clock_unreadable")
    except Refusal as refusal:
        yield fault("clock", refusal.code, **refusal.params)
    except (sa.exc.SQLAlchemyError, keys.UnfitKeysError):
        return  # said under another heading
    else:
        yield well("clock")


def _unfit(settings: Settings) -> Iterator[DoctorFinding]:
    """Has anything been set aside because it could not be processed?"""
    try:
        with _database(settings).transaction() as conn:
            rows = unfit.counts(conn)
    except sa.exc.SQLAlchemyError:
        return  # said under another heading
    for row in rows:
        yield fault("unfit", "doctor.unfit", row.loop, count=row.n, error=row.code)
    if not rows:
        yield well("unfit")


def _requests(settings: Settings) -> Iterator[DoctorFinding]:
    """Has every person been answered in time, and every withdrawal been carried out?"""
    try:
        with _database(settings).transaction() as conn:
            late = person_requests.overdue(conn, clock_of(settings.alo_clock).now())
    except (sa.exc.SQLAlchemyError, UnreadableClockError):
        return  # said under another heading
    for kind, count in late.items():
        yield fault("requests", f"doctor.overdue.{kind}", count=count)
    if not late:
        yield well("requests")


def _trail(settings: Settings) -> Iterator[DoctorFinding]:
    """Is the audit trail as it was written?"""
    try:
        with _database(settings).transaction() as conn:
            found = audit_chain.looked_at(conn)
    except sa.exc.SQLAlchemyError:
        return  # said under another heading
    for finding in found.findings[:MOST_TOLD]:
        yield fault("trail", finding.words, **finding.params)
    count = len(found.findings)
    yield fault("trail", "audit.not_whole", count=count) if count else well("trail")


def _hold_after_restore(settings: Settings) -> Iterator[DoctorFinding]:
    """Does something keep everything from leaving until carriers were read?"""
    try:
        with _database(settings).transaction() as conn:
            rows = continuity.unread(conn)
    except sa.exc.SQLAlchemyError:
        return  # said under another heading
    for row in rows:
        code = "doctor.unread" if row.can_reconcile else "doctor.unreadable_carrier"
        yield fault("held", code, row.name, since=row.unread_since, name=row.name)
    if not rows:
        yield well("held")


def _database(settings: Settings) -> Database:
    return Database(settings.database_url.get_secret_value(), role_label="doctor")
