"""An interview that is really heard and keyed: a softphone on loopback, SIP and RTP, keys as RFC 4733 events.

Needs Debian's baresip and espeak-ng. The gateway is the real one over HTTP, asked with a carrier's signature; what came
out of the ear-piece is compared with what the sentences sound like.
"""

from __future__ import annotations

import time
import wave
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from carriers.routing import CarrierRouter
from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from demo.data_directory import free_port
from files import speech
from gateway.app import create_webhooks_app
from runtime.clock import FastClock
from services.calls import recordings as voices
from services.calls.recording_cache import KnownRecordings
from services.sending import dispatcher
from services.work import Work
from simulator.clock import SimulatedClock
from store.tables.outbox import senders
from tests.doubles import START
from tests.services.world import LEADER, LINE, World, build
from tests.simulator import parts
from tests.simulator.parts import ACCOUNT, TOKEN
from tests.system.sip import bridge, sound
from tests.system.sip.bridge import Bridge, Said
from tests.system.sip.phone import BARESIP, Phone
from tests.system.test_handset import served

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(not BARESIP, reason="no baresip: apt install baresip-core"),
    pytest.mark.skipif(not speech.can_render("vi"), reason="no espeak-ng: apt install espeak-ng"),
]
ALIKE = 0.9
"""A sentence that was really heard correlates at least so well with what it sounds like."""
PATIENCE_S = 90.0
QUIET_S = 1.5
"""Who listens to the end presses a key after this much silence."""
EARLY_S = 1.0
"""A key counts once its question is being said, and the first moments may be the echo of the key before."""
Step = tuple[str, str, bool]
"""Words of what is asked, the keys, and whether they are pressed in the middle of it."""


@dataclass
class Village:
    """What the tests work with."""

    world: World
    bridge: Bridge
    phone: Phone
    rung: int = 0
    told: int = 0
    """How many sentences belonged to questions that are answered."""

    def ring(self) -> None:
        """What is due goes out; the phone rings and is picked up."""
        dispatcher.dispatch(self.world.work, self.world.line.id)
        self.rung += 1
        self.phone.wait_for("CALL_INCOMING", self.rung)
        self.phone.answer()
        self.phone.wait_for("CALL_ESTABLISHED", self.rung)

    def go_through(self, steps: Sequence[Step]) -> None:
        """Hear each question out, or its beginning, and press its keys."""
        for words, keys, early in steps:
            until(lambda words=words: any(words in said.prompt.words for said in self.new()), self.bridge)  # type: ignore[misc]
            time.sleep(EARLY_S)
            if not early:
                self.listen()
            self.told = len(self.bridge.said)
            self.phone.press(keys)

    def new(self) -> list[Said]:
        """What was said since the last key."""
        return self.bridge.said[self.told :]

    def listen(self) -> None:
        """Hear it out: until nothing more comes for a while."""
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET_S:
            if not self.bridge.quiet:
                quiet_since = time.monotonic()
            time.sleep(0.02)


NEVER_SAID = ("Hôm nay trời đẹp, bà con ra đồng gặt lúa.", "Xin ông bà bấm lại ngày, tháng, năm.")


def until(is_so: Callable[[], object], about: Bridge) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert not about.troubles, about.troubles
        assert time.monotonic() < deadline, [said.prompt for said in about.said]
        time.sleep(0.05)


@pytest.fixture
def village(work: Work, tmp_path: Path) -> Iterator[Village]:
    """Network, gateway and phone on one business clock that goes at normal speed, on a Wednesday morning."""
    anchor, port = datetime.now(UTC), free_port()
    base, secrets = f"http://127.0.0.1:{port}", {"demo": TwilioCredentials(ACCOUNT, (TOKEN,))}
    clock, ticking = SimulatedClock.parse(f"{START.isoformat()}@1@{anchor.isoformat()}"), FastClock(START, 1, anchor)
    with parts.simulator(tmp_path / "journal.jsonl", clock) as sim:
        ours = replace(work, clock=ticking, carriers=CarrierRouter(secrets, base), voice=TwimlRenderer(base))
        world = build(replace(ours, recordings=KnownRecordings(work.database, ticking)))
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(senders).values(account=ACCOUNT, api_base_url=sim.base))
        sim.post("/numbers", {"number": LINE, "voice_url": f"{base}/twilio/voice"})
        sim.handset(LEADER)
        phone = Phone(tmp_path / "phone", LEADER, bridge.free_port())
        wires = Bridge(sim.net, LEADER, (bridge.HOST, phone.port))
        with served(create_webhooks_app(world.work, secrets, base), port):
            wires.start()
            phone.start()
            try:
                yield Village(world, wires, phone)
            finally:
                phone.stop()
                wires.stop()
        assert wires.troubles == []


