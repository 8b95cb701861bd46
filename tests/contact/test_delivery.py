"""The one state machine: whatever order receipts come in, how often, the end is the same."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.delivery import FINAL, LIVE, State, merge

MEDIA = st.sampled_from(["text", "call"])
STATES = st.sampled_from(list(State))


def fold(start: State, receipts: list[State], medium: str) -> State:
    return reduce(lambda state, receipt: merge(state, receipt, medium), receipts, start)


@given(start=STATES, receipts=st.lists(STATES, max_size=6), medium=MEDIA, data=st.data())
def test_order_and_repetition_do_not_matter(
    start: State, receipts: list[State], medium: str, data: st.DataObject
) -> None:
    repeated = receipts + data.draw(st.lists(st.sampled_from(receipts), max_size=4)) if receipts else []
    shuffled = data.draw(st.permutations(repeated))
    assert fold(start, shuffled, medium) is fold(start, receipts, medium)


@given(start=STATES, receipts=st.lists(STATES, max_size=6), medium=MEDIA)
def test_a_resolved_final_state_never_becomes_live_again(start: State, receipts: list[State], medium: str) -> None:
    if start in FINAL - {State.PRESUMED}:
        assert fold(start, receipts, medium) in FINAL


@pytest.mark.parametrize(
    ("state", "receipt", "medium", "after"),
    [
        (State.DELIVERED, State.SENT, "text", State.DELIVERED),
        (State.SENDING, State.DELIVERED, "text", State.DELIVERED),
        (State.HANDED, State.SENT, "text", State.SENT),
        (State.UNKNOWN, State.SENT, "text", State.SENT),
        (State.UNKNOWN, State.FAILED, "call", State.FAILED),
        (State.PRESUMED, State.UNDELIVERED, "text", State.UNDELIVERED),
        (State.UNDELIVERED, State.DELIVERED, "text", State.DELIVERED),
        (State.WITHDRAWN, State.DELIVERED, "text", State.WITHDRAWN),
        (State.SENT, State.RINGING, "call", State.RINGING),
        (State.RINGING, State.ANSWERED, "call", State.ANSWERED),
        (State.ANSWERED, State.RINGING, "call", State.ANSWERED),
        (State.ANSWERED, State.COMPLETED, "call", State.COMPLETED),
        (State.COMPLETED, State.MACHINE, "call", State.MACHINE),
        (State.MACHINE, State.COMPLETED, "call", State.MACHINE),
        (State.SENT, State.COMPLETED, "text", State.SENT),
        (State.SENT, State.DELIVERED, "call", State.SENT),
        (State.SENT, State.UNKNOWN, "text", State.SENT),
    ],
)
def test_moves(state: State, receipt: State, medium: str, after: State) -> None:
    assert merge(state, receipt, medium) is after


@pytest.mark.parametrize("end", [State.BUSY, State.NO_ANSWER, State.FAILED, State.CANCELLED, State.COMPLETED])
def test_a_ringing_call_ends(end: State) -> None:
    assert merge(State.RINGING, end, "call") is end


def test_live_and_final_leave_only_what_has_not_begun() -> None:
    assert not LIVE & FINAL
    assert set(State) - LIVE - FINAL == {State.PLANNED, State.CLAIMED}
