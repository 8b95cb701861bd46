"""Finds the one name that a text means, with its marks or without: folding may find, it never decides.

"Dừa" is never "Dưa" where both can be chosen, and "dua" is neither. It must not know what the names stand for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from characters.cleaning import clean, folded, one_tone_place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a text may mean: `fits` are the values it can stand for, in the order of the names.

    `exact`: written with all its marks, wherever a tone is put ("Hoà", "Hòa"); otherwise it fits without them.
    """

    fits: tuple[T, ...]
    exact: bool = False

    @property
    def only(self) -> T | None:
        """The value, when no other one fits."""
        return self.fits[0] if len(self.fits) == 1 else None

    @property
    def doubtful(self) -> bool:
        """Whether several values fit: to be asked back or reported, never chosen."""
        return len(self.fits) > 1


class Names(Generic[T]):
    """Names and the values they stand for; one value may have several names, one name several values."""

    def __init__(self, pairs: Iterable[tuple[str, T]]) -> None:
        """`pairs`: (name as it is written, value); values must be hashable."""
        self._exact: dict[str, dict[T, None]] = {}
        self._folded: dict[str, dict[T, None]] = {}
        for name, value in pairs:
            self._exact.setdefault(_exact_form(name), {})[value] = None
            self._folded.setdefault(folded(name), {})[value] = None

    def find(self, text: str) -> Match[T]:
        """The values that `text` names: exactly (case and spaces apart), else those it fits without marks."""
        exact = self._exact.get(_exact_form(text))
        if exact:
            return Match(tuple(exact), exact=True)
        return Match(tuple(self._folded.get(folded(text), ())))

    def like(self, text: str) -> tuple[T, ...]:
        """All values whose names are `text` but for marks, case and look-alike letters, exact ones among them."""
        return tuple(self._folded.get(folded(text), ()))

    def alike(self) -> list[tuple[T, ...]]:
        """Groups of different values whose names differ by marks, case or look-alike letters only."""
        return [tuple(values) for values in self._folded.values() if len(values) > 1]


def contradicts(text: str, name: str) -> bool:
    """Whether `text` is `name` with other marks: "dứa" contradicts "Dưa"; "dua" does not, nor "Rat hài lòng" for "Rất
    hài lòng", nor "cảm" for "cam", which has no marks to go by."""
    said, named = _exact_form(text).split(), _exact_form(name).split()
    if [folded(word) for word in said] != [folded(word) for word in named]:
        return False
    marked = ((one, other) for one, other in zip(said, named, strict=True) if other != folded(other))
    return any(one not in (other, folded(other)) for one, other in marked)


def _exact_form(text: str) -> str:
    return one_tone_place(" ".join(clean(text).casefold().split()))
