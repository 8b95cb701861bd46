"""Keys have one meaning everywhere, and no key press can be read as an answer that was not pressed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr import menus
from ivr.menus import Keys
from survey.answers import Key, Said, Silence, Spoken, Unclear
from survey.engine.side_question_forms import ASIDES, END
from survey.form.questionnaire import Choice, Question
from tests import cases
from tests.survey import forms

LEVEL = forms.level("q1")
WHOLE = forms.whole("members")
SEVERAL = forms.several("what")
DECIMAL = forms.other("income", "decimal")
DAY = forms.other("founded", "date")
NUMBERED = forms.numbered("village")
NOUGHT = Question("q", "select_one", {"vi": ""}, (Choice("none", {"vi": "Không"}, "0"), Choice("a", {"vi": "A"}, "10")))


@cases.table(
    ("digits", "question", "said"),
    [
        ("1", LEVEL, Key("1")),
        ("5", LEVEL, Key("5")),  # the engine says that it is no choice
        # the same meaning everywhere; a form's own key goes first
        ("7", LEVEL, Spoken("back")),
        ("8", LEVEL, Spoken("later")),
        ("9", LEVEL, Key("4")),  # the form's own "no opinion"
        ("9", SEVERAL, Key("9")),
        ("9", forms.consent(), Key("9")),
        ("9", replace(forms.several("what", required=False), choices=LEVEL.choices[:2]), Spoken("skip")),
        ("6", forms.consent(), Spoken("not_me")),
        ("6", LEVEL, Key("6")),
        ("7", ASIDES[END], Spoken("back")),
        ("7", WHOLE, Key("7")),
        ("*7", WHOLE, Spoken("back")),
        ("*8#", WHOLE, Spoken("later")),
        ("*0", DECIMAL, Spoken("person")),
        ("*9", DAY, Key("*9")),
        ("*9", forms.other("day", "date", required=False), Spoken("skip")),
        ("7*", WHOLE, Spoken("repeat")),
        ("77", LEVEL, Key("77")),
        ("7", None, Spoken("back")),
        ("22", LEVEL, Key("22")),
        # the hash key after one key, or before figures: left over, and no try
        ("#", LEVEL, Spoken("repeat")),
        ("##", LEVEL, Spoken("repeat")),
        ("2#", LEVEL, Key("2")),
        ("#2", LEVEL, Key("2")),
        ("#", forms.consent(), Spoken("repeat")),
        ("#", ASIDES[END], Spoken("repeat")),
        ("1#", ASIDES[END], Key("1")),
        ("*#", LEVEL, Spoken("repeat")),
        ("7#", LEVEL, Spoken("back")),
        ("#25#", WHOLE, Key("25")),
        ("#13", SEVERAL, Key("13")),
        ("#12#5", DECIMAL, Key("12#5")),
        ("*", LEVEL, Spoken("repeat")),
        ("0", LEVEL, Spoken("person")),
        ("", LEVEL, Silence()),
        (None, LEVEL, Silence()),
        (" ", LEVEL, Silence()),
        ("0", NOUGHT, Key("0")),
        ("10", NOUGHT, Key("10")),
        # numbered choices: one or two figures, then the hash key; what means the same everywhere goes behind a star
        ("3", NUMBERED, Key("3")),
        ("3#", NUMBERED, Key("3")),
        ("12#", NUMBERED, Key("12")),
        ("07", NUMBERED, Key("7")),
        ("7", NUMBERED, Key("7")),
        ("8", NUMBERED, Key("8")),
        ("9", NUMBERED, Key("9")),
        ("*7", NUMBERED, Spoken("back")),
        ("*8#", NUMBERED, Spoken("later")),
        ("*0", NUMBERED, Spoken("person")),
        ("0", NUMBERED, Spoken("person")),
        ("*", NUMBERED, Spoken("repeat")),
        ("1*2", NUMBERED, Spoken("repeat")),
        ("13", NUMBERED, Key("13")),  # the engine says that it is no choice
        ("120", NUMBERED, Key("120")),
        ("", NUMBERED, Silence()),
        ("25", WHOLE, Key("25")),
        ("25#", WHOLE, Key("25")),
        ("0", WHOLE, Key("0")),
        ("*", WHOLE, Spoken("repeat")),
        ("12*", WHOLE, Spoken("repeat")),
        ("#", WHOLE, Spoken("repeat")),
        (None, WHOLE, Silence()),
        # several choices: their keys, then the hash key
        ("13", SEVERAL, Key("13")),
        ("13#", SEVERAL, Key("13")),
        ("0", SEVERAL, Spoken("person")),
        ("1*", SEVERAL, Spoken("repeat")),
        ("#", SEVERAL, Spoken("repeat")),
        # a decimal: the hash key stands between the whole part and the decimals, and may end it
        ("12", DECIMAL, Key("12")),
        ("12#5", DECIMAL, Key("12#5")),
        ("12#5#", DECIMAL, Key("12#5")),
        ("12#", DECIMAL, Key("12")),
        ("0#5", DECIMAL, Key("0#5")),
        ("0", DECIMAL, Key("0")),
        ("12*5", DECIMAL, Spoken("repeat")),
        ("##", DECIMAL, Spoken("repeat")),
        ("05032026#", DAY, Key("05032026")),
        ("0", DAY, Key("0")),
        ("*", DAY, Spoken("repeat")),
        ("1", None, Unclear("not_asked", "1")),
        ("*", None, Spoken("repeat")),
        ("0", None, Spoken("person")),
        (None, None, Silence()),
    ],
)
def test_read_key(digits: str | None, question: Question | None, said: Said) -> None:
    assert menus.read_key(digits, question) == said


@given(
    st.none() | st.text() | st.text(st.sampled_from("0123456789*#ABCD")),
    st.sampled_from([LEVEL, WHOLE, SEVERAL, DECIMAL, DAY, NOUGHT, NUMBERED, None]),
)
def test_nothing_raises_and_a_key_is_what_was_pressed(digits: str | None, question: Question | None) -> None:
    said = menus.read_key(digits, question)
    if isinstance(said, Key):
        assert question is not None
        if said == Key("4") and (digits or "").strip().endswith("9"):
            return  # the form's own "no opinion"
        pressed = "".join((digits or "").split()).strip("#")
        assert said.digits in (pressed, pressed.lstrip("0") if question.numbered else pressed)


def test_one_key_ends_a_choice_and_the_hash_key_a_number() -> None:
    assert menus.keys_for(LEVEL) == Keys(1, menus.TIMEOUT_S, "")
    assert menus.keys_for(NUMBERED) == menus.keys_for(NOUGHT) == menus.keys_for(WHOLE)
    assert menus.keys_for(SEVERAL) == menus.keys_for(DAY) == Keys(None, menus.NUMBER_TIMEOUT_S, "#")
    assert menus.keys_for(DECIMAL) == Keys(None, menus.NUMBER_TIMEOUT_S, "")
    assert menus.keys_for(WHOLE) == Keys(None, menus.NUMBER_TIMEOUT_S, "#")
