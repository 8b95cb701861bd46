"""Twilio's calls: somebody rings us, a call of ours is answered, a key is pressed. Every answer is a script.

A failure is spoken as an apology with status 200 and ends the call; the interview stays where it was.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from carriers.twilio import webhooks as twilio_requests
from contact.delivery import Detection, is_machine
from gateway.errors import handle_http_error, note_failure
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import done, read, sender_at, twiml
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.calls import machine_detection as detection

routes = Blueprint("twilio_voice", __name__)
LAST_TURN = 32_767
"""What the database can number; no call comes near."""


@routes.before_request
def guard() -> None:
    """Nothing passes unsigned."""
    webhook_context().guard.twilio()


@routes.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """Refusals stay refusals; anything else is noted and the person hears a polite word."""
    if isinstance(error, HTTPException):
        return handle_http_error(error)
    note_failure(error, request.endpoint or "none")
    return twiml(calls.apology(webhook_context().work))


@routes.post("/twilio/voice")
def rang_in() -> Response:
    """Somebody rings one of our numbers. Withheld callers are let in: the use case decides."""
    call = read("twilio", twilio_requests.voice_request)
    sender = sender_at("twilio", "call", call.to_number)
    script = ring_in.rang_in(webhook_context().work, sender, call.from_number, call.carrier_id)
    done("rang_in")
    return twiml(script)


@routes.post(f"/twilio/voice/<ref:ref>/<int(max={LAST_TURN}):turn>")
def turn(ref: str, turn: int) -> Response:
    """The next step of the call `ref`: turn 0 after the answer, later turns with keys, silence, or a person left."""
    call = read("twilio", twilio_requests.voice_request)
    if turn == 0:
        script = calls.first(webhook_context().work, ref, call.carrier_id, call.answered_by)
        _overhear(ref, call)
    else:
        _overhear(ref, call)
        script = calls.pressed(webhook_context().work, ref, turn, call.digits, call.connected)
    dialled = call.connected is not None
    done("first" if turn == 0 else "dialled" if dialled else "pressed" if call.digits else "silent")
    return twiml(script)


def _overhear(ref: str, call: twilio_requests.VoiceRequest) -> None:
    """Not every request says who took a call: a machine counts in whichever it is named, also where the first one comes
    again, unless somebody pressed a key."""
    if is_machine(call.answered_by) and call.digits is None:
        detection.record(webhook_context().work, ref, Detection(call.carrier_id, call.answered_by))


@routes.post("/twilio/voice/fallback")
def fallback() -> Response:
    """A voice URL failed for good: the polite word and hang-up."""
    done("fallback")
    return twiml(calls.apology(webhook_context().work))
