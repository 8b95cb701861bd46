"""The settings of a round that say when, how often and in which order people are contacted, as one document.

It must not know where the document is kept or who may change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from contact import caps, ladder, retention
from contact.calendar import (
    DEFAULT_HOURS,
    MEDIA,
    SATURDAY,
    ZONE,
    Calendar,
    Day,
    Hours,
    Medium,
    day,
    hours_from_dict,
    same_all_week,
    write_day,
)
from contact.caps import Caps
from contact.ladder import Ladder
from contact.retention import Retention
from contact.ring_back import RING_IN, RingIn

LATE_ANSWERS = ("refuse", "keep")
CONFLICTS = ("first", "online")


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """Hours, days off, caps and ladder of a round; every default is our own (see the modules they come from)."""

    hours: Hours = DEFAULT_HOURS
    public_holidays: bool = True
    exceptions: Mapping[date, Mapping[Medium, Day]] = field(default_factory=dict)
    places: Mapping[str, Mapping[date, Mapping[Medium, Day]]] = field(default_factory=dict)
    """Code of an office → the days that differ there; they come before those of the round."""
    caps: Caps = field(default_factory=Caps)
    ladder: Ladder = ladder.DEFAULT
    accented_texts: bool = False
    """Texts with diacritics (70 characters a segment instead of 160)."""
    late_answers: str = "refuse"
    """What becomes of answers after the deadline: "refuse" them politely, or "keep" them, counted as late."""
    conflicts: str = "first"
    """Which answer holds where online and phone differ in a form not final yet: the "first", or the "online" one."""
    ring_in: RingIn = "call_back"
    """What becomes of somebody who rings our number: rung back at no cost to them, or answered."""
    resume_after_s: int = 90
    """Business seconds until a call that broke off in the middle of an interview is taken up again by one more call of
    ours [our own default]; 0: never."""
    transfer: Day = ()
    """Office hours, Monday to Friday, in which a caller who asks for a person is put through to the area's officer at
    once; none: never, staff get a task. It costs a second call, and officers must know of it."""
    approval_above: int = 5000
    """A campaign that contacts more organisations than this needs a second person (our own default)."""

    retention: Retention = field(default_factory=Retention)
    """How long each kind of personal data of this round is kept [samples]."""

    @property
    def calendar(self) -> Calendar:
        """When this round may contact people, wherever they are."""
        return self.calendar_at("")

    def calendar_at(self, place: str) -> Calendar:
        """When this round may contact people of the office with code `place`."""
        return Calendar(self.hours, self.public_holidays, {**self.exceptions, **self.places.get(place, {})})

    def transfers_at(self, place: str, at: datetime) -> bool:
        """Whether officers of the office with code `place` take calls at `at` (aware): in office hours, of a day on
        which calls are made at all."""
        local = at.astimezone(ZONE)
        in_hours = local.weekday() < SATURDAY and any(w.opens <= local.time() < w.closes for w in self.transfer)
        return in_hours and bool(self.calendar_at(place).windows("call", local.date()))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` gives back equal settings."""
        return {
            "hours": self.hours.to_dict(),
            "public_holidays": self.public_holidays,
            "exceptions": _write_days(self.exceptions),
            "places": {place: _write_days(days) for place, days in self.places.items()},
            "caps": self.caps.to_dict(),
            "ladder": self.ladder.to_dict(),
            "accented_texts": self.accented_texts,
            "late_answers": self.late_answers,
            "conflicts": self.conflicts,
            "approval_above": self.approval_above,
            "ring_in": self.ring_in,
            "resume_after_s": self.resume_after_s,
            "transfer": write_day(self.transfer),
            "retention": self.retention.to_dict(),
        }


def from_dict(data: Mapping[str, Any]) -> RoundSettings:
    """The settings that `to_dict` wrote. Raises KeyError, TypeError or ValueError on another shape."""
    return RoundSettings(
        hours=hours_from_dict(data["hours"]),
        public_holidays=data["public_holidays"],
        exceptions=_read_days(data["exceptions"]),
        places={place: _read_days(days) for place, days in data.get("places", {}).items()},
        caps=caps.from_dict(data["caps"]),
        ladder=ladder.from_dict(data["ladder"]),
        accented_texts=data["accented_texts"],
        late_answers=_one_of(data.get("late_answers", "refuse"), LATE_ANSWERS),
        conflicts=_one_of(data.get("conflicts", "first"), CONFLICTS),
        ring_in=_ring_in(data.get("ring_in", "call_back")),
        resume_after_s=_seconds(data.get("resume_after_s", 90)),
        transfer=day(*data.get("transfer", ())),
        retention=retention.from_dict(data.get("retention", {})),
        approval_above=data.get("approval_above", 5000),  # rounds opened before it was a setting
    )


def _seconds(value: Any) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no number of seconds")
    return value


def _one_of(value: Any, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
    return str(value)


def _ring_in(data: str) -> RingIn:
    if data not in RING_IN:
        raise ValueError(f"ring_in is one of {', '.join(RING_IN)}")
    return data


def _write_days(days: Mapping[date, Mapping[Medium, Day]]) -> dict[str, dict[str, list[str]]]:
    return {
        on.isoformat(): {medium: write_day(windows) for medium, windows in media.items()} for on, media in days.items()
    }


def _read_days(data: Mapping[str, Mapping[str, list[str]]]) -> dict[date, dict[Medium, Day]]:
    return {
        date.fromisoformat(on): {medium: day(*media[medium]) for medium in MEDIA if medium in media}
        for on, media in data.items()
    }


def default() -> RoundSettings:
    """The settings a round has unless somebody changes them."""
    return RoundSettings()


def preset(name: str) -> RoundSettings:
    """A named set of settings: "default", or "decree" for the limits Decree 91/2020 sets advertising.

    Raises KeyError for another name.
    """
    return {"default": default, "decree": _decree}[name]()


def _decree() -> RoundSettings:
    """Calls 08–17 h, texts 07–22 h, three texts and one call per number in 24 hours."""
    return replace(
        default(),
        hours=same_all_week(day("07:00-22:00"), day("08:00-17:00"), sunday_mornings=True),
        caps=replace(Caps(), period="24h", texts_a_day=3, calls_a_day=1),
        resume_after_s=0,  # it would be a second call
    )
