"""AAPOR dispositions from what is known of an interview."""

from __future__ import annotations

import pytest

from contact.delivery import State
from contact.outcomes import Facts, disposition, was_reached


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts("complete"), "I"),
        (Facts("answered"), "I"),
        (Facts("partial"), "P"),
        (Facts("active", any_answer=True, reached=True), "P"),
        (Facts("refused", any_answer=False, reached=True), "R"),
        (Facts("active", reached=True), "R"),
        (Facts("pending", stopped=True), "R"),
        (Facts("pending", reached=True, busy_otherwise=True), "O"),
        (Facts("pending"), "NC"),
        (Facts("pending", confirmed=False), "U"),
        (Facts("pending", confirmed=False, reached=True), "R"),
        (Facts("complete", eligible=False), "NE"),
    ],
)
def test_dispositions(facts: Facts, code: str) -> None:
    assert disposition(facts) == code


def test_a_machine_is_no_contact() -> None:
    assert not was_reached([State.MACHINE, State.NO_ANSWER, State.BUSY])
    assert was_reached([State.NO_ANSWER, State.COMPLETED])
    assert was_reached([], texted_us=True)
