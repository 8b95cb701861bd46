"""Which contact comes next for one organisation, when, and why: the ladder as data and one decision over the history.

Pure: the history, the number's reach, the calendar and the time are passed in. It must not know caps (checked at the
moment of sending), consent or whether the interview is over (its caller asks only while contact is wanted).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from contact.abilities import RULED_OUT
from contact.calendar import ZONE, Calendar, Medium, local
from contact.delivery import ErrorKind, State
from contact.purpose import Purpose


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One rung: `attempts` contacts of a medium, each at least `gap_s` business seconds after the contact before."""

    medium: Medium
    purpose: str
    """A `Purpose`, or a name of the round's own."""
    gap_s: int
    attempts: int = 1
    other_time: bool = False
    """A call: another time of day than earlier calls that nobody answered."""
    wants_reply: bool = True
    """A text that asks something: it never leaves from a sender that cannot receive."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in order (steps count from 1). `misses` attempts that technically failed give a step up."""

    steps: tuple[LadderStep, ...]
    misses: int = 5
    retry_s: int = 1800
    """Business seconds between an attempt that technically failed and the next."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` gives back an equal ladder."""
        return {"steps": [asdict(s) for s in self.steps], "misses": self.misses, "retry_s": self.retry_s}


def from_dict(data: Mapping[str, Any]) -> Ladder:
    """The ladder that `Ladder.to_dict` wrote. Raises KeyError or TypeError on another shape."""
    steps = tuple(LadderStep(**s) for s in data["steps"])
    return Ladder(steps, data["misses"], data["retry_s"])


_HOUR = 3600
_CALL_AT_ANOTHER_TIME = LadderStep("call", Purpose.CALL, 3 * _HOUR, other_time=True)
DEFAULT = Ladder(
    (
        LadderStep("text", Purpose.INVITATION, 0),
        LadderStep("call", Purpose.CALL, 3 * _HOUR),
        *2 * (_CALL_AT_ANOTHER_TIME,),
        LadderStep("text", Purpose.REMINDER, 18 * _HOUR),
        *3 * (_CALL_AT_ANOTHER_TIME,),
    )
)
"""Text → three calls, each at another time of day → reminder text → three more: with fewer, too many of the willing are
never reached (docs/village.md). It fills the usual cap of a round; two contacts a day make it four days."""
BRIEF = Ladder((*DEFAULT.steps[:2], *DEFAULT.steps[4:6]))
"""Text → call → reminder text → call at another time of day: two days, for rehearsals and short campaigns."""

REPLANNED = "replanned"
"""Why a contact was taken back that is decided anew after a change of its ladder."""

_PARTS: tuple[tuple[str, time], ...] = (("morning", time(0)), ("afternoon", time(12)), ("evening", time(17)))
"""Times of day by their local beginning."""

_AHEAD = frozenset({State.PLANNED, State.CLAIMED, State.SENDING, State.HANDED})
_CALL_RUNS = frozenset({State.SENT, State.RINGING, State.ANSWERED})
_UNSPENT = frozenset({State.FAILED, State.CANCELLED, State.WITHDRAWN})
"""Technical failures and what was taken back: they spend no attempt."""
_BESIDES = frozenset({Purpose.CALL_BACK, Purpose.RESUMPTION})
"""Purposes of calls beside the ladder: they use up none of its attempts."""
_UNANSWERED = frozenset({State.BUSY, State.NO_ANSWER, State.MACHINE})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One earlier contact of this organisation. `step` 0: not of this ladder (another campaign)."""

    medium: Medium
    state: State
    at: datetime
    step: int = 0
    attempt: int = 1
    purpose: str = ""
    error_kind: ErrorKind | None = None
    passes: bool = False
    """Its number does not take this medium, but the other: the ladder goes on with that, where a later step has it."""
    replanned: bool = False
    """Taken back before it left, to be planned anew after a change: only its number is used up."""

    @property
    def uses_attempt(self) -> bool:
        """It used up an attempt: technical failures and dead numbers do not, a text refused for its words does."""
        if self.error_kind == ErrorKind.CONTENT:
            return True
        return self.state not in _UNSPENT and self.error_kind not in RULED_OUT


@dataclass(frozen=True, slots=True)
class Reach:
    """What the number in hand can be used for: `kind` mobile | landline | other; senders that are there."""

    kind: str = "mobile"
    can_text: bool = True
    """There is a sender of texts."""
    two_way: bool = True
    """The sender of texts can also receive."""
    can_call: bool = True

    def allows(self, step: LadderStep) -> bool:
        """Whether this number can be contacted by `step`."""
        if step.medium == "call":
            return self.can_call
        return self.kind == "mobile" and self.can_text and (self.two_way or not step.wants_reply)


@dataclass(frozen=True, slots=True)
class Next:
    """Contact them: at `due_at` (UTC, inside the hours unless the person chose the time), for this `reason`."""

    medium: Medium
    purpose: str
    step: int
    attempt: int
    due_at: datetime
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing now: a contact is under way or in doubt; decide again when it has ended."""

    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LadderEnd:
    """No further contact by this ladder."""

    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


CODES: tuple[str, ...] = (
    "ladder.under_way",
    "ladder.in_doubt",
    "ladder.no_number",
    "ladder.exhausted",
    "ladder.round_closes",
    "ladder.appointment",
    "ladder.first",
    "ladder.next",
    "ladder.again",
    "ladder.other_time",
)
"""Every reason `decide` gives, for the catalogue."""


