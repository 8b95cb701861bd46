"""A carrier whose clock is wrong: a quick interview by text is stored as it was meant, and late texts answer what was
asked when they were written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from contact.clocks import Sending
from contact.delivery import InboundText, Receipt, Unknown
from services.delivery import sweeps, unknown
from services.senders import carrier_clocks as clocks
from services.sending import dispatcher
from services.texts import receive as inbound
from services.texts.receive import TextReply
from services.work import Work
from store.messages import senders as sender_rows
from store.tables.interviews import inbound as texts
from store.tables.outbox import senders
from tests.doubles import FakeCarriers, FakeClock
from tests.services.world import World, build
from tests.survey.forms import consent, form, level

ANSWERS = ("1", "2", "2", "2", "1", "1", "3", "3", "2")
"""Many alike, one after the other: a second "2" must not be taken for the first one again."""


@pytest.fixture
def world(work: Work) -> World:
    return build(work, form(consent(), *(level(f"q{n}") for n in range(1, len(ANSWERS)))))


Clock = Callable[[datetime], datetime]


def behind(seconds: float) -> Clock:
    return lambda now: now - timedelta(seconds=seconds)


def drifting(since: datetime) -> Clock:
    return lambda now: now - (now - since) / 20


def jumping(at: datetime, seconds: float) -> Clock:
    return lambda now: now - timedelta(seconds=seconds if now > at else 0)


def write(world: World, body: str, stamp: datetime | None, carrier_id: str | None = None) -> TextReply:
    with world.work.database.transaction() as conn:
        link = sender_rows.by_id(conn, world.text.id)
    assert link is not None
    text = world.text_from(body, carrier_id=carrier_id)
    return inbound.receive_text(world.work, link, replace(text, at=stamp))


def interview(world: World, clock: FakeClock, shown: Clock, learning: bool, thinking_s: float = 8) -> list[str]:
    """Somebody answers each question seconds after it came; asked back, they say the same again. The outcomes."""
    outcomes = [write(world, "alo", shown(clock.now())).outcome]
    for answer in ANSWERS:
        for _ in range(3):
            clock.advance(timedelta(seconds=thinking_s))
            outcomes.append(write(world, answer, shown(clock.now()).replace(microsecond=0)).outcome)
            if learning:
                clocks.learn(world.work)
            if outcomes[-1] != "asked_back":
                break
    return outcomes


def stored(world: World) -> list[str]:
    """The options that were chosen, as digits."""
    held = world.answers()
    questions = world.form.questions
    return [next(c.key for c in q.choices if c.value == held[q.name]) for q in questions if q.name in held]


OFFSETS = [-25_200, -600, -45, -30, -12, -6, 0, 6, 12, 30, 45, 600, 25_200]


@pytest.mark.parametrize("learning", [True, False], ids=["learned", "never learned"])
@pytest.mark.parametrize("offset", OFFSETS)
def test_a_quick_interview_is_stored_whatever_the_carriers_clock_shows(
    world: World, clock: FakeClock, offset: int, learning: bool
) -> None:
    outcomes = interview(world, clock, behind(offset), learning)
    assert stored(world) == list(ANSWERS)
    assert outcomes == ["opened", *["answered"] * len(ANSWERS)], "and nobody is asked back"


def test_that_proof_fails_where_stamps_are_believed(
    world: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believed(taken: datetime, stamp: datetime | None, *_more: object, **_flags: object) -> Sending:
        return Sending(min(stamp or taken, taken))

    monkeypatch.setattr("contact.clocks.sending", believed)
    assert "repeated" in interview(world, clock, behind(30), learning=False)


@pytest.mark.parametrize("learning", [True, False], ids=["learned", "never learned"])
def test_a_drifting_clock(world: World, clock: FakeClock, learning: bool) -> None:
    assert "repeated" not in interview(world, clock, drifting(clock.now()), learning)
    assert stored(world) == list(ANSWERS)


@pytest.mark.parametrize("jump", [-25_200, -30, 30, 600, 25_200])
@pytest.mark.parametrize("learning", [True, False], ids=["learned", "never learned"])
def test_a_clock_that_is_set_during_an_interview_costs_questions_and_no_answer(
    world: World, clock: FakeClock, jump: int, learning: bool
) -> None:
    outcomes = interview(world, clock, jumping(clock.now() + timedelta(seconds=30), jump), learning)
    assert "repeated" not in outcomes
    assert stored(world)[:3] == list(ANSWERS[:3])
    assert len(set(outcomes) - {"opened", "answered", "asked_back", "finished", "already_answered"}) == 0


@pytest.mark.parametrize("offset", [-25_200, -30, 0, 30, 25_200])
def test_late_texts_answer_what_was_asked_when_they_were_written(world: World, clock: FakeClock, offset: int) -> None:
    """Ten minutes of ours nobody answers: three texts are written and come when we are back."""
    shown = behind(offset)
    others = ("1", "1", "1", "1", "1")
    write(world, "alo", shown(clock.now()))
    clock.advance(timedelta(seconds=20))
    write(world, "1", shown(clock.now()))
    for _ in others:
        clock.advance(timedelta(seconds=20))
        _stamp(world, clock.now(), shown(clock.now()))
    clocks.learn(world.work)
    written = []
    for answer in ("2", "2", "3"):
        clock.advance(timedelta(seconds=40))
        written.append((answer, shown(clock.now())))
    clock.advance(timedelta(minutes=10))
    for answer, stamp in written:
        clock.advance(timedelta(seconds=8))
        write(world, answer, stamp)
    assert stored(world) == ["1", "2"], "the second and third answer the same question, which has its answer"
    assert world.rows(senders, id=world.text.id)[0]["clock_offset_s"] == offset


def _stamp(world: World, taken: datetime, stamp: datetime) -> None:
    """A text of somebody else that came in time."""
    row = {
        **{"id": world.work.ids.new(), "sender_id": world.text.id, "carrier_id": world.work.ids.public()},
        **{"phone_hash": b"x", "number": b"", "body": b"", "outcome": "answered", "via": "webhook"},
        **{"received_at": taken, "told_at": stamp},
    }
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(texts).values(row))


def test_a_text_in_doubt_is_asked_back_and_not_dropped(world: World, clock: FakeClock) -> None:
    """The link was right until now; this text says it is 30 seconds old, and says the same as the one before."""
    for _ in range(5):
        clock.advance(timedelta(seconds=20))
        _stamp(world, clock.now(), clock.now())
    clocks.learn(world.work)
    write(world, "alo", clock.now())
    clock.advance(timedelta(seconds=20))
    write(world, "1", clock.now())
    clock.advance(timedelta(seconds=20))
    write(world, "2", clock.now())
    clock.advance(timedelta(seconds=20))
    reply = write(world, "2", clock.now() - timedelta(seconds=30))
    assert (reply.outcome, stored(world)) == ("asked_back", ["1", "2"])
    assert "C2" in (reply.body or "")
    clock.advance(timedelta(seconds=20))
    assert write(world, "C2: 2", clock.now() - timedelta(seconds=30)).outcome == "answered"


def test_the_same_words_in_a_hurry_are_one_answer_still(world: World, clock: FakeClock) -> None:
    shown = behind(30)
    for body, wait in (("alo", 20), ("1", 20), ("2", 20), ("2", 1)):
        clock.advance(timedelta(seconds=wait))
        last = write(world, body, shown(clock.now()))
    assert (last.outcome, stored(world)) == ("repeated", ["1", "2"])


def test_a_carrier_that_stamps_only_its_list_is_learned_from_it(
    world: World, clock: FakeClock, carriers: FakeCarriers
) -> None:
    listed: list[InboundText] = []
    for body in ("alo", "1", "2", "1", "1"):
        clock.advance(timedelta(seconds=30))
        text = world.text_from(body)
        inbound.receive_text(world.work, world.text, text)
        listed.append(replace(text, at=clock.now() - timedelta(seconds=30)))
    carriers.texts.inbound = listed
    clock.advance(timedelta(minutes=2))
    assert sweeps.fetch_missed_texts(world.work) == 0
    assert clocks.learn(world.work) == 1
    assert world.rows(senders, id=world.text.id)[0]["clock_offset_s"] == 30
    assert clocks.learn(world.work) == 0


@pytest.mark.parametrize("offset", [-25_200, -30, 30, 25_200])
def test_lost_texts_are_fetched_whatever_the_carriers_clock_shows(
    world: World, clock: FakeClock, carriers: FakeCarriers, offset: int
) -> None:
    """The carrier filters its list by its own clock."""
    sender_change = sa.update(senders).where(senders.c.id == world.text.id).values(clock_offset_s=offset)
    with world.work.database.transaction() as conn:
        conn.execute(sender_change)
    clock.advance(timedelta(hours=1))
    sweeps.fetch_missed_texts(world.work)
    clock.advance(timedelta(minutes=5))
    lost = replace(world.text_from("alo"), at=behind(offset)(clock.now()))

    def listed(_sender: object, since: datetime) -> list[InboundText]:
        return [lost] if lost.at is not None and lost.at >= since else []

    carriers.texts.list_inbound = listed  # type: ignore[method-assign, assignment]
    assert sweeps.fetch_missed_texts(world.work) == 0, "its webhook may only be late"
    clock.advance(timedelta(minutes=2))
    assert sweeps.fetch_missed_texts(world.work) == 1


def test_a_text_in_doubt_is_found_in_the_list_of_a_carrier_whose_clock_is_behind(
    world: World, clock: FakeClock, carriers: FakeCarriers
) -> None:
    """Else it would be taken for never sent, and sent again."""
    asked: list[datetime] = []

    def found(_sender: object, _to: str, _body: str, since: datetime) -> list[Receipt]:
        asked.append(since)
        return []

    carriers.texts.find = found  # type: ignore[method-assign, assignment]
    world.plan("text")
    carriers.texts.results.append(Unknown("timeout"))
    sent = clock.now()
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.id == world.text.id).values(clock_offset_s=30))
    clock.advance(timedelta(minutes=2))
    unknown.ask_about_doubtful(world.work)
    assert asked == [sent - timedelta(seconds=35)]
