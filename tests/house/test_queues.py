"""Queues are consumed, tasks are registered under the names that are asked for, and carry ids only."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from celery import Celery, signals

from runtime.celery_client import QUEUES, TASK_TIME_LIMIT_S, VISIBILITY_TIMEOUT_S, configuration
from runtime.processes import workers
from runtime.settings import Settings
from tests.house.source import called, literal, modules, name, tree
from workers import outbound
from workers.app import app


@pytest.fixture(scope="module")
def celery() -> Celery:
    """The workers' application with all its tasks."""
    for module in app.conf.imports:
        importlib.import_module(module)
    return app


def ours(celery: Celery) -> dict[str, object]:
    return {task: found for task, found in celery.tasks.items() if not task.startswith("celery.")}


def asked_for() -> Iterator[tuple[str, str]]:
    """(place, task name) of everything that is enqueued by name."""
    for path in modules("services", "workers", "gateway", "runtime"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node) in ("enqueue", "send_task", "after_commit") and node.args:
                task = next(filter(None, map(literal, node.args)), None)
                if task:
                    yield f"{name(path)}:{node.lineno}", task


def test_every_task_asked_for_is_registered(celery: Celery) -> None:
    assert [found for found in asked_for() if found[1] not in ours(celery)] == []
    assert {entry["task"] for entry in celery.conf.beat_schedule.values()} <= set(ours(celery))


def test_every_queue_is_consumed(celery: Celery) -> None:
    consumed = {part.argv[part.argv.index("-Q") + 1] for part in workers(Settings())}
    used = {celery.amqp.router.route({}, task)["queue"].name for task in ours(celery)}
    assert used <= consumed == set(QUEUES)


def test_sweeps_do_not_wait_behind_dispatch(celery: Celery) -> None:
    queue = {task: celery.amqp.router.route({}, task)["queue"].name for task in ours(celery)}
    assert queue["alo.dispatch"] != queue["alo.sweep_leases"]


def test_tasks_take_ids_only(celery: Celery) -> None:
    for task in ours(celery).values():
        run = task.run  # type: ignore[attr-defined]  # a Celery task
        for parameter in inspect.signature(run).parameters.values():
            assert parameter.annotation in ("str", str), parameter
            assert parameter.name.endswith("id"), parameter


def test_a_task_is_never_redelivered_while_it_runs() -> None:
    config = configuration("redis://")
    assert TASK_TIME_LIMIT_S < VISIBILITY_TIMEOUT_S / 2
    assert config["task_acks_late"] is config["task_reject_on_worker_lost"] is True
    assert config["worker_prefetch_multiplier"] == 1
    assert config["task_ignore_result"] is True
    assert config["result_backend"] is None
    assert config["accept_content"] == ["json"]
    assert config["broker_transport_options"]["unacked_restore_throttle"] == 1


def test_a_process_that_ends_hands_over_first(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(outbound, "_relay", SimpleNamespace(close=lambda: closed.append(True)))
    signals.worker_process_shutdown.send(sender=None, pid=1, exitcode=0)
    assert closed == [True]


def test_no_task_is_put_off_in_the_broker() -> None:
    """Due times live in rows: no countdown, no ETA."""
    put_off = [
        f"{name(path)}:{node.lineno}"
        for path in modules("services", "workers", "gateway", "runtime")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg in ("countdown", "eta")
    ]
    assert put_off == []
