"""The search for garbage stands still during bulk work, and goes on after it however that ends."""

from __future__ import annotations

import gc

import pytest

from services.garbage_collection import pause_search


def test_it_goes_on_when_the_last_block_ends() -> None:
    with pause_search():
        with pause_search():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_fault() -> None:
    with pytest.raises(ValueError, match="unfit"), pause_search():
        raise ValueError("unfit")
    assert gc.isenabled()


def test_a_process_that_never_searches_is_left_so() -> None:
    gc.disable()
    try:
        with pause_search():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
