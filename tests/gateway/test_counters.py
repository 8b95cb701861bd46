"""Counts with waits: the same in this process and in Valkey, one for all processes, and there when Valkey is not."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.counters import KEPT_S, LONGEST_S, Counters, InProcess, Shared

NAMES = itertools.count(time.time_ns())
WAITS = (0.0, 0.0, 5.0, 10.0)
Make = Callable[[], Counters]


@pytest.fixture(params=["in process", "shared", "away"])
def make(request: pytest.FixtureRequest, broker_url: str) -> Make:
    """Makes counters of one kind."""
    kinds: dict[str, Make] = {
        "in process": InProcess,
        "shared": lambda: Shared(broker_url),
        "away": lambda: Shared("redis://127.0.0.1:1/0"),
    }
    return kinds[request.param]


@pytest.fixture
def key() -> str:
    """A key nobody has counted at."""
    return f"test:{next(NAMES)}"


def test_waits_grow_and_only_counts_make_them_grow(make: Make, key: str) -> None:
    counters = make()
    assert [counters.reserve({key: WAITS}, 1000 + n) for n in (0, 1, 2)] == [0, 0, 0]
    assert [counters.reserve({key: WAITS}, at) for at in (1002, 1004.5, 1006.75)] == [5, 2.5, 0.25]
    assert counters.count(key, 1007) == 3
    assert counters.reserve({key: WAITS}, 1007) == 0
    assert counters.reserve({key: WAITS}, 1007) == 10
    assert counters.reserve({key: WAITS}, 1017) == 0
    assert counters.reserve({key: WAITS}, 1017) == 10


def test_one_that_must_wait_stops_all_and_none_is_counted(make: Make, key: str) -> None:
    counters = make()
    counters.reserve({key: (7.0,)}, 1000)
    assert counters.reserve({f"{key}/other": (0.0,), key: (7.0,)}, 1001) == 6
    assert counters.count(f"{key}/other", 1001) == 0


def test_what_was_no_failure_is_given_back(make: Make, key: str) -> None:
    counters = make()
    for _ in range(3):
        counters.reserve({key: WAITS}, 1000)
    counters.give_back([key, f"{key}/unknown"])
    assert counters.count(key, 1000) == 2
    assert counters.reserve({key: WAITS}, 1000) == 0
    counters.forget(key)
    assert (counters.count(key, 1000), counters.count(f"{key}/unknown", 1000)) == (0, 0)


def test_no_clock_that_jumps_makes_anybody_wait_for_ever(make: Make, key: str) -> None:
    counters = make()
    counters.reserve({key: (5.0,)}, 1000 + 2 * LONGEST_S)
    assert counters.reserve({key: (5.0,)}, 1000) == 0


def test_counts_in_this_process_are_forgotten_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.counters.MOST_KEYS", 3)
    counters = InProcess()
    for n in range(5):
        counters.reserve({f"{n}": WAITS}, 1000 + n)
    assert [counters.count(f"{n}", 1005) for n in range(5)] == [0, 0, 1, 1, 1]
    assert counters.count("4", 1005 + KEPT_S) == 0


def test_all_processes_count_together(broker_url: str, key: str) -> None:
    """However many ask at once: no more pass than may."""
    several = [Shared(broker_url) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: several[n % 4].reserve({key: (0.0, 0.0, 60.0)}, 1000), range(40)))
    assert waits.count(0) == 3


def test_what_is_counted_in_valkey_is_forgotten_there(broker_url: str, key: str) -> None:
    counters = Shared(broker_url)
    counters.reserve({key: WAITS}, 1000)
    assert 0 < counters._server.ttl(f"alo:count:{key}") <= KEPT_S


def test_a_server_that_does_not_answer_is_left_alone(key: str) -> None:
    """Nobody who signs in waits for it twice."""
    counters, asked = Shared("redis://127.0.0.1:1/0"), []
    counters._server.eval = lambda *_given: asked.append(1) or (_ for _ in ()).throw(OSError)  # type: ignore[method-assign,func-returns-value]
    assert [counters.reserve({key: (0.0, 9.0)}, 1000) for _ in range(3)] == [0, 0, 9]
    assert len(asked) == 1
