"""A phone to hold, in a browser: the page at /handset and the routes by which it rings, is heard, keyed and texted.

What it does goes the network's own ways, signed webhooks and all; it must not know what our numbers are for.

| route | body | what it does |
|---|---|---|
| GET /handset | | the page |
| GET /simulator/handsets/<number> | | what its holder sees: the call, what was heard in it, the texts |
| POST /simulator/handsets/<number>/hold | {held} | take the phone over from its persona, or give it back |
| POST /simulator/handsets/<number>/pick-up, …/hang-up | | green and red; red declines while it rings |
| POST /simulator/handsets/<number>/key | {key} | one of 0-9 * # |
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from simulator.errors import not_found
from simulator.network.network import Network
from simulator.network.records import Call, Message
from simulator.network.shelf import Where
from simulator.people.hands import Hand
from simulator.phone.calls import Calls

_TEXTS = 60
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src *"


class HandsetPage:
    """The page and its routes, bound to one network."""

    def __init__(self, net: Network, calls: Calls) -> None:
        self._net, self._calls = net, calls

    def blueprint(self) -> Blueprint:
        """All routes."""
        routes = Blueprint("handset", __name__)
        routes.add_url_rule("/handset", "page", _page)
        place = "/simulator/handsets/<number>"
        routes.add_url_rule(place, "look", self.look)
        for path, view in (
            ("hold", self.hold), ("pick-up", self.pick_up), ("hang-up", self.hang_up), ("key", self.key),
        ):  # fmt: skip
            routes.add_url_rule(f"{place}/{path}", view.__name__, view, methods=["POST"])
        routes.register_error_handler(ValueError, lambda error: (jsonify(error=str(error)), 400))
        return routes

    def look(self, number: str) -> Response:
        """What the holder sees now."""
        hand = self._net.population.hand(number)
        return jsonify(
            number=number,
            held=hand is not None,
            call=_call_document(self._live(number), number),
            last=_call_document(self._net.calls.get(hand.call) if hand and hand.call else None, number),
            heard=hand.prompts() if hand else [],
            texts=[_bubble(message, number) for message in self._texts(number)],
        )

    def hold(self, number: str) -> Response:
        """Take the phone over, or give it back."""
        held = bool((request.get_json(silent=True) or {}).get("held", True))
        if self._net.population.hand(number) is None or not held:
            self._net.arrange("hold", {"number": number, "held": held})
        return self.look(number)

    def pick_up(self, number: str) -> Response:
        """Answer what rings."""
        self._hand_at(number).wish = "pick up"
        return self.look(number)

    def hang_up(self, number: str) -> Response:
        """Decline what rings, end what is spoken."""
        hand, call = self._hand_at(number), self._live(number)
        if call is not None and call.status == "ringing" and call.to == number:
            hand.wish = "decline"
        elif call is not None:
            self._calls.end(call, "completed" if call.answered else "canceled")
        return self.look(number)

    def key(self, number: str) -> Response:
        """Press a key."""
        self._hand_at(number).press(str(request.get_json().get("key")))
        return jsonify(pressed=True)

    def _hand_at(self, number: str) -> Hand:
        hand = self._net.population.hand(number)
        if hand is None:
            raise not_found(request.path)
        return hand

    def _live(self, number: str) -> Call | None:
        """The call that rings at this phone or is spoken on it."""
        reached = ("ringing", "in-progress")
        mine = (call for call in self._net.calls.live() if number in (call.to, call.sender))
        return next((call for call in mine if call.status in reached and not call.mute), None)

    def _texts(self, number: str) -> list[Message]:
        """The newest texts on the phone, oldest first."""
        got, _ = self._net.messages.page([Where("recipient", "=", number), Where("status", "=", "delivered")], _TEXTS)
        sent, _ = self._net.messages.page([Where("sender", "=", number)], _TEXTS)
        return sorted([*got, *sent], key=_at)[-_TEXTS:]


def _page() -> Response:
    response = current_app.send_static_file("handset.html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def _at(message: Message) -> datetime:
    return message.updated or message.created


def _call_document(call: Call | None, number: str) -> dict[str, Any] | None:
    if call is None:
        return None
    ours = call.sender == number
    return {
        "sid": call.sid,
        "other": call.to if ours else call.sender,
        "made_here": ours,
        "status": call.status,
        "answered": call.answered,
        "duration": call.duration,
    }


def _bubble(message: Message, number: str) -> dict[str, Any]:
    ours = message.sender == number
    return {
        "sid": message.sid,
        "other": message.to if ours else message.sender,
        "written_here": ours,
        "body": message.body,
        "at": _at(message).isoformat(),
    }
