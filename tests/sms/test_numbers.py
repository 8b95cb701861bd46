"""A number is read where it is certain, and asked back where it may be another: row by row, and for every number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from demo.samples.make_samples import QUESTIONNAIRES
from files.xlsform import read_form
from sms.reading import numerals, replies
from sms.reading import vocabulary as words
from survey.answers import Key, Unclear
from survey.form.questionnaire import Question
from tests import cases
from tests.survey.forms import other, whole

TABLE: dict[str, dict[str, str]] = cases.load(Path(__file__).with_name("numbers.yaml").read_text("utf-8"))
NAMES = {
    "visits": ("HTX-NN", "so_lan_gap"),
    "members": ("BC-THANG", "thanh_vien"),
    "turnover": ("BC-THANG", "doanh_thu"),
}


def _question(code: str, name: str) -> Question:
    question = read_form(QUESTIONNAIRES / f"{code}.xlsx").question(name)
    assert question is not None
    return question


QUESTIONS = {group: _question(*found) for group, found in NAMES.items()}
ROWS = [pytest.param(group, *row, id=f"{group}-{row[0]!r}") for group, rows in TABLE.items() for row in rows.items()]


@cases.table(("group", "body", "reads"), ROWS)
def test_number(group: str, body: str, reads: str) -> None:
    said = replies.read(body, QUESTIONS[group]).said
    if reads[0].isdecimal():
        assert said == Key(reads)
    else:
        assert isinstance(said, Unclear)
        assert said.code in ("two_answers", "words") if reads == "two_answers_or_words" else said.code == reads


def test_thousands_and_money_follow_what_the_question_counts() -> None:
    plain = Question("dong", "integer", {"vi": "Thu phí bao nhiêu đồng?"}, number=1)
    assert replies.read("3 triệu", plain).said == Key("3000000")
    assert replies.read("3 triệu đồng", plain).said == Key("3000000")
    assert replies.read("500k", plain).said == Key("500000")
    assert replies.read("3000000đ", plain).said == Key("3000000")
    assert replies.read("912345678 đồng", plain).said == Key("912345678")
    thousands = Question("nghin", "integer", {"vi": "Giá bao nhiêu nghìn đồng?"}, number=1)
    assert replies.read("50 nghìn", thousands).said == Key("50")
    assert replies.read("50k", thousands).said == Key("50")
    assert replies.read("50000 đồng", thousands).said == Unclear("words")
    assert replies.read("năm nghìn", thousands).said == Unclear("words")
    contracts = Question("contracts", "integer", {"vi": "Bao nhiêu hợp đồng?"}, number=1)
    assert replies.read("3 hợp đồng", contracts).said == Key("3")
    assert replies.read("3 triệu", contracts).said == Unclear("words")
    share = Question("share", "integer", {"vi": "Bao nhiêu phần trăm?"}, number=1)
    assert replies.read("25%", share).said == replies.read("25 phần trăm", share).said == Key("25")


def test_a_word_of_the_unit_that_says_how_many_is_not_the_unit() -> None:
    share = Question("share", "integer", {"vi": "Bao nhiêu phần trăm hộ tham gia?"}, number=1)
    assert replies.read("3 trăm", share).said == Key("300")
    assert replies.read("3 phần trăm", share).said == Key("3")
    area = Question("area", "decimal", {"vi": "Diện tích bao nhiêu héc-ta?"}, number=1)
    assert replies.read("2 tá", area).said == replies.read("2 ta", area).said == Unclear("words")
    assert replies.read("2,5 hec ta", area).said == replies.read("2,5 héc-ta", area).said == Key("2.5")
    fee = Question("fee", "integer", {"vi": "Thu phí bao nhiêu đồng?"}, number=1)
    assert replies.read("không đồng ý", fee).said == replies.read("khong dong y", fee).said == Unclear("words")
    assert replies.read("không đồng", fee).said == Key("0")
    year = Question("year", "integer", {"vi": "Năm thành lập là năm nào?"}, number=1)
    assert replies.read("2005?", year).said == Unclear("words")


def test_a_number_in_a_list_of_answers_is_read_alike() -> None:
    from sms import several_answers as lists
    from tests.survey import forms

    form = forms.form(forms.consent(), forms.level("a"), forms.whole("members"))
    for said, kept in (("25 nguoi", "25"), ("khong den 25", None), (",5", None), ("-3", None), ("mười hai", "12")):
        found = lists.read(f"C1=2 C2={said}", form, form.question("a"), (), "vi")
        assert found is not None
        assert found.answers.get("members") == kept, said


# Every number that can be spelled, as it is said in the North and in the South

UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def _below_hundred(n: int, unit_words: dict[int, str]) -> str:
    tens, unit = divmod(n, 10)
    if tens == 0:
        return UNITS[unit]
    last = {5: unit_words[5]}.get(unit, UNITS[unit]) if tens == 1 else unit_words.get(unit, UNITS[unit])
    return " ".join(["mười" if tens == 1 else f"{UNITS[tens]} mươi", *([last] if unit else [])])


def _below_thousand(n: int, zero: str, unit_words: dict[int, str], *, full: bool) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds and not full:
        return _below_hundred(rest, unit_words)
    tail = [] if not rest else [f"{zero} {UNITS[rest]}"] if rest < 10 else [_below_hundred(rest, unit_words)]
    return " ".join([f"{UNITS[hundreds]} trăm", *tail])


def spelled(n: int, zero: str, thousand: str, unit_words: dict[int, str]) -> str:
    thousands, rest = divmod(n, 1000)
    if not thousands:
        return _below_thousand(rest, zero, unit_words, full=False)
    head = f"{_below_thousand(thousands, zero, unit_words, full=False)} {thousand}"
    return f"{head} {_below_thousand(rest, zero, unit_words, full=True)}" if rest else head


REGIONS = st.tuples(
    st.sampled_from(["lẻ", "linh"]),
    st.sampled_from(["nghìn", "ngàn"]),
    st.fixed_dictionaries({1: st.just("mốt"), 4: st.sampled_from(["tư", "bốn"]), 5: st.sampled_from(["lăm", "nhăm"])}),
)


@given(st.integers(1, 999_999), REGIONS, st.booleans())
@example(21, ("lẻ", "ngàn", {1: "mốt", 4: "tư", 5: "lăm"}), True)
@example(105_015, ("lẻ", "ngàn", {1: "mốt", 4: "tư", 5: "nhăm"}), True)
def test_every_number_that_is_spelled_out_is_that_number(
    n: int, region: tuple[str, str, dict[int, str]], with_marks: bool
) -> None:
    text = spelled(n, *region)
    text = text if with_marks else " ".join(map(words.bare, text.split()))
    assert numerals.value(text.split(), "vi") == n
    said = replies.read(f"{text} người", QUESTIONS["members"]).said
    assert said == Key(str(n)) or (not with_marks and n == 10 and said == Unclear("homograph", "10"))


@given(st.lists(st.sampled_from([*UNITS, "mười", "mươi", "trăm", "nghìn", "lẻ", "lăm", "mốt", "tư"]), max_size=8))
def test_numerals_in_any_other_order_spell_at_most_one_number(typed: list[str]) -> None:
    value = numerals.value(typed, "vi")
    if value is not None and value >= 21:
        ways = {
            spelled(value, zero, thousand, {1: one, 4: four, 5: five})
            for zero in ("lẻ", "linh")
            for thousand in ("nghìn", "ngàn")
            for one in ("mốt", "một")
            for four in ("tư", "bốn")
            for five in ("lăm",)
        }
        usual = " ".join(typed)
        short = len(typed) < 3 or typed[-1] in ("lăm", "mốt", "tư") or "lẻ" in typed
        assert usual in ways or short


NOT_THAT_NUMBER = (
    "không đến {}", "không quá {}", "chưa tới {}", "dưới {}", "trên {}", "hơn {}", "ít nhất {}", "nhiều nhất {}",
    "tối đa {}", "tối thiểu {}", "gần {}", "khoảng {}", "độ {}", "chừng {}", "cỡ {}", "từ {}", "đến {}", "{} hoặc hơn",
    "{} trở lên", "{}-", "thiếu {}", "không phải {}", "đâu {}", "~{}", ">{}", "<{}", "{}%", "-{}", ",{}", ".{}",
    "{},5", "{}.5", "{}/2", "{} rưỡi", "{}?", "lần {}", "thứ {}", "tháng {}", "not {}", "less than {}", "about {}",
    "{} hay {}0", "{}h", "{}k", "{}tr", "{}m2", "{}²", "${}", "x{}", "{}x", "ko {}", "k phải {}", "hổng {}", "chả {}",
)  # fmt: skip


@given(
    st.integers(1, 99_999),
    st.sampled_from(NOT_THAT_NUMBER),
    st.sampled_from([*QUESTIONS.values(), whole("n"), other("income", "decimal")]),
    st.sampled_from(["{}", "dạ {} ạ", "{} lần", "{} người"]),
    st.booleans(),
)
def test_what_may_be_another_number_is_asked_back(
    n: int, shape: str, question: Question, around: str, plain: bool
) -> None:
    body = around.format(shape.format(n, n))
    body = " ".join(map(words.bare, body.split())) if plain else body
    said = replies.read(body, question).said
    if question.kind == "decimal" and shape in ("{},5", "{}.5"):
        return
    if shape == "{}-" or (plain and shape == "cỡ {}") or (shape == "{}tr" and question is QUESTIONS["turnover"]):
        return
    assert isinstance(said, Unclear), said
