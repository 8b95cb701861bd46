"""Workers are asked for something only once they can see it; who asks inside a transaction is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa

from runtime.celery_client import CeleryJobs
from services.campaign import campaigns
from services.dry_run import carry_out
from services.ports import Jobs
from services.work import Work
from store.tables.campaigns import campaigns as campaign_table
from store.unit_of_work import OpenTransactionError, after_commit
from tests.doubles import RecordingJobs
from tests.faults import plant
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    """One organisation in one round."""
    return build(work)


@dataclass
class QuickWorker:
    """A worker that looks at what it is asked for at once, over a connection of its own."""

    world: World
    found: list[str] = field(default_factory=list)

    def enqueue(self, task: str, *ids: str) -> None:
        """Note the state of the campaign as everybody else sees it."""
        with self.world.work.database.transaction() as conn:
            states = conn.scalars(sa.select(campaign_table.c.state).where(campaign_table.c.id == ids[0]))
            self.found += [str(state) for state in states]


def launched(world: World) -> list[str]:
    """What a quick worker finds of a campaign that is launched."""
    worker = QuickWorker(world)
    campaign = campaigns.draft(world.work, "2026", "QB", "an")
    campaigns.launch(replace(world.work, jobs=worker), campaign, 1, "an")
    return worker.found


def test_a_quick_worker_finds_what_it_is_asked_for(world: World) -> None:
    assert launched(world) == ["planning"]


def test_a_job_before_the_commit_is_seen(world: World) -> None:
    with plant("job-before-commit"), pytest.raises(AssertionError):
        test_a_quick_worker_finds_what_it_is_asked_for(world)
    with plant("job-before-commit"), pytest.raises(OpenTransactionError):
        campaigns.launch(world.work, campaigns.draft(world.work, "2026", "QB", "an"), 1, "an")


def test_a_launch_that_fails_asks_for_nothing(
    world: World, jobs: RecordingJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = campaigns.draft(world.work, "2026", "QB", "an")
    monkeypatch.setattr(world.work.database.engine.dialect, "do_commit", lambda _connection: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        campaigns.launch(world.work, campaign, 1, "an")
    assert jobs.enqueued == []


@pytest.mark.parametrize(("dry_run", "asked"), [(False, [("alo.dispatch", ())]), (True, [])])
def test_a_dry_run_asks_for_nothing(world: World, jobs: RecordingJobs, dry_run: bool, asked: list[object]) -> None:
    carry_out(world.work, dry_run, lambda conn: after_commit(conn, jobs.enqueue, "alo.dispatch"))
    assert jobs.enqueued == asked


@pytest.mark.parametrize("queue", [RecordingJobs(), CeleryJobs("memory://")])
def test_who_asks_inside_a_transaction_is_refused(world: World, queue: Jobs) -> None:
    with pytest.raises(OpenTransactionError), world.work.database.transaction():
        queue.enqueue("alo.dispatch")
    queue.enqueue("alo.dispatch")


def test_a_task_that_asks_for_another_inside_a_transaction_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.campaigns import plan_campaign

    with pytest.raises(OpenTransactionError), world.work.database.transaction():
        plan_campaign.delay("0")
