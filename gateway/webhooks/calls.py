"""Calls: somebody rings us, a call of ours is answered, a key is pressed. Every answer is a document of the dialogue.

A failure is spoken as an apology with status 200 and ends the call; the interview stays where it was.
"""

from __future__ import annotations

from flask import Response

from carriers.descriptor import CallEndpoints
from carriers.webhook_requests import VoiceRequest
from contact.delivery import Detection, is_machine
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import Authenticated, done, response
from services.calls import dialogue, incoming, machine_detection

LAST_TURN = 32_767
"""What the database can number; no call comes near."""


def spoken(document: str) -> Response:
    """A document that the carrier speaks, with the content type that it needs."""
    return Response(document, mimetype="text/xml")


def apologise() -> Response:
    """The polite word and hang-up."""
    return spoken(dialogue.apology(webhook_context().work))


def ring_in(asked: Authenticated, endpoints: CallEndpoints) -> Response:
    """Somebody rings one of our numbers. Withheld callers are let in: the use case decides."""
    call = asked.read(endpoints.read)
    sender = asked.sender_at("call", call.to_number)
    script = incoming.rang_in(webhook_context().work, sender, call.from_number, call.carrier_id)
    done("rang_in")
    return spoken(script)


def next_turn(asked: Authenticated, endpoints: CallEndpoints, ref: str, turn: int) -> Response:
    """The next step of the call `ref`: turn 0 after the answer, later turns with keys, silence, or a person left."""
    call = asked.read(endpoints.read)
    if turn == 0:
        script = dialogue.first(webhook_context().work, ref, call.carrier_id, call.answered_by)
        _note_machine(ref, call)
    else:
        _note_machine(ref, call)
        script = dialogue.pressed(webhook_context().work, ref, turn, call.digits, call.connected)
    dialled = call.connected is not None
    done("first" if turn == 0 else "dialled" if dialled else "pressed" if call.digits else "silent")
    return spoken(script)


def _note_machine(ref: str, call: VoiceRequest) -> None:
    """Not every request says who took a call: a machine counts in whichever it is named, also where the first one comes
    again, unless somebody pressed a key."""
    if is_machine(call.answered_by) and call.digits is None:
        machine_detection.record(webhook_context().work, ref, Detection(call.carrier_id, call.answered_by))


def fall_back() -> Response:
    """A voice URL failed for good."""
    done("fallback")
    return apologise()


def detect(asked: Authenticated, endpoints: CallEndpoints, ref: str) -> Response:
    """The carrier has listened, beside the call `ref`, who took it."""
    found = asked.read(endpoints.read_detection)
    done(machine_detection.record(webhook_context().work, ref, found))
    return response(endpoints.taken)
