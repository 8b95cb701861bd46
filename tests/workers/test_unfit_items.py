"""Every loop of the workers is fed one poisoned item between two good ones: the good ones are done, the poisoned one is
kept as unfit and told once, and the next run neither trips over it again nor tells more."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from carriers.errors import CarrierAwayError
from contact.delivery import Departed, InboundText, Receipt, State
from services import continuity
from services.keys.sealed_columns import opened
from services.sending.overlap import Relay
from services.unfit import isolation
from services.watching import unfit_items
from services.work import Work
from store.tables.campaigns import campaign_interviews, campaigns, tasks
from store.tables.interviews import inbound, interviews
from store.tables.outbox import call_turns, calls, outbox, senders
from store.tables.persons import carrier_erasures
from store.tables.unfit import unfit
from store.unit_of_work import Database
from tests.doubles import FakeCarriers, FakeClock
from tests.services.crowd import add_campaign, add_crowd, number
from tests.services.world import OUR_NUMBER, World, _insert_sender, _sender, build
from workers import campaigns as campaign_tasks
from workers import housekeeping, outbound
from workers.app import app

LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def world(work: Work, monkeypatch: pytest.MonkeyPatch) -> World:
    """The workers' world; what they ask of each other is done by each test."""
    world = build(work)
    for module in (campaign_tasks, housekeeping, outbound):
        monkeypatch.setattr(module, "work", lambda: world.work)
    monkeypatch.setattr(app, "send_task", lambda *_args, **_more: None)
    monkeypatch.setattr(campaign_tasks.plan_campaign, "delay", lambda _id: None)
    monkeypatch.setattr(campaign_tasks.advance_campaign, "delay", lambda _id: None)
    return world


@dataclass
class Loop:
    """What feeds a loop, and what shows that an item was done: `states` gives those of the three, poisoned in the
    middle; `done` is what the good ones shall be, `aside` what the poisoned one is in the end."""

    name: str
    run: Callable[[], object]
    states: Callable[[], list[object]]
    done: object
    aside: object
    runs: int = 1


@dataclass
class Bench:
    """The world and its parts, for making poison."""

    world: World
    carriers: FakeCarriers
    clock: FakeClock
    patch: pytest.MonkeyPatch
    owner: Database
    eraser: Database

    def change(self, table: sa.Table, id_: UUID, **values: Any) -> None:
        with self.world.work.database.transaction() as conn:
            conn.execute(sa.update(table).where(table.c.id == id_).values(**values))

    def contacts(self, state: State = State.PLANNED, **more: Any) -> list[UUID]:
        """Three contacts to three phones; the one in the middle has a reason of another shape."""
        world = self.world
        campaign = add_campaign(world, "crowd", state="paused")
        rows = add_crowd(world, 3, [(campaign, world.office_id)])
        ago = self.clock.real() - LONG_AGO
        for place, row in enumerate(rows):
            values = {"state": str(state), "sent_at": ago, "sent_real_at": ago, "campaign_id": None, **more}
            body = world.work.vault.seal(f"text {place}", "outbox.body", row)
            self.change(outbox, row, body=body, carrier_id=f"SM{place}", **values)
        self.change(outbox, rows[1], reason=["no", "code"])
        return rows

    def state_of(self, table: sa.Table, ids: list[UUID], column: str = "state") -> Callable[[], list[object]]:
        return lambda: [self.world.rows(table, id=one)[0][column] for one in ids]

    def failing(self, target: str, poisoned: object, place: int) -> None:
        """The use case's own step fails for this item: nothing in a row can make it."""
        module, _, name = target.rpartition(".")
        real = getattr(importlib.import_module(module), name)

        def step(*args: Any, **more: Any) -> Any:
            if args[place] == poisoned:
                raise ValueError("poison")
            return real(*args, **more)

        self.patch.setattr(target, step)


def leases(bench: Bench) -> Loop:
    rows = bench.contacts(State.SENDING, lease_until=bench.clock.real() - timedelta(seconds=1))
    return Loop("leases", housekeeping.free_leases, bench.state_of(outbox, rows), "unknown", "unknown")


def doubts(bench: Bench) -> Loop:
    rows = bench.contacts(State.UNKNOWN)
    for row in rows:
        bench.change(outbox, row, carrier_id=None)
    return Loop("doubts", housekeeping.resolve_unknown, bench.state_of(outbox, rows), "failed", "presumed", runs=2)


