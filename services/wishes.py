"""What a person asks for besides answering: somebody to talk to, or a call from us. Words about it are the channel's.

Works inside the caller's transaction, under the locks of phone and interview.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from services import tasks
from services.work import Work
from store import interviews as rows
from store.prepared import Row
from survey.effects import Effect, Wanted


def carry_out(work: Work, conn: Connection, held: Row, effects: Iterable[Effect]) -> None:
    """Follow the wishes among `effects`: a person becomes a task; a call is due now, by campaign or else by task."""
    wanted = {effect.what for effect in effects if isinstance(effect, Wanted)}
    now = work.clock.now()
    by_campaign = "call" in wanted and rows.ask_for_call(conn, held["id"], now)
    if "person" in wanted or ("call" in wanted and not by_campaign):
        tasks.open_task(
            work,
            conn,
            kind="person_wanted",
            cause=f"person_wanted:{held['id']}:{now.date()}",
            office_id=held["office_id"],
            interview_id=held["id"],
        )
