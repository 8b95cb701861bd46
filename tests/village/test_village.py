"""A small village for a week: no stored answer differs from what its giver last meant and heard said back."""

from __future__ import annotations

import pytest

from runtime.respondents import sample
from services.work import Work
from tests.village.week import Week

SEED, PEOPLE = 20261122, 40


def test_no_stored_answer_differs_from_what_was_meant_and_heard(work: Work) -> None:
    week = Week(work, sample("HTX-NN"), PEOPLE, SEED)
    came = week.live()
    print(came)
    assert came.wrong == []
    assert came.finished > came.willing / 2
