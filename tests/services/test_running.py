"""Campaigns that are paused, stopped, changed or killed while other processes dispatch and plan them, by the clock.

Real time, real processes, real database; the carrier is a stand-in that takes its time. When a contact left is read
from its row: the moment before it was handed over.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact.delivery import State
from services.campaign import campaigns
from services.senders import senders
from services.sending.claim import AHEAD_S
from store.tables.campaigns import campaign_interviews
from store.tables.campaigns import campaigns as campaign_rows
from store.tables.outbox import outbox
from store.unit_of_work import Database
from tests.services.crowd import add_campaign, add_crowd, add_office
from tests.services.pace import ROOT, work_of
from tests.services.world import World, build

RATE = 20
HELD_WITHIN_S = 5.0
"""What is promised; the slots taken ahead are less than half a second."""

KILLS = 4
"""Planners that are killed at most: the next one may come to its end, however slowly a busy machine starts it."""

PATIENCE_S = 60
"""Real seconds in which a slow machine must have gone on with what is not paused."""


@pytest.fixture
def crowded(machine: Database, database_url: str) -> World:
    """Two provinces' campaigns of 200 contacts each are due, from one sender at 20 a second."""
    anchor = datetime.now(UTC) - timedelta(seconds=5)
    world = build(work_of(database_url, anchor))
    other = add_office(world, "HN")
    add_crowd(world, 400, [(add_campaign(world, "one"), world.office_id), (add_campaign(world, "two", other), other)])
    senders.pace(world.work, "texts", "test", rate_per_s=Decimal(RATE), burst=1)
    return world


@contextmanager
def dispatchers(world: World, url: str, place: Path, fault: str = "") -> Iterator[None]:
    """Two dispatcher processes at work, from the first hand-over to the end of the block."""
    anchor = datetime.now(UTC) - timedelta(seconds=5)
    argv = [sys.executable, "-m", "tests.services.pace", url, str(world.text.id), "0.05", str(PATIENCE_S + 30)]
    logs = [place / f"{at}.log" for at in range(2)]
    running = [subprocess.Popen([*argv, anchor.isoformat(), str(log), fault], cwd=ROOT) for log in logs]
    try:
        while not any(log.exists() and log.stat().st_size for log in logs):
            time.sleep(0.05)
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(timeout=20)


def left_since(world: World, moment: datetime, **where: object) -> list[float]:
    """Real seconds after `moment` at which contacts left."""
    at = (row["sent_real_at"] for row in world.rows(outbox, **where) if row["sent_real_at"])
    return sorted((left - moment).total_seconds() for left in at if left > moment)


def named(world: World, title: str) -> UUID:
    return UUID(str(world.rows(campaign_rows, title=title)[0]["id"]))


def held_after_a_pause(world: World, url: str, place: Path, fault: str = "") -> tuple[list[float], list[float]]:
    """When contacts of a paused campaign, and those of the one beside it, still left."""
    paused, other = named(world, "one"), named(world, "two")
    with dispatchers(world, url, place, fault=fault):
        time.sleep(0.5)
        campaigns.pause(world.work, paused, "test")
        moment = datetime.now(UTC)
        watched = (other, paused) if fault else (other,)
        deadline = time.monotonic() + PATIENCE_S
        while min(_last(world, moment, campaign) for campaign in watched) <= HELD_WITHIN_S:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
    return left_since(world, moment, campaign_id=paused), left_since(world, moment, campaign_id=other)


def _last(world: World, moment: datetime, campaign: UUID) -> float:
    return max(left_since(world, moment, campaign_id=campaign), default=0.0)


def test_a_pause_holds_the_rest_within_five_seconds(crowded: World, database_url: str, tmp_path: Path) -> None:
    held, free = held_after_a_pause(crowded, database_url, tmp_path)
    print(f"after the pause: {len(held)} left, the last after {max(held, default=0):.2f} s; of the other {len(free)}")
    assert max(held, default=0) < HELD_WITHIN_S
    assert len(held) <= RATE * AHEAD_S + 1  # those that were cleared for a slot
    assert max(free) > HELD_WITHIN_S  # the campaign beside it goes on


def test_that_proof_fails_when_the_pause_is_not_asked(crowded: World, database_url: str, tmp_path: Path) -> None:
    held, _ = held_after_a_pause(crowded, database_url, tmp_path, fault="skip-pause-check")
    assert max(held) > HELD_WITHIN_S


def test_a_province_on_hold_a_stop_and_a_new_rate_reach_what_has_not_left(
    crowded: World, database_url: str, tmp_path: Path
) -> None:
    one, two = named(crowded, "one"), named(crowded, "two")
    with dispatchers(crowded, database_url, tmp_path):
        campaigns.pause(crowded.work, two, "test", office="HN")
        held_at = datetime.now(UTC)
        time.sleep(2)
        campaigns.resume(crowded.work, two, "test", office="HN")
        resumed_at = datetime.now(UTC)
        senders.pace(crowded.work, "texts", "test", rate_per_s=Decimal(5))
        time.sleep(3)
        withdrawn = campaigns.stop(crowded.work, one, "test", "enough")
        stopped_at = datetime.now(UTC)
        time.sleep(2)
    held = [at for at in left_since(crowded, held_at, campaign_id=two) if at < (resumed_at - held_at).total_seconds()]
    assert max(held, default=0) < 1
    slow = [at for at in left_since(crowded, resumed_at) if at > 1]
    assert 4 <= len(slow) / (max(slow) - min(slow)) <= 5.6  # 5 a second, the first second had slots of the old rate
    assert withdrawn > 50
    assert max(left_since(crowded, stopped_at, campaign_id=one), default=0) < 1
    assert left_since(crowded, stopped_at, campaign_id=two)
    campaigns.finish(crowded.work, one)
    assert crowded.rows(campaign_rows, id=one)[0]["state"] == "stopped"
    with crowded.work.database.transaction() as conn:
        open_rows = sa.select(sa.func.count()).where(outbox.c.campaign_id == one, outbox.c.state == State.PLANNED)
        assert conn.scalar(open_rows) == 0


def test_a_planner_killed_again_and_again_enters_everybody_once(owner: Database, database_url: str) -> None:
    """Killed at random moments, most of them in the middle of a page; the next one goes on from the cursor."""
    world = build(work_of(database_url, datetime.now(UTC)))
    add_crowd(world, 600, [(add_campaign(world, "old"), world.office_id)])
    with owner.transaction() as conn:
        conn.execute(sa.delete(outbox))
        conn.execute(sa.delete(campaign_interviews))
    made = campaigns.draft(world.work, "2026", "QB", "test")
    campaigns.launch(world.work, made, 601, "test")
    chance, kills = random.Random(5), 0

    def entered() -> int:
        with owner.transaction() as conn:
            return conn.scalar(sa.select(sa.func.count()).select_from(campaign_interviews)) or 0

    while world.rows(campaign_rows, id=made)[0]["state"] == "planning":
        before = entered()
        argv = [sys.executable, "-m", "tests.services.planner", database_url, str(made), "20"]
        planner = subprocess.Popen(argv, cwd=ROOT)
        while planner.poll() is None and (entered() == before or kills == KILLS):
            time.sleep(0.01)
        time.sleep(chance.random() * 0.15)
        kills += planner.poll() is None
        planner.kill()
        planner.wait()
    rows = world.rows(outbox, campaign_id=made)
    print(f"killed {kills} times")
    assert kills >= 1
    assert len({row["interview_id"] for row in rows}) == len(rows) == len(world.rows(campaign_interviews)) == 601
    assert world.rows(campaign_rows, id=made)[0]["planned"] == 601
