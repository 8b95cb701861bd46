"""Ten thousand requests of no good will to the gateway as it is installed: nothing of it breaks, swells or is slow, and
nothing is changed by who is nobody. Another seed: `make test-system ARGS="tests/system/doors --seed 7"`.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from redis import Redis

from contact.staff_roles import StaffRole
from gateway import auth
from gateway.app import create_webhooks_app
from gateway.console.app import build
from runtime.broker_url import client_url
from runtime.clock import RealClock
from services.calls import dialogue as calls
from services.campaign import campaigns
from services.staff import accounts as staff
from services.work import Work
from store.tables import metadata
from store.tables.staff import staff as staff_table
from store.unit_of_work import Database
from tests.console.test_odd_requests import SECRETS, credentials, digest, known
from tests.console.visitor import HOST, Visitor, add_office, set_up, signed_in
from tests.doubles import KEYS
from tests.gateway.odd_requests import Odd
from tests.services.world import World
from tests.services.world import build as build_world
from tests.system.doors.hostile import FORM, insiders, odd_lists, strangers
from tests.system.doors.server import Gateway, environment, gateway
from tests.system.doors.watch import Looks, Weight, watched
from tests.system.doors.wire import Heard, send_all, stalled

pytestmark = [pytest.mark.system, pytest.mark.timeout(800)]

STRANGERS, INSIDERS, WARMING = 6000, 4000, 500
PARCEL = 500
"""Requests between two weighings."""
SLOPE_MB, GROWTH_MB = 1.0, 64.0
"""By which the workers may grow: in an ordinary parcel (2 KB a request: less than what it brings, on the average), and
from end to end, which a library that one of them loads late (17 MB at most) does not reach."""
PASSWORD = "bốn mùa gió biển"


@dataclass(frozen=True)
class Stage:
    """What the requests are made of: both sides' routes, real values, and who is signed in."""

    world: World
    maps: tuple[Flask, Flask]
    known: dict[str, list[str]]
    members: list[tuple[str, str]]
    """Cookie and token, or ""."""


@pytest.fixture
def stage(work: Work, console: Database, tmp_path: Path) -> Stage:
    """An office's world, with a draft, a call under way, and members in every state."""
    world = build_world(replace(work, clock=RealClock()))
    pages = build(replace(world.work, database=console), world.work, session_key=KEYS["alo_session_key"],
                  uploads=tmp_path)  # fmt: skip
    office = add_office(world.work, "VCA", "national")
    members = [
        signed_in(pages.test_client(), world.work, "lan@qb.example", world.office_id),
        signed_in(pages.test_client(), world.work, "minh@bn.example", add_office(world.work, "BN")),
        signed_in(pages.test_client(), world.work, "ha@vca.example", office, "national"),
        signed_in(pages.test_client(), world.work, "tho@vca.example", office),
    ]
    held = [_both_names(*credentials(member)) for member in members]
    held += [(cookie, "") for cookie, _ in held] + [_pending(pages, world)]
    there = known(str(campaigns.draft(world.work, "2026", "QB", "test", title="Nhắc lần 1")))
    ref = world.plan(state="sending")  # type: ignore[arg-type]  # a state by its value
    calls.first(world.work, ref, "CA1", "human")
    invited = staff.invite(world.work, "moi@qb.example", "QB", StaffRole.OFFICE, "", "cli:test")
    there |= {"ref": [ref, world.plan("text")], "token": ["x" * 22, invited.token]}
    return Stage(world, (pages, create_webhooks_app(world.work, SECRETS, "https://alo.example")), there, held)


def _both_names(cookie: str, token: str) -> tuple[str, str]:
    """The same session with TLS before it and without."""
    return f"{cookie}; __Host-{cookie}", token


def _pending(pages: Flask, world: World) -> tuple[str, str]:
    """Somebody who has given their password and owes the code."""
    invited = staff.invite(world.work, "hoa@qb.example", "QB", StaffRole.OFFICE, "", "cli:test")
    with pages.app_context():
        staff.join(world.work, invited.token, auth.hash_new_password(PASSWORD), "Hoa")
    visitor = Visitor(pages.test_client())
    set_up(world.work, world.rows(staff_table, email="hoa@qb.example")[0]["id"])
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", email="hoa@qb.example", password=PASSWORD).request.path == "/sign-in/code"
    cookie = visitor.client.get_cookie("__Host-alo_session", domain=HOST.partition("//")[2])
    assert cookie is not None
    return _both_names(f"alo_session={cookie.value}", visitor.token)


@dataclass(frozen=True)
class Around:
    """What stands around a server: its settings and log, and what it may leave something in."""

    settings: dict[str, str]
    log: Path
    home: Path
    owner: Database
    valkey: Redis

    def left(self) -> dict[str, object]:
        """What strangers must leave as it was: tables, messages for the workers, files. Their tries are counted."""
        messages = sorted(key for key in self.valkey.scan_iter() if not key.startswith(b"alo:count:"))
        return {**digest(self.owner), "messages": messages, "files": sorted(self.home.rglob("*"))}


