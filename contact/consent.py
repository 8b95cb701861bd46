"""What a phone's holder has said about being contacted: the entries of a ledger, and the state that follows from them.

It must not know on which channel, or in which words, it was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ConsentState(StrEnum):
    """Where a phone stands: the projection of its ledger."""

    UNASKED = "unasked"
    GIVEN = "given"
    STOPPED = "stopped"
    """No contact any more, on any channel, until they ask for it."""
    HELD = "held"
    """They may want to be left alone: no contact until they say so, or go on."""


class ConsentEvent(StrEnum):
    """One entry of the ledger."""

    GIVEN = "given"
    REFUSED = "refused"
    """The interview was refused; that leaves the phone as it was."""
    STOPPED = "stopped"
    STARTED = "started"
    """They asked to be contacted again."""
    HELD = "held"
    RELEASED = "released"
    """Who was on hold went on by themselves."""


SILENT = frozenset({ConsentState.STOPPED, ConsentState.HELD})
"""States in which nobody contacts the phone of their own accord."""

_BECOMES: Mapping[ConsentEvent, ConsentState] = {
    ConsentEvent.GIVEN: ConsentState.GIVEN,
    ConsentEvent.STOPPED: ConsentState.STOPPED,
    ConsentEvent.STARTED: ConsentState.UNASKED,
    ConsentEvent.HELD: ConsentState.HELD,
}


def after(state: ConsentState, event: ConsentEvent) -> ConsentState:
    """The state once `event` is added to the ledger of a phone in `state`.

    Only an explicit "start again" lifts a stop; a hold ends when the person goes on.
    """
    if state is ConsentState.STOPPED:
        return ConsentState.UNASKED if event is ConsentEvent.STARTED else state
    if event is ConsentEvent.RELEASED:
        return ConsentState.UNASKED if state is ConsentState.HELD else state
    return _BECOMES.get(event, state)
