"""Campaigns: preview, one launch, planning that resumes, the ladder in time, pause and stop."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact import ladder, settings
from contact.delivery import Receipt, State
from services.campaign import campaigns, planning
from services.campaign import next_step as advance
from services.campaign import status as campaign_status
from services.delivery import outcomes
from services.refusal import Refusal
from services.sending import dispatcher
from services.work import Work
from store.campaign import planning as page_rows
from store.tables.campaigns import campaign_interviews
from store.tables.campaigns import campaigns as campaign_table
from store.tables.registry import offices
from store.tables.rounds import rounds
from store.tables.staff import audit
from tests.doubles import FakeCarriers, FakeClock, RecordingJobs
from tests.services.world import World, build

NUMBERS = [f"+8490100000{n}" for n in range(2, 6)]


@pytest.fixture
def world(work: Work) -> World:
    built = build(work)
    for place, number in enumerate(NUMBERS):
        built.add_organisation(f"DX00{place + 2}", number)
    return built


def drafted(world: World) -> UUID:
    return campaigns.draft(world.work, "2026", "QB", "test", title="Nhắc lần 1")


def launched(world: World) -> UUID:
    campaign_id = drafted(world)
    campaigns.launch(world.work, campaign_id, len(world.interviews), "test")
    campaigns.plan(world.work, campaign_id)
    return campaign_id


def step(world: World, campaign_id: UUID) -> int:
    """Plan what is due and send what is due."""
    advance.advance(world.work, campaign_id)
    budgets = ((world.text, 5.0), (world.line, 0.3))  # texts end when none is due, calls may wait for a line
    return sum(dispatcher.dispatch(world.work, sender.id, budget) for sender, budget in budgets)


def until_all_left(world: World, campaign_id: UUID) -> None:
    """Send and let every call ring out until nothing is due; how much one dispatch sends depends on the machine."""
    for _ in range(100):
        step(world, campaign_id)
        for row in world.sent(medium="call", state="sent"):
            answer_call(world, row["ref"], State.NO_ANSWER, int(row["carrier_id"][2:], 16))
        if not any(r["due_at"] <= world.work.clock.now() for r in world.sent(state="planned")):
            return


def answer_call(world: World, ref: str, state: State, number: int) -> None:
    outcomes.record_receipt(world.work, ref, Receipt(f"CA{number:032x}", state, str(state)))


def test_the_preview_says_who_and_why_not_and_what_it_takes(world: World) -> None:
    world.add_organisation("DX009", None)
    shown = campaigns.preview(world.work, drafted(world))
    assert shown.contacted == 5
    assert shown.excluded == {"no_phone": 1}
    assert shown.excluded_names == (("Hợp tác xã DX009", "no_phone"),)
    assert len(shown.sample_texts) == 5
    assert "Lien minh HTX tinh" in shown.sample_texts[0]
    assert shown.estimate.sample_tariff
    assert shown.estimate.segments[1] >= shown.estimate.segments[0] > 0
    assert shown.estimate.finishes_at > world.work.clock.now()


def test_the_preview_says_how_many_texts_take_two_segments(world: World) -> None:
    assert campaigns.preview(world.work, drafted(world)).long_texts == 0
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(offices).values(name="Liên minh Hợp tác xã " * 6))
    shown = campaigns.preview(world.work, drafted(world))
    assert shown.long_texts == len(shown.sample_texts) == 5


def test_a_preview_changes_nothing(world: World) -> None:
    campaigns.preview(world.work, drafted(world))
    assert world.events() == []
    assert world.sent() == []


def test_the_number_must_be_typed_back(world: World) -> None:
    campaign_id = drafted(world)
    with pytest.raises(Refusal) as refused:
        campaigns.launch(world.work, campaign_id, 4, "test")
    assert (refused.value.code, refused.value.params) == ("campaign.wrong_number", {"typed": 4, "contacted": 5})
    assert world.rows(campaign_table)[0]["state"] == "draft"


def test_ten_launches_at_once_are_one(world: World, jobs: RecordingJobs) -> None:
    campaign_id = drafted(world)
    barrier = threading.Barrier(4)
    endings: list[str] = []

    def press() -> None:
        barrier.wait()
        try:
            campaigns.launch(world.work, campaign_id, 5, "test")
            endings.append("launched")
        except Refusal as refusal:
            endings.append(refusal.code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(endings) == ["campaign.not_a_draft"] * 3 + ["launched"]
    assert jobs.enqueued == [("alo.plan_campaign", (str(campaign_id),))]
    assert [r["action"] for r in world.rows(audit) if r["action"] == "campaign.launched"] == ["campaign.launched"]


def test_planning_killed_between_pages_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PAGE", 2)
    campaign_id = drafted(world)
    campaigns.launch(world.work, campaign_id, 5, "test")
    pages = iter([None, None])
    original = page_rows.enter

    def dying(*args: Any, **named: Any) -> int:
        entered = original(*args, **named)
        next(pages)
        return entered

    monkeypatch.setattr(page_rows, "enter", dying)
    with pytest.raises(StopIteration):
        campaigns.plan(world.work, campaign_id)
    assert len(world.rows(campaign_interviews)) == len(world.sent()) == 4  # the page it died in was undone
    monkeypatch.setattr(page_rows, "enter", original)
    assert campaigns.plan(world.work, campaign_id) == 1
    assert len(world.rows(campaign_interviews)) == len(world.sent()) == 5
    found = world.rows(campaign_table)[0]
    assert (found["state"], found["planned"]) == ("running", 5)


def test_planning_twice_plans_once(world: World) -> None:
    campaign_id = launched(world)
    assert campaigns.plan(world.work, campaign_id) == 0
    assert advance.advance(world.work, campaign_id) == 0
    assert len(world.sent(campaign_id=campaign_id)) == 5


def test_the_ladder_text_call_reminder_call(world: World, clock: FakeClock, carriers: FakeCarriers) -> None:
    brief = replace(settings.default(), ladder=ladder.BRIEF)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings=brief.to_dict()))
    campaign_id = launched(world)
    assert step(world, campaign_id) == 5
    assert [s.to for s in carriers.texts.sent] != []
    for _ in ("call", "reminder", "call"):
        advance.advance(world.work, campaign_id)
        due = max(r["due_at"] for r in world.sent(state="planned"))
        clock.advance(max(timedelta(0), due - clock.now()), real=timedelta(minutes=5))
        until_all_left(world, campaign_id)
    refs = world.sent(campaign_id=campaign_id, interview_id=world.interviews[0])
    assert [(r["medium"], r["step"]) for r in sorted(refs, key=lambda r: r["step"])] == [
        ("text", 1),
        ("call", 2),
        ("text", 3),
        ("call", 4),
    ]
    parts = [r["reason"]["code"] for r in sorted(refs, key=lambda r: r["step"])]
    assert parts == ["ladder.first", "ladder.next", "ladder.next", "ladder.other_time"]
    while advance.advance(world.work, campaign_id):
        pass
    assert campaigns.finish(world.work, campaign_id)
    assert campaign_status.status(world.work, campaign_id).state == "done"


def test_a_paused_campaign_holds_what_has_not_left(world: World, carriers: FakeCarriers) -> None:
    campaign_id = launched(world)
    advance.advance(world.work, campaign_id)
    campaigns.pause(world.work, campaign_id, "test")
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 0
    assert carriers.texts.sent == []
    campaigns.resume(world.work, campaign_id, "test")
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 5


def test_a_row_claimed_before_the_pause_is_held_too(world: World, carriers: FakeCarriers) -> None:
    campaign_id = launched(world)
    advance.advance(world.work, campaign_id)
    sender, batch, _ = dispatcher.claim_batch(world.work, world.text.id)
    assert sender is not None
    campaigns.pause(world.work, campaign_id, "test")
    assert [dispatcher.send(world.work, sender, row) for row in batch] == [False] * 5
    assert carriers.texts.sent == []
    assert {r["state"] for r in world.sent()} == {"planned"}


def test_stopping_withdraws_what_is_queued(world: World) -> None:
    campaign_id = launched(world)
    advance.advance(world.work, campaign_id)
    assert campaigns.stop(world.work, campaign_id, "test") == 5
    assert {r["state"] for r in world.sent()} == {"withdrawn"}
    assert world.rows(campaign_table)[0]["state"] == "stopped"
    with pytest.raises(Refusal):
        campaigns.resume(world.work, campaign_id, "test")


def test_a_closed_round_starts_no_campaign(world: World, clock: FakeClock) -> None:
    clock.advance(timedelta(days=61))
    with pytest.raises(Refusal) as refused:
        drafted(world)
    assert refused.value.code == "campaign.round_closed"
