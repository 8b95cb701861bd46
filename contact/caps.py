"""Frequency caps per phone and organisation: counts go in, a refusal code comes out.

Caps count contacts that we start, over all rounds and channels. It must not know how the counts are made, nor reserve
anything: that is done under the phone's lock by whoever asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from contact.calendar import Medium, day_start
from contact.purpose import Purpose

Period = Literal["day", "24h"]


@dataclass(frozen=True, slots=True)
class Caps:
    """The ceilings (our defaults; every one is a setting of the round). `period` is what "a day" means."""

    period: Period = "day"
    contacts_a_day: int = 2
    texts_a_day: int = 3
    calls_a_day: int | None = None
    """Calls placed, answered or not; None: only the answered ones are capped."""
    answered_calls_a_day: int = 1
    contacts_a_round: int = 8
    replies_a_day: int = 40
    call_backs_a_day: int = 2
    resumptions: int = 1
    resume_within_s: int = 900
    receipts: int = 1
    opt_out_confirmations: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` gives back equal caps."""
        return asdict(self)

    def since(self, now: datetime) -> datetime:
        """From when contacts count towards "a day" at `now`, in UTC."""
        return day_start(now) if self.period == "day" else now - timedelta(days=1)


def from_dict(data: Mapping[str, Any]) -> Caps:
    """The caps that `Caps.to_dict` wrote; missing ones take their defaults. Raises ValueError for unknown names."""
    unknown = set(data) - {f.name for f in fields(Caps)}
    if unknown:
        raise ValueError(f"unknown caps: {', '.join(sorted(unknown))}")
    return Caps(**data)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was reserved or done so far, without the contact asked about; exempt purposes are not in the first five.

    Times are of contacts since `Caps.since`, per phone, newest first. `contacts_in_round` is per organisation.
    `same_purpose` counts contacts of the asked, exempt purpose: replies and call-backs today, resumptions of this
    dropped call, receipts of this form, confirmations of this opt-out.
    """

    contacts_at: tuple[datetime, ...] = ()
    texts_at: tuple[datetime, ...] = ()
    calls_at: tuple[datetime, ...] = ()
    answered_at: tuple[datetime, ...] = ()
    contacts_in_round: int = 0
    same_purpose: int = 0
    live_calls: int = 0
    """Calls to this phone that ring or talk now."""
    since_drop_s: int | None = None
    """For a resumption: seconds since the call dropped."""

    def lately(self, since: datetime) -> Counts:
        """These counts with the times since `since` only; those of a round and of running calls stay."""
        return replace(
            self,
            contacts_at=_from(self.contacts_at, since),
            texts_at=_from(self.texts_at, since),
            calls_at=_from(self.calls_at, since),
            answered_at=_from(self.answered_at, since),
        )


def _from(times: tuple[datetime, ...], since: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in times if at >= since)


EXEMPT: Mapping[str, str] = {
    Purpose.REPLY: "replies_a_day",
    Purpose.CALL_BACK: "call_backs_a_day",
    Purpose.RESUMPTION: "resumptions",
    Purpose.RECEIPT: "receipts",
    Purpose.OPT_OUT_CONFIRMATION: "opt_out_confirmations",
}
"""Purposes that do not count as contacts we start → the name of their own ceiling."""


def refuse(caps: Caps, purpose: str, medium: Medium, counts: Counts) -> str | None:
    """Why one more contact of this `purpose` and `medium` is not allowed, as a code; None when it is."""
    if medium == "call" and counts.live_calls > 0:
        return "caps.call_running"
    if purpose in EXEMPT:
        return _refuse_exempt(caps, purpose, counts)
    reached = (
        ("caps.contacts_a_round", counts.contacts_in_round >= caps.contacts_a_round),
        ("caps.contacts_a_day", _full(counts.contacts_at, caps.contacts_a_day)),
        ("caps.texts_a_day", medium == "text" and _full(counts.texts_at, caps.texts_a_day)),
        ("caps.calls_a_day", medium == "call" and _full(counts.calls_at, caps.calls_a_day)),
        ("caps.answered_calls_a_day", medium == "call" and _full(counts.answered_at, caps.answered_calls_a_day)),
    )
    return next((code for code, full in reached if full), None)


def _full(times: tuple[datetime, ...], ceiling: int | None) -> bool:
    return ceiling is not None and len(times) >= ceiling


ANSWERS_SOMEBODY = (Purpose.REPLY, Purpose.RECEIPT, Purpose.OPT_OUT_CONFIRMATION)
"""Purposes that leave whatever became of the interview: somebody has just said something."""
RUNNING_CALL = timedelta(minutes=10)
"""Until we look again whether a call to this phone still runs."""


def free_at(caps: Caps, code: str, counts: Counts, now: datetime) -> datetime | None:
    """When one more contact may be allowed that `refuse` gave `code` for; None: never (a ceiling that does not lift).

    A day's ceiling lifts at local midnight, one of 24 hours when the contact that fills it is a day old.
    """
    if code == "caps.call_running":
        return now + RUNNING_CALL
    if code == "caps.call_backs_a_day":
        return _day_after(now)
    times, ceiling = {
        "caps.contacts_a_day": (counts.contacts_at, caps.contacts_a_day),
        "caps.texts_a_day": (counts.texts_at, caps.texts_a_day),
        "caps.calls_a_day": (counts.calls_at, caps.calls_a_day),
        "caps.answered_calls_a_day": (counts.answered_at, caps.answered_calls_a_day),
    }.get(code, ((), None))
    if ceiling is None or ceiling == 0:
        return None
    return _day_after(now) if caps.period == "day" else times[ceiling - 1] + timedelta(days=1, seconds=1)


def _day_after(now: datetime) -> datetime:
    return day_start(now + timedelta(days=1))


def _refuse_exempt(caps: Caps, purpose: str, counts: Counts) -> str | None:
    ceiling = EXEMPT[purpose]
    if counts.same_purpose >= getattr(caps, ceiling):
        return f"caps.{ceiling}"
    late = counts.since_drop_s is None or counts.since_drop_s > caps.resume_within_s
    return "caps.resume_too_late" if purpose == Purpose.RESUMPTION and late else None


CODES: tuple[str, ...] = (
    "caps.call_running",
    "caps.contacts_a_round",
    "caps.contacts_a_day",
    "caps.texts_a_day",
    "caps.calls_a_day",
    "caps.answered_calls_a_day",
    "caps.resume_too_late",
    *(f"caps.{ceiling}" for ceiling in EXEMPT.values()),
)
"""Every code `refuse` gives, for the catalogue."""
