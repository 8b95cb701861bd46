"""Whatever our own text offers is read as that option and nothing else, or the form's check refuses the form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from demo.samples.make_samples import QUESTIONNAIRES
from files.printed_options import misread
from files.xlsform import read_form
from sms import texting
from sms.encoding import plain
from sms.reading import replies
from sms.reading import vocabulary as words
from sms.texting import TextContext
from survey.answers import Key, Spoken, Unclear
from survey.engine.effects import Ask
from survey.form.questionnaire import Choice, Question, Questionnaire
from tests.survey import forms

FORMS = {path.stem: read_form(path) for path in sorted(Path(QUESTIONNAIRES).glob("[A-Z]*.xlsx"))}


def printed(form: Questionnaire, question: Question, language: str, *, accented: bool = False) -> dict[str, str]:
    """Key → words, as they stand in the text that asks `question`."""
    context = TextContext("LM HTX", accented=accented, segments=9)
    body = texting.compose(form, (Ask(question.name, 1),), language, context)[0].body
    places = [(m.start(), m.end(), m[1]) for m in re.finditer(r"(?:(?<=[ ,])|^)([1-9])=", body)]
    ends = [start for start, _, _ in places[1:]] + [len(body)]
    return {key: body[start:end].strip(" ,") for (_, start, key), end in zip(places, ends, strict=True)}


Form = Literal["NFC", "NFD"]
FRAMES: tuple[str, ...] = (
    "{w}", "{k}", "{k}={w}", "{k} = {w}", "{k} - {w}", "{k}.{w}", "{k}) {w}", "{k}: {w}", "({k}) {w}", "{k}/{w}",
    "{k}{w}",
    "dạ {w} ạ", "{w} nhé", "vâng {w}", "{w} nha em", "{w}!!!", "{w} 👍", "{w} :)", "{w} =))", '"{w}"', "{w}...",
    "ok {w}",
    "{k}ạ", "{k}nha", "{k} nhé", "mức {k}", "chọn {k}", "ý {k}", "số {k}", "muc {k}", "phương án {k}", "đáp án {k}",
    "em chọn {w}", "C{n}: {k}", "C{n}: {w}", "câu {n}: {k}", "cau {n} {k}={w}", "C{n}.{k}", "tôi chọn {k}. cảm ơn",
    "câu trả lời là {k}", "cau tra loi cua toi la {k}", "lựa chọn số {k}", "mức độ {k}", "chọn ô {k}", "*{k}*",
    "{k}\ufe0f\u20e3", "“{k}”", "dạ câu trả lời là {w} ạ", "Kính thưa, {w}",
)  # fmt: skip
CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower)


def sent_back(key: str, option: str, number: int | None) -> Iterator[str]:
    for frame in FRAMES:
        if number is None and "{n}" in frame:
            continue
        for case in CASES:
            yield case(frame.format(k=key, w=option, n=number))


def _options() -> Iterator[tuple[Questionnaire, Question, str]]:
    seen = set()
    for form in FORMS.values():
        for question in (q for q in form.questions if q.choices):
            for language in form.languages:
                same = (form.code, tuple(str(c) for c in question.choices), language)
                if same not in seen:
                    seen.add(same)
                    yield form, question, language


@pytest.mark.parametrize(
    ("form", "question", "language"),
    [pytest.param(*found, id=f"{found[0].code}-{found[1].name}-{found[2]}") for found in _options()],
)
def test_every_printed_option_of_the_samples_is_read_as_that_option(
    form: Questionnaire, question: Question, language: str
) -> None:
    for accented in (False, True):
        offered = printed(form, question, language, accented=accented)
        assert set(offered) == {choice.key for choice in question.choices}
        for key, option in offered.items():
            label = question.choice_for_key(key)
            assert label is not None
            for written in {option, plain(option), label.label[language] if question.role != "consent" else option}:
                for body in sent_back(key, written, question.number):
                    for unicode_form in ("NFC", "NFD"):
                        reading = replies.read(unicodedata.normalize(unicode_form, body), question, language)  # type: ignore[arg-type]
                        assert (reading.said, reading.opt) == (Key(key), None), body


SYLLABLES = st.sampled_from(
    words.phrase(
        "có không chưa đã rất hài lòng dừa dưa dứa tốt tồi khá năm sáu hai ba một bốn trước sau gọi dừng từ chối hủy "
        "thôi đúng sai bận tiếp sửa lúa ngô khoai trên dưới 10 20 5 ý kiến a b c đồng nhiều ít tiếng anh việt end stop "
        "mức câu 3 ạ ừ"
    )
)
WORDS = st.lists(SYLLABLES, min_size=1, max_size=3).map(" ".join)


@given(
    st.lists(WORDS, min_size=2, max_size=5, unique=True),
    st.sampled_from(["select_one", "select_multiple"]),
    st.booleans(),
    st.sampled_from(FRAMES),
    st.sampled_from(CASES),
    st.sampled_from(["NFC", "NFD"]),
)
@example(["có", "không"], "select_one", True, "{k}={w}", str, "NFC")
@example(["trước", "sau"], "select_one", True, "{w}", str, "NFC")
@example(["gọi lại", "tiếp"], "select_one", True, "dạ {w} ạ", str, "NFC")
@example(["10 20", "20"], "select_one", True, "{w}", str, "NFC")
@example(["có", "10"], "select_multiple", True, "{k}.{w}", str, "NFC")
@example(["có", "có sửa"], "select_one", False, "C{n}: {w}", str, "NFC")
def test_an_option_of_any_form_is_read_as_printed_or_the_form_is_refused(
    labels: list[str], kind: Literal["select_one", "select_multiple"], is_plain: bool, frame: str,
    case: Callable[[str], str], unicode_form: Form,
) -> None:  # fmt: skip
    choices = tuple(Choice(f"v{n}", {"vi": label, "en": label}, str(n)) for n, label in enumerate(labels, 1))
    asked = Question("q", kind, {"vi": "Chọn ý nào?", "en": "Which?"}, choices)
    form = forms.form(forms.consent(), asked)
    refused = {fault.params["key"] for fault in misread(form)}
    question = form.questions[1]
    for choice in choices:
        if choice.key in refused or ("{w}" not in frame and frame != "{k}"):
            continue
        option = plain(choice.label["vi"]) if is_plain else choice.label["vi"]
        body = case(frame.format(k=choice.key, w=option, n=question.number))
        reading = replies.read(unicodedata.normalize(unicode_form, body), question)
        others = {other.key for other in choices} - {choice.key}
        assert not (isinstance(reading.said, Key) and set(reading.said.digits) & others), body
        if frame in ("{w}", "{k}={w}", "{k}"):
            assert (reading.said, reading.opt) == (Key(choice.key), None), body


ENGLISH = ("First", "Second", "Third", "Fourth", "Fifth")


def options(*labels: str, texts: tuple[str, ...] = ()) -> Question:
    """A question with these options under keys from 1 on."""
    written = texts or ("",) * len(labels)
    choices = tuple(
        Choice(f"v{n}", {"vi": label, "en": ENGLISH[n - 1]}, str(n), text={"vi": text} if text else {})
        for n, (label, text) in enumerate(zip(labels, written, strict=True), 1)
    )
    return Question("q", "select_one", {"vi": "Ý nào?", "en": "Which?"}, choices, number=3)


def test_a_word_without_marks_finds_options_and_never_decides_between_them() -> None:
    fruit = options("Dừa", "Dứa", "Dưa")
    assert replies.read("dua", fruit).said == Unclear("alike", "1, 2, 3")
    assert replies.read("Dứa", fruit).said == Key("2")
    assert replies.read("DƯA ạ", fruit).said == Key("3")
    assert replies.read("2=Dua", fruit).said == Key("2")
    assert replies.read("dua 2", fruit).said == Key("2")
    assert replies.read("dua", replace(fruit, kind="select_multiple")).said == Unclear("alike", "1, 2, 3")
    melon = options("Dưa", "Mít")
    assert replies.read("dua", melon).said == Key("1")
    assert replies.read("Dừa", melon).said == Unclear("words")  # another fruit
    assert replies.read("Dua", options("Dua", "Dừa")).said == Unclear("alike", "1, 2")
    assert replies.read("Dừa", options("Dua", "Dừa")).said == Key("2")


def test_words_for_texts_find_their_option_with_marks_too() -> None:
    agree = options("Đồng ý", "Không đồng ý", texts=("Co", "Khong"))
    for body, key in (("Có", "1"), ("co a", "1"), ("Không", "2"), ("khong", "2"), ("ko", "2"), ("1=Có", "1")):
        assert replies.read(body, agree).said == Key(key), body
    assert replies.read("cô", agree).said == Unclear("no_answer")
    assert replies.read("1=Co, 2=Khong", agree).said == Unclear("two_answers", "1, 2")
    assert replies.read("2=Co", agree).said == Unclear("two_answers", "2, 1")


def test_an_option_goes_before_a_word_that_always_works_but_not_before_an_opt_out() -> None:
    when = options("Trước", "Sau")
    assert replies.read("truoc", when).said == Key("1")
    assert replies.read("sau", when).said == Key("2")
    assert replies.read("trước", options("Sáng", "Chiều")).said == Spoken("back")
    assert replies.read("Từ chối", options("Đồng ý", "Từ chối")).opt == "stop"


def test_a_doubtful_wish_is_the_option_only_where_its_key_stands_beside_it() -> None:
    insured = options("Có tham gia", "Không tham gia")
    assert replies.read("2=Khong tham gia", insured).said == Key("2")
    assert replies.read("khong tham gia", insured).opt == "hold"
    assert replies.read("2 dung goi", insured).opt == "hold"
    assert replies.read("2=Khong nhan tin", options("Nhận tin", "Không nhận tin")).opt == "stop"
    assert replies.read("Không gọi buổi trưa", options("Gọi buổi trưa", "Không gọi buổi trưa")).said == Key("2")


@pytest.mark.parametrize(
    "body", ["chu hai long", "chau hai long", "chu Hai Long", "Chú Hai Long", "anh hai long", "co hai long"]
)
@pytest.mark.parametrize("low", ["Chưa hài lòng", "Không hài lòng"])
def test_a_name_or_a_slip_before_an_option_is_asked_back(body: str, low: str) -> None:
    assert isinstance(replies.read(body, options("Rất hài lòng", "Hài lòng", low)).said, Unclear)


@pytest.mark.parametrize("body", ["chú hài lòng", "em hai long", "cháu hài lòng ạ", "chu 2", "2 chu hai long"])
def test_who_says_that_he_is_content_is(body: str) -> None:
    assert replies.read(body, options("Rất hài lòng", "Hài lòng", "Chưa hài lòng")).said == Key("2")


def test_options_one_letter_apart_are_told_apart() -> None:
    kinds = options("Loại A", "Loại B")
    assert replies.read("loai a", kinds).said == Key("1")
    assert replies.read("dạ loại B ạ", kinds).said == Key("2")


@pytest.mark.parametrize("body", ["chị Hai", "anh hai", "cô hai ạ", "ông Tư", "không chọn 2", "ko bấm 1", "k phải 2"])
def test_a_name_or_a_refused_key_is_asked_back(body: str) -> None:
    for asked in (options("Rất hài lòng", "Hài lòng", "Chưa hài lòng", "Khác"), options("Có", "Không", "Khác", "Tùy")):
        assert isinstance(replies.read(body, asked).said, Unclear)


def test_words_with_other_marks_and_asking_back_are_no_option() -> None:
    levels = options("Rất hài lòng", "Hài lòng", "Chưa hài lòng")
    for body in ("Hải Long", "hài lòng chi", "hài lòng chi đâu", "Hái long"):
        assert isinstance(replies.read(body, levels).said, Unclear), body
    for body in ("hai lòng", "hài long", "hai long chi a", "hài lòng chị ạ"):
        assert replies.read(body, levels).said == Key("2"), body
    assert replies.read("rất hái lòng", levels).said == Key("1")


def test_all_of_them_is_not_the_one_under_that_key() -> None:
    several = replace(options("Vốn", "Đất", "Giống", "Phân"), kind="select_multiple")
    assert replies.read("cả 4", several).said == replies.read("ca hai", several).said == Unclear("words")
    assert replies.read("cả 1 và 4", several).said == Key("14")


@pytest.mark.parametrize(
    "body",
    ["mười hai", "muoi hai", "Mười hai ạ", "số mười hai", "thôn mười hai", "câu trả lời là mười hai", "T12", "12#"],
)
def test_a_number_of_two_figures_may_be_spelled(body: str) -> None:
    assert replies.read(body, forms.numbered("village")).said == Key("12")


@pytest.mark.parametrize(
    "body", ["mười, hai", "mười hai hoặc mười", "không phải mười hai", "mười hai người", "chị mười"]
)
def test_two_spelled_numbers_or_half_of_one_are_asked_back(body: str) -> None:
    assert isinstance(replies.read(body, forms.numbered("village")).said, Unclear)
