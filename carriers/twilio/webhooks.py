"""What Twilio posts to us, and what its REST resources say, as values: inbound texts, receipts, keys.

It must not know Flask or the use cases. Of parameters we do not know, names and harmless values are kept; phone numbers
and texts never are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from carriers.errors import TWILIO, UNLISTED, classify
from carriers.identifiers import code as code_of
from carriers.identifiers import identifier
from carriers.times import aware, written
from carriers.webhook_requests import VoiceRequest
from characters.cleaning import storable
from contact.address import read_address
from contact.delivery import Detection, ErrorKind, InboundText, Receipt, State, is_machine

Form = Mapping[str, str]

TEXT_STATES: dict[str, State] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), State.SENT),
    **dict.fromkeys(("delivered", "read", "partially_delivered"), State.DELIVERED),
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.CANCELLED,
}
CALL_STATES: dict[str, State] = {
    **dict.fromkeys(("queued", "initiated"), State.SENT),
    "ringing": State.RINGING,
    "in-progress": State.ANSWERED,
    "completed": State.COMPLETED,
    "busy": State.BUSY,
    "no-answer": State.NO_ANSWER,
    "failed": State.FAILED,
    "canceled": State.CANCELLED,
}
"""A status that stands in no table still proves that the carrier has it: SENT."""

_READ = re.compile(
    r"^(MessageSid|SmsSid|SmsMessageSid|CallSid|AccountSid|MessageStatus|SmsStatus|CallStatus|ErrorCode|SequenceNumber"
    r"|Timestamp|CallDuration|AnsweredBy|SipResponseCode|ApiVersion)$"
)
_PERSONAL = re.compile(
    r"^(From|To|Caller|Called|Body|ForwardedFrom|CallerName|ErrorMessage|ChannelStatusMessage|Payload|AddOns|SpeechResult"
    r"|Digits|(From|To|Caller|Called)(City|State|Zip|Country)|MediaUrl\d*|RecordingUrl|SipHeader_.*|CallToken|ErrorUrl)$"
)
_HARMLESS_VALUE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}|\d{1,6}|")
_CARRIER_TIME = "RawDlrDoneDate"
WITHHELD = "withheld"
"""Stands for the value of an unknown parameter that might hold a phone number or a text."""
_MOST_EXTRA = 24
_DEAREST = Decimal(1_000_000_000)


def inbound_text(form: Form) -> InboundText:
    """The text in a messaging webhook. Raises ValueError("MessageSid") etc. when the carrier left out what we need."""
    if "From" not in form:  # a sender that hides may be told as empty: his words are not lost for it
        raise ValueError("From")
    return InboundText(
        carrier_id=_id(form, "MessageSid", "SmsSid"),
        from_number=read_address(storable(form["From"])).sender,
        to_number=read_address(_needed(form, "To")).text,
        body=storable(form.get("Body", "")),
        opt_out_type=code_of(form.get("OptOutType", "")),
    )


def voice_request(form: Form) -> VoiceRequest:
    """A request for the next step of a call. Callers may be withheld: `from_number` need not be a number.

    Raises ValueError("CallSid") when the carrier left it out.
    """
    return VoiceRequest(
        carrier_id=_id(form, "CallSid"),
        from_number=read_address(storable(form.get("From", ""))).sender,
        to_number=read_address(storable(form.get("To", ""))).text,
        digits=code_of(form.get("Digits")) or code_of(form.get("FinishedOnKey")) or None,
        answered_by=code_of(form.get("AnsweredBy", "")),
        connected=form["DialCallStatus"] in ("completed", "answered") if "DialCallStatus" in form else None,
    )


def text_receipt(form: Form) -> Receipt:
    """The status callback of a text. Raises ValueError without id or status."""
    status = code_of(_needed(form, "MessageStatus", "SmsStatus"))
    code, kind, extra = _error(code_of(form.get("ErrorCode", "")))
    return Receipt(
        carrier_id=_id(form, "MessageSid", "SmsSid"),
        state=TEXT_STATES.get(status, State.SENT),
        raw_status=status,
        error_code=code,
        error_kind=kind,
        extra=extra | _extra(form),
    )


def call_receipt(form: Form) -> Receipt:
    """The status callback of a call. Raises ValueError without id or status."""
    status = code_of(_needed(form, "CallStatus"))
    answered_by = code_of(form.get("AnsweredBy", ""))
    state = call_state(status, answered_by)
    code, kind, extra = _error(code_of(form.get("ErrorCode", "") or _sip_code(state, form.get("SipResponseCode", ""))))
    return Receipt(
        carrier_id=_id(form, "CallSid"),
        state=state,
        raw_status=status,
        error_code=code,
        error_kind=kind,
        sequence=_whole(form.get("SequenceNumber")),
        at=written(form.get("Timestamp")),
        duration_s=_whole(form.get("CallDuration")),
        answered_by=answered_by,
        extra=extra | _extra(form),
    )


def detection(form: Form) -> Detection:
    """Who took a call, found out beside it. Raises ValueError without id or finding."""
    return Detection(_id(form, "CallSid"), code_of(_needed(form, "AnsweredBy")))


def call_state(status: str, answered_by: str) -> State:
    """Our state for Twilio's call status; a completed call that a machine or fax took is MACHINE."""
    state = CALL_STATES.get(status, State.SENT)
    return State.MACHINE if state is State.COMPLETED and is_machine(answered_by) else state


