"""Times as carriers write them; what is no time, or none that could be meant, is None.

It must not know a carrier's parameters.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST, LAST = datetime(2010, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Nothing outside is a time of a text or a call: a clock that was never set, a field of zeros (Python reads the year
0000 as 2000), an overflow."""


def aware(at: object) -> datetime | None:
    """A time as aware UTC."""
    if not isinstance(at, datetime):
        return None
    try:
        known = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return known if FIRST <= known < LAST else None


def written(text: object) -> datetime | None:
    """A time written as in e-mail (RFC 2822) or as 2026-11-18T02:00:00Z."""
    if not isinstance(text, str) or len(text) > 64:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return aware(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def unix(text: str | None) -> datetime | None:
    """Seconds since 1970."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return aware(datetime.fromtimestamp(int(text), UTC))
