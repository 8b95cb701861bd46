"""Last time's number, stored in one round, is noticed in the next: asked again softly, never told, never refused."""

from __future__ import annotations

import pytest

from services.work import Work
from survey.engine import moves as course
from tests.services.test_calls import answer, consistent, press, words
from tests.services.world import World, build
from tests.survey import forms

FORM = forms.form(forms.consent(), forms.whole("members"), forms.level("q1"))
SOFT = "Số này khác nhiều so với lần trước. Nếu đúng vậy thì không sao ạ."


@pytest.fixture
def world(work: Work) -> World:
    """One organisation, asked in two rounds; in the first it keyed fifty members."""
    world = build(work, FORM)
    world.add_round("2027")
    first = world.plan("call")
    answer(world, first)
    for turn, digits in enumerate(["1", "50", "1", "1", "1"], 1):
        press(world, first, turn, digits)
    assert world.answers() == {"consent": "yes", "members": "50", "q1": "5"}
    return world


def keyed(world: World, digits: str) -> str:
    """What is heard after a number in the second round; the call goes on with it."""
    ref = world.plan("call", at=1)
    answer(world, ref)
    press(world, ref, 1, "1")
    heard = words(press(world, ref, 2, digits))
    press(world, ref, 3, "1")
    return heard


def a_far_number_is_asked_softly_and_kept(world: World) -> None:
    heard = keyed(world, "500")
    assert SOFT in heard
    assert heard.index("năm. không. không.") < heard.index(SOFT), "the number is read back first"
    assert "năm mươi" not in heard
    assert "năm. không. Số" not in heard, "last time's is never told"
    assert world.answers(1) == {"consent": "yes", "members": "500"}
    assert world.answers(0)["members"] == "50"
    assert consistent(world)


def test_a_number_far_from_last_rounds_is_asked_again_softly_and_never_refused(world: World) -> None:
    a_far_number_is_asked_softly_and_kept(world)


def test_that_proof_fails_when_last_time_is_not_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "is_far", lambda value, last: False)
    with pytest.raises(AssertionError):
        a_far_number_is_asked_softly_and_kept(world)


@pytest.mark.parametrize("digits", ["50", "48", "100", "25"])
def test_a_number_near_last_rounds_is_only_read_back(world: World, digits: str) -> None:
    assert SOFT not in keyed(world, digits)
    assert world.answers(1)["members"] == digits


def test_a_slip_is_corrected_after_the_soft_question(world: World) -> None:
    ref = world.plan("call", at=1)
    answer(world, ref)
    press(world, ref, 1, "1")
    assert SOFT in words(press(world, ref, 2, "5"))
    assert "Số members là bao nhiêu?" in words(press(world, ref, 3, "2"))
    again = words(press(world, ref, 4, "6"))
    assert SOFT not in again, "asked once in a call"
    press(world, ref, 5, "1")
    assert world.answers(1)["members"] == "6"
