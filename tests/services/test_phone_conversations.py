"""Conversations of one phone with all of its organisations and rounds, played through the door against PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from services import interviews
from services.inbound import receive_text
from services.work import Work
from tests.services.world import World, build

FILE = Path(__file__).parent.parent / "conversations" / "phones" / "shared.yaml"
TALKS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text("utf-8"))


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk["name"])
def test_conversation_of_a_phone(work: Work, talk: dict[str, Any]) -> None:
    world = build(work)
    for code in talk.get("others", ()):
        world.add_organisation(code)
    for code in talk.get("rounds", ()):
        world.add_round(code)
    for step in talk["turns"]:
        _play(world, step)
    for at, answers in enumerate(talk["answers"]):
        assert world.answers(at) == answers
        with world.work.database.transaction() as conn:
            assert interviews.differences(conn, world.interviews[at]) == []
    assert world.consent_of() == talk.get("consent", world.consent_of())
    assert world.ledger() == talk.get("ledger", world.ledger())


def _play(world: World, step: dict[str, Any]) -> None:
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    text = world.text_from(step["text"], opt_out_type=step.get("carrier", ""))
    reply = receive_text(world.work, world.text, text)
    assert reply.outcome == step["outcome"], step
    assert (reply.body is None) == step.get("silent", False), step
    assert step.get("reads_exactly", reply.body) == reply.body, step
    for words in step.get("reads", ()):
        assert words in (reply.body or ""), (step, reply.body)


def test_every_rule_of_shared_phones_is_cited_three_times() -> None:
    cited = [talk["rule"] for talk in TALKS]
    assert min(cited.count(rule) for rule in (10, 13)) >= 3
