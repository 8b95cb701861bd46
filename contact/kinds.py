"""Kinds of campaigns as data: what each takes of the round's ladder, and whom it is for.

Pure: a ladder in, a ladder out. It must not know who is in an audience or how a text is worded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from contact.calendar import MEDIA, Medium
from contact.ladder import Ladder, LadderStep
from contact.purpose import Purpose


class CampaignKind(StrEnum):
    """What a campaign is for; the values are those of the database."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CALL_ONLY = "call_only"
    TEXT_ONLY = "text_only"
    ANNOUNCEMENT = "announcement"
    THANK_YOU = "thank_you"


class OutcomeSoFar(StrEnum):
    """What became of an organisation so far, in the order of its life; drafts name them."""

    NEVER_CONTACTED = "never_contacted"
    NO_CONTACT = "no_contact"
    """Something left, and nothing was heard from them on any channel."""
    BEGUN = "begun"
    PARTIAL = "partial"
    COMPLETE = "complete"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `purpose` is what its texts are called; None leaves the round's own."""

    name: CampaignKind
    media: tuple[Medium, ...] = MEDIA
    """The rungs it takes of the round's ladder."""
    purpose: Purpose | None = None
    notice: bool = False
    """One text that asks nothing, instead of the ladder."""
    finished: bool = False
    """It is for those who have answered; the other kinds are for those who have not."""
    outcomes: tuple[OutcomeSoFar, ...] = ()
    """Outcomes so far that its audience has unless the draft names others; none: any."""


KINDS: Mapping[CampaignKind, Kind] = {
    kind.name: kind
    for kind in (
        Kind(CampaignKind.INVITATION, outcomes=(OutcomeSoFar.NEVER_CONTACTED,)),
        Kind(CampaignKind.REMINDER, purpose=Purpose.REMINDER),
        Kind(CampaignKind.CALL_ONLY, media=("call",)),
        Kind(CampaignKind.TEXT_ONLY, media=("text",)),
        Kind(CampaignKind.ANNOUNCEMENT, purpose=Purpose.ANNOUNCEMENT, notice=True),
        Kind(CampaignKind.THANK_YOU, purpose=Purpose.THANK_YOU, notice=True, finished=True),
    )
}
NOTICES = tuple(kind.purpose for kind in KINDS.values() if kind.notice and kind.purpose)
"""Purposes of texts that ask nothing."""
FINISHED = tuple(kind.name for kind in KINDS.values() if kind.finished)
"""Kinds for those who have answered."""


def derive(kind: Kind, ladder: Ladder) -> Ladder:
    """The ladder a campaign of this kind climbs; without steps when the round's has none of its media."""
    if kind.notice and kind.purpose is not None:
        return replace(ladder, steps=(LadderStep("text", kind.purpose, 0, wants_reply=False),))
    return replace(ladder, steps=tuple(_with_purpose(kind, s) for s in ladder.steps if s.medium in kind.media))


def _with_purpose(kind: Kind, step: LadderStep) -> LadderStep:
    return replace(step, purpose=kind.purpose) if kind.purpose and step.medium == "text" else step
