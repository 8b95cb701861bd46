"""When a missed call is returned: somebody rings our number so that we ring back at no cost to them.

It must not know who rang. Somebody who rings is awake, so office hours do not apply; at night a ring is taken for a
slip, and answered when people may be called again.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Literal

from contact.calendar import ZONE, Calendar

RingIn = Literal["call_back", "answer"]
"""What a round does with somebody who rings: refuse the call unanswered and ring back, or take it at their cost."""
RING_IN: tuple[RingIn, ...] = ("call_back", "answer")

WAKING = (time(6), time(22))
"""From when to when, local time, a ring is answered at once [our own default]."""


def due_at(now: datetime, calendar: Calendar) -> datetime:
    """When the call back is due for somebody who rang at `now` (aware UTC)."""
    first, last = WAKING
    if first <= now.astimezone(ZONE).time() < last:
        return now
    return calendar.next_open("call", now)
