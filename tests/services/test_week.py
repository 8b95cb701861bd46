"""A week of campaign life on a stepped clock in one process; with a protection taken away the same machine goes red."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.delivery import sweeps
from services.senders import failover
from services.sending import clear, policy
from services.sending.policy import Go, Retime
from services.work import Work
from store.unit_of_work import Database
from tests.faults import FAULTS, plant
from tests.services.week.changes import ChangingWeek
from tests.services.week.machine import PEOPLE

USUAL = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    print_blob=False,
    phases=(Phase.generate,),  # a failing course is told as it was found: making it shorter takes minutes
    suppress_health_check=list(HealthCheck),
)
"""Short enough to run with every change; for a longer hunt raise the first two numbers."""


def test_a_week(work: Work, owner: Database) -> None:
    run_state_machine_as_test(lambda: ChangingWeek(work, owner), settings=USUAL)  # type: ignore[no-untyped-call]


def doubtful(week: ChangingWeek) -> None:
    week.carrier_does("texts", "unanswered")
    week.hours_of_work(1, 1, 1)
    week.carrier_does("texts", "takes")
    week.repairs()
    week.hours_of_work(1, 2, 1)


def doubtful_at_kannel(week: ChangingWeek) -> None:
    """Its answers get lost and it cannot be asked: presumed sent, and a receipt that comes late still counts."""
    week.prefer("kannel")
    week.change_rules("usual", "one text")
    week.carrier_does("kannel", "unanswered")
    week.hours_of_work(1, 1, 1)
    week.carrier_does("kannel", "takes")
    for _ in range(2):
        week.time_passes(5)
        week.repairs()
    week.hours_of_work(1, 2, 1)


def failed(week: ChangingWeek) -> None:
    """A sender's password is wrong: its due contacts are another's."""
    week.time_passes(5)
    week.carrier_does("texts", "misconfigured")
    week.claims("texts")
    week.uses(0, "whole")
    week.claimed = []
    week.time_passes(20)
    week.repairs()
    week.fail_over()


def unwilling(week: ChangingWeek) -> None:
    for who in PEOPLE:
        week.texts_us(who, "STOP", "taken")
    week.hours_of_work(4, 5, 1)


def paused(week: ChangingWeek) -> None:
    week.commands(0, "pause")
    week.hours_of_work(4, 1, 1)


def night(week: ChangingWeek) -> None:
    week.time_passes(720)
    week.hours_of_work(1, 2, 1)


def crowded(week: ChangingWeek) -> None:
    """Two organisations share a phone: a text to each, and the calls of the afternoon would be the third and fourth."""
    week.time_passes(5)
    week.serves("texts")
    for minutes in (180, 60, 60, 20):
        week.time_passes(minutes)
        week.serves("line")


def died(week: ChangingWeek) -> None:
    week.time_passes(5)
    week.claims("texts")
    week.uses(0, "dies_sending")
    week.uses(0, "dies_claimed")


def held(week: ChangingWeek) -> None:
    """Rows are in a dispatcher's hands while the ladder changes; some leave, some come back when their lease ends."""
    week.time_passes(5)
    week.claims("texts")
    week.change_rules("usual", "calls first")
    week.uses(0, "whole")
    week.claimed = []
    week.time_passes(5)
    week.repairs()
    week.hours_of_work(1, 2, 1)


def at_any_hour(patch: pytest.MonkeyPatch) -> None:
    decide = clear.clear

    def heedless(*given: object) -> object:
        verdict = decide(*given)  # type: ignore[arg-type]  # passed through
        return Go(True) if isinstance(verdict, Retime) and verdict.code == "outside_hours" else verdict

    patch.setattr(clear, "clear", heedless)


def without_caps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "refuse", lambda *_: None)


def without_failover(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(failover, "reassign", lambda *_: 0)


def without_marks(patch: pytest.MonkeyPatch) -> None:
    """A changed ladder forgets what dispatchers hold."""
    patch.setattr(clear, "LADDER_CHANGED", "nothing is ever marked so")


def without_sweeps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sweeps, "free_leases", lambda *_: 0)


MUTATIONS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "at-any-hour": at_any_hour, "without-caps": without_caps, "without-sweeps": without_sweeps,
    "without-failover": without_failover, "without-marks": without_marks,
}  # fmt: skip


def live(week: ChangingWeek, course: Callable[[ChangingWeek], None]) -> None:
    """One week by a given course; its invariants are asked after it and after the end."""
    week.begin()
    course(week)
    week.nobody_was_reached_who_must_not_be()
    week.rows_are_whole()
    week.teardown()


@pytest.mark.parametrize(
    ("course", "fault", "seen"),
    [
        (doubtful, "no-unknown-state", "twice"),
        (doubtful_at_kannel, "no-unknown-state", "twice"),
        (failed, "without-failover", "has failed"),
        (held, "without-marks", "no rung of the ladder"),
        (unwilling, "skip-opt-out-check", "after a stop"),
        (paused, "skip-pause-check", "held back"),
        (night, "at-any-hour", "out of hours"),
        (crowded, "without-caps", "caps|calls at once"),
        (died, "without-sweeps", "sending"),
    ],
)
def test_a_week_without_a_protection_is_seen(
    work: Work, owner: Database, monkeypatch: pytest.MonkeyPatch,
    course: Callable[[ChangingWeek], None], fault: str, seen: str,
) -> None:  # fmt: skip
    live(ChangingWeek(work, owner), course)
    with ExitStack() as stack:
        if fault in FAULTS:
            stack.enter_context(plant(fault))
        else:
            MUTATIONS[fault](monkeypatch)
        with pytest.raises(AssertionError, match=seen):
            live(ChangingWeek(work, owner), course)