def sealed_with_a_lost_key(bench: Bench) -> Loop:
    loop = doubts(bench)
    row = bench.world.rows(outbox, reason=["no", "code"])[0]
    bench.change(outbox, row["id"], reason={}, body=b"\x01xdamaged")
    return loop


def silence(bench: Bench) -> Loop:
    rows = bench.contacts(State.SENT)
    for place in range(3):
        bench.carriers.texts.receipts[f"SM{place}"] = Receipt(f"SM{place}", State.DELIVERED, "delivered")
    return Loop("silence", housekeeping.resolve_unconfirmed, bench.state_of(outbox, rows), "delivered", "presumed")


def weights(bench: Bench) -> Loop:
    world = bench.world
    ids = [one.id for one in (world.text, world.one_way, world.line)]
    for one in ids:
        bench.change(senders, one, base_weight=100, weight=50)
    bench.failing("services.senders.failover._move", ids[1], 2)
    return Loop("senders", housekeeping.recover_weights, bench.state_of(senders, ids, "weight"), 75, 50)


def missed_texts(bench: Bench, middle: InboundText) -> Loop:
    world = bench.world
    campaign = add_campaign(world, "crowd", state="paused")
    add_crowd(world, 3, [(campaign, world.office_id)])
    bench.clock.advance(timedelta(minutes=30))
    at = bench.clock.now() - LONG_AGO
    texts = [InboundText(f"SM{n}", number(n), OUR_NUMBER, "1", at) for n in (0, 2)]
    bench.carriers.texts.inbound = [texts[0], middle, texts[1]]

    def taken() -> list[object]:
        there = {row["carrier_id"] for row in world.rows(inbound)}
        return ["SM0" in there, middle.carrier_id in there, "SM2" in there]

    return Loop("texts", housekeeping.fetch_missed_texts, taken, True, False)


def text_with_nul_in_its_id(bench: Bench) -> Loop:
    return missed_texts(bench, InboundText("SM\x001", number(1), OUR_NUMBER, "1"))


def text_with_half_a_character(bench: Bench) -> Loop:
    return missed_texts(bench, InboundText("SM1", number(1), OUR_NUMBER, "1 \ud800"))


def clocks(bench: Bench) -> Loop:
    world = bench.world
    links = [world.text, *(_sender(world.work, f"link{n}", f"+84247100001{n}", "text") for n in (1, 2))]
    with world.work.database.transaction() as conn:
        for link in links[1:]:
            _insert_sender(conn, link, world.work)
        for link in links:
            now = bench.clock.now()
            row = {
                "id": world.work.ids.new(), "sender_id": link.id, "carrier_id": "1", "phone_hash": b"", "number": b"",
                "body": b"", "outcome": "answered", "via": "webhook", "received_at": now,
                "told_at": now - timedelta(seconds=30),
            }  # fmt: skip
            conn.execute(sa.insert(inbound).values(row))
    ids = [link.id for link in links]
    bench.failing("store.messages.carrier_clocks.transits", ids[1], 1)
    return Loop("clocks", housekeeping.learn_clocks, bench.state_of(senders, ids, "clock_offset_s"), 30, None)


def finishing(bench: Bench) -> Loop:
    ids = sorted(add_campaign(bench.world, title) for title in ("a", "b", "c"))
    bench.failing("store.campaign.campaigns.has_open_interviews", ids[1], 1)
    return Loop("finishing", housekeeping.tick, bench.state_of(campaigns, ids), "done", "running")


def dispatching(bench: Bench) -> Loop:
    world = bench.world
    rows = add_crowd(world, 3, [(add_campaign(world, "crowd"), world.office_id)])
    broken = world.rows(outbox, id=rows[1])[0]["interview_id"]
    bench.change(interviews, broken, state={"of": "another shape"})
    return Loop("clearing", outbound.dispatch, bench.state_of(outbox, rows), "sent", "failed")


