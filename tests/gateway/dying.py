"""Imports, launches and webhooks in processes that are killed: at any statement, before or after a commit."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing.context import ForkServerContext
from typing import Any
from uuid import UUID

import psycopg

from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from demo.samples.make_samples import QUESTIONNAIRES
from gateway.app import create_webhooks_app
from services.campaign import campaigns
from services.registry.imports import import_registry
from services.work import Work
from store import audit
from store.unit_of_work import Database
from store.vault import Vault
from tests.doubles import FakeCarriers, FakeClock, FakeIds, RecordingJobs
from tests.gateway.parts import BASE, TOKEN, Twilio
from tests.services.world import LEADER, LINE, OUR_NUMBER

FIRST_ID = 1_000_000
"""Ids begin here, away from those of the world the test has built."""


def import_list(work: Work, _: str) -> None:
    """A province's list comes in."""
    import_registry(work, "QB", QUESTIONNAIRES / "sample-village.xlsx", "test")


def launch(work: Work, campaign: str) -> None:
    """A previewed campaign is launched."""
    campaigns.launch(work, UUID(campaign), 1, "test")


def text(work: Work, body: str) -> None:
    """A person's text is brought by the carrier."""
    form = {"MessageSid": "SM77", "AccountSid": "AC1", "From": LEADER, "To": OUR_NUMBER, "Body": body}
    _brought(work, "/twilio/sms", form)


def key(work: Work, target: str) -> None:
    """A key pressed in a call is brought by the carrier."""
    form = {"CallSid": "CA1", "AccountSid": "AC1", "From": LINE, "To": LEADER, "CallStatus": "in-progress"}
    _brought(work, target, form | {"Digits": "1"})


def torn(work: Work, _: str) -> None:
    """What must not be: one deed in two transactions."""
    for subject in ("first", "second"):
        with work.database.transaction() as conn:
            audit.append(conn, at=work.clock.now(), actor="test", action="office.add", subject=subject)


def _brought(work: Work, target: str, form: Mapping[str, str]) -> None:
    app = create_webhooks_app(work, {"demo": TwilioCredentials("AC1", (TOKEN,))}, BASE)
    response = Twilio(app).post(target, form)
    assert response.status_code == 200, response.text


DEEDS: Mapping[str, Callable[[Work, str], None]] = {
    "import": import_list,
    "launch": launch,
    "text": text,
    "key": key,
    "torn": torn,
}


def processes() -> ForkServerContext:
    """Where processes come from that have everything loaded and nothing connected."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.gateway.dying"])
    return context


def killed(context: ForkServerContext, url: str, deed: str, given: str, at: int) -> bool:
    """Do `deed` in a process that dies at its step `at` (0, 1 …); False when it came to its end before.

    Steps are statements and both sides of each commit.
    """
    process = context.Process(target=_die, args=(url, deed, given, at))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _die(url: str, deed: str, given: str, at: int) -> None:
    database = Database(url, role_label="dying", pool_size=2)
    steps = itertools.count()

    def step(*_: object) -> None:
        if next(steps) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    execute = psycopg.Cursor.execute

    def stepping(cursor: psycopg.Cursor[Any], *args: Any, **more: Any) -> psycopg.Cursor[Any]:
        step()
        return execute(cursor, *args, **more)

    psycopg.Cursor.execute = stepping  # type: ignore[method-assign]  # statements of the turn go past SQLAlchemy
    commit = database.engine.dialect.do_commit

    def around(connection: object) -> None:
        step()
        commit(connection)  # type: ignore[arg-type]  # the driver's own connection
        step()

    database.engine.dialect.do_commit = around  # type: ignore[method-assign]
    DEEDS[deed](_work(database), given)


def _work(database: Database) -> Work:
    vault = Vault({"test": bytes(range(32))}, b"look-up key of the tests, 32 bytes", 1)
    clock, ids = FakeClock(), FakeIds(FIRST_ID)
    return Work(database, clock, ids, RecordingJobs(), vault, FakeCarriers(), TwimlRenderer(BASE))
