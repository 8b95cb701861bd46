"""What people really type, row by row, and what must hold for everything they could type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.reading import replies
from sms.reading import vocabulary as words
from survey.answers import Key, Said, Spoken, Unclear
from survey.form.questionnaire import Choice, Question
from tests import cases

TABLE: dict[str, list[dict[str, Any]]] = cases.load(Path(__file__).with_name("replies.yaml").read_text())


def _question(name: str, number: int | None, *labels: tuple[str, str, str], role: str = "question") -> Question:
    choices = tuple(Choice(key, {"vi": vi, "en": en}, key, no_opinion="ý kiến" in vi) for key, vi, en in labels)
    return Question(name, "select_one", {"vi": name}, choices, role=role, number=number)


LEVEL = _question(
    "level",
    3,
    ("1", "Rất hài lòng", "Very satisfied"),
    ("2", "Hài lòng", "Satisfied"),
    ("3", "Không hài lòng", "Not satisfied"),
    ("9", "Không có ý kiến", "No opinion"),
)
QUESTIONS: dict[str, Question | None] = {
    "level": LEVEL,
    "older": _question(
        "older",
        4,
        ("1", "Hài lòng", "Satisfied"),
        ("2", "Chưa hoàn toàn hài lòng", "Partly satisfied"),
        ("3", "Không hài lòng", "Not satisfied"),
    ),
    "quality": _question("quality", 5, ("1", "Tốt", "Good"), ("2", "Tạm được", "Fair"), ("3", "Tồi", "Bad")),
    "yesno": _question("yesno", 6, ("1", "Có", "Yes"), ("2", "Không", "No")),
    "whole": Question("whole", "integer", {"vi": "Số thành viên"}, number=7),
    "consent": _question("consent", None, ("1", "Đồng ý", "Agree"), ("2", "Không đồng ý", "Refuse"), role="consent"),
    "several": replace(
        _question(
            "several", 8, ("1", "Nước", "Water"), ("2", "Đường", "Roads"), ("3", "Điện và loa", "Power"),
            ("9", "Không có ý kiến", "No opinion"),
        ),
        kind="select_multiple",
    ),
    "decimal": Question("decimal", "decimal", {"vi": "Thu nhập bao nhiêu triệu đồng?"}, number=9),
    "date": Question("date", "date", {"vi": "Thành lập ngày nào?"}, number=10),
    "words": Question("words", "text", {"vi": "Mong muốn điều gì?"}, number=11),
    "none": None,
}  # fmt: skip
ROWS = [pytest.param(name, row, id=f"{name}-{row['body']!r}") for name, rows in TABLE.items() for row in rows]


def _written(said: Said, opt: str | None) -> str:
    if opt:
        return opt
    match said:
        case Key(digits):
            return f"key {digits}"
        case Spoken(word):
            return f"word {word}"
        case Unclear(code, _):
            return f"unclear {code}"
    return repr(said)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(ROWS) >= 600
    assert len({(p.values[0], p.values[1]["body"]) for p in ROWS}) == len(ROWS), "a row stands there twice"


@cases.table(("name", "row"), ROWS)
def test_reply(name: str, row: dict[str, Any]) -> None:
    reading = replies.read(row["body"], QUESTIONS[name], "vi")
    assert _written(reading.said, reading.opt) == row["reads"]
    assert reading.number == row.get("number")
    assert reading.correction == row.get("correction", False)


ANY_TEXT = st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("0123cC:. ?ạbaòlgiàhnkôý\u0301\ufe0f"))


@given(ANY_TEXT, st.sampled_from(list(QUESTIONS)))
def test_nothing_that_can_be_typed_raises(body: str, name: str) -> None:
    reading = replies.read(body, QUESTIONS[name], "vi")
    assert isinstance(reading.said, Key | Spoken | Unclear)
    if isinstance(reading.said, Key):
        assert reading.said.digits
        if name != "words":
            assert re.fullmatch(r"[0-9]+(\.[0-9]+)?" if name == "decimal" else r"[0-9]+", reading.said.digits, re.ASCII)


LEVELS = {c.key: c.label["vi"] for c in LEVEL.choices}


@given(
    st.permutations(sorted(LEVELS)).map(lambda keys: keys[:2]),
    st.sampled_from([" ", ", ", " hay ", " hoac ", "/", " chu khong phai ", "; "]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "C3: ", "da em chon "]),
)
def test_two_levels_are_never_one_score(
    pair: list[str], between: str, first_in_digits: bool, second_in_words: bool, before: str
) -> None:
    first = pair[0] if first_in_digits else LEVELS[pair[0]]
    second = LEVELS[pair[1]] if second_in_words else pair[1]
    assert isinstance(replies.read(before + first + between + second, LEVEL, "vi").said, Unclear)


@given(
    st.sampled_from(sorted(LEVELS)),
    st.text(st.sampled_from("qwrtpsdfghjlzxcvbm"), min_size=3, max_size=9).filter(
        lambda word: not words.polite(word) and word not in words.HOMOGRAPHS
    ),
    st.booleans(),
)
def test_an_unknown_word_beside_the_answer_is_never_ignored(key: str, word: str, in_front: bool) -> None:
    body = f"{word} {key}" if in_front else f"{key} {word}"
    assert isinstance(replies.read(body, LEVEL, "vi").said, Unclear)


@given(st.sampled_from(sorted(LEVELS)), st.sampled_from(["{}", "Dạ {} ạ", "da em chon {} a", "C3: {}", "câu 3={}"]))
def test_words_digits_and_plain_letters_say_the_same(key: str, frame: str) -> None:
    label = LEVELS[key]
    bare = " ".join(map(words.bare, words.tokens(label)))
    for written in (key, label, label.upper(), bare):
        assert replies.read(frame.format(written), LEVEL, "vi").said == Key(key)


def mangled(word: str, at: int, how: str, letter: str) -> str:
    """`word` with one letter left out, doubled, changed, or swapped with the next."""
    at %= len(word)
    match how:
        case "out":
            return word[:at] + word[at + 1 :]
        case "double":
            return word[:at] + word[at] + word[at:]
        case "change":
            return word[:at] + letter + word[at + 1 :]
        case _:
            return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


@given(
    st.sampled_from(sorted(LEVELS)),
    st.integers(0, 20),
    st.sampled_from(["out", "double", "change", "swap"]),
    st.sampled_from("abcdeghiklmnopqrstuvxy"),
    st.sampled_from([LEVEL, QUESTIONS["older"]]),
)
def test_one_wrong_letter_never_makes_another_level(key: str, at: int, how: str, letter: str, asked: Question) -> None:
    labels = {choice.key: choice.label["vi"] for choice in asked.choices}
    chosen = key if key in labels else "1"
    bare = " ".join(map(words.bare, words.tokens(labels[chosen])))
    said = replies.read(mangled(bare, at, how, letter), asked).said
    assert said == Key(chosen) or isinstance(said, Unclear)


@given(
    st.sampled_from([str(row.values[1]["body"]) for row in ROWS if row.values[0] in ("level", "older", "yesno")]),
    st.sampled_from(["{}", "  {}\n", "{} ạ", "da {}"]),
    st.sampled_from([str.upper, str.lower, str]),
    st.sampled_from(["NFC", "NFD", "NFKC"]),
)
def test_a_score_is_the_same_in_any_case_form_and_padding_and_among_polite_words(
    body: str, around: str, case: Callable[[str], str], form: Literal["NFC", "NFD", "NFKC"]
) -> None:
    first = replies.read(body, LEVEL)
    again = replies.read(unicodedata.normalize(form, case(around.format(body))), LEVEL)
    if isinstance(first.said, Key):
        assert again.said == first.said
    else:
        assert not isinstance(again.said, Key)


def test_tone_marks_may_stand_on_either_vowel() -> None:
    assert replies.read("huỷ", LEVEL).opt == replies.read("hủy", LEVEL).opt == "stop"


def test_the_same_words_have_the_same_digest_however_they_are_typed() -> None:
    plain, accented, other = (replies.read(b, LEVEL).digest for b in (" hai  long", "Hài lòng.", "rat hai long"))
    assert plain == accented != other


def test_a_homograph_is_asked_back_only_as_a_choice_that_there_is() -> None:
    agree = Choice("yes", {"vi": "Đồng ý"}, "1"), Choice("no", {"vi": "Không đồng ý"}, "2")
    asked = Question("consent", "select_one", {"vi": "Đồng ý?"}, agree, role="consent")
    assert replies.read("khong", asked).said == Unclear("homograph", "2")
    assert replies.read("khong", LEVEL).said == Unclear("homograph", "")
    assert replies.read("ba", LEVEL).said == Unclear("homograph", "3")
    assert replies.read("khong", QUESTIONS["whole"]).said == Unclear("homograph", "0")


@pytest.mark.parametrize(
    ("body", "settled"),
    [
        *[(body, "stop") for body in ("Đúng", "đúng rồi ạ", "dung roi", "phải", "phai", "vâng", "ừ", "có", "co a")],
        *[(body, "go_on") for body in ("không", "khong", "ko a", "không phải", "nham roi")],
        *[(body, None) for body in ("2", "hai long", "", "khong biet", "vâng 2", "goi lai")],
    ],
)
def test_what_is_said_to_the_question_whether_contacts_shall_end(body: str, settled: str | None) -> None:
    assert replies.settles(body) == settled


def test_english_numbers_are_read_in_english_only() -> None:
    assert replies.read("two", LEVEL, "en").said == Key("2")
    assert replies.read("two", LEVEL, "vi").said == Unclear("words")
