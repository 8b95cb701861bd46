"""A campaign's life: a second person, one launch, pause and resume of the whole and of parts, stop; all audited."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact import settings as round_settings
from services.campaign import (
    campaigns,
    planning,
)
from services.campaign import (
    next_step as advance,
)
from services.campaign import (
    sample_text as trial,
)
from services.campaign import (
    status as campaign_status,
)
from services.refusal import Refusal
from services.rounds import rounds
from services.sending import clear, dispatcher
from services.work import Work
from store.campaign import campaigns as campaign_rows
from store.messages import outbox as outbox_rows
from store.messages import senders
from store.tables.campaigns import campaign_interviews
from store.tables.campaigns import campaigns as campaign_table
from store.tables.outbox import outbox
from store.tables.staff import audit
from tests.doubles import FakeCarriers, FakeClock, RecordingJobs
from tests.services.nation import nation
from tests.services.world import World


@pytest.fixture
def world(work: Work) -> World:
    return nation(work)


def launched(world: World, office: str | None = None) -> UUID:
    made = campaigns.draft(world.work, "2026", office, "an")
    campaigns.launch(world.work, made, campaigns.preview(world.work, made).contacted, "an")
    campaigns.plan(world.work, made)
    return made


def state(world: World, campaign_id: UUID) -> str:
    return str(world.rows(campaign_table, id=campaign_id)[0]["state"])


def limit(world: World, above: int) -> None:
    changed = replace(round_settings.default(), approval_above=above)
    rounds.change_settings(world.work, "2026", changed, "test")


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code


def at_once(acts: list[Callable[[], object]]) -> list[str]:
    """What each of the acts ended with, all of them begun together."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_above_the_limit_somebody_else_must_approve(world: World) -> None:
    limit(world, 5)
    made = campaigns.draft(world.work, "2026", None, "an")
    assert campaigns.preview(world.work, made).needs_second
    assert refusal_of(lambda: campaigns.launch(world.work, made, 6, "an")) == "campaign.needs_second"
    assert refusal_of(lambda: campaigns.approve(world.work, made, 6, "an")) == "campaign.own_draft"
    assert refusal_of(lambda: campaigns.approve(world.work, made, 5, "binh")) == "campaign.wrong_number"
    campaigns.approve(world.work, made, 6, "binh", "đã xem danh sách")
    assert state(world, made) == "approved"
    shown = campaigns.preview(world.work, made)
    assert (shown.needs_second, shown.approved_by) == (False, "binh")
    world.add_organisation("DX009", "+84901000009")
    assert refusal_of(lambda: campaigns.launch(world.work, made, 7, "an")) == "campaign.outgrown"
    campaigns.approve(world.work, made, 7, "binh")
    assert campaigns.launch(world.work, made, 7, "an") == 7


def test_below_the_limit_one_person_is_enough(world: World) -> None:
    limit(world, 6)
    made = campaigns.draft(world.work, "2026", None, "an")
    assert campaigns.launch(world.work, made, 6, "an") == 6


def test_two_staff_and_double_clicks_make_one_launch(world: World, jobs: RecordingJobs) -> None:
    limit(world, 5)
    made = campaigns.draft(world.work, "2026", None, "an")
    campaigns.approve(world.work, made, 6, "binh")
    clicks = [lambda who=who: campaigns.launch(world.work, made, 6, who) for who in ("an", "an", "binh", "binh")]
    assert at_once(clicks) == ["campaign.not_a_draft"] * 3 + ["done"]
    assert jobs.enqueued == [("alo.plan_campaign", (str(made),))]


def test_two_planners_at_once_plan_everybody_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "PAGE", 1)
    made = campaigns.draft(world.work, "2026", None, "an")
    campaigns.launch(world.work, made, 6, "an")
    at_once([lambda: campaigns.plan(world.work, made)] * 3)
    campaigns.plan(world.work, made)
    assert state(world, made) == "running"
    assert len(world.sent(campaign_id=made)) == len(world.rows(campaign_interviews)) == 6
    assert world.rows(campaign_table, id=made)[0]["planned"] == 6


