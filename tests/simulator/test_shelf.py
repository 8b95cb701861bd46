"""The shelf of texts and calls: its pages are those of a plain walk over all records, without the walk."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from simulator.api.forms import wheres
from simulator.network.records import Message
from simulator.network.shelf import Shelf, seconds

START = datetime(2026, 4, 6, tzinfo=UTC)
WE = "+842438001000"


def _text(n: int, sender: str, to: str, sent: datetime | None, status: str = "delivered") -> Message:
    return Message("AC1", to, sender, f"text {n}", "outbound-api", status, START, 1, sent=sent)


@pytest.fixture(scope="module")
def shelf() -> Iterator[tuple[Shelf[Message], list[Message]]]:
    """Four thousand texts between us and a hundred people, some never sent, newest first in the list."""
    kept: Shelf[Message] = Shelf(Message)
    chosen, told = random.Random(5), []
    for n in range(4000):
        person = f"+8490100{chosen.randrange(100):04}"
        pair = (WE, person) if chosen.random() < 0.5 else (person, WE)
        late = timedelta(seconds=chosen.randrange(90_000) if chosen.random() < 0.1 else 0)
        sent = START + timedelta(minutes=n) + late if chosen.random() < 0.9 else None
        message = _text(n, *pair, sent, "delivered" if sent else "queued")
        kept.add(message)
        told.append(message)
    yield kept, told[::-1]
    kept.close()


def _fits(message: Message, query: dict[str, str]) -> bool:
    sent = message.sent
    day, low, high = (query.get(f"DateSent{how}") for how in ("", ">", "<"))
    if (day or low or high) and sent is None:
        return False
    return (
        message.to == query.get("To", message.to)
        and message.sender == query.get("From", message.sender)
        and (not day or (sent is not None and sent.date().isoformat() == day))
        and (not low or (sent is not None and sent >= datetime.fromisoformat(low)))
        and (not high or (sent is not None and sent <= datetime.fromisoformat(high)))
    )


@pytest.mark.parametrize("seed", range(40))
def test_pages_are_those_of_a_plain_walk(shelf: tuple[Shelf[Message], list[Message]], seed: int) -> None:
    kept, told = shelf
    chosen = random.Random(seed)

    def some_time() -> datetime:
        return START + timedelta(minutes=chosen.randrange(-100, 4200))

    possible = {
        "To": chosen.choice([WE, "+84901000007", "+84000"]),
        "From": chosen.choice([WE, "+84901000007"]),
        "DateSent": some_time().date().isoformat(),
        "DateSent>": some_time().isoformat(),
        "DateSent<": some_time().isoformat(),
    }
    query = {name: value for name, value in possible.items() if chosen.random() < 0.4}
    found: list[str] = []
    size, more = chosen.choice([7, 50, 1000]), True
    while more:
        page, more = kept.page(wheres(MultiDict(query), "DateSent"), size, found[-1] if found else "")
        assert len(page) == size or not more
        found += [message.sid for message in page]
    assert found == [message.sid for message in told if _fits(message, query)]


def test_a_record_is_shared_while_it_moves_and_a_copy_afterwards() -> None:
    kept: Shelf[Message] = Shelf(Message)
    moving = _text(1, WE, "+84901", None, "queued")
    kept.add(moving)
    assert kept.get(moving.sid) is moving
    moving.status, moving.sent = "delivered", START
    kept.save(moving)
    assert kept.live() == []
    copy = kept.get(moving.sid)
    assert copy == moving
    assert copy is not moving
    assert kept.get("SM0") is None
    assert [kept.page(wheres(MultiDict({"DateSent": "2026-04-06"}), "DateSent"), 5)[0]] == [[moving]]
    kept.close()


@pytest.mark.parametrize(
    "query",
    [
        {"To": "+84900000007"},
        {"To": "+84900000007", "From": WE, "DateSent>": "2020-01-01"},
        {"From": WE, "DateSent>": (START + timedelta(seconds=19_900)).isoformat()},
        {"To": "nobody"},
        {"From": WE},
    ],
)
def test_a_list_of_many_is_not_walked(query: dict[str, Any], many: Shelf[Message]) -> None:
    began = time.thread_time()
    for _ in range(20):
        many.page(wheres(MultiDict(query), "DateSent"), 50)
    assert (time.thread_time() - began) / 20 < 0.01


@pytest.fixture(scope="module")
def many() -> Iterator[Shelf[Message]]:
    """Twenty thousand texts of ours."""
    kept: Shelf[Message] = Shelf(Message)
    for n in range(20_000):
        kept.add(_text(n, WE, f"+84900{n % 7_000:06}", START + timedelta(seconds=n)))
    yield kept
    kept.close()


def test_times_are_kept_in_whole_seconds() -> None:
    assert seconds(START + timedelta(microseconds=999_999)) == seconds(START)
