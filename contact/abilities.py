"""Whether a number takes texts or calls: which errors rule a medium out, and which contacts prove it again.

A number that cannot be texted may be rung, and the other way round. Pure: it must not know a carrier's codes
(`carriers.errors`), nor whose number it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from contact.calendar import MEDIA, Medium
from contact.delivery import ErrorKind, State

RULED_OUT: Mapping[ErrorKind, tuple[Medium, ...]] = {
    ErrorKind.NUMBER: MEDIA,
    ErrorKind.NO_TEXTS: ("text",),
    ErrorKind.NO_CALLS: ("call",),
}
"""Kinds of errors that are permanent for the number → what it cannot take because of them."""

NOT_ABLE: Mapping[Medium, str] = {"text": "no_texts", "call": "no_calls"}
"""Medium → why a contact of it is taken back where the number does not take it."""

_PROOFS: Mapping[Medium, frozenset[State]] = {
    "text": frozenset({State.DELIVERED}),
    "call": frozenset({State.ANSWERED, State.COMPLETED, State.MACHINE}),
}


def proves(medium: Medium, state: State) -> bool:
    """Whether a contact of `medium` in `state` shows that its number takes that medium. A machine was rung, too."""
    return state in _PROOFS[medium]


def takes(medium: Medium, kind: str, unable: Collection[str]) -> bool:
    """Whether a number of this kind (mobile | landline | other) takes `medium`, known to be `unable` to take those."""
    return medium not in unable and (medium == "call" or kind == "mobile")
