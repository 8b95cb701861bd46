"""AAPOR dispositions from what is known of an interview."""

from __future__ import annotations

import pytest

from contact.delivery import clearer
from contact.outcomes import DispositionFacts, disposition


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (DispositionFacts("complete"), "I"),
        (DispositionFacts("answered"), "I"),
        (DispositionFacts("partial"), "P"),
        (DispositionFacts("active", any_answer=True, reached=True), "P"),
        (DispositionFacts("refused", any_answer=False, reached=True), "R"),
        (DispositionFacts("active", reached=True, agreed=True), "R"),
        (DispositionFacts("active", reached=True), "O"),
        (DispositionFacts("active"), "NC"),
        (DispositionFacts("pending", stopped=True), "R"),
        (DispositionFacts("pending", reached=True, busy_otherwise=True), "O"),
        (DispositionFacts("pending"), "NC"),
        (DispositionFacts("pending", confirmed=False), "U"),
        (DispositionFacts("pending", confirmed=False, reached=True), "O"),
        (DispositionFacts("active", confirmed=False, stopped=True), "R"),
        (DispositionFacts("complete", eligible=False), "NE"),
    ],
)
def test_dispositions(facts: DispositionFacts, code: str) -> None:
    assert disposition(facts) == code


@pytest.mark.parametrize("told", ["", "unknown", "human", "machine_start", "machine_end_beep", "fax"])
def test_a_machine_says_more_than_anything_and_anything_more_than_nothing(told: str) -> None:
    for less in ("", "unknown", "human", "machine_start"):
        assert clearer(told, less) in (told, less)
        assert clearer(told, "") == told == clearer("", told)
        assert clearer(told, "human") == clearer("human", told)
    assert clearer("machine_start", told) in ("machine_start", told)
    assert clearer("unknown", "machine_start") == "machine_start"
