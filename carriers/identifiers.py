"""A carrier's ids and codes as we keep them: no character that cannot be stored, no spaces around, not too long.

It must not know which carrier gave them.
"""

from __future__ import annotations

import hashlib

from characters.cleaning import storable

LONGEST_ID, LONGEST_CODE = 128, 64
"""Characters. Carriers' ids have 34 to 36; an index of the database takes no more than some 2,700 bytes."""


def identifier(given: object) -> str:
    """The id; a longer one by its digest, so that two stay two. "" for what is no text or number."""
    text = _text(given)
    if len(text) <= LONGEST_ID:
        return text
    return f"sha256-{hashlib.sha256(text.encode()).hexdigest()}"


def code(given: object) -> str:
    """A status, an error code or another word of the carrier, cut where it is too long for one."""
    return _text(given)[:LONGEST_CODE]


def _text(given: object) -> str:
    known = isinstance(given, str | int | float) and not isinstance(given, bool)
    return storable(str(given)).strip() if known else ""
