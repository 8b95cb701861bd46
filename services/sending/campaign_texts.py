"""The texts of campaigns: written at the moment they leave, from the interview as it then stands.

A sender that can receive carries the next question; a one-way sender only an announcement. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.caps import EXEMPT
from contact.kinds import NOTICES
from contact.purpose import Purpose
from contact.sender import SenderRow
from ivr import length
from services.interview import events
from services.interview import recording as interviews
from services.interview.events import Opening
from services.interview.questionnaires import form_of
from services.work import Work
from sms import encoding, texting
from sms.binding import Shown, remember, unasked
from sms.texting import Text, TextContext
from store.interview import interviews as rows
from store.interview import phone_interviews
from store.interview.interviews import HeldInterview
from store.messages import inbound
from store.messages.departing_page import DepartingRow, Departure
from survey.engine.effects import Ask, Effect
from survey.engine.engine import Step
from survey.form.questionnaire import Questionnaire

WRITTEN = (Purpose.TEST, *EXEMPT)
"""Purposes of texts that were written when they were decided on."""


def context_of(held: HeldInterview, shared: bool) -> TextContext:
    """Who writes, for an interview read by `store.interview.interviews.lock`; on a `shared` phone also about whom."""
    return TextContext(
        office=held.office,
        contact=held.contact_number,
        accented=held.accented_texts,
        organisation=(held.short_name or held.organisation) if shared else "",
    )


@dataclass(frozen=True, slots=True)
class DepartingText:
    """A text that leaves at a business time, with its interview."""

    departure: Departure
    held: HeldInterview | None
    at: datetime

    @property
    def row(self) -> DepartingRow:
        """Its row in the outbox."""
        return self.departure.row


def write_all(work: Work, conn: Connection, sender: SenderRow, page: Sequence[DepartingText]) -> list[Text]:
    """Write the texts of rows that leave: each opens a contact with its interview, its phone is shown the question.

    A text written beforehand (a test, a reply) leaves as it is. The caller holds the locks of phones and interviews.
    Raises ValueError for an unwritten row without an interview.
    """
    asking = [one for one in page if one.held and _is_asked(sender, one.row)]
    openings = [(one.held, Opening("sms", f"outbox:{one.row.ref}")) for one in asking if one.held]
    opened = list(zip(asking, interviews.open_all(work, conn, openings), strict=True))
    late = [one for one in page if one.held and _is_written(one.row)]
    _remember(conn, sender, opened, late)
    steps = {one.row.id: step for one, step in opened}
    return [_text(work, conn, one.row, one.held, steps.get(one.row.id)) for one in page]


def _is_asked(sender: SenderRow, row: DepartingRow) -> bool:
    return not _is_written(row) and not _asks_nothing(sender, row.purpose)


def _is_written(row: DepartingRow) -> bool:
    return row.body is not None and row.purpose in WRITTEN


def _text(work: Work, conn: Connection, row: DepartingRow, held: HeldInterview | None, step: Step | None) -> Text:
    """What one row says; `step`: the contact that was opened for it, None for a text that asks nothing."""
    if row.body is not None and _is_written(row):
        body = work.vault.open(row.body, "outbox.body", row.id)
        measured = encoding.measure(body)
        return Text(body, measured.encoding, measured.segments)
    if held is None:
        raise ValueError("a campaign text belongs to an interview")
    context = context_of(held, row.shares_phone)
    if step is None:
        return _notice(conn, held, row.purpose, context)
    return _composed(conn, held, step.interview.language, step.effects, context)


def _asks_nothing(sender: SenderRow | None, purpose: str) -> bool:
    return sender is None or not sender.can_receive or purpose in NOTICES


def _notice(conn: Connection, held: HeldInterview, purpose: str, context: TextContext) -> Text:
    """A text that asks nothing: of thanks, or that we shall ring."""
    code = "text.thank_you" if purpose == Purpose.THANK_YOU else "text.announcement"
    return _told(conn, held, code, held.language or "vi", context)


def _told(conn: Connection, held: HeldInterview, code: str, language: str, context: TextContext) -> Text:
    """A notice about the interview, which knows how long its call would be."""
    minutes = length.minutes(form_of(conn, held.questionnaire_sha256), language)
    return texting.notice(code, language, context, minutes=minutes)


def _composed(
    conn: Connection, held: HeldInterview, language: str, effects: tuple[Effect, ...], context: TextContext
) -> Text:
    form = form_of(conn, held.questionnaire_sha256)
    written = _first(form, effects, language, context)
    return written or _told(conn, held, "text.announcement", language, context)


@lru_cache(maxsize=1024)
def _first(form: Questionnaire, effects: tuple[Effect, ...], language: str, context: TextContext) -> Text | None:
    """The text of a contact that is opened: mostly the same for everybody of an office, and dear to fit to length."""
    return next(iter(texting.compose(form, effects, language, context)), None)


def _remember(
    conn: Connection, sender: SenderRow, opened: Sequence[tuple[DepartingText, Step]], late: Sequence[DepartingText]
) -> None:
    """Keep what these phones see from now on, so that an answer is bound to its question."""
    kept: dict[bytes, list[dict[str, Any]]] = {}
    for one, step in opened:
        shown = _shown(conn, one, step)
        if shown is not None:
            kept[one.row.phone_hash] = [s.to_dict() for s in remember(_before(one), shown)]
    for one in late:
        asked = _before(one)
        if asked and asked[0].visible_at == one.row.created_at:  # the question that this text asks
            kept[one.row.phone_hash] = [s.to_dict() for s in (unasked(asked[0], one.at), *asked[1:])]
    inbound.remember_shown(conn, sender.id, kept)


def _before(one: DepartingText) -> list[Shown]:
    return [Shown.from_dict(seen) for seen in one.departure.shown]


def _shown(conn: Connection, one: DepartingText, step: Step) -> Shown | None:
    ask = next((effect for effect in step.effects if isinstance(effect, Ask)), None)
    if ask is None:
        return None
    question = form_of(conn, step.interview.questionnaire).question(ask.question)
    return Shown(
        interview=str(one.row.interview_id),
        question=ask.question,
        turn=ask.turn,
        number=question.number if question else None,
        visible_at=one.at,
    )


def sample(
    work: Work, conn: Connection, interview_id: UUID, sender: SenderRow | None, purpose: str = Purpose.REMINDER
) -> Text:
    """The text this interview would get now, written and not kept. Raises LookupError for an unknown interview."""
    held = rows.lock(conn, interview_id)
    if held is None:
        raise LookupError(str(interview_id))
    context = context_of(held, phone_interviews.shares_phone(conn, interview_id))
    if _asks_nothing(sender, purpose):
        return _notice(conn, held, purpose, context)
    form = form_of(conn, held.questionnaire_sha256)
    before = interviews.state_of(form, held)
    step = events.advance(form, before, Opening("sms", "sample"), False, work.clock.now())
    return _composed(conn, held, step.interview.language, step.effects, context)
