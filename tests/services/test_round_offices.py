"""A province within a round: contacts and every door obey its deadline and its lock, and unlocking is national."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from contact import settings
from contact.delivery import State
from scoring import rules
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.campaign import next_step as advance
from services.campaign import planning
from services.interview import staff_entry
from services.interview.recording import enter
from services.refusal import Refusal
from services.registry.imports import import_online
from services.results.scores import score
from services.rounds import provinces as round_offices
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.tables.campaigns import campaign_interviews, consent
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.rounds import rounds
from store.tables.staff import audit
from store.unit_of_work import Database
from survey.answers import Entry, Heard
from tests.doubles import FakeClock
from tests.faults import plant
from tests.files.workbooks import write
from tests.services.nation import nation
from tests.services.test_campaigns_planning import launched
from tests.services.test_ring_in import set_ring_in
from tests.services.world import LEADER, World

ACTOR = "staff:test"
WHY = "Đã nộp báo cáo"


@pytest.fixture
def country(work: Work) -> World:
    """Provinces QB and HN in one round with a rule."""
    made = nation(work)
    with work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(rule=rules.DEFAULT.to_dict()))
    return made


def lock(world: World, office: str = "QB") -> None:
    round_offices.lock_office(world.work, "2026", office, ACTOR, WHY)


def end(world: World, at: datetime, office: str = "QB") -> None:
    round_offices.set_deadline(world.work, "2026", office, at, ACTOR)


def keep_late(world: World) -> None:
    kept = {**settings.default().to_dict(), "late_answers": "keep"}
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings=kept))


def soon(world: World) -> datetime:
    return world.work.clock.now() + timedelta(hours=1)


def past(world: World, clock: FakeClock) -> None:
    """A deadline of QB that is over."""
    end(world, soon(world))
    clock.advance(timedelta(hours=2))


def texted(world: World, body: str, number: str = LEADER) -> str:
    return inbound.receive_text(world.work, world.text, world.text_from(body, number)).outcome


def test_a_text_after_the_deadline_is_refused_politely(country: World, clock: FakeClock) -> None:
    past(country, clock)
    assert texted(country, "1") == "nothing_open"
    assert country.events() == []
    assert texted(country, "1", "+84902000001") == "opened"


def test_a_text_before_the_deadline_is_taken(country: World) -> None:
    end(country, soon(country))
    assert texted(country, "1") == "opened"


def test_a_caller_after_the_deadline_hears_that_nothing_is_open(country: World, clock: FakeClock) -> None:
    set_ring_in(country, "answer")
    past(country, clock)
    document = ring_in.rang_in(country.work, country.line, LEADER, "CA1")
    assert "<Gather" not in document
    assert "<Gather" in ring_in.rang_in(country.work, country.line, "+84902000001", "CA2")


def test_a_call_under_way_at_the_deadline_may_be_finished(country: World, clock: FakeClock) -> None:
    set_ring_in(country, "answer")
    ring_in.rang_in(country.work, country.line, LEADER, "CA1")
    ref = country.rows(sa.table("calls", sa.column("ref")))[0]["ref"]
    past(country, clock)
    assert "<Gather" in calls.pressed(country.work, ref, 1, "1")
    assert country.answers() == {"consent": "yes"}


def test_late_answers_are_kept_where_the_round_says_so(country: World, clock: FakeClock) -> None:
    keep_late(country)
    past(country, clock)
    assert texted(country, "1") == "opened"


def test_staff_may_not_enter_answers_after_the_deadline_nor_in_a_locked_province(
    country: World, clock: FakeClock
) -> None:
    def entered() -> None:
        staff_entry.enter_answers(country.work, country.interviews[0], {"q1": "5"}, actor=ACTOR, source_id="s")

    end(country, soon(country))
    clock.advance(timedelta(hours=2))
    with pytest.raises(Refusal, match=r"round\.too_late"):
        entered()
    lock(country)
    with pytest.raises(Refusal, match=r"round\.office_locked"):
        entered()
    assert country.events() == []


def test_nothing_leaves_after_the_deadline(country: World, clock: FakeClock) -> None:
    end(country, soon(country))
    country.plan("text")
    clock.advance(timedelta(hours=2))
    dispatcher.dispatch(country.work, country.text.id, 5.0)
    assert [(row["state"], row["reason"]["code"]) for row in country.sent()] == [(State.WITHDRAWN, "round_closed")]


def test_a_campaign_plans_nothing_at_or_after_a_provinces_deadline(country: World, clock: FakeClock) -> None:
    past(country, clock)
    campaign = launched(country, "reminder")
    planning.plan(country.work, campaign)
    while advance.advance(country.work, campaign):
        pass
    of = sa.select(interviews.c.office_id).join(outbox, outbox.c.interview_id == interviews.c.id)
    with country.work.database.transaction() as conn:
        assert set(conn.scalars(of)) == {row["office_id"] for row in country.rows(interviews)} - {country.office_id}
    ended = country.rows(campaign_interviews, state="ended")
    assert len(ended) == 3
    assert {row["reason"]["code"] for row in ended} == {"ladder.round_closes"}


def test_nobody_of_a_locked_province_is_contacted(country: World) -> None:
    campaign = launched(country, "reminder")
    lock(country)
    planning.plan(country.work, campaign)
    assert {row["office_id"] for row in country.rows(outbox)} == {
        row["office_id"] for row in country.rows(interviews) if row["office_id"] != country.office_id
    }


def test_what_was_planned_before_the_lock_does_not_leave(country: World) -> None:
    country.plan("text")
    lock(country)
    dispatcher.dispatch(country.work, country.text.id, 5.0)
    assert [row["reason"]["code"] for row in country.sent()] == ["round_closed"]


def complete(world: World, at: int, channel: str = "voice") -> None:
    given = {"consent": "yes", "q1": "5", "q2": "5", "q4": "3", "members": "9"}
    enter(world.work, world.interviews[at], Heard(channel, f"x{at}", Entry(given, final=True)))  # type: ignore[arg-type]  # any channel


def by_text(world: World, tmp_path: Path) -> None:
    assert texted(world, "1") == "nothing_open"


def by_call(world: World, tmp_path: Path) -> None:
    set_ring_in(world, "answer")
    ring_in.rang_in(world.work, world.line, LEADER, "CA9")


def by_any_channel(world: World, tmp_path: Path) -> None:
    complete(world, 1)


def by_stopping(world: World, tmp_path: Path) -> None:
    texted(world, "STOP")
    assert [row["kind"] for row in world.rows(consent)] == ["stopped"]


def by_online(world: World, tmp_path: Path) -> None:
    rows = [["Mã", "Trạng thái", "q1"], ["DX001", "Đã trả lời", "5"]]
    report = import_online(world.work, "2026", write(tmp_path / "o.xlsx", A=rows), ACTOR)
    assert [fault.code for fault in report.faults] == ["online.locked"]
    assert report.counts["refused"] == 1


@pytest.mark.parametrize("act", [by_text, by_call, by_any_channel, by_stopping, by_online])
@pytest.mark.parametrize("method", ["vca-index", "top-box"])
def test_figures_of_a_locked_province_stand_still(
    country: World, tmp_path: Path, act: Callable[[World, Path], None], method: str
) -> None:
    complete(country, 4)
    lock(country)
    before = score(country.work, "2026", method, "QB")
    act(country, tmp_path)
    after = score(country.work, "2026", method, "QB")
    assert (after.whole, after.breakdowns, after.outcomes) == (before.whole, before.breakdowns, before.outcomes)
    assert country.answers() == {}


def test_without_the_lock_the_same_moves_the_figures(country: World, tmp_path: Path) -> None:
    before = score(country.work, "2026", "vca-index", "QB")
    complete(country, 0)
    assert score(country.work, "2026", "vca-index", "QB").outcomes != before.outcomes


def test_a_key_in_a_locked_province_is_kept_as_an_event_and_stores_nothing(country: World) -> None:
    set_ring_in(country, "answer")
    ring_in.rang_in(country.work, country.line, LEADER, "CA1")
    ref = country.rows(sa.table("calls", sa.column("ref")))[0]["ref"]
    lock(country)
    assert "<Gather" not in calls.pressed(country.work, ref, 1, "1")
    assert country.answers() == {}
    assert country.events()[-1]["input"]["with"] == {"digits": "1"}


def test_only_the_national_alliance_unlocks_and_all_of_it_is_noted(country: World, owner: Database) -> None:
    lock(country)
    with pytest.raises(Refusal, match=r"round\.locked_before"):
        lock(country)
    with pytest.raises(Refusal, match=r"round\.unlock_national"):
        round_offices.unlock_office(country.work, "2026", "QB", ACTOR, WHY, national=False)
    round_offices.unlock_office(country.work, "2026", "QB", ACTOR, WHY, national=True)
    assert texted(country, "1") == "opened"
    with owner.transaction() as conn:
        noted = conn.execute(sa.select(audit.c.action, audit.c.actor, audit.c.detail).order_by(audit.c.id)).all()
    assert [(row.action, row.actor, row.detail["reason"]) for row in noted] == [
        ("round.lock", ACTOR, WHY), ("round.unlock", ACTOR, WHY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("round.deadline_outside", lambda w: end(w, w.work.clock.now() + timedelta(days=90))),
        ("round.deadline_outside", lambda w: end(w, w.work.clock.now() - timedelta(days=9))),
        ("office.unknown", lambda w: lock(w, "XX")),
        ("round.lock_reason", lambda w: round_offices.lock_office(w.work, "2026", "QB", ACTOR, " ")),
        (
            "round.not_locked",
            lambda w: round_offices.unlock_office(w.work, "2026", "QB", ACTOR, WHY, national=True),
        ),
    ],
)
def test_what_cannot_be_is_refused(country: World, code: str, act: Callable[[World], None]) -> None:
    with pytest.raises(Refusal) as refused:
        act(country)
    assert refused.value.code == code


def test_online_answers_given_after_the_deadline_stay_out_or_count_as_late(
    country: World, clock: FakeClock, tmp_path: Path
) -> None:
    end(country, soon(country))
    clock.advance(timedelta(days=2))
    late, early = clock.now().strftime("%d/%m/%Y %H:%M"), "01/11/2026 08:00"
    head = ["Mã", "Trạng thái", "Thời gian"]
    rows = [head, ["DX001", "Đã trả lời", late], ["DX002", "Đã trả lời", early], ["DX003", "Đã trả lời", ""]]
    path = write(tmp_path / "o.xlsx", A=rows)
    report = import_online(country.work, "2026", path, ACTOR)
    assert [fault.code for fault in report.faults] == ["online.late"]
    assert [country.interview(at)["status"] for at in range(1)] == ["pending"]
    assert report.counts["stopped"] == 2
    keep_late(country)
    report = import_online(country.work, "2026", path, ACTOR)
    assert [fault.code for fault in report.faults] == ["online.late_kept"]
    assert country.interview()["status"] == "answered"


def test_the_proofs_fail_when_doors_forget_the_deadline_and_the_lock(
    country: World, clock: FakeClock, tmp_path: Path
) -> None:
    with plant("skip-province-end"), pytest.raises(AssertionError):
        test_a_text_after_the_deadline_is_refused_politely(country, clock)
    clock.advance(timedelta(days=-1))
    with plant("skip-province-end"), pytest.raises(AssertionError):
        test_figures_of_a_locked_province_stand_still(country, tmp_path, by_any_channel, "vca-index")