@pytest.fixture
def around(database_url: str, console_url: str, broker_url: str, owner: Database, tmp_path: Path) -> Iterator[Around]:
    """The databases, emptied."""
    home = tmp_path / "home"
    with Redis.from_url(client_url(broker_url)) as valkey:
        valkey.flushdb()
        yield Around(environment(database_url, console_url, broker_url, home), tmp_path / "log", home, owner, valkey)


@dataclass
class Run:
    """What became of the server under some requests."""

    heard: list[Heard] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def send(self, running: Gateway, odds: Iterable[Odd], seed: int) -> None:
        """Send them all, and weigh the workers now and then."""
        source, weight = iter(odds), Weight(running.workers)
        while parcel := list(islice(source, PARCEL)):
            self.heard.append(send_all(running.port, parcel, seed + len(self.heard)))
            self.weights.append(weight.weigh())

    @property
    def errors(self) -> list[tuple[int, str]]:
        """Answers that tell of an error of ours, and requests that had none."""
        return [error for heard in self.heard for error in [*heard.errors, *((0, line) for line in heard.silent)]]

    @property
    def statuses(self) -> Counter[int]:
        """How often each was answered."""
        return sum((heard.statuses for heard in self.heard), Counter())

    @property
    def ways(self) -> Counter[str]:
        """How often each way was taken."""
        return sum((heard.ways for heard in self.heard), Counter())


def weak_passwords(stage: Stage) -> Iterator[Odd]:
    """What loads the lists of passwords, 14 MB once in each worker: no growth that should be looked for."""
    cookie, token = stage.members[0]
    body = urlencode({"csrf_token": token, "password": "123456789012", "again": "123456789012"}).encode()
    headers = (("Host", "127.0.0.1"), ("Cookie", cookie), ("Content-Type", FORM))
    return (Odd("POST", f"/invitation/{stage.known['token'][1]}", headers, body) for _ in range(40))


@dataclass
class Verdict:
    """What was seen of a server, and what of it is wrong: name → evidence."""

    warm: Run
    run: Run
    looks: Looks
    log: list[str]
    lost: list[int]
    changed: list[str]

    def wrong(self) -> dict[str, object]:
        """Empty where the doors hold."""
        found = {
            "errors": (self.warm.errors + self.run.errors)[:3],
            "log": self.log[:3],
            "lost": self.lost,
            "changed": self.changed,
            "late": self.looks.late[:3],
            "swollen": self.grown if self.grown[0] >= SLOPE_MB or self.grown[1] >= GROWTH_MB else (),
        }
        return {name: evidence for name, evidence in found.items() if evidence}

    @property
    def grown(self) -> tuple[float, float]:
        """Megabytes by which the workers grew: in an ordinary parcel, and from end to end."""
        weights = (self.warm.weights[-1], *self.run.weights)
        return statistics.median(later - one for one, later in pairwise(weights)), weights[-1] - weights[0]

    def told(self) -> str:
        """What there is to see."""
        weights = [round(weight) for weight in (*self.warm.weights, *self.run.weights)]
        lines = (sorted(self.run.statuses.items()), dict(self.run.ways), self.looks.told(), f"{weights} MB", self.grown)
        return "\n".join(map(str, lines))


def tried(stage: Stage, around: Around, app: str, numbers: tuple[int, int, int], seed: int) -> Verdict:
    """Warm a server up, let strangers in, then members and carriers; `numbers` of each."""
    maps, warm, run = [side.url_map for side in stage.maps], Run(), Run()
    warming, outside, inside = numbers
    with gateway(around.settings, around.log, app) as running:
        warm.send(running, insiders(seed + 10, warming, maps, stage.known, stage.members), seed)
        warm.send(running, strangers(seed + 20, warming, maps, stage.known), seed)
        warm.send(running, [*weak_passwords(stage), *odd_lists(seed, 40, stage.members)], seed)
        before = around.left()
        with watched(running.port) as looks, stalled(running.port, 64):
            run.send(running, strangers(seed + 30, outside, maps, stage.known), seed)
        after = around.left()
        with watched(running.port) as later:
            run.send(running, insiders(seed + 40, inside, maps, stage.known, stage.members), seed)
        looks.found += later.found
        assert digest(around.owner) != {name: after[name] for name in metadata.tables}, "members and carriers come in"
        changed = sorted(name for name in before if before[name] != after[name])
        return Verdict(warm, run, looks, running.faults(), running.lost(), changed)


def test_nothing_breaks_swells_or_changes(stage: Stage, around: Around, seed: int) -> None:
    print(f"seed {seed}")
    verdict = tried(stage, around, "gateway.wsgi:app", (WARMING, STRANGERS, INSIDERS), seed)
    print(verdict.told())
    assert sum(verdict.run.ways.values()) == STRANGERS + INSIDERS
    assert verdict.wrong() == {}


@pytest.mark.long
def test_the_proof_sees_a_server_without_its_doors(stage: Stage, around: Around) -> None:
    verdict = tried(stage, around, "tests.system.doors.planted_server:app", (50, 500, 200), 1)
    assert set(verdict.wrong()) == {"errors", "log", "changed", "late", "swollen"}
