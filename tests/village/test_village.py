"""A small village for a week: no stored answer differs from what its giver last meant and heard said back."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from demo.respondents_page import sample
from services.work import Work
from survey.form.questionnaire import Questionnaire
from tests.faults import plant
from tests.village.model import table
from tests.village.week import Week

SEED, PEOPLE = 20261122, 40
CLUMSY_SEED = 2
"""A village in which keys slip and bounce often enough that a fault shows nine times or more on the first day."""
PAGE = Path(__file__).parents[2] / "docs" / "village.md"


@cache
def form() -> Questionnaire:
    return sample("HTX-NN")


@pytest.mark.timeout(600)
def test_no_stored_answer_differs_from_what_was_meant_and_heard(work: Work) -> None:
    came = Week(work, form(), PEOPLE, SEED).live()
    assert came.wrong == []
    assert came.answers > came.willing * 10


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", ["ignore-turn", "no-echo"])
def test_without_a_protection_it_is_seen(work: Work, fault: str) -> None:
    """Repeated requests are taken for new keys; a key that bounces finds no echo and falls into the next question."""
    with plant(fault):
        came = Week(work, form(), PEOPLE + 20, CLUMSY_SEED).live(days=1)
    print(f"{fault}: {len(came.wrong)} answers that must not be")
    assert came.wrong != []


def test_the_model_is_published_with_every_number() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == table()
