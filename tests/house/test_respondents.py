"""What leaders hear and read stays within its budget, and the page that shows it is what the script writes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demo import respondents_page as respondents
from survey.form.questionnaire import Questionnaire


def test_the_page_is_what_the_script_writes() -> None:
    assert respondents.PAGE.read_text("utf-8") == respondents.page(), "run: python -m demo.respondents_page"


@pytest.mark.parametrize("code", respondents.FORMS)
def test_nothing_is_longer_than_its_budget(code: str) -> None:
    assert respondents.over_budget(respondents.sample(code)) == []


def stretched(form: Questionnaire, name: str, words: int) -> Questionnaire:
    """The form with so many words in one of its questions."""
    long = {"vi": " ".join(["lâu"] * words), "en": "long"}
    questions = tuple(replace(q, label=long, text=long) if q.name == name else q for q in form.questions)
    return replace(form, questions=questions)


def test_what_is_too_long_is_found() -> None:
    form = respondents.sample("HTX-NN")
    faults = respondents.over_budget(stretched(form, "cap_uy_xa", 40))
    assert [fault.split(":")[0] for fault in faults] == ["13.3 s", "2 segments"]


def test_a_late_first_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(respondents, "EXCEPTIONS", {})
    form = respondents.sample("HTX-NN")
    consent = next(q.name for q in form.questions if q.role == "consent")
    assert respondents.over_budget(stretched(form, consent, 60))[-1].endswith("opening")
