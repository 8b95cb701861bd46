"""Faults planted on purpose: each takes one protection away, so that the test which proves the protection goes red.

Nothing is planted unless a test or a simulated system asks for it by name; real senders refuse it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

FAULTS: Mapping[str, str] = {
    "no-phone-lock": "turns of one phone no longer wait for each other",
    "ignore-turn": "a key is taken for whatever is asked now, not for the turn it was pressed in",
    "ignore-duplicate": "a delivery that was taken in before is taken for a new one",
    "skip-opt-out": "words that stop all contact are noted and nothing follows from them",
    "skip-opt-out-check": "an opt-out is written down, but what is queued leaves: not withdrawn, and not asked again",
    "no-skip-locked": "rows are claimed without locks: two dispatchers may take the same one, and both send it",
    "no-lock-order": "dispatchers do not lock the phone: two contacts to it are cleared at once",
    "skip-pause-check": "a pause is written down, but contacts are claimed and cleared as if there were none",
    "skip-province-end": "answers of a locked province, or after its deadline, are stored",
    "no-blocks": "answers without names leave one by one, not in blocks",
    "no-echo": "what was taken is not said back",
    "no-repeat": "a wrong or silent try, or a wish to hear it again, leaves the question open at once",
    "no-resume": "each call or text of a campaign begins the interview anew",
    "no-call-again": "a call that breaks off is not taken up again by a call of ours",
    "resume-twice": "each receipt of a call that broke off plans a call of its own",
    "no-ring-back": "whoever rings us is refused and nothing follows",
    "machines-press-keys": "who pressed a key is taken for a machine when the carrier says so",
    "no-unknown-state": "a hand-over in doubt is taken for one that failed, and sent again",
}

LINGER_S = 0.7
"""Real seconds between a look and the deed it allows, where the lock that joins the two is planted away."""

_planted: set[str] = set()


class PlantingRefusedError(RuntimeError):
    """A fault was asked for that is unknown, or where real people could be reached."""


def is_planted(fault: str) -> bool:
    """Whether `fault` is active in this process."""
    return fault in _planted


def linger(fault: str) -> None:
    """Where `fault` took a lock away, wait between look and deed, so that others look meanwhile.

    Without it the race is a matter of milliseconds and of the machine: a proof must go red on any of them. Nothing
    happens unless `fault` is planted.
    """
    if fault in _planted:
        time.sleep(LINGER_S)


@contextmanager
def plant(fault: str) -> Iterator[None]:
    """Plant one fault for the length of a block. Raises PlantingRefusedError for an unknown one."""
    if fault not in FAULTS:
        raise PlantingRefusedError(f"no such fault: {fault}")
    _planted.add(fault)
    try:
        yield
    finally:
        _planted.discard(fault)


def plant_for_process(fault: str, *, simulated: bool) -> None:
    """Plant the fault named by `ALO_PLANTED_FAULT` ("" for none) in this process for good.

    `simulated` says that every sender belongs to the simulator. Raises PlantingRefusedError otherwise.
    """
    if not fault:
        return
    if fault not in FAULTS or not simulated:
        raise PlantingRefusedError(f"refused to plant {fault!r}: unknown, or a sender is not simulated")
    _planted.add(fault)
