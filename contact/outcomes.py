"""The final disposition of one organisation's interview in the terms of AAPOR's Standard Definitions.

Facts go in, one of seven codes comes out; the rates are made from their counts elsewhere. It must not know the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """AAPOR's groups of final dispositions."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    """Refusal and break-off: somebody said that they do not want to, or agreed and then gave no answer."""
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN = "U"
    """Nobody has confirmed whose number it is."""
    NOT_ELIGIBLE = "NE"


@dataclass(frozen=True, slots=True)
class DispositionFacts:
    """What is known of one organisation in a round.

    `status` is the interview's (pending, active, complete, partial, refused, or "answered": the online survey says so).
    """

    status: str
    any_answer: bool = False
    """At least one question besides consent is answered."""
    reached: bool = False
    """Somebody was certainly there: they pressed a key in a call, rang us, or wrote to us. A call that was picked up
    and stayed without a key shows nobody: a machine, a pocket, somebody who heard no word of ours."""
    agreed: bool = False
    """They agreed to be asked."""
    stopped: bool = False
    """They opted out of all contact."""
    busy_otherwise: bool = False
    """They asked for another time or a person, or somebody else picked up: reached, neither refusing nor answering."""
    confirmed: bool = True
    """It is known whose number it is. Every organisation on the list is known to be eligible, its number rarely not."""
    eligible: bool = True


def disposition(facts: DispositionFacts) -> Disposition:
    """The disposition by AAPOR's definitions, as the survey uses them.

    A form begun counts as partial from its first answer on. Without one it is a refusal only where a person said so
    (2.11: the key or word that refuses, an opt-out) or broke off an interview they had agreed to (2.12). Whoever was
    there and did neither (wrong keys, a text nobody understood, another time) is "other" (2.30); a machine and silence
    are non-contacts (2.20). docs/dispositions.md has the whole mapping.
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


def _without_answers(facts: DispositionFacts) -> Disposition:
    if facts.stopped:
        return Disposition.REFUSAL
    if facts.busy_otherwise:
        return Disposition.OTHER
    if facts.agreed:
        return Disposition.REFUSAL
    if facts.reached:
        return Disposition.OTHER
    return Disposition.NON_CONTACT if facts.confirmed else Disposition.UNKNOWN
