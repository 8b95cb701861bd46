"""Senders that fail step aside and come back; others that can do the same take their rows; operators decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from contact.delivery import ErrorKind, Refused, Unknown
from services.refusal import Refusal
from services.senders import failover, senders
from services.sending import dispatcher
from services.sending.overlap import Relay
from services.work import Work
from store.messages import senders as sender_rows
from store.tables.outbox import outbox
from store.tables.outbox import senders as sender_table
from store.tables.staff import audit
from tests.doubles import FakeCarriers, FakeClock
from tests.services.crowd import add_campaign, contact, put
from tests.services.world import World, _insert_sender, build

BROKEN = Unknown("timeout")


@pytest.fixture
def world(work: Work) -> World:
    built = build(work)
    for name in ("texts", "one-way", "line"):
        senders.weigh(work, name, 100, "test", "test")
    return built


def add_sender(world: World, name: str, **changes: Any) -> None:
    sender = replace(world.text, id=world.work.ids.new(), name=name, address=f"+8424{name}", weight=50, **changes)
    with world.work.database.transaction() as conn:
        _insert_sender(conn, sender, world.work)


def weight(world: World, name: str = "texts") -> int:
    return int(world.rows(sender_table, name=name)[0]["weight"])


def test_errors_move_the_weight_in_steps_with_a_cool_down(world: World, clock: FakeClock) -> None:
    seen = []
    for _ in range(8):  # an error every five seconds
        failover.stumble(world.work, world.text.id, BROKEN)
        seen.append(weight(world))
        clock.advance(timedelta(), timedelta(seconds=5))
    assert seen == [75, 75, 75, 50, 50, 50, 25, 25]
    for _ in range(8):
        clock.advance(timedelta(), timedelta(seconds=15))
        failover.stumble(world.work, world.text.id, BROKEN)
    assert weight(world) == 0


def test_a_weight_drifts_back_to_what_was_set_and_no_further(world: World, clock: FakeClock) -> None:
    failover.stumble(world.work, world.text.id, BROKEN)
    assert failover.recover(world.work) == 0  # too soon
    clock.advance(timedelta(), timedelta(minutes=2))
    assert failover.recover(world.work) == 1
    clock.advance(timedelta(), timedelta(minutes=10))
    assert (failover.recover(world.work), weight(world)) == (0, 100)


@pytest.mark.parametrize(
    ("kind", "steps"),
    [(ErrorKind.LATER, True), (ErrorKind.NUMBER, False), (ErrorKind.THROTTLED, False), (ErrorKind.OPTED_OUT, False)],
)
def test_only_the_senders_own_faults_count(world: World, kind: ErrorKind, steps: bool) -> None:
    assert failover.stumble(world.work, world.text.id, Refused(kind, "1")) is steps


def test_each_move_stands_in_the_audit_trail(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(Refused(ErrorKind.LATER, "30410"))
    world.plan("text")
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    last = sorted(world.rows(audit, action="sender.weight"), key=lambda row: row["id"])[-1]
    assert (last["actor"], last["detail"]) == ("machine:failover", {"from": 100, "to": 75, "why": "30410"})


def planned(world: World) -> list[dict[str, Any]]:
    campaign = add_campaign(world, "one")
    now = world.work.clock.now()
    rows = [
        contact(world, world.hash(), world.interviews[0], campaign, world.office_id, step=1),
        contact(world, world.hash(), world.interviews[0], campaign, world.office_id, step=2,
                due_at=now + timedelta(hours=1)),
        contact(world, world.hash(), world.interviews[0], None, None, purpose="reply"),
    ]  # fmt: skip
    put(world, rows)
    return rows


def senders_of(world: World, rows: list[dict[str, Any]]) -> list[str]:
    names = {row["id"]: row["name"] for row in world.rows(sender_table)}
    return [names[world.sent(ref=row["ref"])[0]["sender_id"]] for row in rows]


def test_due_rows_of_a_failed_sender_go_to_one_that_can_do_the_same(world: World) -> None:
    add_sender(world, "second")
    rows = planned(world)
    assert failover.reassign(world.work) == 0
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, paused_reason="carrier:20003")
    assert failover.reassign(world.work) == 1
    assert senders_of(world, rows) == ["second", "texts", "texts"]  # not due yet; a reply keeps its number
    assert world.sent(ref=rows[0]["ref"])[0]["reason"]["moved_from"] == "texts"


def test_a_weight_of_nothing_is_a_failure_too(world: World, clock: FakeClock) -> None:
    add_sender(world, "second")
    rows = planned(world)
    for _ in range(4):
        failover.stumble(world.work, world.text.id, BROKEN)
        clock.advance(timedelta(), timedelta(seconds=15))
    assert failover.reassign(world.work) == 1
    assert senders_of(world, rows)[0] == "second"


@pytest.mark.parametrize(
    "changes", [{"can_receive": False}, {"simulated": False}, {"paused_reason": "rest"}, {"medium": "call"}]
)
def test_nobody_stands_in_who_cannot_do_the_same(world: World, changes: dict[str, Any]) -> None:
    add_sender(world, "second", **changes)
    rows = planned(world)
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, paused_reason="carrier:20003")
    assert failover.reassign(world.work) == 0
    assert senders_of(world, rows)[0] == "texts"


def test_an_operators_pause_moves_nothing(world: World) -> None:
    add_sender(world, "second")
    rows = planned(world)
    senders.pause(world.work, "texts", "new contract", "cli:me")
    assert failover.reassign(world.work) == 0
    assert senders_of(world, rows)[0] == "texts"


def test_an_operators_weight_and_resume_have_the_last_word(world: World) -> None:
    failover.stumble(world.work, world.text.id, BROKEN)
    senders.weigh(world.work, "texts", 40, "second choice", "cli:me")
    condition = senders.conditions(world.work)["texts"]
    assert (weight(world), condition.base_weight) == (40, 40)
    failover.stumble(world.work, world.text.id, BROKEN)
    assert weight(world) == 30
    senders.pause(world.work, "texts", "x", "cli:me")
    senders.resume(world.work, "texts", "cli:me")
    assert weight(world) == 40
    said = [row["detail"] for row in world.rows(audit, action="sender.weight", actor="cli:me")]
    assert said == [{"from": 75, "to": 40, "why": "second choice"}]


def test_pace_and_budget_change_for_what_has_not_left(world: World) -> None:
    senders.pace(world.work, "texts", "cli:me", rate_per_s=Decimal(2), burst=3, budget={"contacts_a_day": 10})
    senders.pace(world.work, "texts", "cli:me", budget={"vnd_a_day": 5000, "contacts_a_day": None})
    assert senders.conditions(world.work)["texts"].budget == {"contacts_a_day": 10, "vnd_a_day": 5000}
    senders.pace(world.work, "texts", "cli:me", budget={"contacts_a_day": -1})
    assert senders.conditions(world.work)["texts"].budget == {"vnd_a_day": 5000}
    row = world.rows(sender_table, name="texts")[0]
    assert (row["rate_per_s"], row["burst"], row["lines"]) == (2, 3, world.text.lines)


@pytest.mark.parametrize("wrong", [{"rate_per_s": Decimal(0)}, {"burst": 0}, {"lines": -1}])
def test_a_pace_that_is_none_is_refused(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        senders.pace(world.work, "texts", "cli:me", **wrong)
    assert refused.value.code == "sender.bad_pace"


def test_an_unknown_sender_is_refused(world: World) -> None:
    for act in (
        lambda: senders.weigh(world.work, "x", 1, "why", "me"),
        lambda: senders.pace(world.work, "x", "me", burst=2),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "sender.unknown"


def test_a_paused_sender_dispatches_nothing_and_all_due_senders_are_served(
    world: World, carriers: FakeCarriers
) -> None:
    relay = Relay()
    world.plan("text")
    world.plan("call")
    relay.dispatch_due(world.work, 0.2)
    assert relay.close() == 2
    world.plan("text")
    senders.pause(world.work, "texts", "x", "me")
    relay.dispatch_due(world.work, 0.2)
    assert relay.close() == 0
    with world.work.database.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).where(outbox.c.state == "planned")) == 1
