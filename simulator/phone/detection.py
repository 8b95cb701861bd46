"""What answering-machine detection makes of who takes a call, and how long it listens before it says so.

It must not know how the verdict travels; `calls` tells it in the first request or beside the call.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.people.personas import Taker


@dataclass(frozen=True, slots=True)
class Verdict:
    """AnsweredBy, and the seconds since the call was taken."""

    answered_by: str
    after_s: float


_GREETING_S = {"beep": 11.0, "silence": 12.5, "music": 16.0}
_ENDS = {"beep": "machine_end_beep", "silence": "machine_end_silence", "music": "machine_end_other"}


def verdict(taker: Taker, mode: str, limit_s: float) -> Verdict:
    """The verdict under `mode` (Enable, or DetectMessageEnd, which waits for the greeting's end).

    What takes longer than `limit_s` to tell is unknown then.
    """
    found = _unhurried(taker, mode)
    return found if found.after_s <= limit_s else Verdict("unknown", limit_s)


def _unhurried(taker: Taker, mode: str) -> Verdict:
    if taker == "person":
        return Verdict("human", 2.4)
    if taker == "mumbler":
        return Verdict("unknown", 5.0)
    if taker == "fax":
        return Verdict("fax", 3.0)
    if mode == "DetectMessageEnd":
        return Verdict(_ENDS[taker], _GREETING_S[taker])
    return Verdict("machine_start", 3.8)
