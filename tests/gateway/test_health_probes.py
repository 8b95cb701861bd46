"""`/readyz` tries a write, `/metrics` tells what is there; a part that is away or hangs says so and spoils nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from carriers.twilio.settings import TwilioCredentials
from gateway import health_probes, metrics
from gateway.app import create_webhooks_app
from gateway.deadline import AT_ONCE, Deadline
from gateway.health_probes import HealthProbes
from runtime import web_server
from runtime.heartbeats import BrokerSigns
from services.work import Work
from store import readiness, roles
from store.tables.unfit import unfit
from store.unit_of_work import Database
from tests.gateway.parts import BASE
from tests.services.world import build

SECRETS = {"demo": TwilioCredentials("AC1", ("t",))}
SEEN = BrokerSigns(0.5, {"contact": 2.0, "housekeeping": float("inf")}, {"contact": 0, "housekeeping": 7})


def client(work: Work, seen: Callable[[], BrokerSigns | None] = lambda: SEEN, place: Path = Path("/")) -> Any:
    return create_webhooks_app(
        work, SECRETS, BASE, watched=HealthProbes(work, seen, place, Deadline(5.0))
    ).test_client()


def ready(work: Work) -> tuple[int, dict[str, str]]:
    """Status of `/readyz`, and what it says that is needed."""
    answer = client(work).get("/readyz")
    return answer.status_code, answer.json["needed"]


def figures(asked: Any) -> dict[str, float]:
    """Name with labels → value, as Prometheus reads them."""
    answer = asked.get("/metrics")
    assert answer.status_code == 200
    return {
        s.name + "".join(f"[{v}]" for v in s.labels.values()): s.value
        for family in text_string_to_metric_families(answer.text)
        for s in family.samples
    }


def test_the_trial_leaves_nothing_behind(work: Work) -> None:
    assert ready(work)[0] == 200
    with work.database.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(unfit)) == 0


@contextmanager
def read_only(owner: Database, url: str) -> Iterator[Database]:
    """The database as after a failover to a stand-by: it answers, and takes nothing."""
    database = Database(url, role_label="test")
    sa.event.listen(database.engine, "connect", lambda raw, _: raw.set_read_only(True))
    yield database
    database.close()


@contextmanager
def without_rights(owner: Database, url: str) -> Iterator[Database]:
    """Somebody took a right away that a webhook needs."""
    database = Database(url, role_label="test")
    with owner.transaction() as conn:
        conn.execute(sa.text("REVOKE INSERT ON inbound FROM alo_machine"))
    yield database
    database.close()
    with owner.transaction() as conn:
        roles.apply(conn)


@contextmanager
def locked(owner: Database, url: str) -> Iterator[Database]:
    """Somebody holds a table for long."""
    database = Database(url, role_label="test", lock_timeout_ms=50)
    with owner.transaction() as conn:
        conn.execute(sa.text("LOCK TABLE unfit IN ACCESS EXCLUSIVE MODE"))
        yield database
    database.close()


REFUSALS = {"read_only": (read_only, 503), "no_rights": (without_rights, 503), "locked": (locked, 200)}


def refused(state: str, work: Work, owner: Database, url: str) -> None:
    """`/readyz` says why nothing is written, and reads all the same."""
    broken, status = REFUSALS[state]
    with broken(owner, url) as database:
        found = ready(replace(work, database=database))
    assert found == (status, {"database": "ok", "migrations": "ok", "writing": state, "raw_target": "ok"})


@pytest.mark.parametrize("state", REFUSALS)
def test_a_database_that_takes_nothing_is_found(state: str, work: Work, owner: Database, database_url: str) -> None:
    refused(state, work, owner, database_url)


@pytest.mark.parametrize("state", REFUSALS)
def test_a_readiness_that_does_not_write_is_seen(
    state: str, work: Work, owner: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault."""
    monkeypatch.setattr(readiness, "try_write", lambda *_: None)
    with pytest.raises(AssertionError):
        refused(state, work, owner, database_url)