def pace(bench: Bench) -> Loop:
    """The number in the middle has a budget nobody can read."""
    world = bench.world
    numbers = [world.text, *(_sender(world.work, f"n{n}", f"+84247100002{n}", "text") for n in (1, 2))]
    rows = []
    with world.work.database.transaction() as conn:
        for one in numbers[1:]:
            _insert_sender(conn, one, world.work)
    for place, one in enumerate(numbers):
        campaign = add_campaign(world, one.name)
        (row,) = add_crowd(world, 1, [(campaign, world.office_id)], start=place)
        bench.change(outbox, row, sender_id=one.id)
        rows.append(row)
    bench.change(senders, numbers[1].id, budget=["no", "budget"])
    return Loop("senders", outbound.dispatch, bench.state_of(outbox, rows), "sent", "planned")


def planning(bench: Bench) -> Loop:
    ids = [add_campaign(bench.world, title, state="planning") for title in ("a", "b", "c")]
    bench.change(campaigns, ids[1], ladder={})

    def run() -> None:
        for _ in range(2):
            for one in ids:
                campaign_tasks.plan_campaign(str(one))

    return Loop("campaigns", run, bench.state_of(campaigns, ids), "running", "paused")


def ladder(bench: Bench) -> Loop:
    world = bench.world
    campaign = add_campaign(world, "crowd")
    rows = [world.rows(outbox, id=one)[0] for one in add_crowd(world, 3, [(campaign, world.office_id)])]
    for row in rows:
        bench.change(outbox, row["id"], state="delivered", sent_at=bench.clock.now() - timedelta(days=3))
    bench.change(outbox, rows[1]["id"], state="no such state")
    of = [row["interview_id"] for row in rows]
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaign_interviews).values(state="waiting", next_at=bench.clock.now()))

    def states() -> list[object]:
        return [world.rows(campaign_interviews, interview_id=one)[0]["state"] for one in of]

    return Loop("ladder", lambda: campaign_tasks.advance_campaign(str(campaign)), states, "contacting", "ended")


def unreadable_ladder(bench: Bench) -> Loop:
    """A campaign's own fault is not held against its interviews."""
    world = bench.world
    ids = [add_campaign(world, title) for title in ("a", "b", "c")]
    for place, one in enumerate(ids):
        (row,) = add_crowd(world, 1, [(one, world.office_id)], start=place)
        sent = bench.clock.now() - timedelta(days=3)
        bench.change(outbox, row, state="delivered", sent_at=sent)
    bench.change(campaigns, ids[1], ladder={"steps": "none"})
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaign_interviews).values(state="waiting", next_at=bench.clock.now()))

    def states() -> list[object]:
        return [world.rows(campaign_interviews, campaign_id=one)[0]["state"] for one in ids]

    def run() -> None:
        for one in ids:
            campaign_tasks.advance_campaign(str(one))

    return Loop("campaigns", run, states, "contacting", "waiting")


def departed(bench: Bench) -> Loop:
    """Three contacts that the database lost; the one in the middle cannot be entered."""
    world, at = bench.world, bench.clock.now()
    left = [Departed(number(n), at, Receipt(f"SM{n}", State.DELIVERED, "delivered"), f"text {n}") for n in range(3)]
    bench.carriers.texts.departed = left
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.id != world.text.id).values(medium="call"))
    bench.failing("services.recovery.unrecorded_contacts._enter", left[1], 2)
    continuity.hold(world.work, at, "restored", "test")
    bench.clock.advance(timedelta(minutes=2))

    def entered() -> list[object]:
        there = {row["carrier_id"] for row in world.rows(outbox)}
        return [one.receipt.carrier_id in there for one in left]

    return Loop("departed", housekeeping.read_carriers, entered, True, False)


def erasing(bench: Bench) -> Loop:
    ids = [bench.world.work.ids.new() for _ in range(3)]
    at = bench.clock.real() - LONG_AGO
    with bench.owner.transaction() as conn:
        for place, one in enumerate(ids):
            row = {"id": one, "sender_id": bench.world.text.id, "medium": "text", "tries": 0}
            conn.execute(sa.insert(carrier_erasures).values(**row, carrier_id=f"SM{place}", next_at=at))
    bench.failing("store.privacy.erasures.deleted_at_carrier", ids[1], 1)

    def states() -> list[object]:
        return ["there" if bench.world.rows(carrier_erasures, id=one) else "gone" for one in ids]

    return Loop("erasing", housekeeping.delete_at_carriers, states, "gone", "there")


class _Scripts:
    """What is due of one round's calls, whatever else is known of it."""

    def __init__(self, round_id: UUID) -> None:
        self.round_id = round_id

    def __eq__(self, due: object) -> bool:
        return (getattr(due, "kind", ""), getattr(due, "scope", None)) == ("scripts", self.round_id)

    __hash__ = None  # type: ignore[assignment]  # never in a set


