"""Texts at the same time, and a process that dies while it answers one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contact.delivery import State
from services.interview import recording as interviews
from services.texts import receive as inbound
from services.work import Work
from store.messages import unknown
from store.people import phones as phone_rows
from survey.answers import Heard, Key
from tests.faults import plant
from tests.services.texting import send
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def in_threads(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time; their results in order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=20) for future in [pool.submit(call) for call in calls]]


def test_the_same_text_delivered_twice_at_once_is_heard_once(world: World) -> None:
    send(world, "alo")
    text = world.text_from("1")
    world.clock.advance(timedelta(minutes=1))
    replies = in_threads(*[lambda: inbound.receive_text(world.work, world.text, text)] * 2)
    assert sorted(reply.repeated for reply in replies) == [False, True]
    assert {(reply.body, reply.ref) for reply in replies} == {(replies[0].body, replies[0].ref)}
    assert len(world.events()) == 2


def test_a_key_and_a_text_at_once_store_one_answer(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    world.clock.advance(timedelta(minutes=1))
    ask, text = world.interview()["state"], world.text_from("1")
    key = Heard("voice", "CA1:3", Key("3"), ask["t"], ask["a"])
    in_threads(
        lambda: inbound.receive_text(world.work, world.text, text),
        lambda: interviews.enter(world.work, world.interviews[0], key, phone_hash=world.hash()),
    )
    assert set(world.answers()) == {"consent", "q1"}
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[0]) == []


@pytest.mark.parametrize("repeat", range(3))
def test_an_opt_out_and_an_answer_at_once_leave_nothing_queued(world: World, repeat: int) -> None:
    send(world, "alo")
    world.clock.advance(timedelta(minutes=1))
    ref, stop, answer = world.plan(), world.text_from("STOP"), world.text_from("1")
    calls = [lambda text=text: inbound.receive_text(world.work, world.text, text) for text in (stop, answer)]
    stopped, answered = in_threads(*calls)
    assert stopped.outcome == "opted_out"
    assert answered.outcome in ("answered", "answered_after_stop")
    assert (answered.body is None) == (answered.outcome == "answered_after_stop")
    assert world.consent_of() == "stopped"
    assert world.sent(ref=ref)[0]["state"] == "withdrawn"


def text_waits_for_the_phone(world: World) -> None:
    """While something else of this phone is under way, a text waits."""
    text = world.text_from("alo")
    with ThreadPoolExecutor(1) as pool:
        with world.work.database.transaction() as conn:
            phone_rows.lock(conn, world.hash())
            waiting = pool.submit(inbound.receive_text, world.work, world.text, text)
            try:
                waiting.result(timeout=0.4)
                done = True
            except TimeoutError:
                done = False
        assert waiting.result(timeout=20).outcome == "opened"
    assert not done


@pytest.mark.parametrize(
    ("fault", "verdict"), [(nullcontext(), nullcontext()), (plant("no-phone-lock"), pytest.raises(AssertionError))]
)
def test_turns_of_one_phone_wait_for_each_other(
    world: World, fault: AbstractContextManager[None], verdict: AbstractContextManager[Any]
) -> None:
    with verdict, fault:
        text_waits_for_the_phone(world)


def test_a_process_that_dies_before_commit_leaves_everything_as_it_was(world: World) -> None:
    send(world, "alo")

    text = world.text_from("1")
    dying = replace(world.work, ids=_Dying(world.work.ids))
    before = (world.interview(), world.answers(), len(world.received()), len(world.sent()))
    with pytest.raises(_KilledError):
        inbound.receive_text(dying, world.text, text)
    assert (world.interview(), world.answers(), len(world.received()), len(world.sent())) == before
    world.clock.advance(timedelta(minutes=1))
    assert inbound.receive_text(world.work, world.text, text).outcome == "answered"


class _KilledError(BaseException):
    """The process ends here."""


class _Dying:
    """Ids that end the process when the reply asks for its reference: the last thing before the last statement."""

    def __init__(self, ids: Any) -> None:
        self._ids = ids

    def new(self) -> Any:
        return self._ids.new()

    def public(self) -> str:
        raise _KilledError

    def code(self) -> str:
        return str(self._ids.code())


def test_sweep_finds_the_reply_in_doubt(world: World) -> None:
    """What the sweeps of handed replies look at is there: real time of handing over."""
    send(world, "alo")
    later = world.work.clock.real() + timedelta(minutes=3)
    with world.work.database.transaction() as conn:
        assert len(unknown.waiting_since(conn, (State.HANDED,), later)) == 1
