"""A simulator on its own port and a small customer beside it, for the tests: real HTTP both ways."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import WSGIRequestHandler, make_server

from simulator.app import make_simulator
from simulator.clock import SimulatedClock
from simulator.network.network import Config, Network

ACCOUNT, TOKEN = "AC" + "1" * 32, "t" * 32
OUR_NUMBER = "+842438001000"
FAST = "2026-11-16T08:00:00+07:00@1200@{anchor}"


class _Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Arrival:
    """One webhook as the customer saw it."""

    path: str
    target: str
    form: dict[str, str]
    headers: dict[str, str]
    genuine: bool


Answering = Callable[[Arrival], Response | str | tuple[str, int]]


@dataclass
class Customer:
    """Plays "us": keeps what arrives, checks each signature over the raw target, answers as it is told."""

    answer: Answering = lambda arrival: "<Response/>"
    arrivals: list[Arrival] = field(default_factory=list)
    base: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, path: str) -> Response:
        """Any path, any method."""
        target = request.environ["RAW_URI"]
        params = request.form if request.method == "POST" else {}
        signature = request.headers.get("X-Twilio-Signature", "")
        genuine = RequestValidator(TOKEN).validate(self.base + target, params, signature)
        arrival = Arrival("/" + path, target, request.values.to_dict(), dict(request.headers), genuine)
        with self.lock:
            self.arrivals.append(arrival)
        given = self.answer(arrival)
        if isinstance(given, Response):
            return given
        body, status = given if isinstance(given, tuple) else (given, 200)
        return Response(body, status, content_type="text/xml")

    def at(self, prefix: str) -> list[Arrival]:
        """What arrived under a path."""
        with self.lock:
            return [arrival for arrival in self.arrivals if arrival.path.startswith(prefix)]


@contextmanager
def customer() -> Iterator[Customer]:
    """A customer on a port of its own."""
    we = Customer()
    app = Flask("customer")
    app.add_url_rule("/<path:path>", "take", we.take, methods=["GET", "POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    we.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield we
    finally:
        server.shutdown()
        server.server_close()


class Rerouted(TwilioHttpClient):  # type: ignore[misc]  # the SDK is untyped
    """The SDK's client, pointed at another host."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send to the simulator what was meant for Twilio."""
        return super().request(method, url.replace("https://api.twilio.com", self._base), *args, **kwargs)


@dataclass
class Sim:
    """The simulator as a client sees it."""

    base: str
    journal_file: Path
    client: Client
    net: Network

    def post(self, path: str, body: Any) -> Any:
        """Use a control route."""
        answer = requests.post(f"{self.base}/simulator{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """Read a control route."""
        return requests.get(f"{self.base}/simulator{path}", timeout=10).json()

    def journal(self, kind: str = "") -> list[dict[str, Any]]:
        """The journal's lines of a kind."""
        found: list[dict[str, Any]] = self.get(f"/journal?kind={kind}")["entries"]
        return found

    def settle(self, seconds: float = 20) -> None:
        """Wait until nothing moves any more, and that nothing broke inside."""
        until = time.monotonic() + seconds
        while not (state := self.get("/idle"))["idle"]:
            assert time.monotonic() < until, state
            time.sleep(0.02)
        assert state["failures"] == 0

    def handset(self, number: str, persona: str = "quick", **more: Any) -> None:
        """Add one handset."""
        self.post("/handsets", {"number": number, "persona": persona, **more})


@contextmanager
def simulator(journal: Path, clock: SimulatedClock, seed: int = 7) -> Iterator[Sim]:
    """A simulator on a port of its own."""
    net = Network(Config(ACCOUNT, TOKEN, journal, clock, seed))
    server = make_simulator(net, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield Sim(base, journal, Client(ACCOUNT, TOKEN, http_client=Rerouted(base)), net)
    finally:
        server.shutdown()
        server.server_close()
        net.close()


SCALE = ("Rất hài lòng", "5"), ("Hài lòng", "3"), ("Không hài lòng", "1"), ("Không có ý kiến", "na")
ABOUT = ("thủ tục vay vốn", "đất đai", "đào tạo cán bộ", "xúc tiến thương mại", "chuyển đổi số", "thuế")


def topics() -> list[dict[str, Any]]:
    """Consent, six satisfaction questions q1 … q6 and one number."""
    options = [{"value": value, "spoken": [label], "written": [label]} for label, value in SCALE]
    choices = [
        {
            "topic": f"q{place}",
            "kind": "choice",
            "spoken": [f"Ông bà có hài lòng về {about} không?"],
            "written": [f"Hai long ve {about}?"],
            "options": options,
        }
        for place, about in enumerate(ABOUT, 1)
    ]
    agree = [
        {"value": "yes", "spoken": ["Đồng ý"], "written": ["Dong y"]},
        {"value": "no", "spoken": ["Không đồng ý"], "written": ["Khong dong y"]},
    ]
    consent = {"spoken": ["Ông bà có đồng ý trả lời không?"], "written": ["Ong ba tra loi khao sat?"]}
    members = {"spoken": ["Đơn vị có bao nhiêu thành viên?"], "written": ["Bao nhieu thanh vien?"]}
    return [
        {"topic": "consent", "kind": "consent", "options": agree, **consent},
        *choices,
        {"topic": "members", "kind": "integer", "range": [7, 900], **members},
    ]
