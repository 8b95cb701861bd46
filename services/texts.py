"""The texts of campaigns: written at the moment they leave, from the interview as it then stands.

A sender that can receive carries the next question; a one-way sender only an announcement. Nothing is sent here.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from contact.kinds import NOTICES
from contact.sender import SenderRow
from ivr import length
from services import happenings, interviews
from services.happenings import Opening
from services.questionnaires import form_of
from services.work import Work
from sms import encoding, texting
from sms.binding import Shown, remember
from sms.texting import Text, TextContext
from store import inbound
from store import interviews as rows
from store.prepared import Row
from survey.effects import Ask, Effect
from survey.engine import Step

TEST = "test"
"""Purpose of a sample text that staff send to themselves."""


def context_of(held: Row, shared: bool) -> TextContext:
    """Who writes, for an interview read by `store.interviews.lock`; on a `shared` phone also about whom."""
    return TextContext(
        office=held["office"],
        contact=held["contact_number"],
        accented=bool(held["accented_texts"]),
        organisation=(held["short_name"] or held["organisation"]) if shared else "",
    )


def write(work: Work, conn: Connection, sender: SenderRow, row: Row, held: Row | None) -> Text:
    """Write the text of an outbox row that leaves now: the interview opens a contact, the phone is shown its question.

    A text written beforehand (a test) leaves as it is. The caller holds the locks of the phone and of `held`. Raises
    ValueError for an unwritten row without an interview.
    """
    if row["body"] is not None and row["purpose"] == TEST:
        body = work.vault.open(row["body"])
        measured = encoding.measure(body)
        return Text(body, measured.encoding, measured.segments)
    if held is None:
        raise ValueError("a campaign text belongs to an interview")
    context = context_of(held, rows.shares_phone(conn, held["id"], row["phone_hash"]))
    if _asks_nothing(sender, row["purpose"]):
        return _notice(conn, held, row["purpose"], context)
    step = interviews.take(work, conn, held, Opening("sms", f"outbox:{row['ref']}"), None)
    _remember(work, conn, sender, row, step)
    return _composed(conn, held, step.interview.language, step.effects, context)


def _asks_nothing(sender: SenderRow | None, purpose: str) -> bool:
    return sender is None or not sender.can_receive or purpose in NOTICES


def _notice(conn: Connection, held: Row, purpose: str, context: TextContext) -> Text:
    """A text that asks nothing: of thanks, or that we shall ring."""
    code = "text.thank_you" if purpose == "thank_you" else "text.announcement"
    return _told(conn, held, code, held["language"] or "vi", context)


def _told(conn: Connection, held: Row, code: str, language: str, context: TextContext) -> Text:
    """A notice about the interview, which knows how long its call would be."""
    minutes = length.minutes(form_of(conn, held["questionnaire_sha256"]), language)
    return texting.notice(code, language, context, minutes=minutes)


def _composed(
    conn: Connection, held: Row, language: str, effects: tuple[Effect, ...], context: TextContext
) -> Text:
    form = form_of(conn, held["questionnaire_sha256"])
    written = texting.compose(form, effects, language, context)
    return written[0] if written else _told(conn, held, "text.announcement", language, context)


def _remember(work: Work, conn: Connection, sender: SenderRow, row: Row, step: Step) -> None:
    """Keep what this phone sees from now on, so that its answer is bound to this question."""
    ask = next((effect for effect in step.effects if isinstance(effect, Ask)), None)
    if ask is None:
        return
    form = form_of(conn, step.interview.questionnaire)
    question = form.question(ask.question)
    shown = Shown(
        interview=str(row["interview_id"]),
        question=ask.question,
        turn=ask.turn,
        number=question.number if question else None,
        visible_at=work.clock.now(),
    )
    before = [Shown.from_dict(s) for s in inbound.shown_to(conn, sender.id, row["phone_hash"])]
    kept = [s.to_dict() for s in remember(before, shown)]
    inbound.remember_shown(conn, sender.id, row["phone_hash"], kept)


def sample(
    work: Work, conn: Connection, interview_id: UUID, sender: SenderRow | None, purpose: str = "reminder"
) -> Text:
    """The text this interview would get now, written and not kept. Raises LookupError for an unknown interview."""
    held = rows.lock(conn, interview_id)
    if held is None:
        raise LookupError(str(interview_id))
    context = context_of(held, rows.shares_phone(conn, interview_id))
    if _asks_nothing(sender, purpose):
        return _notice(conn, held, purpose, context)
    form = form_of(conn, held["questionnaire_sha256"])
    before = interviews.state_of(form, held)
    step = happenings.advance(form, before, Opening("sms", "sample"), False, work.clock.now())
    return _composed(conn, held, step.interview.language, step.effects, context)
