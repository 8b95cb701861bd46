"""A text answers the prompt that stood on the phone when it was sent, or the question it names; in doubt, none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.binding import (
    KEEP,
    READING_TIME,
    AskBack,
    Bound,
    Nothing,
    Repetition,
    Shown,
    bind,
    code_in_front,
    forget,
    hear,
    heard,
    remember,
)
from sms.reading import replies
from survey.answers import Heard, Key, Unclear
from survey.form.questionnaire import Choice, Question

AT = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def reading(body: str) -> replies.Reading:
    return replies.read(body, None)


def shown(number: int, after: timedelta, before: str = "", interview: str = "A") -> Shown:
    """Question C`number` as turn `number`, visible `after` AT; `before` is the text it was the reply to."""
    digest = reading(before).digest if before else ""
    return Shown(interview, f"q{number}", number, number, AT + after, digest)


C2 = shown(2, timedelta(0))
C3 = shown(3, 5 * MINUTE, before="2")
LIST = (C3, C2)


def test_a_bare_key_answers_what_was_visible_when_it_was_sent() -> None:
    assert bind(reading("1"), LIST, AT + 6 * MINUTE) == Bound(C3)
    assert bind(reading("1"), LIST, AT + 4 * MINUTE) == Bound(C2), "sent before C3 was there, delivered after"


def test_the_same_text_before_the_next_question_can_be_read_is_a_repetition() -> None:
    assert bind(reading("2"), LIST, C3.visible_at + timedelta(seconds=2)) == Repetition(C3)
    assert bind(reading("2."), LIST, C3.visible_at + timedelta(seconds=2)) == Repetition(C3)
    assert bind(reading("2"), LIST, C3.visible_at + READING_TIME) == Bound(C3), "now it answers C3"


def test_the_same_text_long_delayed_still_belongs_to_what_was_visible_then() -> None:
    c4 = shown(4, 10 * MINUTE, before="3")
    assert bind(reading("3"), (c4, *LIST), AT + 2 * MINUTE) == Bound(C2), "C2 may have been left open"


def test_another_text_that_quickly_belongs_to_the_question_before() -> None:
    assert bind(reading("3"), LIST, C3.visible_at + timedelta(seconds=2)) == Bound(C2)


def test_a_named_question_is_bound_to_wherever_it_was_shown_last() -> None:
    again = Shown("A", "q2", 4, 2, AT + 8 * MINUTE, "x")
    assert bind(reading("C2: 1"), LIST, AT + 6 * MINUTE) == Bound(C2)
    assert bind(reading("C2: 1"), (again, *LIST), AT + 9 * MINUTE) == Bound(again)
    assert bind(reading("sua C2: 1"), LIST, AT + 6 * MINUTE) == Bound(C2, correction=True)


def test_a_number_that_was_never_shown_is_asked_back() -> None:
    assert bind(reading("C9: 1"), LIST, AT + 6 * MINUTE) == AskBack("unknown_number", C3)
    assert bind(reading("C3: 1"), LIST, AT + 4 * MINUTE) == AskBack("unknown_number", C2), "not visible yet"


def test_nothing_was_shown() -> None:
    assert bind(reading("2"), (), AT) == Nothing()


def test_the_only_prompt_is_meant_however_quick_the_answer() -> None:
    assert bind(reading("1"), (C2,), C2.visible_at) == Bound(C2)


def test_two_organisations_on_one_phone_are_asked_apart() -> None:
    other = shown(3, 7 * MINUTE, interview="B")
    assert bind(reading("1"), (other, *LIST), AT + 9 * MINUTE) == AskBack("two_interviews", other, (other, C3))
    assert bind(reading("C3: 1"), (other, *LIST), AT + 9 * MINUTE) == AskBack("two_interviews", other, (other, C3))
    assert bind(reading("C2: 1"), (other, *LIST), AT + 9 * MINUTE) == Bound(C2), "only one of them showed a C2"
    talking = shown(4, 8 * MINUTE, before="1", interview="B")
    assert bind(reading("1"), (talking, other, *LIST), AT + 9 * MINUTE) == Bound(talking), "they talk about B now"
    assert bind(reading("1"), forget((other, *LIST), "B"), AT + 9 * MINUTE) == Bound(C3)


def test_what_is_bound_becomes_an_input_and_what_is_not_stores_nothing() -> None:
    said = replies.Reading(Key("1"), number=2, correction=True)
    assert heard(said, Bound(C2, correction=True), "SM7") == Heard("sms", "SM7", Key("1"), 2, "q2", True)
    lost = heard(replies.Reading(Key("1"), number=9), AskBack("unknown_number", C3), "SM8")
    assert lost == Heard("sms", "SM8", Unclear("unknown_number", "C9"), 3, "q3")


def test_the_list_stays_short_and_survives_json() -> None:
    listed: tuple[Shown, ...] = ()
    for n in range(40):
        listed = remember(listed, shown(n, n * MINUTE))
    assert len(listed) == 12
    assert listed[0].number == 39
    assert [Shown.from_dict(s.to_dict()) for s in listed] == list(listed)


def test_words_are_read_against_the_question_that_is_named() -> None:
    mood = Question("q2", "select_one", {"vi": ""}, (Choice("5", {"vi": "Hài lòng"}, "7"),), number=2)
    size = Question("q3", "integer", {"vi": ""}, number=3)
    questions = {"q2": mood, "q3": size}
    said, binding = hear("C2: hai long", LIST, AT + 6 * MINUTE, lambda s: questions[s.question])
    assert (said.said, binding) == (Key("7"), Bound(C2))
    said, binding = hear("C3: 25 nguoi", LIST, AT + 6 * MINUTE, lambda s: questions[s.question])
    assert (said.said, binding) == (Key("25"), Bound(C3))


@given(
    st.lists(st.integers(0, 3600), min_size=1, max_size=8),
    st.integers(-60, 7200),
    st.sampled_from(["1", "2", "C3: 1", "hai long", "", "GOI", "C8: 1"]),
)
def test_never_bound_to_a_question_that_could_not_be_read(seconds: list[int], sent: int, body: str) -> None:
    prompts = tuple(shown(n, timedelta(seconds=s), before="1") for n, s in enumerate(sorted(seconds), 1))
    at = AT + timedelta(seconds=sent)
    binding = bind(reading(body), prompts, at)
    if isinstance(binding, Bound):
        oldest = min(prompts, key=lambda s: (s.visible_at, s.turn))
        assert binding.shown.visible_at + READING_TIME <= at or binding.shown == oldest
        assert reading(body).number in (None, binding.shown.number)


REMINDED = shown(2, 20 * MINUTE)
"""C2 asked once more, unasked, in the middle of a talk."""


def test_an_answer_that_is_minutes_late_in_a_talk_never_lands_on_the_next_question() -> None:
    """Asked again while the first answer was under way: who answers the reminder too means the same question."""
    answered = shown(3, 24 * MINUTE, before="2")
    found = bind(reading("2"), (answered, REMINDED, C2), answered.visible_at + MINUTE)
    assert found == AskBack("crossed", answered)


def test_a_reminder_days_later_brings_no_doubt() -> None:
    old = shown(2, -3 * 24 * 60 * MINUTE)
    answered = shown(3, 24 * MINUTE, before="2")
    assert bind(reading("2"), (answered, REMINDED, old), answered.visible_at + MINUTE) == Bound(answered)


def test_a_text_sent_before_all_that_is_remembered_is_asked_back() -> None:
    seen = tuple(shown(8, n * MINUTE, before="9") for n in range(KEEP, 0, -1))
    assert bind(reading("1"), seen, AT) == AskBack("crossed", seen[0])
    assert bind(reading("1"), seen[:-1], AT) == Bound(seen[-2]), "nothing was forgotten: quicker than anybody reads"


@pytest.mark.parametrize(
    "body",
    [
        "700001: 2",
        "700001\u200b: 2",
        "\ufeff700001 2",
        "７００００１： 2",
        "700001–2",
        "700001 — 2",
        "700001\u00a02",
        "٧٠٠٠٠١: 2",
    ],
)
def test_a_code_in_front_is_read_however_it_was_typed(body: str) -> None:
    code, words = code_in_front(body)
    assert (code, words.lstrip("- ")) == ("700001", "2")
