"""Requests over sockets of their own: whole, in a row on one connection, all at once, drop by drop, cut off.

It must not know what is asked, nor what should be answered.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from tests.gateway.odd_requests import Odd

GENEROUS_S = 60.0
"""Nothing here is a test of speed."""
THREADS = 4
WAYS = {"whole": 0.72, "kept": 0.1, "at once": 0.1, "drops": 0.03, "cut off": 0.05}
"""How a request comes in, and how often."""
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass
class Heard:
    """What was answered: how often each status by way, and the requests to which an error of ours came."""

    statuses: Counter[int] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[int, str]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    """Whole requests that got no answer at all."""

    def note(self, way: str, odds: Sequence[Odd], answers: Sequence[int]) -> None:
        """What came back for these requests."""
        self.ways[way] += len(odds)
        self.statuses.update(answers)
        lines = [f"{way}: {odd.method} {odd.target[:300]} {dict(odd.headers)} {odd.body[:300]!r}" for odd in odds]
        self.errors += [(status, " | ".join(lines)) for status in answers if status >= 500]
        if not answers and way != "cut off":
            self.silent.append(" | ".join(lines))


def send_all(port: int, odds: Iterable[Odd], seed: int) -> Heard:
    """Send every request, some threads at a time. The seed chooses the ways; threads meet as they will."""
    heard, lock, parcels = Heard(), threading.Lock(), _parcels(odds, Random(seed))

    def work() -> None:
        while True:
            with lock:
                way, parcel = next(parcels, ("", []))
            if not parcel:
                return
            answers = _sent(port, way, parcel)
            with lock:
                heard.note(way, parcel, answers)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return heard


STALLED = (
    b"POST /twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nA",
    b"POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-",
    b"",
)


@contextmanager
def stalled(port: int, number: int) -> Iterator[None]:
    """So many connections that begin something and never end it; the server ends each of them."""
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(socket.create_connection(("127.0.0.1", port), GENEROUS_S)) for _ in range(number)]
        for n, wire in enumerate(wires):
            wire.sendall(STALLED[n % len(STALLED)])
        yield
        assert all(_heard(wire) in ([], [408]) for wire in wires)


def _parcels(odds: Iterable[Odd], chance: Random) -> Iterator[tuple[str, list[Odd]]]:
    """Requests that travel together, and how."""
    source = iter(odds)
    for first in source:
        (way,) = chance.choices(list(WAYS), list(WAYS.values()))
        more = chance.randint(1, 4) if way in ("kept", "at once") else 0
        yield way, [first, *islice(source, more)]


def _sent(port: int, way: str, parcel: Sequence[Odd]) -> list[int]:
    """The statuses that came back."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), GENEROUS_S)) as wire:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            return _kept(wire, parcel) if way == "kept" else _poured(wire, way, parcel)
        return _heard(wire)


def _poured(wire: socket.socket, way: str, parcel: Sequence[Odd]) -> list[int]:
    data = b"".join(odd.raw(closes=odd is parcel[-1]) for odd in parcel)
    if way == "cut off":
        wire.sendall(data[: len(data) * 2 // 3])
        wire.shutdown(socket.SHUT_WR)
    elif way == "drops":
        for at in range(0, len(data), max(1, len(data) // 5)):
            wire.sendall(data[at : at + max(1, len(data) // 5)])
            time.sleep(0.05)
    else:
        wire.sendall(data)
    return _heard(wire)


def _kept(wire: socket.socket, parcel: Sequence[Odd]) -> list[int]:
    """One after another on one connection, as long as the server keeps it."""
    statuses: list[int] = []
    for odd in parcel:
        try:
            wire.sendall(odd.raw(closes=odd is parcel[-1]))
            answer = http.client.HTTPResponse(wire, method=odd.method)
            answer.begin()
            answer.read()
        except (http.client.HTTPException, OSError):
            return statuses
        statuses.append(answer.status)
        if answer.will_close:
            return statuses
    return statuses


def _heard(wire: socket.socket) -> list[int]:
    """Every status until the other side closes; what was only to be gone on with is none."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while data := wire.recv(65536):
            got += data
    return [status for status in map(int, _STATUS.findall(got)) if status != 100]