def test_a_pause_while_planning_goes_on_with_planning(
    world: World, jobs: RecordingJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PAGE", 2)
    made = campaigns.draft(world.work, "2026", None, "an")
    campaigns.launch(world.work, made, 6, "an")
    assert planning.plan_page(world.work, made) == 2
    campaigns.pause(world.work, made, "an")
    assert planning.plan_page(world.work, made) is None
    campaigns.resume(world.work, made, "an")
    assert state(world, made) == "planning"
    assert jobs.enqueued == [("alo.plan_campaign", (str(made),))] * 2
    assert campaigns.plan(world.work, made) == 4


@pytest.mark.parametrize(
    ("part", "left"),
    [
        ({"office": "HN"}, {"QB": 3}),
        ({"sender": "texts"}, {}),
        ({"medium": "text"}, {}),
        ({"sender": "line"}, {"QB": 3, "HN": 3}),
        ({"medium": "call"}, {"QB": 3, "HN": 3}),
    ],
)
def test_a_part_on_hold_holds_its_contacts_and_no_others(
    world: World, part: dict[str, str], left: dict[str, int]
) -> None:
    made = launched(world)
    campaigns.pause(world.work, made, "an", "bão số 9", **part)
    sent = dispatcher.dispatch(world.work, world.text.id, 5)
    assert sent == sum(left.values())
    found = campaign_status.status(world.work, made)
    assert found.held_back == 6 - sent
    assert [(h.part, h.actor, h.reason) for h in found.holds] == [(*part.values(), "an", "bão số 9")]
    assert state(world, made) == "running"
    campaigns.resume(world.work, made, "binh", **part)
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 6 - sent
    assert campaign_status.status(world.work, made).holds == ()


def test_a_hold_of_one_campaign_leaves_another_alone(world: World) -> None:
    held, free = launched(world, "QB"), launched(world, "HN")
    campaigns.pause(world.work, held, "an", medium="text")
    with world.work.database.transaction() as conn:
        leaving = conn.scalars(sa.select(outbox.c.campaign_id).where(campaign_rows.may_leave())).all()
    assert set(leaving) == {free}


def test_a_row_claimed_before_the_hold_is_held_too(world: World, carriers: FakeCarriers) -> None:
    made = launched(world)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).values(state="claimed"))
    campaigns.pause(world.work, made, "an", office="HN")
    rows = {row["id"]: row["office_id"] for row in world.sent()}
    cleared = clear.prepare(world.work, world.text, list(rows))
    assert {rows[order.outbox_id] for order in cleared.orders} == {world.office_id}
    assert len(cleared.orders) == list(rows.values()).count(world.office_id)


def test_parts_are_known_and_held_once(world: World) -> None:
    made = launched(world)
    assert refusal_of(lambda: campaigns.pause(world.work, made, "an", office="XX")) == "campaign.part_not_held"
    campaigns.pause(world.work, made, "an", office="HN")
    assert refusal_of(lambda: campaigns.pause(world.work, made, "an", office="HN")) == "campaign.part_not_held"
    assert refusal_of(lambda: campaigns.resume(world.work, made, "an", office="QB")) == "campaign.part_not_on_hold"
    draft = campaigns.draft(world.work, "2026", None, "an")
    assert refusal_of(lambda: campaigns.pause(world.work, draft, "an", office="HN")) == "campaign.part_not_held"


def test_two_staff_holding_two_parts_both_hold(world: World) -> None:
    made = launched(world)
    acts: list[Callable[[], object]] = [
        lambda: campaigns.pause(world.work, made, "an", office="HN"),
        lambda: campaigns.pause(world.work, made, "binh", office="QB"),
        lambda: campaigns.pause(world.work, made, "chi", medium="text"),
    ]
    assert at_once(acts) == ["done"] * 3
    assert {hold.actor for hold in campaign_status.status(world.work, made).holds} == {"an", "binh", "chi"}


def test_stop_against_planning_leaves_nothing_behind(world: World) -> None:
    for _ in range(5):
        made = campaigns.draft(world.work, "2026", None, "an")
        campaigns.launch(world.work, made, 6, "an")
        at_once(
            [
                lambda made=made: campaigns.plan(world.work, made),
                lambda made=made: campaigns.stop(world.work, made, "b"),
            ]
        )
        campaigns.finish(world.work, made)
        assert state(world, made) == "stopped"
        assert {row["state"] for row in world.sent(campaign_id=made)} <= {"withdrawn"}


