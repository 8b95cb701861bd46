"""Golden conversations of a phone line: rings, calls back, machines, wrong people, being put through to a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.interview import recording as interviews
from services.work import Work
from tests.conversations import golden
from tests.doubles import FakeCarriers
from tests.services.line_player import ACTS, Phone
from tests.services.world import build

FILE = Path(__file__).parent.parent / "conversations" / "phones" / "lines.yaml"
TALKS: list[dict[str, Any]] = golden.load(FILE)
CHECKS = {"hears_exactly", "hears", "refused", "over", "dials", "tasks", "state", "at"}


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk["name"])
def test_conversation_of_a_line(work: Work, carriers: FakeCarriers, talk: dict[str, Any]) -> None:
    phone = Phone(build(work), carriers)
    phone.set_up(talk)
    for step in talk["turns"]:
        assert set(step) <= CHECKS | set(ACTS), step
        phone.play(step)
        _check(phone, step)
    assert phone.world.answers() == talk["answers"]
    with phone.world.work.database.transaction() as conn:
        assert interviews.differences(conn, phone.world.interviews[0]) == []
    assert phone.tasks() == talk.get("tasks", [])


def _check(phone: Phone, step: dict[str, Any]) -> None:
    golden.check_exactly(step.get("hears_exactly"), phone.heard, (step, phone.heard))
    golden.check_within(step.get("hears", ()), phone.heard, (step, phone.heard))
    if "refused" in step:
        assert ("<Reject" in phone.document) == step["refused"], step
    if "over" in step:
        assert phone.document.endswith("<Hangup /></Response>") == step["over"], (step, phone.document)
    if set(step) & {"keys", "silence", "back_from_person", "is_called", "is_rung"}:
        assert phone.dials == step.get("dials", ""), step
    assert phone.tasks() == step.get("tasks", phone.tasks()), (step, phone.tasks())
    assert "state" not in step or phone.state() == step["state"], (step, phone.state())