def decide(
    ladder: Ladder,
    history: Sequence[Attempt],
    now: datetime,
    calendar: Calendar,
    reach: Reach | None = Reach(),
    *,
    appointment: datetime | None = None,
    closes_at: datetime | None = None,
) -> Next | Wait | LadderEnd:
    """What to do next at `now` (UTC), given all earlier contacts of this organisation in any order.

    `reach` is None when no usable number is left. An `appointment` the person chose is kept even outside the hours.
    Nothing is planned at or after `closes_at`.
    """
    if reach is None:
        return LadderEnd("ladder.no_number")
    waiting = _under_way(history)
    if waiting:
        return waiting
    decision = _appointed(ladder, history, now, reach, appointment) or _climb(ladder, history, now, calendar, reach)
    if isinstance(decision, Next) and closes_at is not None and decision.due_at >= closes_at:
        return LadderEnd("ladder.round_closes")
    return decision


def _under_way(history: Sequence[Attempt]) -> Wait | None:
    for attempt in history:
        if attempt.state is State.UNKNOWN:
            return Wait("ladder.in_doubt", {"medium": attempt.medium})
        if attempt.state in _AHEAD or (attempt.medium == "call" and attempt.state in _CALL_RUNS):
            return Wait("ladder.under_way", {"medium": attempt.medium})
    return None


def _appointed(
    ladder: Ladder, history: Sequence[Attempt], now: datetime, reach: Reach, appointment: datetime | None
) -> Next | None:
    if appointment is None or not reach.can_call:
        return None
    if any(a.purpose == Purpose.CALL_BACK and a.at >= appointment for a in history):
        return None
    step = max((a.step for a in history), default=0) or 1
    return Next("call", Purpose.CALL_BACK, step, _number(history, step), max(appointment, now), "ladder.appointment")


def _number(history: Sequence[Attempt], step: int) -> int:
    return 1 + max((a.attempt for a in history if a.step == step), default=0)


def _climb(
    ladder: Ladder, history: Sequence[Attempt], now: datetime, calendar: Calendar, reach: Reach
) -> Next | LadderEnd:
    reached = max((a.step for a in history if a.purpose not in _BESIDES and not a.replanned), default=0)
    for number, step in enumerate(ladder.steps, start=1):
        if number >= reached and reach.allows(step) and not _used_up(ladder, step, number, history, reach):
            return _plan(ladder, number, history, now, calendar)
    return LadderEnd("ladder.exhausted", {"contacts": sum(a.uses_attempt for a in history if a.step)})


def _used_up(ladder: Ladder, step: LadderStep, number: int, history: Sequence[Attempt], reach: Reach) -> bool:
    own = [a for a in history if a.step == number and a.purpose not in _BESIDES and not a.replanned]
    spent = sum(a.uses_attempt for a in own)
    if spent >= step.attempts or len(own) - spent >= ladder.misses:
        return True
    later = (other for other in ladder.steps[number:] if other.medium != step.medium)
    return any(a.passes for a in own) and any(reach.allows(other) for other in later)


def _plan(ladder: Ladder, number: int, history: Sequence[Attempt], now: datetime, calendar: Calendar) -> Next:
    step = ladder.steps[number - 1]
    earliest = max(now, _earliest(ladder, step, history))
    if step.medium == "call" and step.other_time:
        due_at, reason, params = _at_another_time(history, earliest, calendar)
    else:
        due_at, reason, params = calendar.next_open(step.medium, earliest), "", {}
    return Next(
        step.medium,
        step.purpose,
        number,
        _number(history, number),
        due_at,
        reason or _reason(number, history),
        params,
    )


def _earliest(ladder: Ladder, step: LadderStep, history: Sequence[Attempt]) -> datetime:
    """After the last real contact the step's gap, after the last technical failure the ladder's pause."""
    gaps = [
        a.at + timedelta(seconds=step.gap_s if a.uses_attempt else ladder.retry_s)
        for a in history
        if not a.replanned and (a.state is not State.WITHDRAWN or a.step)
    ]
    return max(gaps, default=datetime.min.replace(tzinfo=ZONE))


def _reason(number: int, history: Sequence[Attempt]) -> str:
    made = {a.step for a in history if a.step and not a.replanned}
    if not made:
        return "ladder.first"
    return "ladder.again" if number in made else "ladder.next"


def _at_another_time(
    history: Sequence[Attempt], earliest: datetime, calendar: Calendar
) -> tuple[datetime, str, dict[str, Any]]:
    """The first opening in the time of day in which the fewest calls rang out, within a week."""
    missed = Counter(part_of_day(a.at) for a in history if a.medium == "call" and a.state in _UNANSWERED)
    if not missed:
        return calendar.next_open("call", earliest), "", {}
    openings = _openings_by_part(calendar, earliest)
    due_at, part = min(openings, key=lambda o: (missed[o[1]], o[0]))
    return due_at, "ladder.other_time", {"part": part, "missed": dict(missed)}


def _openings_by_part(calendar: Calendar, earliest: datetime) -> list[tuple[datetime, str]]:
    found: list[tuple[datetime, str]] = []
    for opens, closes in calendar.openings("call", earliest):
        if found and opens - earliest > timedelta(days=7):
            return found
        on = opens.astimezone(ZONE).date()
        starts = {opens, *(local(on, begins) for _, begins in _PARTS if opens < local(on, begins) < closes)}
        found.extend((start, part_of_day(start)) for start in sorted(starts))
    return found


def part_of_day(at: datetime) -> str:
    """The local time of day of `at`: morning (to 12), afternoon (to 17) or evening."""
    clock = at.astimezone(ZONE).time()
    return next(name for name, begins in reversed(_PARTS) if clock >= begins)
