"""One text being answered, what became of it, and words to a phone outside any interview.

Works inside the transaction of `services.texts.receive`. It must not know how a text is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact import clocks
from contact.clocks import Sending
from contact.delivery import InboundText
from contact.purpose import Purpose
from contact.sender import SenderRow
from services.consent import ledger as consent
from services.work import Work
from sms import texting
from sms.binding import Shown
from sms.texting import TextContext
from store.interview.interviews import HeldInterview
from store.people.phones import PhoneRow
from survey.answers import Channel

CHANNEL: Channel = "sms"
LANGUAGE = "vi"
"""Of words to a phone without an interview: nobody has said which language it wants."""


@dataclass(frozen=True, slots=True)
class TextTurn:
    """One text being answered: from which `phone` (its locked row), to which of our numbers, when (business time)."""

    work: Work
    conn: Connection
    sender: SenderRow
    text: InboundText
    source_id: str
    phone: PhoneRow
    now: datetime
    via: str = "webhook"

    def sending(self, shown: Sequence[Shown]) -> Sending:
        """When the person sent it, as far as the carrier and what the phone was `shown` (newest first) say."""
        lag = next((prompt.lag for prompt in shown if prompt.lag is not None), None)
        return clocks.sending(self.now, self.text.at, self.sender.clock_offset_s, lag, from_list=self.via == "sweep")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a text: an outcome code, the reply if any, what the phone has been shown after it, and whether it
    was `understood` at all."""

    outcome: str
    body: str | None = None
    segments: int = 0
    purpose: Purpose = Purpose.REPLY
    interview_id: UUID | None = None
    office_id: UUID | None = None
    shown: tuple[Shown, ...] | None = None
    understood: bool = True

    def silent(self, outcome: str) -> Result:
        """The same without a reply, under another outcome code."""
        return Result(outcome, interview_id=self.interview_id, office_id=self.office_id)


def said(turn: TextTurn) -> consent.Said:
    """The opt-out or other request in a text, with its evidence, for the consent ledger."""
    return consent.Said(CHANNEL, turn.source_id, turn.text.body, turn.now)


def notice(turn: TextTurn, outcome: str, code: str, held: Sequence[HeldInterview] = (), **params: object) -> Result:
    """Words outside the interview, in the language and letters of the phone's first interview, if it has one."""
    context = TextContext("", accented=held[0].accented_texts if held else False)
    text = texting.notice(code, held[0].language if held else LANGUAGE, context, **params)
    office_id = held[0].office_id if held else None
    return Result(outcome, text.body, text.segments, office_id=office_id)
