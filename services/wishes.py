"""What a person asks for besides answering: somebody to talk to, or a call from us. Words about it are the channel's.

Works inside the caller's transaction, under the locks of phone and interview.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from services import call_backs, tasks
from services.advance import preferred
from services.work import Work
from store import interviews as rows
from store import senders
from store.prepared import Row
from survey.effects import Effect, Wanted


def carry_out(
    work: Work, conn: Connection, held: Row, phone_hash: bytes, effects: Iterable[Effect]
) -> None:
    """Follow the wishes among `effects`: a person becomes a task; a call is due now, by a campaign where one contacts
    them, else by itself, and a task only where nothing can ring."""
    wanted = {effect.what for effect in effects if isinstance(effect, Wanted)}
    now = work.clock.now()
    if "call" in wanted and not (rows.ask_for_call(conn, held["id"], now) or _ring_back(work, conn, held, phone_hash)):
        wanted.add("person")
    if "person" in wanted:
        tasks.open_task(
            work,
            conn,
            kind="person_wanted",
            cause=f"person_wanted:{held['id']}:{now.date()}",
            office_id=held["office_id"],
            interview_id=held["id"],
        )


def _ring_back(work: Work, conn: Connection, held: Row, phone_hash: bytes) -> bool:
    """Whether a call back is on its way, this one or one that was asked for before."""
    sender = preferred(senders.all_rows(conn), "call")
    if sender is None:
        return False
    call_backs.plan(work, conn, held, phone_hash, sender.id, "asked_for_call")
    return True
