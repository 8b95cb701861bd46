"""What a contact is for: every text and call that leaves the house has one purpose.

What follows from it (hours, caps, bans) stands where it is decided. It must not know who is contacted, or how.
"""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """Purposes that the code knows; a ladder that a round sets may call its steps otherwise."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    ANNOUNCEMENT = "announcement"
    """Asks nothing: says that the survey comes."""
    THANK_YOU = "thank_you"
    CALL = "call"
    """A call of the ladder."""
    CALL_BACK = "call_back"
    """A call at a time that somebody chose, or to somebody who rang us."""
    RESUMPTION = "resumption"
    """A call that takes up an interview which broke off in the middle."""
    REPLY = "reply"
    """Answers a text that came in."""
    RECEIPT = "receipt"
    """Confirms what somebody answered."""
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    TEST = "test"
    """Goes to a phone of one's own."""
