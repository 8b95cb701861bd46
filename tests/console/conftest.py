"""The staff pages over the real database as the real roles, with one office's world and visitors at browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from passlib.hash import argon2

from gateway.console.app import build
from services.work import Work
from store.registry import organisations as registry
from store.unit_of_work import Database
from tests.console.visitor import Visitor, add_office, signed_in
from tests.services.world import World
from tests.services.world import build as build_world

SLOW = {name: getattr(argon2, name) for name in ("default_rounds", "memory_cost", "parallelism")}
"""What the library hashes with unless it is told otherwise."""
QUICK = {"default_rounds": 1, "memory_cost": 8, "parallelism": 1}


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords of the tests are hashed in a thousandth of the time; `test_hashes.py` asks for the real cost."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUICK.items():
            patch.setattr(argon2, name, value)
        yield


@pytest.fixture
def world(work: Work) -> World:
    """One office, one open round, three organisations with phones and one without."""
    made = build_world(work)
    for place, number in enumerate(("+84901000002", "+84901000003", None), 2):
        made.add_organisation(f"DX00{place}", number, f"Hợp tác xã số {place}")
    return made


@pytest.fixture
def app(world: World, console: Database, tmp_path: Path) -> Flask:
    """The staff's app."""
    made = build(
        replace(world.work, database=console), world.work, session_key="a session key of the tests", uploads=tmp_path
    )
    made.testing = False  # errors become pages, as in earnest
    return made


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as in earnest."""
    for name, value in SLOW.items():
        monkeypatch.setattr(argon2, name, value)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Nobody signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def officer(app: Flask, world: World) -> Visitor:
    """A member of the world's office."""
    return signed_in(app.test_client(), world.work, "lan@qb.example", world.office_id)


@pytest.fixture
def stranger(app: Flask, world: World) -> Visitor:
    """A member of another office."""
    return signed_in(app.test_client(), world.work, "minh@bn.example", add_office(world.work, "BN"))


@pytest.fixture
def national(app: Flask, world: World) -> Visitor:
    """A member of the national alliance."""
    office_id = add_office(world.work, "VCA", "national")
    return signed_in(app.test_client(), world.work, "ha@vca.example", office_id, "national")


@pytest.fixture
def clerk(app: Flask, world: World, national: Visitor) -> Visitor:
    """A member of the national office without the national role, as `alo staff invite` gives by default."""
    with world.work.database.transaction() as conn:
        office_id = registry.office_ids(conn, ["VCA"])["VCA"]
    return signed_in(app.test_client(), world.work, "tho@vca.example", office_id)


@pytest.fixture
def drafted(officer: Visitor) -> Callable[[], str]:
    """Draft a reminder; the path of its page."""

    def draft() -> str:
        officer.get("/rounds/2026")
        return officer.post("/rounds/2026/campaigns", title="Nhắc lần 1").request.path

    return draft
