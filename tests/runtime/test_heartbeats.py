"""Signs of life at the broker: seldom written, aged by the broker's own clock, never in the way of the work."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import redis
from celery import signals

from runtime import heartbeats
from runtime.heartbeats import Heartbeats
from workers import signs
from workers.schedule import schedule


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, broker_url: str) -> Iterator[str]:
    """Signs of this test's own."""
    name = f"alo:heartbeats:{time.time_ns()}"
    monkeypatch.setattr(heartbeats, "KEY", name)
    yield name
    redis.Redis.from_url(broker_url.replace("redis+socket://", "unix://")).delete(name)


def test_who_was_never_seen_is_infinitely_late(broker_url: str) -> None:
    seen = Heartbeats(broker_url).read_signs(("contact",))
    assert seen is not None
    assert (seen.beat_s, seen.task_s) == (math.inf, {"contact": math.inf})


def test_each_sign_is_its_own_and_ages_by_the_brokers_clock(broker_url: str, key: str) -> None:
    notes = Heartbeats(broker_url)
    assert notes.note_beat()
    assert notes.note_task("contact")
    client = redis.Redis.from_url(broker_url.replace("redis+socket://", "unix://"))
    client.hset(key, "queue:housekeeping", int(client.time()[0]) - 300)
    client.hset(key, "queue:later", int(client.time()[0]) + 300)
    seen = notes.read_signs(("contact", "housekeeping", "later"))
    assert seen is not None
    assert seen.beat_s < 60
    assert seen.task_s["contact"] < 60
    assert 299 <= seen.task_s["housekeeping"] < 360
    assert seen.task_s["later"] == 0


def test_signs_are_written_at_most_once_a_second(broker_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tasks end: the hot path pays for a comparison."""
    now = [100.0]
    monkeypatch.setattr(heartbeats.time, "monotonic", lambda: now[0])
    notes = Heartbeats(broker_url)
    written = 0
    for _ in range(1000):
        written += notes.note_task("contact")
        now[0] += 0.01
    assert written == 10


def test_a_broker_that_is_away_delays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(heartbeats.time, "monotonic", lambda: now[0])
    notes = Heartbeats("redis://127.0.0.1:1/0")
    tried: list[str] = []
    real = redis.Redis.eval
    monkeypatch.setattr(redis.Redis, "eval", lambda self, *a: (tried.append("once"), real(self, *a)))
    for _ in range(100):
        assert not notes.note_task("contact")
        now[0] += 0.01
    assert tried == ["once"], "it rests before it tries again"
    assert notes.read_signs() is None
    assert not Heartbeats("").note_beat()
    assert Heartbeats("").read_signs() is None


def test_a_task_that_ends_and_a_message_of_beats_are_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    stand_in = SimpleNamespace(note_beat=lambda: noted.append("beat"), note_task=noted.append)
    monkeypatch.setattr(signs, "heartbeats", lambda: stand_in)
    task = SimpleNamespace(request=SimpleNamespace(delivery_info={"routing_key": "contact"}))
    signals.task_postrun.send(sender=None, task=task)
    signals.after_task_publish.send(sender=None)
    assert noted == ["contact"], "whoever is not beat gives no sign of beat's"
    signs._watch_beat()
    try:
        signals.after_task_publish.send(sender=None)
    finally:
        signals.after_task_publish.disconnect(signs._note_beat)
    assert noted == ["contact", "beat"]


def test_every_queue_is_asked_for_a_sign() -> None:
    asked = {entry["options"]["queue"] for entry in schedule().values() if entry["task"] == "alo.heartbeat"}
    assert asked == set(heartbeats.QUEUES)
