"""Conversations of one phone over calls, texts and staff, with all of its organisations, against PostgreSQL.

Every step goes through its door and is committed, so the next one, on whatever channel, begins from what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.calls import dialogue as calls
from services.calls.incoming import rang_in
from services.interview import recording as interviews
from services.interview import staff_entry
from services.texts.receive import receive_text
from services.work import Work
from sms.encoding import measure
from tests.conversations import golden
from tests.services.test_calls import words
from tests.services.world import LEADER, World, build

HERE = Path(__file__).parent.parent / "conversations" / "phones"
FILES = ("shared.yaml", "channels.yaml", "offered.yaml", "rings.yaml")
TALKS: list[dict[str, Any]] = [talk for file in FILES for talk in golden.load(HERE / file)]
ACTIONS = {"text", "call", "key", "silence", "staff", "rings"}


@dataclass
class Phone:
    """The leader's phone; `ref` and `turn` are where the call that goes on stands."""

    world: World
    ref: str = ""
    turn: int = 0
    rung: int = 0

    def play(self, step: dict[str, Any]) -> None:
        """One step, a minute after the last one unless it says `after` (minutes)."""
        self.world.clock.advance(timedelta(minutes=step.get("after", 1)))
        (action,) = ACTIONS & set(step)
        getattr(self, f"_{action}")(step)

    def _text(self, step: dict[str, Any]) -> None:
        text = self.world.text_from(step["text"], opt_out_type=step.get("carrier", ""))
        reply = receive_text(self.world.work, self.world.text, text)
        assert reply.outcome == step.get("outcome", reply.outcome), step
        assert (reply.body is None) == step.get("silent", False), step
        assert reply.body is None or measure(reply.body).segments <= 1 + (reply.outcome == "opened"), step
        _check(step, "reads", reply.body or "")

    def _call(self, step: dict[str, Any]) -> None:
        """We ring, back where they rang us, and somebody answers; what went on before was hung up."""
        backs = self._backs()
        self.ref, self.turn = str(backs[0]) if backs else self.world.plan("call", at=step["call"]), 1
        self._hears(step, calls.first(self.world.work, self.ref, f"CA{self.ref}", "human"))

    def _key(self, step: dict[str, Any]) -> None:
        self._press(step, str(step["key"]))

    def _silence(self, step: dict[str, Any]) -> None:
        self._press(step, None)

    def _press(self, step: dict[str, Any], digits: str | None) -> None:
        document = calls.pressed(self.world.work, self.ref, self.turn, digits)
        assert calls.pressed(self.world.work, self.ref, self.turn, "1") == document, "the carrier asks twice"
        self.turn += 1
        self._hears(step, document)

    def _staff(self, step: dict[str, Any]) -> None:
        given = {name: str(value) for name, value in step["staff"].items()}
        id_, source = self.world.interviews[step.get("of", 0)], f"form-{self.world.work.clock.now()}"
        staff_entry.enter_answers(self.world.work, id_, given, actor="staff:1", source_id=source)

    def _rings(self, step: dict[str, Any]) -> None:
        """They ring our number."""
        self.rung += 1
        document = rang_in(self.world.work, self.world.line, LEADER, f"CAin{self.rung}")
        assert ("<Reject" in document) == step["rings"], step
        assert len(self._backs()) == step.get("planned", 1), step

    def _backs(self) -> list[str]:
        """Calls back that wait to be made."""
        return [row["ref"] for row in self.world.sent(purpose="call_back", state="planned")]

    def _hears(self, step: dict[str, Any], document: str) -> None:
        assert document.endswith("<Hangup /></Response>") == step.get("ends", False), (step, words(document))
        _check(step, "hears", words(document))


def _check(step: dict[str, Any], how: str, said: str) -> None:
    golden.check_exactly(step.get(f"{how}_exactly"), said, step)
    golden.check_within(step.get(how, ()), said, (step, said))
    for unwanted in step.get(f"never_{how}", ()):
        assert unwanted not in said, (step, said)


def world_of(work: Work, talk: dict[str, Any]) -> World:
    """The organisations and rounds of a conversation."""
    world = build(work)
    for code in talk.get("others", ()):
        world.add_organisation(code)
    for code in talk.get("rounds", ()):
        world.add_round(code)
    return world


def play(world: World, talk: dict[str, Any]) -> None:
    """The whole conversation, then what must be stored after it."""
    phone = Phone(world)
    for step in talk["turns"]:
        phone.play(step)
    for at, answers in enumerate(talk["answers"]):
        assert world.answers(at) == answers
        with world.work.database.transaction() as conn:
            assert interviews.differences(conn, world.interviews[at]) == []
    assert world.consent_of() == talk.get("consent", world.consent_of())
    assert world.ledger() == talk.get("ledger", world.ledger())
    assert world.tasks() == talk.get("tasks", world.tasks())


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk["name"])
def test_conversation_of_a_phone(work: Work, talk: dict[str, Any]) -> None:
    play(world_of(work, talk), talk)
