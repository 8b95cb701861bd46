"""Machines take our calls: told apart beside the call, hung up on, no contact. Through real webhooks and simulator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from carriers.twilio.webhooks import call_receipt
from contact.caps import Caps
from contact.delivery import Detection
from contact.outcomes import disposition
from services.calls import dialogue as calls
from services.calls import machine_detection as detection
from services.delivery import outcomes
from services.work import Work
from store.messages import contact_history
from store.results import figures
from store.tables.outbox import call_turns, receipts, senders
from tests.doubles import FakeCarriers
from tests.faults import plant
from tests.gateway.joined import Joined, joined
from tests.services.world import LEADER, World, build
from tests.simulator.parts import topics


@pytest.fixture
def net(work: Work, tmp_path: Path) -> Iterator[Joined]:
    with joined(work, tmp_path / "journal.jsonl") as everything:
        yield everything


def answered(net: Joined, persona: str, **faults: Any) -> str:
    """Our call is taken by somebody or something, and over."""
    net.sim.handset(LEADER, persona)
    if faults:
        net.sim.post("/faults", faults)
    ref = net.world.plan()
    net.ring(ref)
    return ref


def turns(net: Joined) -> int:
    """Documents that the only call was given."""
    return len(net.world.rows(call_turns))


def detections(net: Joined) -> list[dict[str, Any]]:
    return [line for line in net.sim.journal("webhook.sent") if "/twilio/detection/" in line["url"]]


def over(world: World, ref: str, answered_by: str = "machine_start") -> None:
    """The carrier says that the call has ended."""
    told = {"CallSid": "CA1", "CallStatus": "completed", "AnsweredBy": answered_by, "CallDuration": "60"}
    assert outcomes.record_receipt(world.work, ref, call_receipt(told)) == "merged"


@pytest.mark.parametrize("persona", ["machine", "machine_silence", "machine_music", "fax"])
def test_a_machine_is_hung_up_on_and_is_no_contact(net: Joined, persona: str) -> None:
    ref = answered(net, persona)
    assert net.outbox(ref)["state"] == "machine"
    assert (net.jobs.asked, turns(net) <= 2) == (["alo.hang_up"], True), "in the opening, or where that is over"
    world = net.world
    assert (world.answers(), world.interview()["status"], len(world.events())) == ({}, "active", 1)
    now, further = world.work.clock.now(), world.sent(ref=world.plan())[0]["id"]
    with world.work.database.transaction() as conn:
        counted = contact_history.counts(conn, [further], Caps().since(now), now)[further]
    assert counted.answered_at == (), "the one answered call of the day is still to be had"


def test_the_hang_up_goes_through_the_carrier_once(work: Work, carriers: FakeCarriers) -> None:
    world = build(work)
    ref = world.plan(state="answered")  # type: ignore[arg-type]  # a state by its value
    calls.first(world.work, ref, "CA1", "")
    assert detection.record(world.work, ref, Detection("CA1", "fax")) == "machine"
    assert detection.record(world.work, ref, Detection("CA1", "fax")) == "repeated"
    (row,) = world.sent(ref=ref)
    assert world.work.jobs.enqueued == [("alo.hang_up", (str(row["id"]),))]  # type: ignore[attr-defined]  # the tests'
    assert detection.hang_up(world.work, row["id"])
    assert carriers.calls.hung_up == ["CA1"]
    over(world, ref)
    assert not detection.hang_up(world.work, row["id"])
    assert (world.sent(ref=ref)[0]["state"], carriers.calls.hung_up) == ("machine", ["CA1"])


def test_a_person_hears_us_at_once_and_is_never_hung_up_on(net: Joined) -> None:
    net.sim.post("/topics", topics())
    net.sim.post("/topics", {**topics()[0], "spoken": ["Ông/bà có đồng ý trả lời không?"]})
    ref = answered(net, "quick")
    assert (net.outbox(ref)["state"], net.outbox(ref)["answered_by"]) == ("completed", "human")
    assert net.world.answers()["consent"] == "yes"
    assert net.jobs.asked == []


def test_who_cannot_be_told_from_a_machine_is_a_person(net: Joined) -> None:
    ref = answered(net, "mumbles")
    assert (net.outbox(ref)["state"], net.outbox(ref)["answered_by"]) == ("completed", "unknown")
    assert net.jobs.asked == []


@pytest.mark.parametrize("fault", ["duplicate", "forge", "lose"])
def test_a_finding_that_comes_twice_or_forged_or_never_ends_the_same(net: Joined, fault: str) -> None:
    ref = answered(net, "machine", **{fault: {"amd": 1.0}})
    assert net.outbox(ref)["state"] == "machine", "where the finding is lost, the last receipt brings it"
    assert net.jobs.asked == ["alo.hang_up"], "a later request of the call names it too"
    if fault == "forge":
        forged = [line for line in net.sim.journal("webhook.forged") if "/twilio/detection/" in line["url"]]
        assert [line["why"] for line in forged] == ["4xx"], "refused at the door"


def test_where_the_hang_up_is_lost_the_next_turn_ends_the_call(net: Joined) -> None:
    net.jobs.lost = True
    ref = answered(net, "machine")
    assert net.outbox(ref)["state"] == "machine"
    assert turns(net) == 2, "the opening, then the hang-up"


def test_a_sender_may_leave_it_off(net: Joined) -> None:
    with net.world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(detects_machines=False))
    ref = answered(net, "machine")
    assert (net.outbox(ref)["state"], net.outbox(ref)["answered_by"]) == ("completed", "")
    assert detections(net) == []


# Who pressed a key


def who_pressed_a_key_is_a_person(net: Joined) -> None:
    """The finding comes after the first key, and the last receipt says "machine" too."""
    world = net.world
    ref = world.plan(state="answered")  # type: ignore[arg-type]  # a state by its value
    calls.first(world.work, ref, "CA1", "")
    calls.pressed(world.work, ref, 1, "1")
    assert detection.record(world.work, ref, Detection("CA1", "machine_start")) == "late"
    assert "<Gather" in calls.pressed(world.work, ref, 2, "1")
    over(net.world, ref)
    assert net.outbox(ref)["state"] == "completed"
    assert world.answers() == {"consent": "yes", "q1": "5"}


def test_who_pressed_a_key_is_a_person_whatever_detection_says(net: Joined) -> None:
    who_pressed_a_key_is_a_person(net)


def test_that_proof_fails_when_keys_say_nothing(net: Joined) -> None:
    with plant("machines-press-keys"), pytest.raises(AssertionError):
        who_pressed_a_key_is_a_person(net)


def test_a_key_between_the_finding_and_the_hang_up_keeps_the_call(net: Joined) -> None:
    world = net.world
    net.jobs.lost = True
    ref = world.plan(state="answered")  # type: ignore[arg-type]  # a state by its value
    calls.first(world.work, ref, "CA1", "")
    assert detection.record(world.work, ref, Detection("CA1", "machine_start")) == "machine"
    assert "<Gather" in calls.pressed(world.work, ref, 1, "1")
    assert not detection.hang_up(world.work, net.outbox(ref)["id"])
    assert "<Gather" in calls.pressed(world.work, ref, 2, None), "now silence is a person's again"
    over(net.world, ref)
    assert net.outbox(ref)["state"] == "completed"


def test_a_finding_for_another_call_or_for_one_nobody_took_changes_nothing(net: Joined) -> None:
    world = net.world
    ref = world.plan(state="answered")  # type: ignore[arg-type]  # a state by its value
    calls.first(world.work, ref, "CA1", "")
    told = {"CallSid": "CA1", "CallStatus": "no-answer"}
    assert outcomes.record_receipt(world.work, ref, call_receipt(told)) == "merged"
    assert detection.record(world.work, ref, Detection("CA2", "machine_start")) == "unknown_ref"
    assert detection.record(world.work, ref, Detection("CA1", "machine_start")) == "late"
    assert detection.record(world.work, "nobody-knows-this", Detection("CA1", "human")) == "unknown_ref"
    assert (net.outbox(ref)["state"], net.outbox(ref)["answered_by"], net.jobs.asked) == ("no_answer", "", [])


def _first(world: World, ref: str) -> None:
    calls.first(world.work, ref, "CA1", "machine_start")


def _first_alone(world: World, ref: str) -> None:
    calls.first(world.work, ref, "CA1", "")


def _plain_end(world: World, ref: str) -> None:
    over(world, ref, "")


def _doubtful_end(world: World, ref: str) -> None:
    over(world, ref, "unknown")


def _beside(world: World, ref: str) -> None:
    detection.record(world.work, ref, Detection("CA1", "machine_start"))


def _beside_unsure(world: World, ref: str) -> None:
    detection.record(world.work, ref, Detection("CA1", "unknown"))


@pytest.mark.parametrize(
    "steps",
    [
        *permutations((_first, _plain_end)),
        *permutations((_first, _doubtful_end)),
        *permutations((_first_alone, _plain_end, _beside)),
        *permutations((_first, _plain_end, _beside_unsure)),
        *permutations((_first, _doubtful_end, _beside)),
    ],
    ids=lambda steps: "-".join(step.__name__.strip("_") for step in steps),
)
def test_what_was_told_once_of_a_machine_survives_every_order(work: Work, steps: tuple[Any, ...]) -> None:
    """The carrier says so in the first request, beside the call or at its end, and in the others nothing."""
    world = build(work)
    ref = world.plan(state="answered")  # type: ignore[arg-type]  # a state by its value
    for step in steps:
        step(world, ref)
    (row,) = world.sent(ref=ref)
    assert (row["state"], row["answered_by"]) == ("machine", "machine_start")
    with work.database.transaction() as conn:
        found = figures.facts(conn, world.round_id, None, ("consent",))
    assert [disposition(fact) for fact in found] == ["NC"]


def test_no_number_stands_in_a_url_or_a_receipt(net: Joined) -> None:
    answered(net, "machine")
    digits = LEADER[-9:]
    urls = [line["url"] for line in net.sim.journal("webhook.sent")]
    assert not any(digits in url for url in urls)
    assert not any(re.search(digits, str(dict(row))) for row in net.world.rows(receipts))