def retaining(bench: Bench) -> Loop:
    world, made = bench.world, []
    interviews_ = [world.interviews[0], world.add_round("r2"), world.add_round("r3")]
    ago = bench.clock.now() - timedelta(days=60)
    with world.work.database.transaction() as conn:
        for interview in interviews_:
            call = {"id": world.work.ids.new(), "ref": world.work.ids.public(), "direction": "in", "turn": 1}
            more = {"sender_id": world.line.id, "phone_hash": world.hash(), "interview_id": interview}
            conn.execute(sa.insert(calls).values(**call, **more, consented=True, began_at=ago, ended_at=ago))
            turn = {"call_id": call["id"], "turn": 0, "question": "", "interview_turn": 0, "script": b"x"}
            conn.execute(sa.insert(call_turns).values(**turn, at=ago))
            made.append(call["id"])
    middle = world.rows(interviews, id=interviews_[1])[0]["round_id"]
    bench.failing("services.privacy.retention._take", _Scripts(middle), 3)
    bench.patch.setattr(housekeeping, "eraser", lambda: bench.eraser)

    def states() -> list[object]:
        return ["there" if world.rows(call_turns, call_id=one) else "gone" for one in made]

    return Loop("retention", housekeeping.apply_retention, states, "gone", "there")


POISONED: dict[str, tuple[Callable[[Bench], Loop], ...]] = {
    "alo.sweep_due": (finishing,),
    "alo.sweep_leases": (leases,),
    "alo.reconcile_doubtful": (doubts, sealed_with_a_lost_key),
    "alo.reconcile_silent": (silence,),
    "alo.sweep_weights": (weights,),
    "alo.sweep_missed_texts": (text_with_nul_in_its_id, text_with_half_a_character),
    "alo.sweep_clocks": (clocks,),
    "alo.reconcile_carriers": (departed,),
    "alo.sweep_erasures": (erasing,),
    "alo.sweep_retention": (retaining,),
    "alo.dispatch": (dispatching, pace),
    "alo.plan_campaign": (planning,),
    "alo.advance_campaign": (ladder, unreadable_ladder),
}
ONE_ITEM = {"alo.hang_up"}
"""Tasks that are given one item and no loop."""
NO_ITEMS = {"alo.sweep_marks", "alo.heartbeat"}
"""Tasks that look at all senders in one statement, and read nothing that anybody wrote."""
CASES = [pytest.param(feed, id=feed.__name__) for feeds in POISONED.values() for feed in feeds]


@pytest.fixture
def bench(
    world: World,
    carriers: FakeCarriers,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    owner: Database,
    eraser: Database,
) -> Bench:
    # a process's relay raises what an earlier dispatch for the sender left: here that would be another test's
    monkeypatch.setattr(outbound, "_relay", Relay())
    return Bench(world, carriers, clock, monkeypatch, owner, eraser)


@pytest.mark.parametrize("feed", CASES)
def test_one_unfit_item_never_stops_the_rest(feed: Callable[[Bench], Loop], bench: Bench) -> None:
    loop = feed(bench)
    for _ in range(loop.runs):
        loop.run()
        bench.clock.advance(timedelta(seconds=20))
    assert loop.states() == [loop.done, loop.aside, loop.done]
    (kept,) = bench.world.rows(unfit)
    assert (kept["loop"], kept["kept"]) == (loop.name, True)
    assert bench.world.tasks().count("unfit") == 1
    loop.run()
    assert bench.world.rows(unfit) == [kept], "it trips again"
    assert bench.world.tasks().count("unfit") == 1
    assert loop.states() == [loop.done, loop.aside, loop.done]


@pytest.mark.parametrize("feed", CASES)
def test_that_proof_fails_where_items_are_not_isolated(feed: Callable[[Bench], Loop], bench: Bench) -> None:
    loop = feed(bench)
    bench.patch.setattr(isolation, "kind_of", lambda _fault: "around")
    with suppress(Exception):
        for _ in range(loop.runs):
            loop.run()
            bench.clock.advance(timedelta(seconds=20))
    assert (loop.states(), bench.world.tasks().count("unfit")) != ([loop.done, loop.aside, loop.done], 1)


