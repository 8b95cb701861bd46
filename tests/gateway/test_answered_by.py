"""Who took a call, as the carrier says it at every door and in every order: no mark of a machine is lost, and nobody
refuses whom no person's word says so of. Through the real doors, signed, without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations, product
from random import Random

import pytest

from carriers.twilio.twiml import TwimlRenderer
from contact.delivery import State, is_machine
from contact.outcomes import disposition
from gateway.app import create_webhooks_app
from services.work import Work
from store.results import figures
from store.tables.outbox import senders
from tests.gateway.joined import SECRETS, JobsAtOnce
from tests.gateway.parts import BASE, Twilio
from tests.services.world import LEADER, LINE, OUR_NUMBER, World, build
from tests.simulator.parts import ACCOUNT, TOKEN

WORDS = ("", "human", "unknown", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax")
ENDS = {
    "completed": State.COMPLETED,
    "no-answer": State.NO_ANSWER,
    "busy": State.BUSY,
    "canceled": State.CANCELLED,
    "failed": State.FAILED,
}


@dataclass
class Doors:
    """The doors of a small world, and one call at a time."""

    world: World
    twilio: Twilio
    calls: int = 0
    ref: str = ""

    def call(self) -> None:
        """A new call of ours runs."""
        self.calls += 1
        self.ref = self.world.plan(state=State.SENT)

    def post(self, door: str, answered_by: str, status: str = "in-progress", **more: str) -> str:
        """One request of the carrier about the call."""
        form = {"CallSid": f"CA{self.calls}", "AccountSid": ACCOUNT, "From": LINE, "To": LEADER, "CallStatus": status}
        form |= {"AnsweredBy": answered_by} if answered_by else {}
        answer = self.twilio.post(door.format(self.ref), form | more)
        assert answer.status_code in (200, 204), answer.text
        return answer.text

    def state(self) -> tuple[State, str]:
        """What became of the call, and who took it."""
        (row,) = self.world.sent(ref=self.ref)
        return State(row["state"]), row["answered_by"]

    def disposition(self) -> str:
        """Of the only organisation."""
        with self.world.work.database.transaction() as conn:
            (facts,) = figures.facts(conn, self.world.round_id, None, ("consent",))
        return str(disposition(facts))


Step = Callable[[Doors], object]


def answered(word: str) -> Step:
    return lambda doors: doors.post("/twilio/voice/{}/0", word)


def silent(word: str) -> Step:
    return lambda doors: doors.post("/twilio/voice/{}/1", word)


def beside(word: str) -> Step:
    return lambda doors: doors.post("/twilio/detection/{}", word)


def ended(status: str, word: str) -> Step:
    return lambda doors: doors.post("/twilio/receipt/call/{}", word, status)


@pytest.fixture
def doors(work: Work) -> Doors:
    jobs = JobsAtOnce(lost=True)
    world = build(replace(work, jobs=jobs, voice=TwimlRenderer(BASE)))
    with work.database.transaction() as conn:
        conn.execute(senders.update().values(account=ACCOUNT))
    return Doors(world, Twilio(create_webhooks_app(world.work, SECRETS, BASE), TOKEN))


def cases(most: int) -> list[tuple[str, str, str, str, tuple[int, ...]]]:
    """What the first request says, what is said beside the call, how it ends and by whom, and in which order."""
    every = list(product(WORDS, WORDS, ENDS, WORDS, permutations(range(4))))
    return Random(11).sample(every, most)


def plays(doors: Doors, case: tuple[str, str, str, str, tuple[int, ...]]) -> None:
    first, aside, end, last, order = case
    said = [answered(first), beside(aside) if aside else answered(first), ended(end, last), ended(end, last)]
    doors.call()
    for at in order:
        said[at](doors)
    state, by = doors.state()
    if end == "completed":
        machine = any(map(is_machine, (first, aside, last)))
        assert (state, is_machine(by)) == (State.MACHINE if machine else State.COMPLETED, machine), case
    else:
        assert state == ENDS[end], case
        assert is_machine(by) or not any(map(is_machine, (first, last))), case


def test_no_order_loses_a_machine_and_nobody_refuses(doors: Doors) -> None:
    for case in cases(8):
        plays(doors, case)
    assert doors.disposition() == "NC"


@pytest.mark.parametrize("word", ["machine_start", "machine_end_silence", "fax"])
def test_a_mark_counts_wherever_it_first_stands(doors: Doors, word: str) -> None:
    """In the first request's repetition, or in a later one that nobody pressed a key in."""
    for steps in (
        (answered(""), answered(word), ended("completed", "")),
        (answered("unknown"), silent(word), ended("completed", "human")),
        (answered(""), ended("completed", ""), answered(word)),
        (answered(""), ended("completed", ""), silent(word)),
    ):
        doors.call()
        for step in steps:
            step(doors)
        assert doors.state() == (State.MACHINE, word)
    assert doors.disposition() == "NC"


def test_who_pressed_a_key_is_a_person_at_every_door(doors: Doors) -> None:
    doors.call()
    doors.post("/twilio/voice/{}/0", "")
    doors.post("/twilio/voice/{}/1", "machine_start", Digits="1")
    assert "<Gather" in doors.post("/twilio/voice/{}/2", "machine_start")
    doors.post("/twilio/voice/{}/0", "machine_start")
    doors.post("/twilio/receipt/call/{}", "machine_start", "completed")
    assert doors.state()[0] == State.COMPLETED
    assert doors.world.answers() == {"consent": "yes"}


@pytest.mark.parametrize("word", ["", "human", "unknown", "machine_end_beep"])
def test_silence_and_calls_without_a_key_are_no_refusal(doors: Doors, word: str) -> None:
    for _ in range(3):
        doors.call()
        for turn in range(6):
            doors.post("/twilio/voice/{}/" + str(turn), word if not turn else "")
            if "<Gather" not in doors.post("/twilio/voice/{}/" + str(turn), ""):
                break
        doors.post("/twilio/receipt/call/{}", word, "completed")
    assert doors.disposition() == "NC"


@pytest.mark.parametrize("body", ["???", "x", "blah blah", "12345678", "…", "😀", "Anh Ba", "so may vay"])
def test_texts_nobody_understood_are_no_refusal(doors: Doors, body: str) -> None:
    for at in range(4):
        form = {"MessageSid": f"SM{at}", "AccountSid": ACCOUNT, "From": LEADER, "To": OUR_NUMBER, "Body": body}
        assert doors.twilio.post("/twilio/sms", form).status_code == 200
    assert doors.disposition() in ("O", "NC")
