"""The ladder: what comes next, when and why, and that it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact import ladder
from contact.calendar import ZONE, Calendar
from contact.caps import Caps
from contact.delivery import ErrorKind, State
from contact.ladder import (
    BRIEF,
    CODES,
    DEFAULT,
    Attempt,
    Ladder,
    LadderEnd,
    LadderStep,
    Next,
    Reach,
    Wait,
    decide,
    part_of_day,
)

CALENDAR = Calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


MOBILE = Reach()
NOW = at("2026-11-18T09:00")
FIRST_TEXT = Attempt("text", State.DELIVERED, NOW, 1, 1, "invitation")
FIRST_CALL = Attempt("call", State.NO_ANSWER, at("2026-11-18T14:00"), 2, 1, "call")
SECOND_TEXT = Attempt("text", State.DELIVERED, at("2026-11-19T08:00"), 3, 1, "reminder")


def planned(history: list[Attempt], now: datetime = NOW, reach: Reach | None = MOBILE) -> Next:
    decision = decide(BRIEF, history, now, CALENDAR, reach)
    assert isinstance(decision, Next), decision
    return decision


def test_it_begins_with_a_text_at_once() -> None:
    first = planned([])
    assert (first.medium, first.purpose, first.step, first.attempt, first.due_at) == ("text", "invitation", 1, 1, NOW)
    assert first.reason == "ladder.first"


def test_a_call_follows_after_the_gap_and_inside_the_hours() -> None:
    following = planned([FIRST_TEXT])
    assert (following.medium, following.step, following.due_at) == ("call", 2, at("2026-11-18T13:30"))


def test_then_a_reminder_and_a_call_at_another_time_of_day() -> None:
    reminder = planned([FIRST_TEXT, FIRST_CALL], FIRST_CALL.at)
    assert (reminder.medium, reminder.purpose, reminder.due_at) == ("text", "reminder", at("2026-11-19T08:00"))
    again = planned([FIRST_TEXT, FIRST_CALL, SECOND_TEXT], SECOND_TEXT.at)
    assert (again.step, again.due_at) == (4, at("2026-11-19T17:00"))
    assert (again.reason, again.params) == ("ladder.other_time", {"part": "evening", "missed": {"afternoon": 1}})


def test_the_ladder_ends() -> None:
    last = Attempt("call", State.BUSY, at("2026-11-19T17:00"), 4)
    decision = decide(BRIEF, [FIRST_TEXT, FIRST_CALL, SECOND_TEXT, last], last.at, CALENDAR)
    assert decision == LadderEnd("ladder.exhausted", {"contacts": 4})


def test_by_default_whoever_is_never_reached_is_rung_at_every_time_of_day_within_the_caps() -> None:
    history: list[Attempt] = []
    now = NOW
    while isinstance(decision := decide(DEFAULT, history, now, CALENDAR), Next):
        now = decision.due_at
        state = State.DELIVERED if decision.medium == "text" else State.NO_ANSWER
        history.append(Attempt(decision.medium, state, now, decision.step, decision.attempt, decision.purpose))
    calls = [part_of_day(attempt.at) for attempt in history if attempt.medium == "call"]
    assert {calls.count(part) for part in ("morning", "afternoon", "evening")} == {2}
    assert len(history) == Caps().contacts_a_round


@pytest.mark.parametrize("reach", [Reach("landline"), Reach(two_way=False), Reach(can_text=False), Reach("other")])
def test_landlines_and_one_way_senders_skip_the_texts(reach: Reach) -> None:
    assert planned([], reach=reach).medium == "call"
    after = planned([FIRST_CALL], FIRST_CALL.at, reach)
    assert (after.medium, after.step) == ("call", 4)


def test_an_announcement_leaves_from_a_one_way_sender() -> None:
    steps = Ladder((LadderStep("text", "announcement", 0, wants_reply=False),))
    assert isinstance(decide(steps, [], NOW, CALENDAR, Reach(two_way=False)), Next)
    assert decide(steps, [], NOW, CALENDAR, Reach("landline")) == LadderEnd("ladder.exhausted", {"contacts": 0})


@pytest.mark.parametrize(
    "failed",
    [
        Attempt("call", State.FAILED, NOW, 2, 1, error_kind=ErrorKind.LATER),
        Attempt("call", State.WITHDRAWN, NOW, 2, 1),
        Attempt("call", State.CANCELLED, NOW, 2, 1),
        Attempt("call", State.UNDELIVERED, NOW, 2, 1, error_kind=ErrorKind.NUMBER),
    ],
)
def test_technical_failures_spend_no_attempt(failed: Attempt) -> None:
    again = planned([FIRST_TEXT, failed])
    assert (again.step, again.attempt, again.reason) == (2, 2, "ladder.again")
    assert again.due_at >= failed.at + timedelta(seconds=DEFAULT.retry_s)


def test_a_text_refused_for_its_words_is_not_repeated() -> None:
    refused = Attempt("text", State.FAILED, NOW, 1, 1, error_kind=ErrorKind.CONTENT)
    assert planned([refused]).step == 2


def test_a_step_that_keeps_failing_is_given_up() -> None:
    failures = [Attempt("text", State.FAILED, NOW, 1, n + 1) for n in range(DEFAULT.misses)]
    assert planned(failures).step == 2


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (Attempt("text", State.UNKNOWN, NOW, 1), "ladder.in_doubt"),
        (Attempt("text", State.PLANNED, NOW, 1), "ladder.under_way"),
        (Attempt("call", State.RINGING, NOW, 2), "ladder.under_way"),
        (Attempt("call", State.SENT, NOW, 0), "ladder.under_way"),
    ],
)
def test_nobody_is_contacted_while_a_contact_runs_or_is_in_doubt(attempt: Attempt, reason: str) -> None:
    assert decide(DEFAULT, [attempt], NOW, CALENDAR) == Wait(reason, {"medium": attempt.medium})


def test_a_text_without_a_receipt_does_not_hold_the_ladder() -> None:
    assert planned([Attempt("text", State.SENT, NOW, 1)]).step == 2


def test_without_a_number_it_ends() -> None:
    assert decide(DEFAULT, [], NOW, CALENDAR, None) == LadderEnd("ladder.no_number")


def test_a_chosen_time_is_kept_outside_the_hours_and_only_once() -> None:
    chosen = at("2026-11-18T21:30")
    decision = decide(DEFAULT, [FIRST_TEXT], NOW, CALENDAR, appointment=chosen)
    assert isinstance(decision, Next)
    assert (decision.medium, decision.purpose, decision.due_at) == ("call", "call_back", chosen)
    assert (decision.step, decision.attempt, decision.reason) == (1, 2, "ladder.appointment")
    rung = Attempt("call", State.NO_ANSWER, chosen, 1, 2, "call_back")
    after = decide(DEFAULT, [FIRST_TEXT, rung], chosen, CALENDAR, appointment=chosen)
    assert isinstance(after, Next)
    assert (after.step, after.purpose) == (2, "call")


def test_nothing_is_planned_after_the_round_closes() -> None:
    closes = at("2026-11-18T13:00")
    assert decide(DEFAULT, [FIRST_TEXT], NOW, CALENDAR, closes_at=closes) == LadderEnd("ladder.round_closes")


def test_unanswered_calls_of_another_campaign_choose_the_time_too() -> None:
    steps = Ladder((LadderStep("call", "call", 0, other_time=True),))
    history = [Attempt("call", State.NO_ANSWER, at("2026-11-17T09:00")), Attempt("call", State.BUSY, NOW)]
    decision = decide(steps, history, NOW, CALENDAR)
    assert isinstance(decision, Next)
    assert part_of_day(decision.due_at) == "afternoon"


def test_when_every_time_was_tried_the_least_tried_is_next() -> None:
    steps = Ladder((LadderStep("call", "call", 0, other_time=True),))
    times = ["2026-11-16T09:00", "2026-11-16T15:00", "2026-11-17T09:30", "2026-11-17T18:00", "2026-11-17T15:30"]
    decision = decide(steps, [Attempt("call", State.NO_ANSWER, at(t)) for t in times], NOW, CALENDAR)
    assert isinstance(decision, Next)
    assert part_of_day(decision.due_at) == "evening"


def test_it_survives_json() -> None:
    assert ladder.from_dict(DEFAULT.to_dict()) == DEFAULT


ENDS = st.sampled_from([State.DELIVERED, State.NO_ANSWER, State.FAILED, State.BUSY, State.WITHDRAWN, State.COMPLETED])


@given(data=st.data(), minutes=st.integers(0, 800 * 24 * 60))
def test_every_life_on_the_ladder_ends_within_its_attempts(data: st.DataObject, minutes: int) -> None:
    history: list[Attempt] = []
    now = NOW + timedelta(minutes=minutes)
    used: set[tuple[int, int]] = set()
    attempts = sum(step.attempts for step in DEFAULT.steps)
    for _ in range(attempts + len(DEFAULT.steps) * DEFAULT.misses):
        decision = decide(DEFAULT, history, now, CALENDAR)
        if isinstance(decision, LadderEnd):
            assert decision.reason in CODES
            break
        assert isinstance(decision, Next)
        assert decision.due_at >= now
        assert CALENDAR.open(decision.medium, decision.due_at)
        assert (decision.step, decision.attempt) not in used
        used.add((decision.step, decision.attempt))
        now = decision.due_at
        history.append(
            Attempt(decision.medium, data.draw(ENDS), now, decision.step, decision.attempt, decision.purpose)
        )
    else:
        pytest.fail("the ladder did not end")
    assert sum(a.uses_attempt for a in history) <= attempts
