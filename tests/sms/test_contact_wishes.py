"""No wish to be left alone goes unheard, and nobody is taken at a word that they did not say: two collections."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.reading import contact_wishes, replies
from sms.reading import vocabulary as words
from sms.reading.contact_wishes import Wish
from survey.answers import Key
from tests import cases
from tests.sms.test_replies import QUESTIONS


def _collected(name: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = cases.load(Path(__file__).with_name(f"{name}.yaml").read_text())
    return found


def _collected_lots() -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, dict[str, dict[str, list[str]]]] = cases.load(Path(__file__).with_name("lots.yaml").read_text())
    return found


def _all(parts: dict[str, dict[str, list[str]]]) -> list[str]:
    return [body for groups in parts.values() for bodies in groups.values() for body in bodies]


LOTS = _collected_lots()
WISHES = _all(_collected("wishes")) + [body for lot in LOTS.values() for body in _all({"": lot["wishes"]})]
INNOCENT = _all(_collected("innocent")) + [body for lot in LOTS.values() for body in _all({"": lot["innocent"]})]
STOPS_AT_LEAST, HOLDS_AT_MOST = 0.90, 0.02


def wish(body: str) -> Wish | None:
    """What a text says about being contacted."""
    return contact_wishes.wish(words.normal(body))


@cache
def _readings(body: str) -> tuple[replies.Reading, ...]:
    """What the text is read as by each kind of question; several tests look at the same collections."""
    return tuple(replies.read(body, question) for question in QUESTIONS.values())


def _opts(body: str) -> Iterator[str | None]:
    return (reading.opt for reading in _readings(body))


def test_the_collections_are_long_enough_to_mean_something() -> None:
    assert len(WISHES) == len(set(WISHES)) >= 900
    assert len(INNOCENT) == len(set(INNOCENT)) >= 900
    assert not set(WISHES) & set(INNOCENT)


@cases.table("body", WISHES)
def test_no_wish_goes_unheard_and_none_is_an_answer_to_whatever_was_asked(body: str) -> None:
    assert set(_opts(body)) <= {"stop", "hold"}
    assert not any(isinstance(reading.said, Key) for reading in _readings(body))


def test_nearly_every_wish_ends_contacts_at_once() -> None:
    held = [body for body in WISHES if set(_opts(body)) != {"stop"}]
    assert len(held) <= (1 - STOPS_AT_LEAST) * len(WISHES), held


@cases.table("body", INNOCENT)
def test_no_innocent_text_ends_contacts(body: str) -> None:
    assert "stop" not in set(_opts(body))


def test_hardly_an_innocent_text_holds_them() -> None:
    held = [body for body in INNOCENT if set(_opts(body)) != {None}]
    assert len(held) <= HOLDS_AT_MOST * len(INNOCENT), held


@given(
    st.sampled_from(WISHES),
    st.sampled_from(["{}", "  {}\n", "{} ạ", "dạ {}", "C1={}", "2. {}", "{} 🙏", "{}!!!"]),
    st.sampled_from([str.upper, str.lower, str.title, str]),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
)
def test_a_wish_is_heard_in_any_case_form_and_padding_beside_an_answer_and_among_courtesies(
    body: str, around: str, case: Callable[[str], str], form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    written = unicodedata.normalize(form, case(around.format(body)))
    assert replies.read(written, QUESTIONS["words"]).opt in ("stop", "hold"), written


@pytest.mark.parametrize("around", ["{} ạ", "{} nhé", "dạ {}", "2. {}"])
def test_every_wish_is_heard_among_courtesies_and_behind_an_answer(around: str) -> None:
    unheard = [body for body in WISHES if replies.read(around.format(body), QUESTIONS["words"]).opt is None]
    assert not unheard


@given(st.text(), st.sampled_from(WISHES))
def test_whatever_stands_around_a_wish_nothing_raises(before: str, body: str) -> None:
    assert wish(before + body) in ("stop", "hold", "later", None)


@pytest.mark.parametrize("word", ["STOP", "TC", "Unsubscribe", "opt out"])
def test_the_first_word_counts_however_long_the_text(word: str) -> None:
    assert wish(f"{word}. " + "Tôi nghĩ xã nên mở thêm đường. " * 20) == "stop"


def test_in_a_long_text_only_the_first_word_counts() -> None:
    told = "Xã nên mở thêm đường ra đồng, sửa cống, và báo lịch xả nước trước vài ngày cho dân biết mà chuẩn bị. "
    assert wish(told + told + "Đừng nhắn tin nữa.") is None


@pytest.mark.parametrize(
    "body",
    ["đừng gọi bây giờ", "đừng gọi buổi trưa, gọi chiều", "dung goi buoi toi nhe", "please don't call at night"],
)
def test_not_now_is_another_time(body: str) -> None:
    assert wish(body) == "later"
