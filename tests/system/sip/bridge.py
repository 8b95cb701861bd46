"""A bridge from the simulated network to a real SIP phone: what a call says is sent as sound, keys come as RFC 4733.

The network stays what runs our documents, signed and all; the bridge is only the ear and the keys of one number. SIP
and RTP are aiosipua's and aiortp's (MIT).
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from aiortp import RTPSession
from aiosipua import IncomingCall, SipUAC, SipUAS, build_sdp, negotiate_sdp
from aiosipua.transport import UdpSipTransport

from files import speech
from simulator.network.network import Network
from simulator.people.hands import Hand, Prompt
from simulator.phone.calls import Calls
from tests.system.sip import sound

HOST = "127.0.0.1"
PCMU, EVENTS = 0, 101
FRAME = 160
"""Samples (20 ms) in one packet."""
FRAME_S = FRAME / sound.RATE
LOOK_S = 0.05
RING_S = 60.0
TAIL_S = 0.5
"""Between the last word and the hang-up, for what is still on its way through the phone's buffer."""
SILENCE = bytes(2 * FRAME)


def free_port() -> int:
    """The lower of two free ports, by UDP and TCP: RTCP and SIP over TLS are one above."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
        if all(_is_free(kind, at) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM) for at in (port, port + 1)):
            return port


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(type=kind) as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _uri(name: str, at: tuple[str, int]) -> str:
    return f"sip:{name}@{at[0]}:{at[1]}"


def spoken(prompt: Prompt) -> array[int]:
    """The sound of a prompt: a recording is fetched where the document says, words are rendered by espeak-ng."""
    if not prompt.url:
        return sound.samples(speech.render(prompt.words, "vi"))
    answer = requests.get(prompt.url, timeout=10)
    return sound.samples(answer.content) if answer.ok else array("h")


@dataclass
class Said:
    """One prompt that was sent as sound, and whether a key or a hang-up cut it short."""

    prompt: Prompt
    pcm: array[int]
    cut: bool = False


class Leg:
    """The sound of one call: frames wait in a queue and leave one every 20 ms, silence when there are none."""

    def __init__(self) -> None:
        self.port = free_port()
        self.waiting: deque[bytes] = deque()

    async def run(self, remote: tuple[str, int], pressed: Callable[[str], None]) -> None:
        """Send and hear until cancelled."""
        rtp = await RTPSession.create((HOST, self.port), remote, PCMU, dtmf_payload_type=EVENTS)
        rtp.on_dtmf = lambda key, _: pressed(key)
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            for nth in itertools.count():
                rtp.send_audio_pcm(self.waiting.popleft() if self.waiting else SILENCE, nth * FRAME)
                await asyncio.sleep(max(0.0, began + (nth + 1) * FRAME_S - clock()))
        finally:
            await rtp.close()


class HeldPhone(Hand):
    """The network's held phone whose ear and keys are a SIP phone's."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge

    def begin(self, call: str) -> None:
        """A call of ours rings the phone; one that the phone makes is not on record yet when it begins."""
        new = call != self.call
        super().begin(call)
        if new and self._bridge.net.calls.get(call) is not None:
            self._bridge.ring(call)

    def hear(self, call: str, prompt: Prompt) -> float | None:
        """Play it; as long as it really takes."""
        super().hear(call, prompt)
        return self._bridge.play(prompt)

    def hush(self) -> None:
        """Stop playing."""
        self._bridge.hush()


