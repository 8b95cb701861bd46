"""Response, cooperation, refusal and contact rates by AAPOR's Standard Definitions, from counts of dispositions.

It must not know how a disposition was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from contact.outcomes import Disposition


@dataclass(frozen=True, slots=True)
class DispositionCounts:
    """Counts of final dispositions: complete, partial, refusal, non-contact, other, unknown, not eligible."""

    i: int = 0
    p: int = 0
    r: int = 0
    nc: int = 0
    o: int = 0
    u: int = 0
    ne: int = 0

    @property
    def eligible(self) -> int:
        """All known to be eligible."""
        return self.i + self.p + self.r + self.nc + self.o

    @property
    def reached(self) -> int:
        """All with whom somebody spoke or who answered."""
        return self.i + self.p + self.r + self.o


def outcomes(counts: Mapping[Disposition, int]) -> DispositionCounts:
    """The counts by disposition code; missing ones are 0."""
    return DispositionCounts(**{d.value.lower(): n for d, n in counts.items()})


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates, each between 0 and 1; None where nobody is in its denominator. `e`: share of the unknown eligible."""

    e: Fraction | None
    rr1: Fraction | None
    rr2: Fraction | None
    rr3: Fraction | None
    rr4: Fraction | None
    rr5: Fraction | None
    rr6: Fraction | None
    coop1: Fraction | None
    coop2: Fraction | None
    coop3: Fraction | None
    coop4: Fraction | None
    ref1: Fraction | None
    ref2: Fraction | None
    ref3: Fraction | None
    con1: Fraction | None
    con2: Fraction | None
    con3: Fraction | None


def rates(c: DispositionCounts) -> Rates:
    """All rates of `c`; e by CASRO: the eligible among those whose eligibility is known."""
    e = _over(c.eligible, c.eligible + c.ne)
    everybody, likely, known = Fraction(c.eligible + c.u), c.eligible + (e or Fraction(0)) * c.u, Fraction(c.eligible)
    answered = c.i + c.p
    able = answered + c.r
    return Rates(
        e=e,
        rr1=_over(c.i, everybody),
        rr2=_over(answered, everybody),
        rr3=_over(c.i, likely),
        rr4=_over(answered, likely),
        rr5=_over(c.i, known),
        rr6=_over(answered, known),
        coop1=_over(c.i, c.reached),
        coop2=_over(answered, c.reached),
        coop3=_over(c.i, able),
        coop4=_over(answered, able),
        ref1=_over(c.r, everybody),
        ref2=_over(c.r, likely),
        ref3=_over(c.r, known),
        con1=_over(c.reached, everybody),
        con2=_over(c.reached, likely),
        con3=_over(c.reached, known),
    )


def _over(part: int, whole: Fraction | int) -> Fraction | None:
    return Fraction(part) / whole if whole else None
