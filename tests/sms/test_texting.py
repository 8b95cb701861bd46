"""One step, one text: plain letters in one segment wherever it can be, whole options always."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from demo.samples.make_samples import QUESTIONNAIRES as HERE_FORMS
from files.xlsform import read_form
from sms import encoding, texting
from sms.texting import TextContext, compose
from survey.answers import Heard, Key, Said, Spoken, Unclear
from survey.engine import engine
from survey.engine.effects import (
    AlreadyAnswered,
    Ask,
    Doubtful,
    Echo,
    Finished,
    LeftOpen,
    Resumed,
    Tell,
    Wanted,
    Welcome,
)
from survey.form.questionnaire import Question, Questionnaire
from survey.words import wording
from tests import cases
from tests.survey import forms
from tests.survey.forms import NOW

FORM = forms.small_form()
BOTH = st.sampled_from([FORM, forms.report_form()])
QUESTIONNAIRES = TextContext("LM HTX Lao Cai", "02143840123")
OPTIONS = "1=Rat hai long, 2=Hai long, 3=Khong hai long, 4=Khong co y kien"


def body(*effects: object, form: Questionnaire = FORM, context: TextContext = QUESTIONNAIRES) -> str:
    (text,) = compose(form, effects, "vi", context)  # type: ignore[arg-type]
    assert text.segments == encoding.measure(text.body).segments
    return text.body


def stretched(words: int) -> Questionnaire:
    """The small form with a first question of `words` words."""
    questions = [
        replace(q, label=forms.words(" ".join(["lâu"] * words))) if q.name == "q1" else q for q in FORM.questions
    ]
    return replace(FORM, questions=tuple(questions))


SAID: st.SearchStrategy[Said] = st.one_of(
    st.sampled_from(["1", "2", "3", "4", "9", "25", "900"]).map(Key),
    st.sampled_from(["repeat", "person", "later", "help", "call"]).map(Spoken),
    st.sampled_from(["empty", "words", "several", "two_answers", "homograph", "unknown_number", "crossed"]).map(
        lambda code: Unclear(code, "3")
    ),
)


@given(BOTH, st.lists(SAID, max_size=25), st.sampled_from(["vi", "en", "xx"]), st.booleans())
def test_every_step_of_every_interview_is_one_text_with_whole_options(
    form: Questionnaire, said: list[Said], language: str, accented: bool
) -> None:
    context = replace(QUESTIONNAIRES, accented=accented)
    step = engine.begin(form, engine.new_interview(form, language), "sms", NOW)
    for what in said:
        heard = Heard("sms", "SM1", what, step.interview.turn, step.interview.asked)
        step = engine.hear(form, step.interview, heard, NOW)
        (text,) = compose(form, step.effects, language, context)
        asked = next((form.question(e.question) for e in step.effects if isinstance(e, Ask)), None)
        helped = Wanted("help") in step.effects
        if asked and not helped:
            _check_question(text.body, asked, language, accented)
        if not accented:
            assert text.body.isascii()
            assert not set("#&") & set(text.body)
            assert text.segments == 1


SAMPLES = [read_form(HERE_FORMS / f"{code}.xlsx") for code in ("HTX-NN", "HTX-PNN", "QTD", "BC-THANG")]


@given(st.sampled_from(SAMPLES), st.lists(SAID, max_size=30))
def test_every_step_of_the_sample_forms_is_one_segment(form: Questionnaire, said: list[Said]) -> None:
    step = engine.begin(form, engine.new_interview(form, "vi"), "sms", NOW)
    for what in said:
        heard = Heard("sms", "SM1", what, step.interview.turn, step.interview.asked)
        step = engine.hear(form, step.interview, heard, NOW)
        (text,) = compose(form, step.effects, "vi", QUESTIONNAIRES)
        assert text.segments == 1, text


@given(st.integers(0, 120), st.booleans(), st.booleans())
def test_the_end_of_a_part_never_cuts_an_option(words: int, accented: bool, echo: bool) -> None:
    form = stretched(words)
    effects = ((Echo("q2", "3"),) if echo else ()) + (Ask("q1", 2),)
    (text,) = compose(form, effects, "vi", replace(QUESTIONNAIRES, accented=accented))
    asked = form.question("q1")
    assert asked is not None
    for choice in asked.choices:
        label = choice.label["vi"]
        option = f"{choice.key}={label if accented else encoding.plain(label)}"
        assert any(option in part for part in encoding.parts(text.body)), encoding.parts(text.body)
    assert text.segments == len(encoding.parts(text.body))


def _check_question(text: str, asked: Question, language: str, accented: bool) -> None:
    assert asked.number is None or f"C{asked.number}: " in text
    for choice in asked.choices:
        label = choice.label.get(language, choice.label["vi"])
        assert f"{choice.key}={label if accented else encoding.plain(label)}" in text


def test_the_echo_goes_first_when_the_text_gets_long() -> None:
    form = stretched(19)
    assert body(Echo("q2", "3"), Ask("q1", 2)).startswith("Da ghi: hai long. C1:")
    short = body(Echo("q2", "3"), Ask("q1", 2), form=form)
    assert short.startswith("C1: lau lau")
    assert short.endswith(OPTIONS)
    assert encoding.measure(short).segments == 1


def test_a_courtesy_stays_when_dropping_the_echo_is_enough() -> None:
    kept = body(Echo("q2", "3"), LeftOpen("q4"), Ask("q1", 2), form=stretched(13))
    assert kept.startswith("Khong sao, cau nay hoi sau. C1:")
    assert encoding.measure(kept).segments == 1


def test_then_courtesies_go_and_never_what_was_wrong_or_the_question() -> None:
    form = stretched(15)
    assert body(Resumed(), Ask("q1", 2), form=form).startswith("LM HTX Lao Cai xin hoi tiep. C1:")
    form = stretched(20)
    assert body(Resumed(), Ask("q1", 2), form=form).startswith("C1:")
    assert body(AlreadyAnswered("q2"), Ask("q1", 2), form=form).startswith("C1:")
    assert body(LeftOpen("q2"), Ask("q1", 2), form=form).startswith("C1:")
    assert body(Doubtful("words"), Ask("q1", 2), form=form).startswith("Chua hieu tin nhan. Xin nhan mot so: C1:")


def test_a_form_that_is_too_long_takes_more_segments_and_says_so() -> None:
    (text,) = compose(stretched(60), (Ask("q1", 2),), "vi", QUESTIONNAIRES)
    assert text.segments == 3
    assert " ".join(text.body.split()).endswith(OPTIONS)


def test_a_larger_budget_keeps_the_echo() -> None:
    wide = replace(QUESTIONNAIRES, segments=2)
    assert body(Echo("q2", "3"), Ask("q1", 2), form=stretched(20), context=wide).startswith("Da ghi: hai long.")


def test_accents_only_where_the_round_asks_for_them() -> None:
    accented = replace(QUESTIONNAIRES, accented=True)
    (text,) = compose(FORM, (Echo("q1", "3"), Ask("q2", 3)), "vi", accented)
    assert "Không hài lòng" in text.body
    assert text.encoding == "ucs2"


def test_the_forms_own_words_for_texts_are_preferred() -> None:
    short = replace(forms.whole("members"), text=forms.words("Bao nhiêu thành viên? Nhắn số."), number=5)
    form = replace(FORM, questions=(short,))
    assert body(Ask("members", 1), form=form) == "C5: Bao nhieu thanh vien? Nhan so."


def test_one_phone_for_several_names_the_organisation() -> None:
    two = replace(QUESTIONNAIRES, organisation="HTX Hoa Sen")
    assert "Ve HTX Hoa Sen:" in body(Welcome(), Ask("consent", 1), context=two)
    assert "Cau nay hoi ve HTX Hoa Sen:" in body(Doubtful("two_interviews"), Ask("q1", 2), context=two)
    assert "Cau nay hoi ve Phieu thu:" in body(Doubtful("two_interviews"), Ask("q1", 2))


def test_a_note_alone_and_an_end_are_texts_too() -> None:
    assert body(Tell("intro")) == "Loi dan intro."
    assert body(Finished()).startswith("Phieu cua ong/ba da nop roi")
    assert compose(FORM, (), "vi", QUESTIONNAIRES) == []


def test_a_name_that_would_cost_a_segment_shortens_the_invitation_and_no_other_does() -> None:
    whole, brief = "xin hoi y kien ong/ba, khoang 5 cau", "xin y kien ong/ba, 5 cau. Hoi: 02143840123"
    assert whole in body(Welcome(), Ask("consent", 1))
    long = replace(QUESTIONNAIRES, office="Liên minh Hợp tác xã tỉnh Lào Cai")
    (text,) = compose(FORM, (Welcome(), Ask("consent", 1)), "vi", long)
    assert text.segments == 1
    assert brief in text.body
    assert "Thoi nhan tin: TC" in text.body
    (text,) = compose(stretched(23), (Welcome(), Ask("q1", 1)), "vi", QUESTIONNAIRES)
    assert text.segments == 2
    assert whole in text.body  # two either way: nothing is left out


@cases.table("code", sorted(code for code in wording.WORDS if code.startswith("text.")))
@cases.table("language", ["vi", "en"])
def test_every_written_sentence_fits_one_segment(code: str, language: str) -> None:
    given_here = {"office", "contact", "organisation"}
    others = dict.fromkeys(wording.parameters(code) - given_here, "12")
    text = texting.notice(code, language, replace(QUESTIONNAIRES, organisation="HTX Hoa Sen"), **others)
    assert text.segments == 1
    assert text.body.isascii()


def test_what_is_asked_back_names_what_was_understood_and_has_words_for_any_cause() -> None:
    assert "1, 2" in body(Doubtful("two_answers", "1, 2"), Ask("q1", 2))
    assert body(Doubtful("never_heard_of"), Ask("q1", 2)).startswith("Chua hieu ro. Xin nhan mot so:")
