"""Whatever the engine wants, the caller hears words, can answer or is said goodbye to; nothing falls through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import callflow
from ivr.callflow import CallContext, script_for
from ivr.prompts import prompt_id
from ivr.script import Dial, Gather, Hangup, Play, Redirect, Say
from ivr.voices import voiced
from survey.answers import Entry, Heard, Key, Said, Silence, Spoken, Unclear
from survey.engine import engine
from survey.engine.effects import Ask, Echo, Effect, Ended, Resumed, Wanted, Welcome
from survey.engine.state import Interview
from survey.form.questionnaire import Question, Questionnaire
from tests.survey import forms
from tests.survey.forms import NOW

FORM = forms.small_form()
BOTH = st.sampled_from([FORM, forms.report_form()])
CALL = CallContext(turn=7, office="Liên minh Hợp tác xã tỉnh Tuyên Quang", contact="02073 822 333")

SAID: st.SearchStrategy[Said] = st.one_of(
    st.sampled_from(["1", "2", "3", "4", "9", "0", "25", "900", "13", "12#5", "05032020"]).map(Key),
    st.just(Silence()),
    st.sampled_from(["repeat", "person", "later", "help", "call"]).map(Spoken),
    st.just(Unclear("words")),
    st.just(Entry({"q1": "5", "members": "12", "nobody": "1"})),
)


@given(BOTH, st.lists(st.tuples(SAID, st.booleans()), max_size=25), st.sampled_from(["vi", "en", "xx"]), st.booleans())
def test_every_step_of_every_interview_can_be_spoken(
    form: Questionnaire, said: list[tuple[Said, bool]], language: str, late: bool
) -> None:
    step = engine.begin(form, engine.new_interview(form, language), "voice", NOW)
    _check(form, step, language)
    for what, again in said:
        before: Interview = step.interview
        turn = max(before.turn - (late and again), 0)
        heard = Heard("voice", f"CA-{before.seq}", what, turn, before.asked)
        step = engine.hear(form, before, heard, NOW) if before.seq % 7 else engine.resume(form, before, "voice", NOW)
        _check(form, step, language)


def _check(form: Questionnaire, step: engine.Step, language: str) -> None:
    script = script_for(form, step.effects, language, CALL)
    assert script.heard.strip()
    for prompt in script.prompts():
        if isinstance(prompt, Say):
            assert prompt.prompt_id == prompt_id(prompt.text, language)
    if any(isinstance(effect, Ask) for effect in step.effects):
        assert isinstance(script.verbs[-2], Gather)
        assert script.verbs[-1] == Redirect(CALL.turn)
        assert script.verbs[-2].turn == CALL.turn
    else:
        assert script.verbs[-1] == Hangup()


def test_an_echo_is_spoken_before_keys_are_taken() -> None:
    script = script_for(FORM, (Echo("q1", "3"), Ask("q2", 3)), "vi", CALL)
    echo, gather, way_on = script.verbs
    assert isinstance(echo, Say)
    assert echo.text == "Đã ghi: hài lòng."
    assert isinstance(gather, Gather)
    assert (gather.num_digits, gather.finish_on_key) == (1, "")
    assert way_on == Redirect(7)


def test_options_come_before_their_keys_and_each_is_a_sentence_of_its_own() -> None:
    gather = script_for(FORM, (Ask("q1", 2),), "vi", CALL).gather
    assert gather is not None
    assert [p.text for p in gather.prompts if isinstance(p, Say)] == [
        "Ông/bà có hài lòng về việc q1?",
        "Rất hài lòng, bấm phím 1.",
        "Hài lòng, bấm phím 2.",
        "Không hài lòng, bấm phím 3.",
        "Không có ý kiến, bấm phím 9.",
    ]


def test_a_person_is_put_through_and_the_dialogue_waits_for_them_to_come_back() -> None:
    put_through = script_for(FORM, (Wanted("transfer"),), "vi", CallContext(7, "X", officer="+842143840123"))
    assert put_through.verbs[-1] == Dial("+842143840123", 7)
    assert (put_through.gather, put_through.goes_on) == (None, True)
    without = script_for(FORM, (Wanted("person"), Ask("q1", 3)), "vi", CALL)
    assert not any(isinstance(verb, Dial) for verb in without.verbs)
    assert "cán bộ sẽ gọi lại" in without.heard


def test_where_one_phone_serves_several_the_organisation_is_named() -> None:
    call = CallContext(1, "X", organisation="HTX Hoa Sen")
    assert "Câu hỏi về HTX Hoa Sen." in script_for(FORM, (Welcome(), Ask("consent", 1)), "vi", call).heard
    assert "HTX Hoa Sen" not in script_for(FORM, (Ask("q1", 2),), "vi", call).heard


def test_the_opening_is_short_enough_to_be_heard_to_the_end() -> None:
    """At most 35 seconds before the first key may be needed, at most 12 for a sentence, at 3.5 syllables a second."""
    gather = script_for(FORM, (Welcome(), Ask("consent", 1)), "vi", CALL).gather
    assert gather is not None
    sentences = [p.text for p in gather.prompts if isinstance(p, Say)]
    opening = sentences[: sentences.index("Đồng ý, bấm phím 1.") + 1]
    assert max(len(s.split()) for s in sentences) <= 12 * 3.5
    assert sum(len(s.split()) for s in opening) <= 35 * 3.5


@pytest.mark.parametrize("code", ["apology", "unknown_caller", "nothing_open", "opted_out"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_closings_say_one_thing_and_hang_up(code: str, language: str) -> None:
    say, end = callflow.closing(code, language).verbs
    assert isinstance(say, Say)
    assert end == Hangup()


def test_nothing_to_say_is_still_a_goodbye() -> None:
    assert script_for(FORM, (), "vi", CALL).verbs[-1] == Hangup()
    assert script_for(FORM, (), "vi", CALL).heard
    assert script_for(FORM, (Ask("gone", 3),), "vi", CALL).verbs[-1] == Hangup()
    assert script_for(FORM, (Ended("complete"),), "vi", CALL).verbs[-1] == Hangup()


def prompts_of(question: Question) -> list[Say]:
    """What is said when `question` is asked."""
    form = forms.form(forms.consent(), question)
    found = script_for(form, (Ask(question.name, 2),), "vi", CallContext(3, "VP")).prompts()
    return [prompt for prompt in found if isinstance(prompt, Say)]


def test_a_recording_that_the_form_names_goes_with_the_very_words_and_never_hides_a_key() -> None:
    first, *others = forms.choices()
    choices = (replace(first, audio={"vi": "rat.wav"}), *others)
    label, rat, key, second, *_ = prompts_of(
        replace(forms.level("q1"), audio={"vi": "q1.wav", "en": "e.wav"}, choices=choices)
    )
    assert (label.text, label.audio) == ("Ông/bà có hài lòng về việc q1?", "q1.wav")
    assert label.prompt_id == prompt_id(label.text, "vi")
    assert [(p.text, p.audio) for p in (rat, key, second)] == [
        ("Rất hài lòng", "rat.wav"),
        ("Bấm phím 1.", ""),
        ("Hài lòng, bấm phím 2.", ""),
    ]


def test_such_a_recording_is_played_before_any_voice_and_a_missing_one_is_spoken() -> None:
    question = replace(forms.level("q1"), audio={"vi": "q1.wav"})
    script = script_for(forms.form(forms.consent(), question), (Ask("q1", 2),), "vi", CallContext(3, "VP"))
    known = prompt_id("Ông/bà có hài lòng về việc q1?", "vi")
    assert next(voiced(script, ("default",), {known: "r1"}.get).prompts()) == Play("r1")
    assert voiced(script, ("default",), lambda _: None) == script


def test_a_recording_in_another_language_changes_nothing() -> None:
    plain = forms.level("q1")
    assert prompts_of(replace(plain, audio={"en": "q1.wav"})) == prompts_of(plain)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("greeting", [Welcome(), Resumed()])
@pytest.mark.parametrize("organisation", ["", "HTX DX001"])
def test_who_pays_for_a_call_is_not_told_that_it_is_free(language: str, greeting: Effect, organisation: str) -> None:
    for paid in (False, True):
        call = replace(CALL, paid=paid, organisation=organisation)
        heard = script_for(FORM, (greeting, Ask("consent", 1)), language, call).heard
        assert any(word in heard for word in ("mất tiền", "costs you nothing")) is not paid
