"""Identifiers: ordered inside, unguessable outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import time_machine

from runtime.identifiers import RandomIds


def test_uuids_are_version_7_and_follow_time() -> None:
    ids = RandomIds()
    made = []
    for second in range(5):
        with time_machine.travel(datetime(2026, 11, 18, tzinfo=UTC) + timedelta(seconds=second), tick=False):
            made.append(ids.new())
    assert made == sorted(made)
    assert {(u.version, u.variant) for u in made} == {(7, "specified in RFC 4122")}
    assert made[0].int >> 80 == int(datetime(2026, 11, 18, tzinfo=UTC).timestamp() * 1000)


def test_nothing_repeats_within_a_millisecond() -> None:
    ids = RandomIds()
    with time_machine.travel(datetime(2026, 11, 18, tzinfo=UTC), tick=False):
        assert len({ids.new() for _ in range(2000)}) == 2000
    assert len({ids.public() for _ in range(2000)}) == 2000


def test_references_fit_urls_and_codes_can_be_typed() -> None:
    ids = RandomIds()
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", ids.public()) for _ in range(200))
    assert all(re.fullmatch(r"[0-9]{8}", ids.code()) for _ in range(200))
