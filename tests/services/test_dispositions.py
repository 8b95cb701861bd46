"""What an organisation is counted as after real calls and texts: only what a person said is a refusal.

The mapping is that of docs/dispositions.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from carriers.twilio.webhooks import call_receipt
from contact.outcomes import disposition
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.delivery import outcomes
from services.texts import receive as inbound
from services.work import Work
from store.results import figures
from store.tables.registry import organisation_phones
from tests.services.world import LEADER, World, build

Course = Callable[[World], None]


def call(*keys: str | None, answered_by: str = "") -> Course:
    """A call of ours is taken, these keys are pressed (None: silence), and it is over."""

    def play(world: World) -> None:
        ref = world.plan()
        calls.first(world.work, ref, f"CA{ref}", answered_by)
        for turn, key in enumerate(keys, start=1):
            calls.pressed(world.work, ref, turn, key)
        told = {"CallSid": f"CA{ref}", "CallStatus": "completed", "CallDuration": "20"}
        outcomes.record_receipt(world.work, ref, call_receipt(told))

    return play


def text(*bodies: str) -> Course:
    """Somebody writes."""

    def play(world: World) -> None:
        for body in bodies:
            world.clock.advance(timedelta(minutes=2))
            inbound.receive_text(world.work, world.text, world.text_from(body))

    return play


def both(*courses: Course) -> Course:
    """One after the other."""

    def play(world: World) -> None:
        for course in courses:
            course(world)

    return play


def rings(world: World) -> None:
    """The leader rings us, and is not reached when rung back."""
    ring_in.rang_in(world.work, world.line, LEADER, "CAring")


@pytest.mark.parametrize(
    ("course", "code"),
    [
        (call(), "NC"),
        (call(None), "NC"),
        (call(None, None, None), "NC"),
        (both(call(None), call(), call(None, None)), "NC"),
        (call(answered_by="machine_start"), "NC"),
        (call(None, answered_by="fax"), "NC"),
        (call("6"), "O"),
        (call("6", "6", "6"), "O"),
        (call("6", None, None), "O"),
        (call("*"), "O"),
        (text("la sao nhi"), "O"),
        (text("alo", "xyz khong ro", "hmm gi day", "???"), "O"),
        (both(text("alo", "xyz", "xyz", "xyz", "xyz"), call(None)), "O"),
        (rings, "O"),
        (call("1"), "R"),
        (call("1", None, None, None), "R"),
        (call("1", "6", "6", "6"), "R"),
        (text("alo", "1"), "R"),
        (call("2"), "R"),
        (call("2", None, None), "R"),
        (text("alo", "2"), "R"),
        (text("STOP"), "R"),
        (call("1", "1"), "P"),
        (text("alo", "1", "2"), "P"),
    ],
)
def test_only_what_a_person_said_is_a_refusal(work: Work, course: Course, code: str) -> None:
    world = build(work)
    course(world)
    assert outcome(world) == code


def test_the_wish_of_a_stranger_is_not_the_organisations(work: Work) -> None:
    world = build(work)
    with work.database.transaction() as conn:
        conn.execute(sa.update(organisation_phones).values(valid=False, note="wrong_number"))
    text("STOP")(world)
    assert world.consent_of() == "stopped"
    assert outcome(world) != "R"


def outcome(world: World) -> str:
    """The disposition of the only organisation."""
    with world.work.database.transaction() as conn:
        (facts,) = figures.facts(conn, world.round_id, None, ("consent",))
    return str(disposition(facts))
