"""How long a call speaks: the opening before its first key, and each sentence, over every sample form."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from demo.samples.make_samples import QUESTIONNAIRES
from files.xlsform import read_form
from ivr.callflow import CallContext, script_for
from ivr.promptbook import sentences
from ivr.prompts import spoken_seconds
from ivr.script import Say
from survey.engine import engine
from survey.form.questionnaire import Questionnaire
from tests.survey.forms import NOW

CALL = CallContext(1, "Liên minh Hợp tác xã tỉnh Lào Cai", "0214 3840 123", organisation="Hợp tác xã Đồng Tâm")
SAMPLES = [read_form(QUESTIONNAIRES / f"{code}.xlsx") for code in ("HTX-NN", "HTX-PNN", "QTD", "BC-THANG")]


@pytest.mark.parametrize("other", ["", "hmn"])
@pytest.mark.parametrize("form", SAMPLES, ids=lambda form: form.code)
def test_the_opening_is_heard_in_thirty_five_seconds_before_the_first_key_is_named(
    form: Questionnaire, other: str
) -> None:
    step = engine.begin(form, engine.new_interview(form), "voice", NOW)
    script = script_for(form, step.effects, "vi", replace(CALL, other=other))
    said = [prompt.text for prompt in script.prompts() if isinstance(prompt, Say)]
    first_key = next(place for place, text in enumerate(said) if "bấm phím 1" in text)
    seconds = sum(spoken_seconds(text) for text in said[: first_key + 1])
    assert seconds <= 35, seconds
    assert script.gather is not None
    assert len(script.verbs) == 2, "all of the opening may be interrupted by key 1"


@pytest.mark.parametrize("form", SAMPLES, ids=lambda form: form.code)
def test_no_sentence_of_a_call_lasts_over_twelve_seconds(form: Questionnaire) -> None:
    for prompt in sentences(form, "vi", "default", [CALL]):
        for sentence in re.split(r"(?<=[.?!]) ", prompt.text):
            assert spoken_seconds(sentence) <= 12, sentence
