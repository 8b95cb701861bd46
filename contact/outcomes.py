"""The final disposition of one organisation's interview in the terms of AAPOR's Standard Definitions.

Facts go in, one of seven codes comes out; the rates are made from their counts elsewhere. It must not know the store.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from contact.delivery import State


class Disposition(StrEnum):
    """AAPOR's groups of final dispositions."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    """Refusal and break-off."""
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN = "U"
    """Nobody has confirmed whose number it is."""
    NOT_ELIGIBLE = "NE"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one organisation in a round.

    `status` is the interview's (pending, active, complete, partial, refused, or "answered": the online survey says so).
    """

    status: str
    any_answer: bool = False
    """At least one question besides consent is answered."""
    reached: bool = False
    """A person picked up a call, or wrote to us."""
    stopped: bool = False
    """They opted out of all contact."""
    busy_otherwise: bool = False
    """They asked for another time or a person, or somebody else picked up: reached, neither refusing nor answering."""
    confirmed: bool = True
    """It is known whose number it is. Every organisation on the list is known to be eligible, its number rarely not."""
    eligible: bool = True


def disposition(facts: Facts) -> Disposition:
    """The disposition by AAPOR's definitions, as the survey uses them.

    A form begun counts as partial from its first answer on; a person reached who gave none broke off, unless they asked
    for another time. A machine that picks up is no contact (see `reached`), and silence is a non-contact.
    """
    if not facts.eligible:
        return Disposition.NOT_ELIGIBLE
    if facts.status in ("complete", "answered"):
        return Disposition.COMPLETE
    if facts.status == "refused":
        return Disposition.REFUSAL
    if facts.status == "partial" or facts.any_answer:
        return Disposition.PARTIAL
    return _without_answers(facts)


def _without_answers(facts: Facts) -> Disposition:
    if facts.stopped:
        return Disposition.REFUSAL
    if facts.busy_otherwise:
        return Disposition.OTHER
    if facts.reached:
        return Disposition.REFUSAL
    return Disposition.NON_CONTACT if facts.confirmed else Disposition.UNKNOWN


ANSWERED: frozenset[State] = frozenset({State.ANSWERED, State.COMPLETED})
"""States of a call that a person picked up; a machine's is a state of its own."""


def was_reached(calls: Iterable[State], texted_us: bool = False) -> bool:
    """Whether a person was reached, given the states of the calls to them and whether they ever wrote to us."""
    return texted_us or any(state in ANSWERED for state in calls)
