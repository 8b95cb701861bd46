"""Early, double and slipped keys on a real line: the simulator's Gather over HTTP, our gateway, PostgreSQL.

Keys are pressed at words that are heard or while a request is under way, never after a time, so that a busy machine
changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.test import Client

from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from gateway.app import create_webhooks_app
from ivr import callflow
from services.work import Work
from simulator.clock import SimulatedClock
from simulator.people.hands import Hand, Prompt
from survey.form.questionnaire import Questionnaire
from tests.services.world import LEADER, LINE, World, build
from tests.simulator import parts
from tests.survey import forms

TWO = forms.form(forms.consent(), forms.level("q1"), forms.level("q2"))
NUMBER = forms.form(forms.consent(), forms.whole("members"), forms.level("q1"))
AGREE, Q1, Q2, END = "Đồng ý, bấm phím 1.", "về việc q1", "về việc q2", "Nộp phiếu, bấm phím 1."
FLYING = "(the keys before are under way)"
"""A moment in which no prompt is spoken: the request of the keys before is being answered."""
Presses = Sequence[tuple[str, str]]


@dataclass
class Fingers:
    """Presses keys at the words that they wait for, one after the other; no keys: it only waits to hear the words."""

    presses: list[tuple[str, str]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    hand: Hand | None = None

    def hear(self, hand: Hand, words: str) -> None:
        """A prompt begins."""
        self.hand = hand
        self.heard.append(words)
        self.at(words)

    def at(self, moment: str) -> None:
        """Press what waits for this moment."""
        if self.hand is not None and self.presses and self.presses[0][0] in moment:
            for key in self.presses.pop(0)[1]:
                self.hand.press(key)


@dataclass
class Phone:
    """The leader's phone in a hand, on the line with our gateway."""

    world: World
    sim: parts.Sim
    base: str
    fingers: Fingers

    def call(self, presses: Presses) -> str:
        """We ring, keys are pressed, and when the last words were heard they hang up; all that was heard."""
        self.fingers.presses, self.fingers.heard = list(presses), []
        ref = self.world.plan(state="sending")  # type: ignore[arg-type]  # a state by its value
        self.sim.client.calls.create(to=LEADER, from_=LINE, url=f"{self.base}/twilio/voice/{ref}/0")
        self._until(lambda: self._seen()["call"])
        self.sim.post(f"/handsets/{LEADER}/pick-up", {})
        self._until(lambda: not self.fingers.presses)
        self.sim.post(f"/handsets/{LEADER}/hang-up", {})
        self._until(lambda: self._seen()["call"] is None)
        return " ".join(self.fingers.heard)

    def _seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = self.sim.get(f"/handsets/{LEADER}")
        return seen

    def _until(self, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + 120
        while not is_so():
            assert time.monotonic() < deadline, (self.fingers.presses, self.fingers.heard)
            time.sleep(0.02)


Dial = Callable[[Questionnaire], Phone]


@pytest.fixture
def dial(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
    """Puts a form's house behind a port, the network before it, and the leader's phone into a hand."""
    fingers, hear = Fingers(), Hand.hear

    def hearing(hand: Hand, call: str, prompt: Prompt) -> None:
        hear(hand, call, prompt)
        fingers.hear(hand, prompt.words)

    monkeypatch.setattr(Hand, "hear", hearing)
    with ExitStack() as running:
        we = running.enter_context(parts.customer())
        sim = running.enter_context(parts.simulator(tmp_path / "journal.jsonl", SimulatedClock(scale=0.02)))

        def dialled(form: Questionnaire) -> Phone:
            world = build(replace(work, voice=TwimlRenderer(we.base)), form)
            secrets = {"demo": TwilioCredentials(parts.ACCOUNT, (parts.TOKEN,))}
            we.answer = _gateway(create_webhooks_app(world.work, secrets, we.base), fingers)
            sim.post("/numbers", {"number": LINE, "voice_url": f"{we.base}/twilio/voice"})
            sim.handset(LEADER)
            sim.post(f"/handsets/{LEADER}/hold", {"held": True})
            return Phone(world, sim, we.base, fingers)

        yield dialled


def _gateway(app: Flask, fingers: Fingers) -> parts.Answering:
    """Our gateway as the network finds it; keys may be pressed while it answers."""

    def answer(arrival: parts.Arrival) -> Response:
        if arrival.form.get("Digits"):
            fingers.at(FLYING)
        headers = {"X-Twilio-Signature": arrival.headers.get("X-Twilio-Signature", "")}
        given = Client(app).post(arrival.target, data=arrival.form, headers=headers)
        assert given.status_code == 200, given.text
        return Response(given.data, given.status_code, content_type=given.content_type)

    return answer


def test_key_1_may_be_pressed_at_the_first_word(dial: Dial) -> None:
    phone = dial(TWO)
    heard = phone.call([("Xin chào ông bà.", "1"), (Q1, "")])
    assert phone.world.answers() == {"consent": "yes"}
    assert "Chúng tôi xin hỏi" not in heard, "the key stops what is being said"


def test_an_answer_is_taken_before_its_options_are_told(dial: Dial) -> None:
    phone = dial(TWO)
    heard = phone.call([(AGREE, "1"), (Q1, "2"), (Q2, "3"), (END, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "3", "q2": "1"}
    assert "Rất hài lòng, bấm phím 1." not in heard


@pytest.mark.parametrize("slip", ["11", "12", "1111"])
def test_a_doubled_key_or_two_figures_for_one_never_answer_the_next_question(dial: Dial, slip: str) -> None:
    phone = dial(TWO)
    phone.call([(AGREE, slip), (Q1, slip), (Q2, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "5"}


def test_a_key_that_bounces_into_the_echo_answers_nothing(dial: Dial) -> None:
    phone = dial(TWO)
    phone.call([(AGREE, "1"), ("Xin cảm ơn ông bà.", "3"), (Q1, "1"), ("Đã ghi", "3"), (Q2, "2"), (END, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "5", "q2": "3"}


def test_that_proof_fails_when_the_echo_may_be_interrupted(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken for the next question's answer: what the words before the keys are there to prevent."""
    monkeypatch.setattr(callflow, "_answers_key", lambda effect: False)
    phone = dial(TWO)
    phone.call([(AGREE, "1"), (Q1, "1"), ("Đã ghi", "3"), ("Đã ghi", "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "5", "q2": "1"}


def test_a_key_between_two_prompts_answers_nothing(dial: Dial) -> None:
    phone = dial(TWO)
    phone.call([(AGREE, "1"), (FLYING, "3"), (Q1, "1"), (FLYING, "3"), (Q2, "2"), (END, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "5", "q2": "3"}


def test_a_figure_that_is_no_choice_and_slips_on_answers_its_own_question_only(dial: Dial) -> None:
    phone = dial(TWO)
    heard = phone.call([(AGREE, "1"), (Q1, "5"), ("Phím đó không có trong câu này.", "3"), (Q2, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "1"}
    assert "Đã ghi: không hài lòng." in heard


def test_a_bouncing_hash_and_a_bouncing_yes_leave_the_next_question_alone(dial: Dial) -> None:
    phone = dial(NUMBER)
    heard = phone.call([(AGREE, "1"), ("Số members", "25##"), ("Đúng, bấm phím 1.", "11"), (Q1, "")])
    assert phone.world.answers() == {"consent": "yes", "members": "25"}
    assert "hai. năm. Như vậy có đúng không ạ?" in heard


def test_a_hash_after_one_key_is_no_answer_to_the_next_question(dial: Dial) -> None:
    phone = dial(TWO)
    heard = phone.call([(AGREE, "1#"), (Q1, "#"), (Q1, "2"), (Q2, "#"), (Q2, "##"), (Q2, "3#"), (END, "#"), (END, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "3", "q2": "1"}
    assert "không có trong câu này" not in heard
    assert "chưa nghe thấy" not in heard


def test_a_bouncing_eight_still_asks_when_and_a_bouncing_seven_goes_one_answer_back(dial: Dial) -> None:
    phone = dial(TWO)
    when = "Trả lời tiếp bây giờ, bấm phím 1."
    heard = phone.call([(AGREE, "1"), (Q1, "1"), (Q2, "88"), (when, "11"), (Q2, "77"), (Q1, "2"), (Q2, "")])
    assert phone.world.answers() == {"consent": "yes", "q1": "3"}
    assert "gọi lại lúc khác" not in heard


def test_the_next_organisation_is_offered_and_a_bounce_takes_up_nothing(dial: Dial) -> None:
    """Two organisations through the gateway: what bounces from the end of one begins nothing of the other."""
    phone = dial(TWO)
    phone.world.add_organisation("DX002")
    offer = "Ông bà còn phiếu của HTX DX002."
    phone.call([(AGREE, "1"), (Q1, "1"), (Q2, "3"), (END, "11"), (offer, "")])
    assert phone.world.answers(1) == {}
    assert phone.world.interview(1)["status"] == "pending"
    heard = phone.call([(offer, "11"), (AGREE, "1"), (Q1, "3"), (Q2, "2"), (END, "1"), ("Đã xong tất cả", "")])
    assert [phone.world.answers(at) for at in (0, 1)] == [
        {"consent": "yes", "q1": "5", "q2": "1"},
        {"consent": "yes", "q1": "1", "q2": "3"},
    ]
    assert "Câu hỏi về HTX DX002." in heard
