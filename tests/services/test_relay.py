"""Relay: dispatches of one process follow each other without waiting for the carrier, and none is lost at its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event

import pytest

from contact.delivery import SendResult, State
from contact.sender import SenderRow
from runtime.clock import FastClock
from services.sending.overlap import Relay
from services.work import Work
from store.messages import senders
from store.tables.outbox import outbox
from tests.doubles import START, FakeCarrier, FakeCarriers
from tests.services.crowd import add_campaign, add_crowd
from tests.services.world import World, build

ROWS = 40
RATE = 20


class SlowCarrier(FakeCarrier):
    """Takes nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.open = Event()

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        self.open.wait(30)
        return super().send(sender, to, body, ref)


class DeadCarrier(FakeCarrier):
    """Raises what no carrier should."""

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        raise RuntimeError("no such carrier")

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        raise RuntimeError("no such carrier")


@pytest.fixture
def slow() -> SlowCarrier:
    return SlowCarrier()


@pytest.fixture
def relay(slow: SlowCarrier) -> Iterator[Relay]:
    """One that leaves nothing running."""
    relay = Relay()
    yield relay
    slow.open.set()
    with suppress(RuntimeError):
        relay.close()


def crowded(work: Work, carrier: FakeCarrier) -> World:
    """Real time, and more texts due than one dispatch's budget serves."""
    running = replace(work, carriers=FakeCarriers(texts=carrier), clock=FastClock(START, 1.0, datetime.now(UTC)))
    world = build(running)
    add_crowd(world, ROWS, [(add_campaign(world, "one"), world.office_id)])
    with work.database.transaction() as conn:
        senders.change(conn, world.text.id, rate_per_s=Decimal(RATE), burst=1)
    return world


def under_way(world: World) -> int:
    return sum(row["state"] in (State.CLAIMED, State.SENDING) for row in world.rows(outbox, medium="text"))


def test_the_next_dispatch_claims_while_the_last_waits_for_the_carrier(
    work: Work, slow: SlowCarrier, relay: Relay
) -> None:
    world = crowded(work, slow)
    assert relay.dispatch(world.work, world.text.id, 0.3) == 0  # nothing was handed over yet, and it is back
    first = under_way(world)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(relay.dispatch, world.work, world.text.id, 0.5)
        until = time.monotonic() + 10
        while under_way(world) == first and time.monotonic() < until:
            time.sleep(0.05)
        assert under_way(world) > first > 0
        assert not slow.sent
        slow.open.set()
        assert second.result() == first


def test_closing_waits_for_what_was_claimed(work: Work, slow: SlowCarrier, relay: Relay) -> None:
    world = crowded(work, slow)
    relay.dispatch(world.work, world.text.id, 0.3)
    claimed = under_way(world)
    slow.open.set()
    assert claimed > 0
    assert relay.close() == claimed == len(slow.sent) == len(world.rows(outbox, state=State.SENT))
    assert relay.close() == 0


def test_what_a_dispatch_raised_is_logged_and_the_next_one_raises_it(
    work: Work, relay: Relay, caplog: pytest.LogCaptureFixture
) -> None:
    world = crowded(work, DeadCarrier())
    assert relay.dispatch(world.work, world.text.id, 0.3) == 0
    with pytest.raises(RuntimeError, match="no such carrier"):
        relay.dispatch(world.work, world.text.id, 0.3)
    assert "a dispatch failed" in caplog.text


def test_a_fault_is_in_the_log_before_it_is_raised(work: Work, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long writing it takes."""
    told: list[str] = []

    class Slow(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            time.sleep(0.3)
            told.append(record.getMessage())

    monkeypatch.setattr(logging.getLogger("alo.dispatch"), "handlers", [Slow()])
    world = crowded(work, DeadCarrier())
    relay.dispatch(world.work, world.text.id, 0.3)
    with pytest.raises(RuntimeError, match="no such carrier"):
        relay.close()
    assert told == ["a dispatch failed"]


def test_closing_waits_for_one_sender_though_another_failed(work: Work, slow: SlowCarrier, relay: Relay) -> None:
    """A process that ends at the first fault would cut off what others have at the carrier."""
    world = crowded(work, slow)
    world.plan("call")
    relay.dispatch(replace(world.work, carriers=FakeCarriers(calls=DeadCarrier())), world.line.id, 0.3)
    relay.dispatch(world.work, world.text.id, 0.3)
    claimed = under_way(world)
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(relay.close)
        time.sleep(0.3)
        assert not closing.done()
        slow.open.set()
        with pytest.raises(RuntimeError, match="no such carrier"):
            closing.result()
    assert len(world.rows(outbox, state=State.SENT)) == claimed


def test_every_sender_with_something_due_is_served(work: Work, slow: SlowCarrier, relay: Relay) -> None:
    world = crowded(work, slow)
    slow.open.set()
    assert relay.dispatch_due(world.work, 0.3) == 0
    relay.close()
    assert slow.sent
