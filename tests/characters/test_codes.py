"""A code is one thing however it was typed; codes that are only alike are found, and told apart from equal ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from characters.codes import alike, code, email, same_runs


@pytest.mark.parametrize(
    "written",
    [
        "HTX-01",
        "HTX\u201101",
        "HTX\u201301",
        "\ufeffHTX-01\u200b",
        "ＨＴＸ－０１",
        "НТХ-01",
        " HTX-01\u00a0",
        "H\u00adTX-01",
    ],
)
def test_one_code_however_it_was_typed(written: str) -> None:
    assert code(written) == "HTX-01"


@pytest.mark.parametrize("other", ["1", "01", "O01", "0-01", "0.01", "00l", "００１", "0 01"])
def test_codes_that_are_alike(other: str) -> None:
    assert alike(other) == alike("001")


@pytest.mark.parametrize("other", ["2", "10", "0010", "A01", "001B", ""])
def test_codes_that_are_not(other: str) -> None:
    assert alike(other) != alike("001") or not other


def test_separators_tell_codes_apart_that_are_alike() -> None:
    assert alike("1-11") == alike("11-1")
    assert not same_runs("1-11", "11-1")
    assert same_runs("24-001", "24.001")


@given(st.text())
def test_forms_are_stable(text: str) -> None:
    for form in (code, email):
        assert form(form(text)) == form(text)
    assert alike(code(text)) == alike(text)


@pytest.mark.parametrize(
    "written",
    ["Lan@Tinh.vn", "lan＠tinh．vn", "lan@tinh.vn\u00a0", "ｌａｎ@tinh.vn", "lаn@tinh.vn"],
)
def test_one_address_however_it_was_typed(written: str) -> None:
    assert email(written) == "lan@tinh.vn"


@given(st.text(st.one_of(st.characters(), st.sampled_from("lan@qb.eх\u200b\u0430ａİΣſK")), max_size=30))
def test_an_address_that_is_kept_is_found_by_itself(text: str) -> None:
    """What was cleaned once is not another's when it is cleaned again."""
    for written in (text, f"{text}Ά\u0345", f"{text}İ\u031b"):
        kept = email(written)
        assert email(kept) == kept
