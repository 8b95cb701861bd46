"""The form fields of every webhook, as Twilio sends them: geography empty outside the US, new fields without notice."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import phonenumbers

from simulator.clock import rfc2822
from simulator.network.records import VERSION, Call, Message

_UNANNOUNCED = {"RoutingProfile": "standard"}
"""A field that no documentation names: receivers have to bear it."""
_CALL_EVENTS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}


@lru_cache(maxsize=50_000)
def country(number: str) -> str:
    """The region of an E.164 number, "" when it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""


def _places(**numbers: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for side, number in numbers.items():
        found |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": country(number)}
    return found


def inbound_text(message: Message, opt_out: str = "") -> dict[str, str]:
    """A text that somebody sent to the customer's number; `opt_out` is STOP, START, HELP or empty."""
    return {
        **_message(message),
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "ReferralNumMedia": "0",
        **_places(From=message.sender, To=message.to),
        **({"OptOutType": opt_out} if opt_out else {}),
    }


def text_status(message: Message, at: datetime) -> dict[str, str]:
    """A receipt: no event time, no segments; `RawDlrDoneDate` (YYMMDDhhmm) once the handset's network spoke."""
    fields = {**_message(message), "MessageStatus": message.status, "SmsStatus": message.status}
    if message.status in ("delivered", "undelivered"):
        fields["RawDlrDoneDate"] = at.strftime("%y%m%d%H%M")
    if message.error is not None:
        fields["ErrorCode"] = str(message.error)
    return fields


def _message(message: Message) -> dict[str, str]:
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": message.account,
        "From": message.sender,
        "To": message.to,
        "ApiVersion": VERSION,
        **({"MessagingServiceSid": message.service} if message.service else {}),
        **_UNANNOUNCED,
    }


def call_request(call: Call, status: str = "") -> dict[str, str]:
    """What every voice request carries; `status` stands for the call's own where given."""
    return {
        "CallSid": call.sid,
        "AccountSid": call.account,
        "From": call.sender,
        "To": call.to,
        "Caller": call.sender,
        "Called": call.to,
        "CallStatus": status or call.status,
        "ApiVersion": VERSION,
        "Direction": call.direction,
        **_places(From=call.sender, To=call.to, Caller=call.sender, Called=call.to),
        **({"AnsweredBy": call.answered_by} if call.answered_by else {}),
        **({"ParentCallSid": call.parent} if call.parent else {}),
        **({"StirVerstat": "No-TN-Validation"} if call.direction == "inbound" else {}),
        **_UNANNOUNCED,
    }


def call_event(call: Call, event: str, at: datetime) -> dict[str, str]:
    """A call's progress: `event` is initiated, ringing, answered or completed (any end)."""
    fields = {
        **call_request(call, _CALL_EVENTS.get(event, call.status)),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        "Timestamp": rfc2822(at) or "",
    }
    if event == "completed":
        fields["CallDuration"] = str(call.duration)
        fields["Duration"] = str(-(-call.duration // 60))
        fields["SipResponseCode"] = str(call.sip)
        if call.record and call.answered:
            fields |= recording(call, "RE" + call.sid[2:], call.duration)
    return fields


def recording(call: Call, sid: str, seconds: float) -> dict[str, str]:
    """Where a recording is to be found; nothing answers there."""
    url = f"https://recordings.invalid/{VERSION}/Accounts/{call.account}/Recordings/{sid}"
    return {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": str(int(seconds))}


def detection(call: Call, after_s: float) -> dict[str, str]:
    """The verdict of detection that went on beside the call; the time is in milliseconds."""
    return {
        "CallSid": call.sid,
        "AccountSid": call.account,
        "AnsweredBy": call.answered_by or "unknown",
        "MachineDetectionDuration": str(round(after_s * 1000)),
        **_UNANNOUNCED,
    }
