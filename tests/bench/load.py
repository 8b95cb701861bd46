"""Carriers at the door: people who answer by text or by key, signed requests over kept connections, latencies.

It must not know what answers: only a path and a form per turn.
"""

from __future__ import annotations

import http.client
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from twilio.request_validator import RequestValidator

from tests.bench.population import ACCOUNT, LINE, TEXTS

HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "I-Twilio-Idempotency-Token": "0" * 36}
PLACE = {"FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "VN", "ToCity": "", "ToCountry": "VN"}


class Person(Protocol):
    """Somebody in an interview."""

    def turn(self, body: str) -> tuple[str, dict[str, str]]:
        """Path and form of the next request, with what is written or pressed."""


@dataclass
class Texting:
    """Answers by text."""

    number: str
    path: str
    turns: int = 0

    def turn(self, body: str) -> tuple[str, dict[str, str]]:
        """The next text."""
        self.turns += 1
        sid = f"SM{self.number[-9:]}{self.turns:023d}"
        known = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": ACCOUNT, "NumMedia": "0"}
        more = {"NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", "From": self.number}
        return self.path, {**known, **PLACE, **more, "To": TEXTS, "Body": body}


@dataclass
class Pressing:
    """Answers by keys; turn 0 is the first request after the answer."""

    number: str
    ref: str
    prefix: str
    turns: int = -1

    def turn(self, body: str) -> tuple[str, dict[str, str]]:
        """The next request of the call."""
        self.turns += 1
        call = {"CallSid": f"CA{self.ref}", "AccountSid": ACCOUNT, "CallStatus": "in-progress"}
        known = {**call, **PLACE, "From": LINE, "To": self.number, "Caller": LINE, "Called": self.number}
        form = {**known, "Direction": "outbound-api", "ApiVersion": "2010-04-01"}
        if self.turns:
            form |= {"Digits": body, "msg": "Gather", "FinishedOnKey": ""}
        return f"{self.prefix}/{self.ref}/{self.turns}", form


@dataclass
class Crowd:
    """People at one server, who answer by turns."""

    port: int
    token: str
    people: Iterable[Person]
    latencies: list[float] = field(default_factory=list)
    """Seconds of each answered request since the crowd was last asked."""
    faults: list[str] = field(default_factory=list)
    answered: int = 0

    def __post_init__(self) -> None:
        self._waiting = deque(self.people)

    def say(self, body: str, times: int, connections: int) -> None:
        """`times` turns in all, by whoever has waited longest, over so many connections at once."""
        requests = deque(self._sign(*person.turn(body)) for person in self._next(times))
        self.latencies = []
        threads = [threading.Thread(target=self._post, args=(requests,)) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.answered += len(self.latencies)

    def _next(self, times: int) -> list[Person]:
        if times > len(self._waiting):
            raise ValueError("a person answers once at a time")
        chosen = [self._waiting.popleft() for _ in range(times)]
        self._waiting.extend(chosen)
        return chosen

    def _sign(self, path: str, form: dict[str, str]) -> tuple[str, bytes, dict[str, str]]:
        """Signed beforehand, so that signing is not in the latency."""
        url = f"http://127.0.0.1:{self.port}{path}"
        signature = RequestValidator(self.token).compute_signature(url, form)
        return path, urllib.parse.urlencode(form).encode(), {**HEADERS, "X-Twilio-Signature": signature}

    def _post(self, requests: deque[tuple[str, bytes, dict[str, str]]]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while True:
            try:
                path, body, headers = requests.popleft()
            except IndexError:
                break
            began = time.perf_counter()
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            said = response.read()
            self.latencies.append(time.perf_counter() - began)
            if response.status != 200 or b"Response" not in said:
                self.faults.append(f"{response.status} {said[:80]!r}")
        connection.close()
