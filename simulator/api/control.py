"""The simulator's own switches, apart from the API it imitates; reached by tests and by the demo over HTTP.

All routes are under /simulator; a POST of several things takes one JSON object or a list of them.

| route | body or query | what it does |
|---|---|---|
| GET, POST /numbers | {number, sms_url, sms_fallback_url, voice_url, voice_fallback_url,
|  |  voice_status_callback, messaging_service_sid, opt_out, opt_out_words, opt_out_replies, mps, queue_s,
|  |  price_segment, price_minute, price_unit, capabilities} |
|  | | the customer's numbers, their webhooks, segments a second and how many seconds of them may wait |
| GET, POST /limits | {cps, concurrent_requests} | the account's calls a second and API requests at a time; 0: none |
| GET, POST /handsets | {number, persona, medium, scope, truth, style, seed} | the people; see `personas` |
| POST /handsets/<number>/text | {to, body} | this person sends a text; gives its sid |
| POST /handsets/<number>/call | {to} | this person rings; gives the call's sid; 409 while on the line |
| more of /handsets/<number> | | a phone that somebody holds: see `handset_page` |
| POST /topics | {topic, kind, spoken, written, options: [{value, spoken, written}], range, scope} |
|  |  | what people understand; kind is choice, integer or consent |
| POST /recordings | {name: words} | what recordings say, by the last part of their URL |
| GET /ledger | detail=1 | {number: {topic: value last meant and sent}}; in detail also medium, at, delivered |
| GET /journal | after, kind, limit | {entries: the journal's lines}; quick from any `after` on |
| GET, POST /faults | {seed, delay_s, slow_s, <fault>: probability, or {kind: probability}} | the switches of |
|  | | `faults.FAULTS` for all kinds they strike or by `faults.KINDS` |
| GET /idle | | {idle, pending, failures}; idle when nothing is queued, ringing, talking or thinking |
| GET /clock | | {business, real, rate} |

What is arranged here is journaled: a simulator that was killed and started on the same journal goes on with the same
numbers, handsets (and what they remember), topics, faults and limits. A handset posted anew begins anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.network.network import Network
from simulator.people.handsets import Handset
from simulator.phone.calls import Calls
from simulator.phone.texts import Texts


class Control:
    """The control routes, bound to one network."""

    def __init__(self, net: Network, texts: Texts, calls: Calls) -> None:
        self._net, self._texts, self._calls = net, texts, calls

    def blueprint(self) -> Blueprint:
        """All control routes."""
        routes = Blueprint("control", __name__, url_prefix="/simulator")
        table: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", "/numbers", self.add_numbers),
            ("GET", "/numbers", self.numbers),
            ("POST", "/handsets", self.add_handsets),
            ("GET", "/handsets", self.handsets),
            ("POST", "/handsets/<number>/text", self.text),
            ("POST", "/handsets/<number>/call", self.call),
            ("GET", "/limits", self.limits),
            ("POST", "/limits", self.set_limits),
            ("POST", "/topics", self.add_topics),
            ("POST", "/recordings", self.add_recordings),
            ("GET", "/ledger", self.ledger),
            ("GET", "/journal", self.journal),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.set_faults),
            ("GET", "/idle", self.idle),
            ("GET", "/clock", self.clock),
        ]
        for method, path, view in table:
            routes.add_url_rule(path, view.__name__, view, methods=[method])
        routes.register_error_handler(ValueError, _explain)
        routes.register_error_handler(KeyError, _explain)
        routes.register_error_handler(TypeError, _explain)
        return routes

    def add_numbers(self) -> Response:
        """Add or replace numbers of the customer."""
        return self._arrange("number")

    def _arrange(self, name: str) -> Response:
        """Add or replace one thing or several."""
        given = request.get_json()
        items = given if isinstance(given, list) else [given]
        self._net.arrange(name, *items)
        return jsonify(count=len(items))

    def numbers(self) -> Response:
        """The customer's numbers."""
        return jsonify([asdict(number) for number in self._net.numbers.values()])

    def add_handsets(self) -> Response:
        """Add or replace handsets."""
        return self._arrange("handset")

    def handsets(self) -> Response:
        """Every handset with its persona."""
        return jsonify([_describe(handset) for handset in self._net.population.all()])

    def add_topics(self) -> Response:
        """Add or replace topics."""
        return self._arrange("topic")

    def add_recordings(self) -> Response:
        """Tell what recordings say."""
        given = {str(name): str(words) for name, words in _json().items()}
        self._net.arrange("recordings", given)
        return jsonify(count=len(given))

    def text(self, number: str) -> Response:
        """Make a handset send a text."""
        given = _json()
        return jsonify(sid=self._texts.receive(number, given["to"], given["body"]).sid)

    def call(self, number: str) -> Response:
        """Make a handset ring."""
        return jsonify(sid=self._calls.ring_in(number, _json()["to"]).sid)

    def ledger(self) -> Response:
        """What each handset meant and sent, by topic."""
        detail = request.args.get("detail") == "1"
        return jsonify(
            {
                handset.number: {
                    topic: entry.json() if detail else entry.value for topic, entry in sorted(handset.ledger.items())
                }
                for handset in self._net.population.all()
            }
        )

    def journal(self) -> Response:
        """The journal's lines after a number, of a kind."""
        query, limit = request.args, request.args.get("limit")
        lines = self._net.journal.raw(
            int(query.get("after", "0")), query.get("kind", ""), None if limit is None else int(limit)
        )
        return Response(_entries(lines), content_type="application/json")

    def faults(self) -> Response:
        """The fault switches."""
        return jsonify(self._net.faults.settings())

    def set_faults(self) -> Response:
        """Change fault switches."""
        self._net.arrange("faults", _json())
        return self.faults()

    def limits(self) -> Response:
        """The account's limits."""
        return jsonify(asdict(self._net.limits))

    def set_limits(self) -> Response:
        """Replace the account's limits."""
        self._net.arrange("limits", _json())
        return self.limits()

    def idle(self) -> Response:
        """Whether nothing will happen any more by itself."""
        scheduler = self._net.scheduler
        pending = scheduler.pending
        return jsonify(idle=pending == 0, pending=pending, failures=scheduler.failures)

    def clock(self) -> Response:
        """Both times."""
        clock = self._net.clock
        return jsonify(business=clock.now().isoformat(), real=clock.real().isoformat(), rate=clock.rate)


def _json() -> dict[str, Any]:
    given = request.get_json()
    if not isinstance(given, dict):
        raise TypeError("a JSON object is wanted here")
    return given


def _entries(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The journal's lines as one JSON object, in pieces: a long journal is never held whole."""
    yield b'{"entries": ['
    join = b""
    while piece := list(itertools.islice(lines, 1000)):
        yield join + b",".join(piece)
        join = b","
    yield b"]}"


def _describe(handset: Handset) -> dict[str, Any]:
    return {
        "number": handset.number,
        "persona": handset.persona_name,
        "scope": handset.scope,
        "held": handset.hand is not None,
        "landline": handset.landline,
        "rings": handset.rings,
        "opted_out": handset.opted_out,
        "hung_up": handset.hung_up,
    }


def _explain(error: Exception) -> tuple[Response, int]:
    """What was wrong with a control request; 409 when a handset could not do it now."""
    status = 409 if "on the line" in str(error) else 400
    return jsonify(error=f"{type(error).__name__}: {error}"), status
