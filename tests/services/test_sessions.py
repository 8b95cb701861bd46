"""Whole sessions by text and by call, in any order, with deliveries repeated: events rebuild what is stored, and what a
person said of one question never stands at another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact.delivery import InboundText
from services.calls import dialogue as calls
from services.interview import recording as interviews
from services.texts import receive as inbound
from services.work import Work
from tests.services.world import World, build

TRUTH = {"consent": "1", "q1": "1", "q2": "3", "q3": "2", "q4": "4", "members": "250"}
STORED = {"consent": "yes", "q1": "5", "q2": "1", "q3": "3", "q4": "none", "members": "250"}
ABOUT = re.compile(r"hai long ve viec (q\d)|So (members) la bao nhieu|(dong y)")
ABOUT_SPOKEN = re.compile(r"hài lòng về việc (q\d)|Số (members) là bao nhiêu|(đồng ý) trả lời")


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def asked_in(words: str, about: re.Pattern[str]) -> str | None:
    """The question that is asked last in what a person reads or hears."""
    found = about.findall(words)
    if not found:
        return None
    return next(name for name in found[-1] if name).replace("dong y", "consent").replace("đồng ý", "consent")


@dataclass
class Person:
    """Answers by question, from what is read or heard, never by position."""

    world: World
    number: str
    at: int
    seen: str | None = None
    ref: str | None = None
    turn: int = 0
    heard: str | None = None
    texts: list[InboundText] = field(default_factory=list)
    keys: list[tuple[str, int, str | None]] = field(default_factory=list)

    def write(self, slip: str | None) -> None:
        """Answer the question on the screen (or write a first word); `slip`: something else is typed."""
        text = self.world.text_from(slip or (TRUTH[self.seen] if self.seen else "alo"), self.number)
        self.texts.append(text)
        reply = inbound.receive_text(self.world.work, self.world.text, text)
        self.seen = asked_in(reply.body or "", ABOUT) or (None if reply.body else self.seen)

    def press(self, slip: str | None) -> None:
        """Answer the question in the ear; a call begins when none is running."""
        if self.ref is None:
            self.ref, self.turn = self.world.plan("call", at=self.at, number=self.number), 1
            document = calls.first(self.world.work, self.ref, f"CA{self.ref}", "human")
        else:
            digits = slip if slip is not None else TRUTH[self.heard or "consent"]
            self.keys.append((self.ref, self.turn, digits))
            document = calls.pressed(self.world.work, self.ref, self.turn, digits)
            self.turn += 1
        self.heard = asked_in(document, ABOUT_SPOKEN)
        if "<Gather" not in document:
            self.ref = None

    def hang_up(self, _slip: str | None) -> None:
        """The call ends here."""
        self.ref = None

    def text_again(self, _slip: str | None) -> None:
        """The carrier delivers an earlier text once more."""
        for text in self.texts[-3:]:
            assert inbound.receive_text(self.world.work, self.world.text, text).repeated

    def key_again(self, _slip: str | None) -> None:
        """The carrier asks for an earlier turn once more."""
        for ref, turn, digits in self.keys[-3:]:
            calls.pressed(self.world.work, ref, turn, digits)


_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["write"] * 4 + ["press"] * 4 + ["hang_up", "text_again", "key_again"]),
        st.sampled_from([None] * 8 + ["999", "khong biet", "*"]),
    ),
    min_size=3,
    max_size=26,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=_MOVES)
def test_any_session_by_text_and_call_keeps_the_truth(world: World, moves: list[Any]) -> None:
    """Each example is a person of its own in the same world."""
    at = len(world.interviews)
    number = f"+8490{2_000_000 + at}"
    world.add_organisation(f"S{at}", number)
    person = Person(world, number, at)
    for move, slip in moves:
        world.clock.advance(timedelta(seconds=40))
        before = world.answers(at)
        getattr(person, move)(slip)
        after = world.answers(at)
        assert move in ("write", "press") or after == before
        assert after == {name: STORED[name] for name in after}
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[at]) == []
