"""AAPOR dispositions from what is known of an interview."""

from __future__ import annotations

import pytest

from contact.delivery import clearer
from contact.outcomes import Facts, disposition


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts("complete"), "I"),
        (Facts("answered"), "I"),
        (Facts("partial"), "P"),
        (Facts("active", any_answer=True, reached=True), "P"),
        (Facts("refused", any_answer=False, reached=True), "R"),
        (Facts("active", reached=True, agreed=True), "R"),
        (Facts("active", reached=True), "O"),
        (Facts("active"), "NC"),
        (Facts("pending", stopped=True), "R"),
        (Facts("pending", reached=True, busy_otherwise=True), "O"),
        (Facts("pending"), "NC"),
        (Facts("pending", confirmed=False), "U"),
        (Facts("pending", confirmed=False, reached=True), "O"),
        (Facts("active", confirmed=False, stopped=True), "R"),
        (Facts("complete", eligible=False), "NE"),
    ],
)
def test_dispositions(facts: Facts, code: str) -> None:
    assert disposition(facts) == code


@pytest.mark.parametrize("told", ["", "unknown", "human", "machine_start", "machine_end_beep", "fax"])
def test_a_machine_says_more_than_anything_and_anything_more_than_nothing(told: str) -> None:
    for less in ("", "unknown", "human", "machine_start"):
        assert clearer(told, less) in (told, less)
        assert clearer(told, "") == told == clearer("", told)
        assert clearer(told, "human") == clearer("human", told)
    assert clearer("machine_start", told) in ("machine_start", told)
    assert clearer("unknown", "machine_start") == "machine_start"
