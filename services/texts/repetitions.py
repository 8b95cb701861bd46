"""The same text from one phone again and again: answered three times, then silence and a task for staff.

Two machines must not write to each other, and a person whom nobody understands wants a person. An answer that repeats
("1" to C1, "1" to C2) draws another reply each time and is none of this. Works inside the transaction of
`services.texts.receive`.
"""

from __future__ import annotations

from collections.abc import Sequence

from contact.calendar import local_day
from contact.tasks import TaskKind
from services import tasks
from services.texts.context import Result, TextTurn
from sms.reading import vocabulary as words

ANSWERED_AT_MOST = 3
"""Times that the same text is answered in the time that is looked back on (our own assumption)."""
_FIGURES_COUNT_BELOW = 6
"""Words: in longer texts a figure may be a clock's or a counter's, so texts that differ only there are the same."""


def stopped(turn: TextTurn, result: Result, replied: Sequence[int | None]) -> Result:
    """`result`, or the same in silence and a task where this text was answered so often enough already; `replied`: as
    what the phone's texts of the last day were answered."""
    if list(replied).count(key(turn, result)) < ANSWERED_AT_MOST:
        return result
    if result.outcome == "wanted_person":  # staff have that task already
        return result.silent("going_round")
    tasks.open_task(
        turn.work,
        turn.conn,
        kind=TaskKind.DOUBTFUL_TEXT,
        cause=f"going_round:{turn.phone.hash.hex()}:{local_day(turn.now)}",
        detail=turn.text.from_number,
        office_id=result.office_id,
        interview_id=result.interview_id,
    )
    return result.silent("going_round")


def key(turn: TextTurn, result: Result) -> int:
    """As what the text is answered: the same for the same words not understood, or the same words and the same reply.

    Keyed, so that it tells nobody what was written.
    """
    typed = words.tokens(turn.text.body)
    masked = len(typed) >= _FIGURES_COUNT_BELOW
    said = " ".join("0" if masked and token[0].isdecimal() else words.bare(token) for token in typed)
    told = f"{said}\n{result.body}" if result.understood else said
    return int.from_bytes(turn.work.vault.lookup(f"said:{told}")[:8], signed=True)