def test_every_task_of_the_workers_is_fed_a_poisoned_item() -> None:
    app.loader.import_default_modules()  # all of them, whatever the tests before this one have imported
    ours = {name for name in app.tasks if name.startswith("alo.")}
    assert set(POISONED) | ONE_ITEM | NO_ITEMS == ours


def test_a_sweep_moves_on_past_an_unfit_text_and_later_ones_are_fetched(bench: Bench) -> None:
    text_with_half_a_character(bench)
    before = bench.world.rows(senders, id=bench.world.text.id)[0]["inbound_swept_at"]
    assert housekeeping.fetch_missed_texts() == 2
    after = bench.world.rows(senders, id=bench.world.text.id)[0]["inbound_swept_at"]
    assert before is None
    assert after is not None
    bench.clock.advance(timedelta(minutes=5))
    bench.carriers.texts.inbound.append(InboundText("SM9", number(0), OUR_NUMBER, "2", after))
    assert housekeeping.fetch_missed_texts() == 1


# Whose fault it is


def two(world: World, fault: Exception) -> tuple[list[int], isolation.Round[int]]:
    """Two items; the first raises."""
    seen: list[int] = []

    def do(item: int) -> int:
        seen.append(item)
        if item == 1:
            raise fault
        return item

    return seen, isolation.each(world.work, "texts", [1, 2], do, key=str)


@pytest.mark.parametrize(
    "fault",
    [
        CarrierAwayError("20003"),
        ConnectionRefusedError(),
        sa.exc.OperationalError("SELECT", {}, Exception("the server closed the connection")),
        sa.exc.TimeoutError(),
    ],
)
def test_what_the_world_around_does_is_no_items_fault(world: World, fault: Exception) -> None:
    with pytest.raises(type(fault)):
        two(world, fault)
    assert world.rows(unfit) == []


def test_a_deadlock_is_nobodys_fault_and_the_others_go_on(world: World) -> None:
    deadlock = Exception()
    deadlock.sqlstate = "40P01"  # type: ignore[attr-defined]
    seen, found = two(world, sa.exc.OperationalError("SELECT", {}, deadlock))
    assert (seen, found.done, len(found.waiting), world.rows(unfit)) == ([1, 2], [2], 1, [])


def test_a_fault_that_need_not_be_the_items_is_tried_three_times(world: World) -> None:
    for tries in (1, 2, 3):
        _, found = two(world, RuntimeError("who knows"))
        assert (found.done, found.unfit) == ([2], int(tries == 3))
    seen, _ = two(world, RuntimeError("who knows"))
    assert seen == [2], "passed over from then on"
    assert world.rows(tasks)[0]["state"] == "open"


def test_a_second_item_of_the_same_cause_opens_the_done_task_again_and_makes_no_other(world: World) -> None:
    two(world, ValueError())
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(tasks).values(state="done"))
    isolation.each(world.work, "texts", [7], lambda _: int("x"), key=str)
    assert [row["state"] for row in world.rows(tasks)] == ["open"]


def test_nothing_of_an_item_is_logged_and_its_words_are_sealed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    said = "Tôi bệnh \ud800 " + number(1)
    isolation.each(world.work, "texts", [said], lambda body: body.encode(), key=lambda _: "SM1", raw=lambda body: body)
    (kept,) = world.rows(unfit)
    assert "Tôi bệnh" in opened(world.work.vault, unfit.c.raw, kept)
    assert number(1) not in caplog.text + repr({**kept, "raw": ""})
    assert "unfit item: loop texts, UnicodeEncodeError" in caplog.text


def test_a_kept_text_is_taken_in_when_its_cause_is_mended(bench: Bench) -> None:
    bench.patch.setattr("services.texts.receive._answer", lambda _turn: int("x"))
    loop = missed_texts(bench, InboundText("SM1", number(1), OUR_NUMBER, "1"))
    loop.run()
    assert loop.states() == [False, False, False]
    kept = unfit_items.kept_items(bench.world.work)
    assert len(kept) == 3
    assert not unfit_items.put_back(bench.world.work, kept[0].id, "cli:test")
    bench.patch.undo()
    assert all(unfit_items.put_back(bench.world.work, one.id, "cli:test") for one in kept)
    assert loop.states() == [True, True, True]
    assert bench.world.rows(unfit) == []
