"""Offers the interview of another organisation of the same phone when one is done.

Which one that is, how a call offers it, and what somebody means who was offered it. It must not know the call's turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from ivr import callflow
from ivr.callflow import CallContext
from ivr.script import Script
from services.interview.events import Happening, Opening
from services.interview.questionnaires import form_of
from sms import texting
from sms.texting import TextContext
from store.interview.interviews import HeldInterview
from survey.answers import Channel, Heard, Key, Said, Spoken
from survey.engine import side_question_forms as asides
from survey.engine.effects import Effect, Ended, Finished
from survey.engine.engine import Step

WAITING = frozenset({"pending", "active", "partial"})
"""Interviews in which there is something left to ask."""


def is_done(effects: Sequence[Effect]) -> bool:
    """Whether the interview just ended well, or was found ended: only then another one is offered."""
    return any(effect == Ended("complete") or isinstance(effect, Finished) for effect in effects)


def after(done: UUID, held: Sequence[HeldInterview]) -> HeldInterview | None:
    """The interview to offer after `done`, of the phone's (`held`): one begun before goes first."""
    waiting = [row for row in held if row.id != done and row.status in WAITING]
    return next(iter(sorted(waiting, key=lambda row: row.begun_at is None)), None)


def taken_up(said: Said, channel: Channel, source_id: str) -> Happening | None:
    """The event for the interview that was offered; None when it was declined, or the reply not understood."""
    if isinstance(said, Key) and asides.ASIDES[asides.NEXT].choice_for_key(said.digits):
        return Opening(channel, source_id)
    if isinstance(said, Spoken) and said.word in ("person", "later"):
        return Heard(channel, source_id, said)
    return None


def spoken_offer(
    conn: Connection, other: HeldInterview, ending: Script, language: str, turn: int, amiss: str = ""
) -> Script:
    """`ending`, which ends a call, with the interview `other` offered instead of the end. See `callflow.offer`."""
    context = CallContext(turn, other.office, organisation=name_of(other))
    return callflow.offer(form_of(conn, other.questionnaire_sha256), ending.verbs, language, context, amiss)


def written_offer(row: HeldInterview, held: Sequence[HeldInterview], step: Step) -> str:
    """The words that offer the next of the phone's interviews (`held`) in the last text about `row`; "" for none."""
    other = after(row.id, held) if is_done(step.effects) else None
    if other is None:
        return ""
    context = TextContext("", accented=row.accented_texts)
    language, name, code = step.interview.language, name_of(other), other.code
    return texting.notice("text.next", language, context, organisation=name, reference=code).body


def name_of(row: HeldInterview) -> str:
    """The spoken name of an organisation, for phones that serve several."""
    return str(row.short_name or row.organisation)
