"""Staff enter answers for an organisation: on paper, or told to them. They go through the same door as every channel.

Who entered them stands in the audit trail; it must not show staff what is stored already.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from services.interview import recording as interviews
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.interview import interviews as rows
from survey.answers import Entry, Heard, Key
from survey.engine.engine import Step


def enter_answers(
    work: Work,
    interview_id: UUID,
    answers: Mapping[str, str],
    *,
    actor: str,
    source_id: str,
    final: bool = False,
    correction: bool = False,
) -> Step:
    """Enter answers by question name (a choice's value, or a whole number); `final`: the form is submitted.

    The first answer to a question wins unless it is a `correction`; what cannot be stored is told by the effects. The
    same `source_id` again changes nothing. Raises UnknownInterviewError, or Refusal (province locked, deadline over).
    """
    said = Entry(dict(answers), final)
    return _enter(work, interview_id, Heard("staff", source_id, said, correction=correction), actor)


def enter_key(
    work: Work, interview_id: UUID, question: str, digits: str, *, actor: str, source_id: str, correction: bool = False
) -> Step:
    """Enter the answer to one question by the key that respondents press for it. See `enter_answers`."""
    heard = Heard("staff", source_id, Key(digits), question=question, correction=correction)
    return _enter(work, interview_id, heard, actor)


def _enter(work: Work, interview_id: UUID, heard: Heard, actor: str) -> Step:
    with work.database.transaction() as conn:
        held = rows.lock(conn, interview_id)
        if held is None:
            raise interviews.UnknownInterviewError(str(interview_id))
        if not interviews.takes_answers(held, work.clock.now()):
            raise Refusal("round.office_locked" if held.locked else "round.too_late", office=held.office)
        step = interviews.take(work, conn, held, heard, phone=None)
        stored = [name for name, answer in step.interview.answers.items() if answer.seq == step.interview.seq]
        audit.append(
            conn,
            at=work.clock.now(),
            actor=actor,
            action="interview.entered",
            subject=str(interview_id),
            office_id=held.office_id,
            detail={"questions": sorted(stored), "source": heard.source_id},
        )
    return step