class Bridge:
    """Signalling and sound for one number `person`, whose phone listens at `phone`."""

    def __init__(self, net: Network, person: str, phone: tuple[str, int]) -> None:
        self.net, self._person, self._phone = net, person, phone
        self._calls = Calls(net)
        self._transport = UdpSipTransport(local_addr=(HOST, free_port()))
        self._uac = SipUAC(self._transport)
        self._uas = SipUAS(self._transport, uac=self._uac)
        self._uas.on_invite = lambda call: self._soon(self._rung(call))
        self._uas.on_bye = lambda *_: self._hung_up()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="bridge")
        self._leg = Leg()
        self.said: list[Said] = []
        self.refused: list[str] = []
        """How calls that the phone made ended unanswered."""
        self.troubles: list[BaseException] = []
        self.hand = HeldPhone(self)

    @property
    def address(self) -> tuple[str, int]:
        """Where a phone reaches the bridge by SIP."""
        return self._transport.local_addr

    def start(self) -> None:
        """Listen, and put the phone into the person's hand."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._uas.start(), self._loop).result(10)
        self.net.arrange("hold", {"number": self._person, "held": True})
        handset = self.net.population.get(self._person)
        assert handset is not None
        handset.hand = self.hand

    def stop(self) -> None:
        """End everything."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        mine = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not mine]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await self._uas.stop()

    @property
    def quiet(self) -> bool:
        """Whether all that was said has been sent."""
        return not self._leg.waiting

    def play(self, prompt: Prompt) -> float:
        """Send a prompt after what still waits; the seconds until it has been heard."""
        pcm = spoken(prompt)
        call = self.net.calls.get(self.hand.call)
        self.said.append(Said(prompt, pcm, cut=call is None or call.over))
        self._leg.waiting.extend(sound.frames(pcm, FRAME))
        return len(self._leg.waiting) * FRAME_S

    def hush(self) -> None:
        """A key was pressed: what is not sent yet is not wanted."""
        if self._leg.waiting:
            self.said[-1].cut = True
            self._leg.waiting.clear()

    def ring(self, sid: str) -> None:
        """Ring the phone for a call of ours."""
        self._loop.call_soon_threadsafe(self._soon, self._ring(sid))

    def _soon(self, coming: Any) -> None:
        task = self._loop.create_task(coming)
        task.add_done_callback(self._look_at)

    def _look_at(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.troubles.append(error)

    def _hung_up(self) -> None:
        if call := self.net.calls.get(self.hand.call):
            self._calls.end(call, "completed")
        self._leg.waiting.clear()
        if self.said:
            self.said[-1].cut = True

    async def _ring(self, sid: str) -> None:
        leg = self._leg = Leg()
        offer = build_sdp(HOST, leg.port, PCMU, "PCMU", dtmf_payload_type=EVENTS)
        ours = self.net.calls.get(sid)
        assert ours is not None
        here, there = _uri(ours.sender, self.address), _uri(ours.to, self._phone)
        outgoing = self._uac.send_invite(here, there, self._phone, offer)
        try:
            await outgoing.wait_answered(RING_S)
        except RuntimeError:  # the library's way to say: declined
            self.hand.wish = "decline"
            return
        assert outgoing.sdp_answer is not None
        await self._talk(leg, sid, outgoing.sdp_answer)
        outgoing.hangup(self._uac)

    async def _rung(self, incoming: IncomingCall) -> None:
        """The phone calls the number in its request; unanswered where our side refuses it."""
        leg = self._leg = Leg()
        assert incoming.sdp_offer is not None
        answer, _ = negotiate_sdp(incoming.sdp_offer, HOST, leg.port, supported_codecs=[PCMU], dtmf_payload_type=EVENTS)
        called = incoming.callee.partition("sip:")[2].partition("@")[0]
        ours = self._calls.ring_in(self._person, called)
        incoming.ringing()
        while not (ours.over or ours.answered):
            await asyncio.sleep(LOOK_S)
        if not ours.answered:
            self.refused.append(ours.status)
            incoming.reject(486 if ours.status == "busy" else 480)
            return
        incoming.accept(answer)
        await self._talk(leg, ours.sid, incoming.sdp_offer)
        incoming.hangup()

    async def _talk(self, leg: Leg, sid: str, phone: Any) -> None:
        """Sound both ways until the call is over."""
        running = self._loop.create_task(leg.run(phone.rtp_address, self.hand.press))
        self.hand.wish = "pick up"
        while (call := self.net.calls.get(sid)) and not call.over and not running.done():
            await asyncio.sleep(LOOK_S)
        await asyncio.sleep(TAIL_S)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