def narrate(world: World, words: str, folder: Path) -> str:
    """Record one sentence of the form in a voice unlike the machine's: an octave lower. Its id."""
    (sentence,) = (one for one in voices.book(world.work, world.form, "vi", "central") if words in one.text)
    deep = array("h", (one for one in sound.samples(speech.render(sentence.text, "vi")) for _ in range(2)))
    with wave.open(str(folder / f"{sentence.id}.wav"), "wb") as out:
        out.setparams((1, 2, sound.RATE, 0, "NONE", ""))
        out.writeframes(deep.tobytes())
    assert voices.take_in(world.work, folder, [sentence], "cli:test").added == 1
    return sentence.id


def alike(village: Village) -> dict[str, float]:
    """How well each sentence that was said to its end is found in what the phone recorded."""
    heard = village.phone.heard()
    whole = [said for said in village.bridge.said if not said.cut]
    return {said.prompt.words or said.prompt.url: sound.likeness(said.pcm, heard) for said in whole}


def narrated(village: Village, prompt_id: str) -> list[Said]:
    """The recording of that sentence, as it was played."""
    return [said for said in village.bridge.said if f"/prompts/{prompt_id}-" in said.prompt.url]


def test_a_whole_interview_is_heard_and_keyed(village: Village, tmp_path: Path) -> None:
    world = village.world
    recorded = narrate(world, "hài lòng về việc q1", tmp_path)
    world.plan("call")
    village.ring()
    village.go_through(
        (
            ("có đồng ý trả lời", "1", False),
            ("Rất hài lòng, bấm phím 1", "2", False),
            ("việc q2", "1", True),
            ("việc q4", "3", True),
            ("Số members", "250#", False),
            ("Đúng, bấm phím 1", "1", True),
            ("Nộp phiếu, bấm phím 1", "1", True),
        )
    )
    village.phone.wait_for("CALL_CLOSED")
    assert world.answers() == {"consent": "yes", "q1": "3", "q2": "5", "q4": "1", "members": "250"}
    assert world.interview()["status"] == "complete"
    assert [said.cut for said in narrated(village, recorded)] == [False], "the recording is played, the rest is said"
    found = alike(village)
    assert min(found.values()) > ALIKE, found
    heard = village.phone.heard()
    for words in NEVER_SAID:
        assert sound.likeness(sound.samples(speech.render(words, "vi")), heard) < ALIKE, words


def test_who_hangs_up_rings_us_and_goes_on_where_they_were(village: Village) -> None:
    """The ring is refused unanswered, so it costs nothing, and rung back; what was answered is not asked again."""
    world = village.world
    world.plan("call")
    village.ring()
    village.go_through((("có đồng ý trả lời", "1", True), ("việc q1", "2", True)))
    until(lambda: any("việc q2" in said.prompt.words for said in village.new()), village.bridge)
    time.sleep(EARLY_S)
    village.phone.hang_up()
    until(lambda: world.sent(purpose="call")[0]["state"] == "completed", village.bridge)
    assert world.answers() == {"consent": "yes", "q1": "3"}

    since = village.told = len(village.bridge.said)
    village.phone.dial(LINE, village.bridge.address)
    until(lambda: village.bridge.refused == ["busy"], village.bridge)
    village.ring()
    until(lambda: any("việc q2" in said.prompt.words for said in village.new()), village.bridge)
    words = [said.prompt.words for said in village.bridge.said[since:]]
    assert "xin hỏi tiếp những câu còn lại" in words[0], words
    assert not [said for said in words if "đồng ý" in said or "việc q1" in said], words
    village.go_through((("việc q2", "1", True),))
    until(lambda: world.answers().get("q2") == "5", village.bridge)
    village.phone.hang_up()
    village.phone.wait_for("CALL_CLOSED", 3)
    found = alike(village)
    assert min(found.values()) > ALIKE, found
