"""What is written down beside the work costs: the mark of each claim, a worker's sign of life, health in full.

CPU of this process and of the servers it asks. It must not know what the marks and signs are for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import psutil

from runtime.heartbeats import Heartbeats
from runtime.marks import OutsideMarks
from services.sending.claim import claim_batch
from services.watching import metrics as traffic
from services.work import Work
from store import readiness
from store.messages import claims, pacing
from tests.bench.house import House
from tests.bench.measuring import Row, Trees, interleave
from tests.services.crowd import add_campaign, add_crowd
from tests.services.world import World, build

CLAIMS, WAITING = 300, 2000
SIGNS = 200_000


def rows(servers: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "mark", "sign" and "metrics"; `quick`: fewer rounds."""
    rounds = 3 if quick else 7
    with servers.opened("signs") as work:
        world = build(work)
        _crowd(world)
        servers.tidy("signs")
        if "mark" in wanted:
            yield _mark(servers, world, rounds)
        if "sign" in wanted:
            yield _sign(servers, rounds)
        if "metrics" in wanted:
            yield _metrics(servers, world, rounds)
            yield _ready(servers, world, rounds)


def _crowd(world: World) -> None:
    add_crowd(world, WAITING, [(add_campaign(world, "signs"), world.office_id)])


def _trees(servers: House) -> Trees:
    assert servers.valkey.process is not None
    return Trees(psutil.Process().pid)  # the servers are children of the bench


def _per(trees: Trees, times: int, act: Callable[[], object]) -> float:
    """CPU microseconds of one of `times` acts."""

    def all_of_them() -> None:
        for _ in range(times):
            act()

    return trees.spent(all_of_them) / times * 1e6


def _mark(servers: House, world: World, rounds: int) -> Row:
    """A claim of one row with its mark kept at broker and file, beside the same claim without."""
    trees = _trees(servers)
    marked = replace(world.work, marks=OutsideMarks(servers.valkey.broker_url, servers.home))
    with_mark = partial(_claim_one, marked, world.text.id)
    without = partial(_claim_one, world.work, world.text.id)
    ours, bare = interleave(lambda: _per(trees, CLAIMS, with_mark), lambda: _per(trees, CLAIMS, without), rounds)
    return Row("a claim with its mark / without", "µs", ours, bare, None)


def _claim_one(work: Work, sender_id: UUID) -> None:
    """One page of slots, as a dispatcher takes it, and given back."""
    _, claimed, _ = claim_batch(work, sender_id)
    assert claimed
    with work.database.transaction() as conn:
        claims.release(conn, claimed)
        pacing.move(conn, sender_id, work.clock.real() - timedelta(seconds=1), "")


def _sign(servers: House, rounds: int) -> Row:
    """A worker's sign at the end of a task, at most one a second is written, beside one that is written each time."""
    trees = _trees(servers)
    seldom, always = Heartbeats(servers.valkey.broker_url), Heartbeats(servers.valkey.broker_url)

    def write() -> None:
        always._next.clear()
        assert always.note_task("contact")

    ours, bare = interleave(
        lambda: _per(trees, SIGNS, lambda: seldom.note_task("contact")),
        lambda: _per(trees, SIGNS // 100, write),
        rounds,
    )
    return Row("the sign of a task / one written each time", "µs", ours, bare, None)


def _metrics(servers: House, world: World, rounds: int) -> Row:
    """The figures of the database with a queue of some thousand, beside a transaction with one SELECT."""
    trees = _trees(servers)

    def bare() -> None:
        with world.work.database.transaction() as conn:
            conn.exec_driver_sql("SELECT 1")

    ours, reference = interleave(
        lambda: _per(trees, 50, lambda: traffic.measures(world.work)), lambda: _per(trees, 50, bare), rounds
    )
    return Row("figures of the database / SELECT 1", "µs", ours, reference, None)


def _ready(servers: House, world: World, rounds: int) -> Row:
    """The trial of `/readyz`, beside a transaction with one SELECT."""
    trees, database = _trees(servers), world.work.database

    def bare() -> None:
        with database.transaction() as conn:
            conn.exec_driver_sql("SELECT 1")

    ours, reference = interleave(
        lambda: _per(trees, 200, lambda: readiness.try_write(database, uuid4())),
        lambda: _per(trees, 200, bare),
        rounds,
    )
    return Row("the trial of /readyz / SELECT 1", "µs", ours, reference, None)
