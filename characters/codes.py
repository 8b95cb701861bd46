"""Codes and addresses of e-mail as they are compared: one form each, and what is so alike that it may be meant.

It must not know whose code it is; two that are only alike are never taken for one another here.
"""

from __future__ import annotations

import re

from characters.cleaning import plain

_SEPARATORS = re.compile(r"[\s\-./_·•\\]+")
_DIGITS_MEANT = str.maketrans("oil|", "0111")
"""Letters that are typed for digits, in small letters."""


def code(text: str) -> str:
    """The one form of a code, in which it is kept: seen characters only, usual width, one kind of hyphen and space."""
    return text if text.isascii() and text.isalnum() else " ".join(plain(text).split())


def alike(text: str) -> str:
    """What two codes share that differ by case, by separators, by zeros in front or by letters typed for digits.

    `001`, `1`, `O01` and `0-01` are alike; so may be codes of two different things.
    """
    return "".join(_runs(text)).lstrip("0") or "0"


def same_runs(one: str, other: str) -> bool:
    """Whether two codes that are `alike` also have their separators in the same places: `1-11` and `11-1` have not."""
    return [run.lstrip("0") for run in _runs(one)] == [run.lstrip("0") for run in _runs(other)]


def _runs(text: str) -> list[str]:
    said = plain(text).casefold().translate(_DIGITS_MEANT)
    return [run for run in _SEPARATORS.split(said) if run]


def email(text: str) -> str:
    """The one form of an e-mail address: as `plain`, in lower case, without spaces around it.

    Read once more after that: small letters may join with a mark that capitals do not join with.
    """
    return plain(plain(text).lower())
