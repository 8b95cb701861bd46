"""Renders the reason document of an outbox row in words: why a contact was planned, re-timed or withdrawn.

It must not know where the row comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Words = Callable[..., str]
"""(code, **parameters) → words, in the reader's language."""


def sentence(words: Words, medium: str, at: datetime, reason: Mapping[str, Any]) -> str:
    """One contact: "call at 10:20 18/11/2026: another time of day, 2 calls in the evening rang out"."""
    return words(f"contact.{medium}", at=at, why=why(words, reason))


def why(words: Words, reason: Mapping[str, Any]) -> str:
    """The reason alone, with the note why it was re-timed if it was."""
    code = reason.get("code", "")
    first = words(_words_code(code), **_parameters(words, reason)) if code else ""
    retimed = reason.get("retimed")
    return words("contact.retimed", first=first, then=words(_words_code(retimed))) if retimed else first


def _words_code(code: str) -> str:
    """Codes of the ladder and of caps stand as they are; those of clearance are about not leaving."""
    return code if "." in code else f"not_now.{code}"


def _parameters(words: Words, reason: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in reason.items() if name not in ("code", "retimed", "was")}
    missed = given.get("missed")
    if isinstance(missed, Mapping):
        calls = (words("ladder.missed", n=n, part=words(f"ladder.part.{part}")) for part, n in missed.items())
        given["missed"] = ", ".join(calls)
    if "part" in given:
        given["part"] = words(f"ladder.part.{given['part']}")
    return given
