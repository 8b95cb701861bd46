"""What telephones add is taken away in time that grows with the text, not with its square."""

from __future__ import annotations

from sms.reading.signatures_and_quotes import without_device


def test_blank_lines_without_number_cost_no_more_than_a_look_at_each() -> None:
    """Kannel's body may have 64 KB; a quadratic look would take minutes, and the test's own limit ends it."""
    assert without_device("a" + " \n" * 30_000 + "b").endswith("b")