def test_what_comes_back_after_a_stop_is_withdrawn_too(world: World) -> None:
    made = launched(world)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).values(state="sending"))
    campaigns.stop(world.work, made, "an")
    assert state(world, made) == "stopping"
    for row in world.sent():
        with world.work.database.transaction() as conn:
            outbox_rows.change(conn, row["id"], state="planned")  # the carrier refused: try later
    assert campaigns.finish(world.work, made)
    assert {row["state"] for row in world.sent()} == {"withdrawn"}


def test_every_verb_says_who_when_and_why(world: World, clock: FakeClock) -> None:
    limit(world, 5)
    made = campaigns.draft(world.work, "2026", None, "an", reason="kế hoạch tháng 11")
    campaigns.approve(world.work, made, 6, "binh", "đúng danh sách")
    campaigns.launch(world.work, made, 6, "an", "đúng giờ")
    campaigns.plan(world.work, made)
    campaigns.pause(world.work, made, "chi", "mưa lớn", office="HN")
    campaigns.pause(world.work, made, "chi", "bão")
    campaigns.resume(world.work, made, "an", "hết bão")
    campaigns.stop(world.work, made, "binh", "đủ rồi")
    found = [row for row in sorted(world.rows(audit), key=lambda r: r["id"]) if row["subject"] == str(made)]
    told = [(row["action"].split(".")[1], row["actor"], row["detail"].get("reason")) for row in found]
    assert told == [
        ("drafted", "an", "kế hoạch tháng 11"),
        ("approved", "binh", "đúng danh sách"),
        ("launched", "an", "đúng giờ"),
        ("paused", "chi", "mưa lớn"),
        ("paused", "chi", "bão"),
        ("resumed", "an", "hết bão"),
        ("stopped", "binh", "đủ rồi"),
    ]
    assert {row["at"] for row in found} == {clock.now()}
    assert found[3]["detail"]["parts"] == ["HN"]


def test_a_test_text_goes_to_oneself_only_and_is_capped(world: World, carriers: FakeCarriers) -> None:
    made = campaigns.draft(world.work, "2026", "QB", "an")
    shown = campaigns.preview(world.work, made)
    sent = trial.send(world.work, made, "0987 654 321", "an", "xem thử")
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 1
    assert [(s.to, s.body) for s in carriers.texts.sent] == [("+84987654321", sent.body)]
    assert sent.body in shown.sample_texts
    row = world.sent(ref=sent.ref)[0]
    assert (row["purpose"], row["campaign_id"], row["interview_id"]) == ("test", None, None)
    assert [r["actor"] for r in world.rows(audit, action="campaign.tested")] == ["an"]
    assert state(world, made) == "draft"
    trial.send(world.work, made, "0987654321", "an")
    assert refusal_of(lambda: trial.send(world.work, made, "0987654321", "an")) == "campaign.test_too_many"
    assert refusal_of(lambda: trial.send(world.work, made, "0901000001", "an")) == "campaign.test_listed"
    assert refusal_of(lambda: trial.send(world.work, made, "024 3822 2222", "an")) == "campaign.test_number"
    calls = campaigns.draft(world.work, "2026", "QB", "an", kind="call_only")
    assert refusal_of(lambda: trial.send(world.work, calls, "0987654322", "an")) == "campaign.test_no_text"


def test_a_test_text_waits_for_the_hours(world: World, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=13))  # 22:00
    made = campaigns.draft(world.work, "2026", "QB", "an")
    sent = trial.send(world.work, made, "0987654321", "an")
    assert sent.due_at == clock.now() + timedelta(hours=9)
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 0


def test_a_paused_sender_holds_its_step_rather_than_leaving_it_out(world: World) -> None:
    with world.work.database.transaction() as conn:
        for sender in (world.text, world.one_way):
            senders.change(conn, sender.id, paused_reason="bảo trì")
    made = launched(world)
    advance.advance(world.work, made)
    assert {(row["medium"], row["step"]) for row in world.sent(campaign_id=made)} == {("text", 1)}