def resource_receipt(resource: object, states: Mapping[str, State]) -> Receipt:
    """What a Message or Call of the REST API says now (`states`: TEXT_STATES or CALL_STATES)."""
    status = code_of(getattr(resource, "status", ""))
    answered_by = code_of(getattr(resource, "answered_by", ""))
    state = call_state(status, answered_by) if states is CALL_STATES else states.get(status, State.SENT)
    code, kind, extra = _error(code_of(getattr(resource, "error_code", "")))
    return Receipt(
        carrier_id=identifier(getattr(resource, "sid", None)) or None,
        state=state,
        raw_status=status,
        error_code=code,
        error_kind=kind,
        at=aware(getattr(resource, "date_updated", None)),
        duration_s=_whole(getattr(resource, "duration", None)),
        answered_by=answered_by,
        price=_price(getattr(resource, "price", None)),
        segments=_whole(getattr(resource, "num_segments", None)) or None,
        extra=extra,
    )


def _needed(form: Form, *names: str) -> str:
    for name in names:
        if value := storable(form.get(name, "")).strip():
            return value
    raise ValueError(names[0])


def _id(form: Form, *names: str) -> str:
    return identifier(_needed(form, *names))


def _error(code: str) -> tuple[str, ErrorKind | None, dict[str, str]]:
    if not code or code == "0":
        return "", None, {}
    classed = classify(TWILIO, code)
    return code, classed.kind, {} if classed.known else {"code": UNLISTED}


def _sip_code(state: State, code: str) -> str:
    """A failed call without an error code of Twilio's own is explained by the last SIP answer."""
    return f"sip{code}" if state is State.FAILED and code else ""


def _extra(form: Form) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name in sorted(form):
        if _READ.match(name) or _PERSONAL.match(name) or len(kept) == _MOST_EXTRA:
            continue
        value = form[name]
        harmless = name == _CARRIER_TIME and value.isascii() and value.isdigit() and len(value) <= 12
        kept[code_of(name)] = value if harmless or _HARMLESS_VALUE.fullmatch(value) else WITHHELD
    return kept


def _whole(value: object) -> int | None:
    text = "" if value is None else str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _price(value: object) -> Decimal | None:
    """A price somebody could pay; NaN, infinite and boundless ones would spoil every sum."""
    try:
        price = abs(Decimal(str(value)))
    except InvalidOperation:
        return None
    return price if price.is_finite() and price < _DEAREST else None
