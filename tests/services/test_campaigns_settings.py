"""Changed settings of a round reach what has not left: hours re-time it, ladders plan it anew; the rest stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from contact import calendar, settings
from contact.calendar import ZONE
from contact.ladder import DEFAULT, Ladder, LadderStep
from contact.settings import RoundSettings
from services.campaign import campaigns
from services.campaign import next_step as advance
from services.refusal import Refusal
from services.rounds import rounds
from services.sending import dispatcher
from services.work import Work
from store.messages import outbox
from store.tables.campaigns import campaign_interviews
from store.tables.campaigns import campaigns as campaign_table
from store.tables.rounds import rounds as round_table
from store.tables.staff import audit
from tests.doubles import FakeCarriers, FakeClock
from tests.services.nation import nation
from tests.services.world import World

CALLS_FIRST = Ladder((LadderStep("call", "call", 0), LadderStep("text", "invitation", 3600)))
AFTERNOONS = calendar.same_all_week(calendar.day("14:00-16:00"), calendar.day("14:00-16:00"), sunday_mornings=True)


@pytest.fixture
def world(work: Work) -> World:
    return nation(work)


def launched(world: World, **draft: object) -> UUID:
    made = campaigns.draft(world.work, "2026", None, "test", **draft)  # type: ignore[arg-type]  # passed through
    campaigns.launch(world.work, made, campaigns.preview(world.work, made).contacted, "test")
    campaigns.plan(world.work, made)
    return made


def change_to(world: World, new: RoundSettings, reason: str = "") -> rounds.Changed:
    return rounds.change_settings(world.work, "2026", new, "an", reason)


def local_hours(world: World, made: UUID) -> set[tuple[int, int]]:
    due = [row["due_at"].astimezone(ZONE) for row in world.sent(campaign_id=made, state="planned")]
    return {(moment.hour, moment.minute) for moment in due}


def test_planned_contacts_move_into_the_new_hours_and_keep_their_order(world: World, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=-3))  # 06:00: all are planned for 07:00
    made = launched(world)
    before = [row["interview_id"] for row in sorted(world.sent(), key=lambda row: row["due_at"])]
    changed = change_to(world, replace(settings.default(), hours=AFTERNOONS))
    assert (changed.replanned, changed.retimed) == (0, 6)
    assert local_hours(world, made) == {(14, 0)}
    rows = sorted(world.sent(), key=lambda row: row["due_at"])
    assert [row["interview_id"] for row in rows] == before
    assert {row["reason"]["retimed"] for row in rows} == {"outside_hours"}
    assert {row["reason"]["code"] for row in rows} == {"ladder.first"}


def test_what_lies_in_the_new_hours_stays(world: World, clock: FakeClock) -> None:
    made = launched(world, spread_days=2)
    before = {row["id"]: row["due_at"] for row in world.sent()}
    assert change_to(world, settings.preset("decree")).retimed == 0
    assert {row["id"]: row["due_at"] for row in world.sent()} == before
    moved = change_to(world, replace(settings.default(), hours=AFTERNOONS)).retimed
    assert moved > 0
    assert all(hour in (14, 15) for hour, _ in local_hours(world, made))


def test_a_holiday_made_today_holds_the_rest_of_the_day(world: World, clock: FakeClock, carriers: FakeCarriers) -> None:
    launched(world)
    mourning: dict[date, dict[calendar.Medium, calendar.Day]] = {clock.now().astimezone(ZONE).date(): {}}
    change_to(world, replace(settings.default(), exceptions=mourning))
    dispatcher.dispatch(world.work, world.text.id, 5)
    assert carriers.texts.sent == []  # those due already are asked again when they would leave
    clock.advance(timedelta(hours=22), real=timedelta(minutes=1))
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 6


def test_a_day_that_differs_in_one_province_is_kept_at_planning_and_after(world: World, clock: FakeClock) -> None:
    today = clock.now().astimezone(ZONE).date()
    festival: dict[date, dict[calendar.Medium, calendar.Day]] = {today: {"text": calendar.day("19:00-20:00")}}
    change_to(world, replace(settings.default(), places={"HN": festival}))
    made = launched(world)

    def hours(office: str) -> set[int]:
        mine = [
            row for row in world.sent(campaign_id=made) if (row["office_id"] == world.office_id) == (office == "QB")
        ]
        return {row["due_at"].astimezone(ZONE).hour for row in mine}

    assert (hours("QB"), hours("HN")) == ({8}, {19})
    later: dict[date, dict[calendar.Medium, calendar.Day]] = {today: {"text": calendar.day("20:00-20:30")}}
    assert change_to(world, replace(settings.default(), places={"HN": later})).retimed == 3
    assert (hours("QB"), hours("HN")) == ({8}, {20})


def test_a_changed_ladder_plans_anew_what_has_not_left(world: World, clock: FakeClock) -> None:
    made = launched(world)
    gone = world.sent()[0]
    with world.work.database.transaction() as conn:
        outbox.change(conn, gone["id"], state="sent", sent_at=clock.now())
    assert change_to(world, replace(settings.default(), ladder=CALLS_FIRST)).replanned == 5
    clock.advance(timedelta(minutes=1))
    while advance.advance(world.work, made):
        pass
    rows = world.sent(campaign_id=made)
    planned = [row for row in rows if row["state"] == "planned"]
    anew = [row for row in planned if row["interview_id"] != gone["interview_id"]]
    assert {(row["medium"], row["step"], row["attempt"], row["reason"]["code"]) for row in anew} == {
        ("call", 1, 2, "ladder.first")
    }
    assert len(anew) == 5
    assert {row["reason"]["code"] for row in rows if row["state"] == "withdrawn"} == {"replanned"}
    assert world.sent(id=gone["id"])[0]["state"] == "sent"


def test_changing_the_ladder_again_and_again_uses_up_no_step(world: World, clock: FakeClock) -> None:
    made = launched(world)
    for n in range(DEFAULT.misses + 2):
        change_to(world, replace(settings.default(), ladder=CALLS_FIRST if n % 2 else DEFAULT))
        while advance.advance(world.work, made):
            pass
        change_to(world, replace(settings.default(), ladder=DEFAULT if n % 2 else CALLS_FIRST))
        while advance.advance(world.work, made):
            pass
    planned = world.sent(campaign_id=made, state="planned")
    assert len(planned) == 6
    assert {row["step"] for row in planned} == {1}


def test_a_spread_release_stays_spread_under_a_new_ladder(world: World, clock: FakeClock) -> None:
    made = launched(world, spread_days=5)
    due = {row["interview_id"]: row["due_at"] for row in world.sent()}
    change_to(world, replace(settings.default(), ladder=CALLS_FIRST))
    assert {row["interview_id"]: row["next_at"] for row in world.rows(campaign_interviews)} == due
    assert advance.advance(world.work, made) == 0


def test_drafts_and_kinds_follow_the_rounds_ladder(world: World) -> None:
    made = campaigns.draft(world.work, "2026", None, "test", kind="text_only")
    notice = campaigns.draft(world.work, "2026", None, "test", kind="announcement")
    change_to(world, replace(settings.default(), ladder=CALLS_FIRST))
    assert campaigns.preview(world.work, made).steps == (("text", "invitation"),)
    assert campaigns.preview(world.work, notice).steps == (("text", "announcement"),)


def test_a_chosen_time_is_not_moved(world: World, clock: FakeClock) -> None:
    made = launched(world)
    row = world.sent()[0]
    evening = clock.now() + timedelta(hours=13)
    with world.work.database.transaction() as conn:
        outbox.change(conn, row["id"], purpose="call_back", medium="call", due_at=evening)
    new = replace(settings.default(), hours=AFTERNOONS, ladder=CALLS_FIRST)
    assert change_to(world, new).replanned == 5
    kept = world.sent(id=row["id"])[0]
    assert (kept["state"], kept["due_at"]) == ("planned", evening)
    steps = world.rows(campaign_table, id=made)[0]["ladder"]["steps"]
    assert [(step["medium"], step["purpose"]) for step in steps] == [("call", "call"), ("text", "reminder")]


def test_the_change_is_audited_and_refused_for_closed_rounds(world: World) -> None:
    change_to(world, settings.preset("decree"), "thông tư mới")
    row = world.rows(audit, action="round.settings")[0]
    assert (row["actor"], row["subject"], row["detail"]["reason"]) == ("an", "2026", "thông tư mới")
    assert row["detail"]["changed"] == ["caps", "hours", "resume_after_s"]
    assert settings.from_dict(world.rows(round_table)[0]["settings"]) == settings.preset("decree")
    rounds.close_round(world.work, "2026", "an")
    for code, expected in (("2026", "round.closed"), ("1999", "round.unknown")):
        with pytest.raises(Refusal) as refused:
            rounds.change_settings(world.work, code, settings.default(), "an")
        assert refused.value.code == expected
