"""What carriers hold of erased people is deleted there, each record by itself and until it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from carriers.errors import CarrierAwayError
from services.privacy import carrier_erasing
from services.unfit import isolation
from services.work import Work
from store.tables.persons import carrier_erasures
from store.tables.unfit import unfit
from store.unit_of_work import Database
from tests.doubles import FakeCarriers, FakeClock
from tests.services.world import World, build

IDS = [f"SM{'abc'[n] * 32}" for n in range(3)]


@pytest.fixture
def world(work: Work, eraser: Database) -> World:
    made = build(work)
    at = work.clock.real()
    with eraser.transaction() as conn:
        for place, carrier_id in enumerate(IDS):
            about = {"medium": "text", "carrier_id": carrier_id, "tries": 0, "next_at": at + timedelta(seconds=place)}
            conn.execute(sa.insert(carrier_erasures).values(id=work.ids.new(), sender_id=made.text.id, **about))
    return made


def waiting(world: World) -> list[str]:
    """What is still to be deleted."""
    return sorted(row["carrier_id"] for row in world.rows(carrier_erasures))


def test_what_is_deleted_is_forgotten_and_what_is_not_over_is_tried_again(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    clock.advance(timedelta(minutes=1))
    carriers.texts.not_over = {IDS[1]}
    assert carrier_erasing.delete_at_carriers(world.work) == 2
    assert (carriers.texts.erased, waiting(world)) == (IDS, [IDS[1]])
    assert carrier_erasing.delete_at_carriers(world.work) == 0
    assert carriers.texts.erased == IDS
    carriers.texts.not_over = set()
    clock.advance(timedelta(minutes=2))
    assert carrier_erasing.delete_at_carriers(world.work) == 1
    assert waiting(world) == []


def test_a_carrier_that_is_away_is_asked_later(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> bool:
        raise CarrierAwayError("read_timeout")

    clock.advance(timedelta(minutes=1))
    monkeypatch.setattr(carriers.texts, "erase", away)
    assert carrier_erasing.delete_at_carriers(world.work) == 0
    assert waiting(world) == IDS


def test_one_unfit_record_stops_no_other(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = carriers.texts.erase

    def poisoned(sender: object, carrier_id: str) -> bool:
        if carrier_id == IDS[0]:
            raise ValueError("poison")
        return real(world.text, carrier_id)

    clock.advance(timedelta(minutes=1))
    monkeypatch.setattr(carriers.texts, "erase", poisoned)
    assert carrier_erasing.delete_at_carriers(world.work) == 2
    assert waiting(world) == [IDS[0]]
    assert [row["loop"] for row in world.rows(unfit)] == ["erasing"]
    assert "erasing" in isolation.LOOPS
