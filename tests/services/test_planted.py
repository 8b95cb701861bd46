"""Planted faults: only by name, only where nobody real can be reached, and never left behind."""

from __future__ import annotations

import time

import pytest

from services import planted


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> object:
    yield
    for fault in planted.FAULTS:
        planted._planted.discard(fault)


def test_a_fault_lasts_for_its_block() -> None:
    with planted.plant("ignore-turn"):
        assert planted.is_planted("ignore-turn")
        assert not planted.is_planted("no-phone-lock")
    assert not planted.is_planted("ignore-turn")


def test_nothing_is_planted_by_itself() -> None:
    assert not any(planted.is_planted(fault) for fault in planted.FAULTS)


@pytest.mark.parametrize(("fault", "simulated"), [("ignore-turn", False), ("no-such-fault", True)])
def test_a_process_refuses_unknown_faults_and_any_fault_with_a_real_sender(fault: str, simulated: bool) -> None:
    with pytest.raises(planted.PlantingRefusedError):
        planted.plant_for_process(fault, simulated=simulated)
    assert not planted.is_planted(fault)


def test_a_simulated_process_takes_it_and_an_empty_name_is_none() -> None:
    planted.plant_for_process("", simulated=False)
    planted.plant_for_process("skip-opt-out", simulated=True)
    assert planted.is_planted("skip-opt-out")


def test_an_unknown_fault_cannot_be_planted() -> None:
    with pytest.raises(planted.PlantingRefusedError), planted.plant("no-such-fault"):
        pass


def test_only_a_planted_fault_lingers_between_look_and_deed(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    planted.linger("no-skip-locked")
    with planted.plant("no-lock-order"):
        planted.linger("no-skip-locked")
        assert waited == []
        planted.linger("no-lock-order")
    assert waited == [planted.LINGER_S]
