"""What a method of scoring is, and the table in which methods register themselves by name.

A new method is a module that calls `register` and a line in `scoring.methods` that imports it. It must not know rounds,
offices, or the words of a language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from scoring.answers import Sheets
from scoring.cube import Cube
from scoring.rules import Rule


@dataclass(frozen=True, slots=True)
class Part:
    """Something a figure is made of, or one of its parts: a code of the catalogue with parameters, and its values."""

    code: str
    values: tuple[Decimal | int | None, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionFigure:
    """What a figure is for one question, and on how many answers it stands."""

    value: Decimal | None
    answers: int


class Figure(Protocol):
    """What a method gives."""

    @property
    def value(self) -> Decimal | None:
        """The figure itself; None where nothing was answered."""

    def parts(self) -> Iterator[Part]:
        """The figure with everything it is made of, in the order in which it is read."""

    def by_question(self) -> Mapping[tuple[str, str, str], QuestionFigure]:
        """(questionnaire code, section, question) → its figure; empty where the method has none by question."""


Compute = Callable[[Cube, Sheets, Rule], Figure]


@dataclass(frozen=True, slots=True)
class Method:
    """A way to score a round."""

    name: str
    compute: Compute
    by_channel: str = ""
    """Name of the method that scores a channel, where `compute` needs the silent, who have no channel; "": this one."""
    has_classes: bool = False
    """Whether the classes of a rule (good, fair …) belong to its figure."""
    withhold: Callable[[Any], Figure] | None = None
    """Takes what stands on too few answers out of a figure of `compute`."""


METHODS: dict[str, Method] = {}
"""Name → method, in the order in which `scoring.methods` imports them."""


def register(method: Method) -> None:
    """Make a method known by its name. Raises ValueError when another one has it."""
    if METHODS.setdefault(method.name, method) != method:
        raise ValueError(f"two scoring methods are called {method.name}")
