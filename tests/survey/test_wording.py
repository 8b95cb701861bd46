"""What respondents hear and read: every code in both languages, short enough for the ear and for one text."""

from __future__ import annotations

import re
import unicodedata

import pytest

from survey.words.wording import WORDS, digits, parameters, say, version
from tests import cases

SAMPLE = {
    "day": 5,
    "month": 3,
    "office": "Liên minh Hợp tác xã tỉnh Tuyên Quang",
    "organisation": "Hợp tác xã Nông nghiệp Đồng Tâm",
    "contact": "0207 3822 123",
    "minutes": 8,
    "questions": 20,
    "number": 12,
    "label": "Rất hài lòng",
    "answer": "Rất hài lòng",
    "key": 1,
    "question": "Ông bà có hài lòng?",
    "understood": "1, 2",
    "choices": "C3, C5",
    "reference": "DX001",
}
SHORT = {**SAMPLE, "office": "LMHTX Tuyên Quang", "organisation": "HTX Đồng Tâm"}
HEARD = sorted(code for code in WORDS if not code.startswith("text."))
READ = sorted(code for code in WORDS if code.startswith("text."))
CARRIERS_OWN = {"YES", "NO", "END", "STOP", "CANCEL", "QUIT", "START"}


def plain(text: str) -> str:
    """Without diacritics, as texts are sent by default."""
    spread = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


@cases.table("code", sorted(WORDS))
def test_every_code_has_both_languages_with_the_same_parameters(code: str) -> None:
    assert set(WORDS[code]) == {"vi", "en"}
    named = [set(re.findall(r"{(\w+)}", words)) for words in WORDS[code].values()]
    assert named[0] == named[1] == parameters(code)
    assert parameters(code) <= SAMPLE.keys()


@cases.table("code", HEARD)
def test_a_spoken_sentence_takes_at_most_twelve_seconds(code: str) -> None:
    for sentence in re.split(r"[.?!] ", say(code, "vi", **SAMPLE)):
        assert len(sentence.split()) <= 35


def test_the_opening_takes_at_most_thirty_five_seconds_before_the_first_key() -> None:
    opening = " ".join(say(code, "vi", **SAMPLE) for code in HEARD if code.startswith("opening."))
    assert len(opening.split()) <= 95  # about three syllables a second, with breath


@cases.table("code", READ)
@cases.table("language", ["vi", "en"])
def test_a_text_is_one_segment_and_avoids_what_routes_refuse(code: str, language: str) -> None:
    text = plain(say(code, language, **SHORT))
    assert len(text) <= 160
    assert text.isascii()
    assert not set("#&{}[]~^|\\€") & set(text)
    assert not CARRIERS_OWN & set(re.findall(r"\w+", text))


def test_contacts_that_we_begin_fit_with_a_long_office_name_too() -> None:
    for code in ("text.invitation", "text.announcement", "text.reminder"):
        assert len(plain(say(code, "vi", **SAMPLE))) <= 160


def test_words_change_with_each_try_and_the_last_stay() -> None:
    for code in ("unheard", "wrong_key", "wrong_number", "out_of_range", "text.wrong_key", "text.out_of_range"):
        first, second, third = (say(code, "vi", tries=n) for n in (1, 2, 3))
        assert first != second == third


def test_another_language_falls_back_to_vietnamese() -> None:
    assert say("thanks", "hmn") == say("thanks", "vi")
    assert say("thanks", "en") != say("thanks", "vi")


def test_parameters_are_put_in_as_they_are() -> None:
    assert say("echo", "vi", answer="{office}") == "Đã ghi: {office}."
    assert say("option", "vi", label="Hài lòng", key=2) == "Hài lòng, bấm phím 2."


def test_an_unknown_code_or_a_missing_parameter_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        say("nonsense", "vi")
    with pytest.raises(KeyError):
        say("echo", "vi")


def test_a_number_is_read_figure_by_figure() -> None:
    assert digits("+84 207.3822") == "8 4 2 0 7 3 8 2 2"


def test_the_version_is_short_and_stable() -> None:
    assert version() == version()
    assert re.fullmatch(r"[0-9a-f]{16}", version())


FREE = {
    *("opening.length", "resumed", "resumed.about"),  # a call of ours, or one that was rung back; else `.paid`
    *("wanted.call", "text.wanted.call", "text.wanted.call.brief", "text.wanted.help"),  # we call them
    "text.announcement",
}
"""Where respondents are promised that something costs nothing, and why that is true."""


def test_nothing_else_promises_that_it_is_free() -> None:
    promise = re.compile("mất tiền|miễn phí|costs you nothing|free|no charge")
    found = {code for code, words in WORDS.items() if any(promise.search(text) for text in words.values())}
    assert found == FREE
    for code in ("opening.length", "resumed", "resumed.about"):
        assert not any(promise.search(text) for text in WORDS[f"{code}.paid"].values())
        assert parameters(code) == parameters(f"{code}.paid")
