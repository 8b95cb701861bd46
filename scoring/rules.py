"""A scoring rule as data: coefficients, what counts, classes. The committee's own rule replaces the sample given here.

It must not know the counts, nor where a round keeps its rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

NoOpinion = Literal["unanswered", "leaves"]
Silent = Literal["all", "unconditional"]
Pooling = Literal["points", "organisations"]


@dataclass(frozen=True, slots=True)
class Steps:
    """A value by size: each pair (below, value) holds under `below`; the last has no end (else ValueError)."""

    pairs: tuple[tuple[int | None, Decimal], ...]

    def __post_init__(self) -> None:
        ends = [below for below, _ in self.pairs]
        inner = [below for below in ends[:-1] if below is not None]
        if not ends or ends[-1] is not None or len(inner) != len(ends) - 1 or inner != sorted(set(inner)):
            raise ValueError("steps rise, and only the last has no end")

    def at(self, count: int) -> Decimal:
        """The value for `count`."""
        return next(value for below, value in self.pairs if below is None or count < below)

    def to_list(self) -> list[list[Any]]:
        """[[100, "0.6"], …, [null, "1.4"]]."""
        return [[below, str(value)] for below, value in self.pairs]


def steps(pairs: Sequence[Sequence[Any]]) -> Steps:
    """The steps that `Steps.to_list` wrote. Raises ValueError on another shape."""
    return Steps(tuple((below, Decimal(value)) for below, value in pairs))


@dataclass(frozen=True, slots=True)
class Rule:
    """How points become figures.

    `no_opinion`: an answer without points stays in the denominator ("unanswered") or leaves it. `partial`: forms begun
    and not completed enter the points. `silent`: the questions an organisation without a counted form is held against:
    all scored ones, or those that apply to everybody. `pooling` of several questionnaires: points and possible points
    together, or each questionnaire's share weighted by its organisations.
    """

    name: str
    sample: bool
    p_max: Decimal
    full_participation: Steps
    """By members: the share of them from which K1 is 1."""
    size_factor: Steps
    """K2 by members."""
    outsider_bonus: Steps
    """K3 by non-members answered."""
    classes: tuple[tuple[Decimal, str], ...]
    """(from this value on, class code), highest first; the last begins at or below any value."""
    sample_classes: bool = True
    no_opinion: NoOpinion = "unanswered"
    partial: bool = False
    silent: Silent = "all"
    pooling: Pooling = "points"
    top_levels: int = 1

    @property
    def counted_statuses(self) -> tuple[str, ...]:
        """The statuses of forms whose answers count."""
        return ("complete", "partial") if self.partial else ("complete",)

    def classify(self, value: Decimal) -> str:
        """The class of a figure."""
        return next((code for start, code in self.classes if value >= start), self.classes[-1][1])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` gives back an equal rule."""
        return {
            "name": self.name,
            "sample": self.sample,
            "p_max": str(self.p_max),
            "full_participation": self.full_participation.to_list(),
            "size_factor": self.size_factor.to_list(),
            "outsider_bonus": self.outsider_bonus.to_list(),
            "classes": [[str(start), code] for start, code in self.classes],
            "sample_classes": self.sample_classes,
            "no_opinion": self.no_opinion,
            "partial": self.partial,
            "silent": self.silent,
            "pooling": self.pooling,
            "top_levels": self.top_levels,
        }


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "no_opinion": ("unanswered", "leaves"),
    "silent": ("all", "unconditional"),
    "pooling": ("points", "organisations"),
}


def from_dict(data: Mapping[str, Any]) -> Rule:
    """The rule that `Rule.to_dict` wrote. Raises KeyError, TypeError or ValueError on another shape."""
    for name, allowed in _CHOICES.items():
        if data[name] not in allowed:
            raise ValueError(f"{name} is one of {', '.join(allowed)}")
    return Rule(
        **{
            **data,
            "p_max": Decimal(data["p_max"]),
            "full_participation": steps(data["full_participation"]),
            "size_factor": steps(data["size_factor"]),
            "outsider_bonus": steps(data["outsider_bonus"]),
            "classes": tuple((Decimal(start), code) for start, code in data["classes"]),
        }
    )


DEFAULT = Rule(
    name="vca-index sample",
    sample=True,
    p_max=Decimal(5),
    full_participation=steps([[500, "1"], [1000, "0.8"], [None, "0.7"]]),
    size_factor=steps([[100, "0.6"], [200, "0.7"], [300, "0.8"], [500, "1.0"], [1000, "1.2"], [None, "1.4"]]),
    outsider_bonus=steps([[1, "0"], [100, "5"], [200, "10"], [None, "15"]]),
    classes=(
        (Decimal(80), "class.good"),
        (Decimal(65), "class.fair"),
        (Decimal(50), "class.average"),
        (Decimal(0), "class.weak"),
    ),
)
"""The only published form of the index is a prototype: a sample, not the official Quy chế; its classes are ours."""
