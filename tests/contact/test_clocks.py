"""What the stamps of a carrier show of its clock, and when a text was sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contact.clocks import offset_of, sending

NOON = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)


def passed(*lags: float, apart: float = 20) -> list[tuple[datetime, datetime]]:
    """Texts taken in every `apart` seconds, the newest first, each so many seconds after its stamp."""
    taken = [NOON - timedelta(seconds=apart * n) for n in range(len(lags))]
    return [(at, at - timedelta(seconds=lag)) for at, lag in zip(taken, lags, strict=True)]


@pytest.mark.parametrize("clock", [-25_200, -30, 0, 3, 30, 25_200])
def test_a_clock_is_what_its_texts_show_whatever_a_few_took_on_the_way(clock: int) -> None:
    lags = [clock + way for way in (2, 1, 40, 1, 3, 600, 2, 1)]
    assert offset_of(passed(*lags), None) == clock + 1
    assert offset_of(passed(*lags), clock) == clock


def test_a_clock_that_is_set_is_learned_from_four_texts() -> None:
    assert offset_of(passed(31, 30, 32, 0, 1, 0, 1), 0) == 0, "three may have been held up"
    assert offset_of(passed(31, 30, 32, 31, 0, 1, 0), 0) == 30
    assert offset_of(passed(0, 1, 0, 0, 30, 31, 30), 30) == 0


def test_a_clock_that_is_set_is_learned_though_texts_take_their_time() -> None:
    lags = (31, 44, 38, 50, 33, 47, 39, 36)
    assert offset_of(passed(*lags, 0, 1, 0), 0) == 31
    assert offset_of(passed(*lags[:7], 0, 1, 0), 0) == 0
    assert offset_of(passed(*lags, 0, 1, 0, apart=1), 0) == 0, "held up, and brought at once"


def test_a_clock_that_drifts_is_followed() -> None:
    assert offset_of(passed(14, 13, 13, 12, 11, 10), 9) == 12


def test_texts_held_up_by_an_outage_show_no_clock() -> None:
    """They come at once, stamped over ten minutes; or one after the other, each less late."""
    assert offset_of(passed(600, 590, 585, 570, apart=0.1), 1) == 1
    assert offset_of(passed(600, 599, 599, 598, apart=0.5), 1) == 1
    assert offset_of(passed(570, 580, 590, 600, apart=10), 1) == 1


def test_no_texts_show_nothing() -> None:
    assert offset_of([], None) is None
    assert offset_of([], 7) == 7


@pytest.mark.parametrize("offset", [None, 0, 30, -30, 25_200])
def test_without_a_stamp_a_text_was_sent_when_it_came(offset: int | None) -> None:
    assert sending(NOON, None, offset, None, from_list=False).at == NOON


@pytest.mark.parametrize("offset", [-25_200, -30, 0, 30, 25_200])
@pytest.mark.parametrize("way", [0, 1, 9])
def test_of_a_known_clock_what_came_in_time_was_sent_when_it_came(offset: int, way: int) -> None:
    told = sending(NOON, NOON - timedelta(seconds=offset + way), offset, None, from_list=False)
    assert (told.at, told.otherwise) == (NOON, None)


@pytest.mark.parametrize("offset", [-25_200, -30, 0, 30, 25_200])
def test_of_a_known_clock_what_was_held_up_was_sent_when_it_says(offset: int) -> None:
    told = sending(NOON, NOON - timedelta(seconds=offset + 600), offset, None, from_list=False)
    assert (told.at, told.sure) == (NOON - timedelta(minutes=10), True)


@pytest.mark.parametrize("late", [30, 3600, 25_200, 7 * 3600 + 20])
def test_what_a_clock_that_was_set_may_explain_is_not_sure(late: int) -> None:
    told = sending(NOON, NOON - timedelta(seconds=late), 0, None, from_list=False)
    assert (told.otherwise, told.sure) == (NOON, False)


def test_of_an_unknown_clock_the_phones_last_text_shows_what_is_usual() -> None:
    assert sending(NOON, NOON - timedelta(seconds=32), None, 30.0, from_list=False).at == NOON
    assert sending(NOON, NOON - timedelta(seconds=632), None, 30.0, from_list=False).at < NOON


@pytest.mark.parametrize("offset", [None, 0, 2])
def test_a_listed_text_was_sent_when_it_says(offset: int | None) -> None:
    told = sending(NOON, NOON - timedelta(minutes=3), offset, None, from_list=True)
    assert (told.at, told.otherwise) == (NOON - timedelta(minutes=3), None)


def test_a_stamp_of_the_future_is_now() -> None:
    for listed in (True, False):
        assert sending(NOON, NOON + timedelta(hours=1), None, None, from_list=listed).at == NOON


@pytest.mark.parametrize("years", [1, 3, 10, 16])
@pytest.mark.parametrize("offset", [None, 0, 7, -30, 3600])
def test_a_clock_that_has_lost_its_date_makes_no_text_surely_late(years: int, offset: int | None) -> None:
    """A link that starts again in 2015 stamped each answer before its question, and each was dropped."""
    taken = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
    found = sending(taken, taken - timedelta(days=365 * years, seconds=777), offset, None, from_list=False)
    assert (found.sure, found.otherwise) == (False, taken)