def test_a_full_disk_and_a_slow_server_have_their_words(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    for code, words in (("53100", "disk_full"), ("57014", "too_slow"), ("XX001", "failed")):
        error = type("Refused", (Exception,), {"sqlstate": code})()

        def fail(*_: Any, error: Exception = error) -> None:
            raise OperationalError("", {}, error)

        monkeypatch.setattr(readiness, "try_write", fail)
        assert ready(work) == (503, {"database": "ok", "migrations": "ok", "writing": words, "raw_target": "ok"})


def test_a_database_without_any_table_is_behind_not_away(work: Work, servers: dict[str, str]) -> None:
    empty = Database(servers["admin"], role_label="test")
    found = ready(replace(work, database=empty))
    empty.close()
    assert found == (503, {"database": "ok", "migrations": "behind", "writing": "failed", "raw_target": "ok"})


def test_everything_is_told(work: Work, tmp_path: Path) -> None:
    build(work)
    found = figures(client(work, place=tmp_path))
    assert found["alo_broker_up"] == found["alo_database_up"] == found["alo_database_writable"] == 1
    assert found["alo_beat_last_seconds"] == 0.5
    assert found["alo_queue_last_task_seconds[contact]"] == 2
    assert found["alo_queue_last_task_seconds[housekeeping]"] == float("inf")
    assert found["alo_queue_messages[housekeeping]"] == 7
    assert (
        found["alo_schema_revision[code]"]
        == found["alo_schema_revision[database]"]
        == int(health_probes.newest_migration())
    )
    assert found["alo_schema_fits"] == 1
    assert found["alo_outbox_oldest_due_seconds[texts]"] == found["alo_outbox_stalled_seconds[texts]"] == 0
    assert found["alo_held_after_restore"] == 0
    assert 0 < found["alo_data_free_bytes"] <= found["alo_data_size_bytes"]
    assert 0 < found["alo_database_connections"] <= found["alo_database_connections_most"]
    assert any(name.startswith("alo_build_info[") for name in found)


def test_without_a_database_the_rest_is_told(work: Work) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", role_label="test")
    found = figures(client(replace(work, database=nowhere)))
    assert (found["alo_database_up"], found["alo_database_writable"], found["alo_broker_up"]) == (0, 0, 1)
    assert "alo_schema_revision[database]" not in found
    assert not any(name.startswith("alo_outbox") for name in found)


def test_without_a_broker_the_rest_is_told(work: Work) -> None:
    found = figures(client(work, lambda: None))
    assert (found["alo_database_up"], found["alo_broker_up"]) == (1, 0)
    assert "alo_beat_last_seconds" not in found, "beat is not accused of the broker's death"


def test_without_a_disk_the_rest_is_told(work: Work, tmp_path: Path) -> None:
    found = figures(client(work, place=tmp_path / "gone"))
    assert found["alo_database_up"] == 1
    assert "alo_data_free_bytes" not in found


def test_a_database_that_hangs_is_away_in_time(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(readiness, "revision", lambda _conn: over.wait(60))
    app = create_webhooks_app(work, SECRETS, BASE, watched=HealthProbes(work, lambda: SEEN, deadline=Deadline(0.1)))
    asked = app.test_client()
    assert asked.get("/readyz").json["needed"]["database"] == "away"
    found = figures(asked)
    over.set()
    assert (found["alo_database_up"], found["alo_broker_up"]) == (0, 1)
    assert asked.get("/healthz").status_code == 200


def test_many_who_ask_at_once_are_all_answered() -> None:
    deadline = Deadline(5.0)
    with ThreadPoolExecutor(8) as asking:
        answers = [asking.submit(deadline.ask, lambda: time.sleep(0.05) or "ok") for _ in range(8)]  # type: ignore[func-returns-value]
        assert [answer.result() for answer in answers] == ["ok"] * 8


def test_questions_that_hang_take_no_more_threads_than_a_few() -> None:
    over, begun = threading.Event(), []
    deadline = Deadline(0.01)

    def hang() -> None:
        begun.append(1)
        over.wait(60)

    for _ in range(10):
        with pytest.raises(TimeoutError):
            deadline.ask(hang)
    over.set()
    assert len(begun) == AT_ONCE


def test_figures_that_fail_are_named_and_the_rest_is_told(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def measures(_work: Work) -> list[Any]:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(health_probes, "measures", measures)
    found = figures(client(work))
    assert found["alo_figures_missing[senders]"] == 1
    assert found["alo_database_up"] == 1
    assert found["alo_database_connections"] > 0


def test_connections_that_requests_hold_are_counted(database_url: str) -> None:
    database = metrics.count_connections(Database(database_url, role_label="test", pool_size=3), "test")

    def told() -> tuple[float, float]:
        size = metrics.POOL_SIZE.labels("test")._value.get()
        return metrics.POOL_IN_USE.labels("test")._value.get(), size

    with database.transaction(), database.transaction():
        assert told() == (2, 6)
    assert told() == (0, 6)
    database.close()
    assert told() == (0, 0)


def test_what_a_killed_server_held_is_counted_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each kill -9 would add to connections in hand for ever."""
    ours = f"gauge_livesum_{os.getpid()}.db"
    for name in ("gauge_livesum_1.db", "counter_1.db", ours):
        (tmp_path / name).touch()
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    web_server.on_starting(None)
    assert {path.name for path in tmp_path.iterdir()} == {"counter_1.db", ours}
