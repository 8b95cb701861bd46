"""The delivery state machine of outgoing texts and calls: states, receipts, and how they merge.

The one state machine of the outbox. It must not know a carrier's names for things: adapters translate into these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class State(StrEnum):
    """States of an outbox row. `unknown` is a state of its own: nobody is contacted again on a guess."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENDING = "sending"
    HANDED = "handed"
    """A reply given back in the response body of a webhook; no sign yet that the carrier took it."""
    SENT = "sent"
    """The carrier has it (a carrier id or a receipt is known)."""
    RINGING = "ringing"
    ANSWERED = "answered"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    UNDELIVERED = "undelivered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    """Taken back before it left: opt-out, completion, stopped campaign, caps."""
    UNKNOWN = "unknown"
    PRESUMED = "presumed"
    """Unknown, could not be asked, and time has passed: counted as sent."""


class ErrorKind(StrEnum):
    """What an error means for us; which code means which kind is data (`carriers/errors.py`)."""

    NUMBER = "number"
    """Permanent for this number, whatever it is contacted by: next number, then staff."""
    NO_TEXTS = "no_texts"
    """Permanent for texts to this number; it may be rung."""
    NO_CALLS = "no_calls"
    """Permanent for calls to this number; it may be texted."""
    OPTED_OUT = "opted_out"
    """The carrier says the person opted out: goes to the consent ledger."""
    CONFIGURATION = "configuration"
    """Permanent until an operator mends it: pause the sender."""
    LATER = "later"
    """Try again, bounded by a deadline."""
    THROTTLED = "throttled"
    """Never left: safe to send again; spends no attempt."""
    CONTENT = "content"
    """This text was filtered or refused: do not send the same text again."""
    AMBIGUOUS = "ambiguous"
    """It may have left: becomes `unknown`."""


RETRY_MINUTES: dict[ErrorKind, tuple[int, ...]] = {
    ErrorKind.THROTTLED: (1, 1, 2, 5, 10),
    ErrorKind.LATER: (15, 30, 60, 120),
    ErrorKind.CONFIGURATION: (15,),
}
"""Kinds that are tried again, bounded by a deadline and spending no attempt → business minutes until the next try, by
tries so far (the last one holds on). Every other kind ends the row."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it. `carrier_id` may be None (Kannel gives none)."""

    carrier_id: str | None
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier certainly did not take it; `code` as the carrier wrote it, `kind` what that means."""

    kind: ErrorKind
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left: time-out, broken answer, 5xx. Never sent again on a guess."""

    code: str
    detail: str = ""


SendResult = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier reports of one text or call, by callback or when asked.

    `state` is ours; `sequence` orders call events where the carrier numbers them; `at` is the carrier's own time.
    """

    carrier_id: str | None
    state: State
    raw_status: str
    error_code: str = ""
    error_kind: ErrorKind | None = None
    sequence: int | None = None
    at: datetime | None = None
    duration_s: int | None = None
    answered_by: str = ""
    price: Decimal | None = None
    segments: int | None = None
    extra: dict[str, str] = field(default_factory=dict)


def is_machine(answered_by: str) -> bool:
    """Whether the carrier's word for who took a call means that no person did; "unknown" counts as a person."""
    return answered_by.startswith(("machine", "fax"))


def clearer(one: str, other: str) -> str:
    """Of two of the carrier's words for who took a call the one that says more: a machine over a person, a person over
    "unknown", anything over nothing. So they may come in any order; a key pressed says more than either."""
    return max(one, other, key=lambda said: (is_machine(said), said not in ("", "unknown"), said != ""))


@dataclass(frozen=True, slots=True)
class Detection:
    """What a carrier found out beside a running call about who took it."""

    carrier_id: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text somebody sent to one of our numbers, as the carrier handed it over or lists it."""

    carrier_id: str
    from_number: str
    to_number: str
    body: str
    at: datetime | None = None
    opt_out_type: str = ""
    """The carrier's own opt-out signal: "STOP", "START", "HELP" or empty."""


@dataclass(frozen=True, slots=True)
class Departed:
    """A text or a call that left one of our numbers, as its carrier lists it (or its log): `at` by the carrier's clock,
    `body` "" for calls, and for texts whose words the carrier does not keep."""

    number: str
    at: datetime
    receipt: Receipt
    body: str = ""
    in_reply: bool = False
    """It stood in the response to a webhook: somebody had just written."""


_RANK: dict[State, int] = {
    state: rank
    for rank, state in enumerate(
        (
            State.PLANNED,
            State.CLAIMED,
            State.SENDING,
            State.HANDED,
            State.UNKNOWN,
            State.PRESUMED,
            State.SENT,
            State.RINGING,
            State.ANSWERED,
            State.CANCELLED,
            State.FAILED,
            State.NO_ANSWER,
            State.BUSY,
            State.UNDELIVERED,
            State.DELIVERED,
            State.COMPLETED,
            State.MACHINE,
        )
    )
}
"""One total order, so that the state reached is the greatest one reported, in whatever order reports come.

The failures stand below the successes: where a carrier reports both, the sign that somebody was reached wins. `machine`
stands above `completed`, because a call a machine took is also reported as completed.
"""

_REPORTED: dict[str, frozenset[State]] = {
    "text": frozenset({State.SENT, State.DELIVERED, State.UNDELIVERED, State.FAILED, State.CANCELLED}),
    "call": frozenset(
        {
            State.SENT,
            State.RINGING,
            State.ANSWERED,
            State.COMPLETED,
            State.BUSY,
            State.NO_ANSWER,
            State.MACHINE,
            State.FAILED,
            State.CANCELLED,
        }
    ),
}
"""What a carrier can report of a text and of a call."""

FINAL: frozenset[State] = frozenset(
    {
        State.DELIVERED,
        State.UNDELIVERED,
        State.COMPLETED,
        State.BUSY,
        State.NO_ANSWER,
        State.MACHINE,
        State.FAILED,
        State.CANCELLED,
        State.WITHDRAWN,
        State.PRESUMED,
    }
)
"""Nothing more is waited for. (`presumed` may still be resolved by a late receipt.)"""

LIVE: frozenset[State] = frozenset(
    {State.SENDING, State.HANDED, State.SENT, State.RINGING, State.ANSWERED, State.UNKNOWN}
)
"""It has left, or may have left, and is not over."""


def merge(state: State, receipt_state: State, medium: str) -> State:
    """The state of a text or call (`medium`) in `state` after a carrier reported `receipt_state`.

    The greater of the two by one total order: late, repeated and reordered receipts end in the same state. What cannot
    be reported of this medium changes nothing, and a withdrawn row stays withdrawn. Raises KeyError for another medium.
    """
    if receipt_state not in _REPORTED[medium] or state is State.WITHDRAWN:
        return state
    return max(state, receipt_state, key=_RANK.__getitem__)
