"""Wires the application: builds a `Work` from settings, which connects to nothing before it is used.

It must not decide anything; the one rule here: fast clocks and time scales are for simulated senders only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from carriers import registry
from carriers.credentials import Credentials
from carriers.routing import CarrierRouter
from carriers.twilio.twiml import TwimlRenderer
from runtime import keys
from runtime.clock import FastClock, RealClock, clock_of
from runtime.identifiers import RandomIds
from runtime.marks import OutsideMarks
from runtime.settings import Settings
from services.calls.recording_cache import KnownRecordings
from services.ports import CallCarrier, Carriers, Jobs, SenderRow, TextCarrier
from services.refusal import Refusal
from services.work import Work
from store.messages import senders
from store.unit_of_work import Database

if TYPE_CHECKING:
    from runtime.embedded import Postgres, Valkey


ERASER_STATEMENT_MS = 300_000
"""A person's rows are few, but their number is looked for in whole tables."""

WATCHING_STATEMENT_MS, WATCHING_LOCK_MS = 2_000, 500
"""Who watches is told quickly that something is slow."""


def running_settings(settings: Settings) -> Settings:
    """`settings` with the URLs of the embedded servers where none are given. Raises Refusal if those rest."""
    if settings.database_url.get_secret_value():
        return settings
    from runtime.embedded import Postgres, Valkey  # only here: who is given URLs needs no servers of ours
    from runtime.spawn import alive

    postgres = Postgres(settings.alo_data_dir / "postgres")
    if alive(postgres.pid_file) is None:
        raise Refusal("cli.not_running")
    return with_embedded(settings, postgres, Valkey(settings.alo_data_dir / "valkey"))


def with_embedded(settings: Settings, postgres: Postgres, valkey: Valkey) -> Settings:
    """`settings` with the URLs of these servers and the keys kept beside them; an outside broker that is set stays."""
    given = vars(keys.with_stored_keys(settings))
    urls = {
        "database_url": postgres.url("alo_machine"),
        "database_owner_url": postgres.url("alo_owner"),
        "alo_console_database_url": postgres.url("alo_console"),
        "alo_eraser_database_url": postgres.url("alo_eraser"),
        "broker_url": settings.broker_url.get_secret_value() or valkey.broker_url,
    }
    return Settings(**{**given, **urls})


def machine_work(settings: Settings | None = None) -> Work:
    """What webhooks, workers and the command line work with. Connects to nothing yet."""
    found = settings or Settings()
    return _work(found, Database(found.database_url.get_secret_value(), role_label="machine", pool_size=_pool(found)))


def console_work(settings: Settings | None = None) -> Work:
    """What the staff pages work with: their own role, which sees nothing until a scope is set (`Database.scoped`)."""
    found = settings or Settings()
    url = found.alo_console_database_url.get_secret_value()
    if not url:
        raise Refusal("cli.no_console_database")
    return _work(found, Database(url, role_label="console", pool_size=_pool(found)))


def eraser_database(settings: Settings | None = None) -> Database:
    """The database as the one role that may take away what was said. Raises Refusal when it is not set."""
    url = (settings or Settings()).alo_eraser_database_url.get_secret_value()
    if not url:
        raise Refusal("cli.no_eraser_database")
    return Database(url, role_label="eraser", pool_size=1, statement_timeout_ms=ERASER_STATEMENT_MS)


def watching_work(settings: Settings | None = None) -> Work:
    """What health and figures are asked with: a pool of two of its own, so that a full pool, a lock or a slow server
    keeps nobody waiting who only wants to know. Connects to nothing yet."""
    found = settings or Settings()
    url = found.database_url.get_secret_value()
    return _work(
        found,
        Database(
            url,
            role_label="health",
            pool_size=1,
            statement_timeout_ms=WATCHING_STATEMENT_MS,
            lock_timeout_ms=WATCHING_LOCK_MS,
            connect_timeout_s=2,
            wait_s=2.0,
        ),
    )


def credentials(settings: Settings) -> Credentials:
    """The carriers' secrets by the reference names that senders carry: those of the carriers that are set up."""
    found = {name: carrier.credentials(settings.of(carrier)) for name, carrier in registry.KNOWN.items()}
    return {name: secrets for name, secrets in found.items() if secrets is not None}


@dataclass(frozen=True)
class LateJobs:
    """The way to the workers. Celery is loaded by the first task, so that what never enqueues never pays for it."""

    broker_url: str = field(repr=False)

    @cached_property
    def _jobs(self) -> Jobs:
        from runtime.celery_client import CeleryJobs

        return CeleryJobs(self.broker_url)

    def enqueue(self, task: str, *ids: str) -> None:
        """Put task `task` on the queue."""
        self._jobs.enqueue(task, *ids)


@dataclass(frozen=True, slots=True)
class SimulatedOnly:
    """Carriers of a system that is tried out: a sender that could reach real people is refused."""

    carriers: Carriers

    def text(self, sender: SenderRow) -> TextCarrier:
        """The text carrier of a simulated sender. Raises Refusal for any other."""
        return self.carriers.text(_simulated(sender))

    def call(self, sender: SenderRow) -> CallCarrier:
        """The call carrier of a simulated sender. Raises Refusal for any other."""
        return self.carriers.call(_simulated(sender))

    def names(self) -> Sequence[str]:
        """See `services.ports.Carriers`."""
        return self.carriers.names()

    def can_delete(self, carrier: str, record_id: str | None = None) -> bool:
        """See `services.ports.Carriers`."""
        return self.carriers.can_delete(carrier, record_id)


def refuse_fast_clock(work: Work) -> None:
    """Raise Refusal when business time or repairs run fast and a sender could reach real people."""
    if isinstance(work.clock, FastClock) or work.time_scale != 1:
        with work.database.transaction() as conn:
            for sender in senders.all_rows(conn):
                _simulated(sender)


def _simulated(sender: SenderRow) -> SenderRow:
    if not sender.simulated:
        raise Refusal("cli.fast_clock_real_sender", sender=sender.name)
    return sender


def _work(settings: Settings, database: Database) -> Work:
    clock: RealClock | FastClock = clock_of(settings.alo_clock)
    router: Carriers = CarrierRouter(credentials(settings), settings.base_url)
    return Work(
        database=database,
        clock=clock,
        ids=RandomIds(),
        jobs=LateJobs(settings.broker_url.get_secret_value()),
        vault=keys.load(settings).vault(),
        carriers=SimulatedOnly(router) if clock.fast or settings.alo_haste != 1 else router,
        voice=TwimlRenderer(settings.base_url),
        recordings=KnownRecordings(database, clock),
        marks=OutsideMarks(settings.broker_url.get_secret_value(), settings.alo_data_dir),
        time_scale=settings.alo_haste,
    )


def _pool(settings: Settings) -> int:
    """A connection for each thread that may work at once."""
    return max(2, settings.alo_web_threads)
