"""Kannel's access log: what came in and what left, for the time after a restore in which no list can be asked.

Lines in the form that bearerbox writes where no other is set. It must not know a sender: whose a line is, is asked of
the caller by the addresses in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from carriers.times import aware
from characters.cleaning import storable
from contact.address import read_address
from contact.delivery import Departed, InboundText, Receipt, State

_LINE = re.compile(
    r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?P<what>[A-Z][A-Za-z ]+?) ?"
    r"\[SMSC:.*?\].*?\[from:(?P<from>[^]]*)\] \[to:(?P<to>[^]]*)\] "
    r"\[flags:[^:\]]*:(?P<coding>[^:\]]*):[^]]*\] \[msg:(?P<length>-?\d+):(?P<body>.*)\] \[udh:-?\d*:[^]]*\]\s*$"
)
_CAME = ("Receive SMS",)
_LEFT = ("Sent SMS",)
_AS_DIGITS = {"1": (("utf-8", "strict"), ("latin-1", "strict")), "2": (("utf-16-be", "replace"),)}
"""Codings (8 bits, UCS-2) whose texts bearerbox writes as hexadecimal digits, and how their bytes may be read: the
encoding, and what is done with bytes that do not fit it."""


@dataclass(slots=True)
class Log:
    """What a log says of one of our addresses; `first`, `last`: its earliest and its latest time; `foreign`:
    lines of others, of other kinds, or in another form."""

    heard: list[InboundText] = field(default_factory=list)
    left: list[Departed] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    foreign: int = 0


def read(lines: Iterable[str], address: str, zone: tzinfo) -> Log:
    """What `lines` say of texts from and to `address`; their times are of `zone` (Kannel writes local time, or UTC
    where `access-log-time = gmt`)."""
    found, ours = Log(), read_address(address).text
    for line in lines:
        parts = _LINE.match(line)
        at = None if parts is None else _at(parts["at"], zone)
        if parts is None or at is None:
            found.foreign += bool(line.strip())
            continue
        found.first = at if found.first is None else min(at, found.first)
        found.last = at if found.last is None else max(at, found.last)
        if parts["what"] in _CAME and read_address(parts["to"]).text == ours:
            digest = hashlib.sha256(line.strip().encode("utf-8", "surrogatepass")).hexdigest()
            sender = read_address(storable(parts["from"])).sender
            found.heard.append(InboundText(f"log:{digest}", sender, ours, _words(parts), at))
        elif parts["what"] in _LEFT and read_address(parts["from"]).text == ours:
            receipt = Receipt(None, State.SENT, "sent", at=at)
            found.left.append(Departed(read_address(parts["to"]).text, at, receipt, _words(parts)))
        else:
            found.foreign += 1
    return found


def _at(written: str, zone: tzinfo) -> datetime | None:
    try:
        return aware(datetime.fromisoformat(written).replace(tzinfo=zone))
    except ValueError:
        return None


def _words(parts: re.Match[str]) -> str:
    """The text, as it was before it was written as digits; as it stands where it was not."""
    for encoding, misfits in _AS_DIGITS.get(parts["coding"], ()):
        with suppress(ValueError):
            return storable(bytes.fromhex(parts["body"]).decode(encoding, misfits))
    return storable(parts["body"])
