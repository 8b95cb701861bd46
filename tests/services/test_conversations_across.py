"""Conversations of one phone over texts, calls and reminders, played through the doors against PostgreSQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from contact.delivery import ErrorKind, Refused
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.interview import recording as interviews
from services.sending import dispatcher
from services.texts.receive import receive_text
from services.work import Work
from store.tables.outbox import outbox
from tests.conversations import golden
from tests.doubles import FakeCarriers
from tests.services.world import LEADER, World, build

FILE = Path(__file__).parent.parent / "conversations" / "phones" / "across.yaml"
TALKS: list[dict[str, Any]] = golden.load(FILE)
Step = Mapping[str, Any]


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk["name"])
def test_conversation_over_channels(work: Work, carriers: FakeCarriers, talk: dict[str, Any]) -> None:
    world = build(work)
    for code in talk.get("others", ()):
        world.add_organisation(code)
    for code in talk.get("rounds", ()):
        world.add_round(code)
    for step in talk["turns"]:
        _play(world, carriers, step)
    for at, answers in enumerate(talk["answers"]):
        assert world.answers(at) == answers
        with world.work.database.transaction() as conn:
            assert interviews.differences(conn, world.interviews[at]) == []
    assert world.consent_of() == talk.get("consent", world.consent_of())
    assert world.ledger() == talk.get("ledger", world.ledger())


def _play(world: World, carriers: FakeCarriers, step: Step) -> None:
    by = timedelta(seconds=step.get("after", 60))
    world.clock.advance(by)
    action = next(name for name in ACTIONS if name in step)
    heard = ACTIONS[action](world, carriers, step)
    golden.check_exactly(step.get("reads_exactly"), heard, (step, heard))
    golden.check_within(step.get("reads", ()), heard or "", (step, heard))
    assert "silent" not in step or heard is None, (step, heard)
    if "planned" in step:
        planned = Counter(row["purpose"] for row in world.sent(state="planned"))
        assert dict(planned) == step["planned"], step


def _text(world: World, _: FakeCarriers, step: Step) -> str | None:
    reply = receive_text(world.work, world.text, world.text_from(step["text"]))
    assert reply.outcome == step["outcome"], (step, reply)
    return reply.body


def _reminded(world: World, carriers: FakeCarriers, step: Step) -> str | None:
    """What reaches the phone of a text that was due; nothing where it was withdrawn or refused."""
    if "carrier_says" in step:
        carriers.texts.results.append(Refused(ErrorKind.OPTED_OUT, step["carrier_says"]))
    if not world.sent(state="planned", medium="text"):
        world.plan("text")
    before = len(carriers.texts.sent)
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    return carriers.texts.sent[-1].body if len(carriers.texts.sent) > before else None


def _called(world: World, _: FakeCarriers, step: Step) -> str:
    """Our call is answered, keys are pressed, the line drops; the words that were heard last."""
    backs = world.sent(purpose=step.get("as", "call"), state="planned")
    ref = backs[0]["ref"] if backs else world.plan("call")
    document = calls.first(world.work, ref, f"CA{ref}", "human")
    for turn, digits in enumerate(step["called"], 1):
        world.clock.advance(timedelta(seconds=30))
        document = calls.pressed(world.work, ref, turn, digits)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.ref == ref).values(state="completed"))
    return " ".join(re.findall(r"<Say[^>]*>([^<]*)</Say>", document))


def _rings(world: World, _: FakeCarriers, step: Step) -> None:
    world.texts += 1
    ring_in.rang_in(world.work, world.line, LEADER, f"CA{world.texts:032d}")


def _queued(world: World, _: FakeCarriers, step: Step) -> None:
    for medium, at in step["queued"]:
        world.plan(medium, at)


ACTIONS: Mapping[str, Callable[[World, FakeCarriers, Step], str | None]] = {
    "text": _text,
    "reminded": _reminded,
    "called": _called,
    "rings": _rings,
    "queued": _queued,
}
