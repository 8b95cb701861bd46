"""Recordings of spoken sentences: kept, found by name, withdrawn. It must not know what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from store import rows
from store.tables.rounds import recordings


@dataclass(frozen=True, slots=True)
class CurrentRecording:
    """A sentence's prompt id and the digest of the audio that is in use for it."""

    prompt_id: str
    sha256: str


_CURRENT = (
    select(recordings.c.prompt_id, recordings.c.sha256)
    .where(recordings.c.withdrawn_at.is_(None))
    .ext(distinct_on(recordings.c.prompt_id))
    .order_by(recordings.c.prompt_id, recordings.c.added_at.desc())
)
"""The latest recording of each sentence that is in use."""


def add(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Keep a recording; False when this very audio was in use already. One that was withdrawn comes back."""
    fresh = insert(recordings).values(**values)
    again = fresh.on_conflict_do_update(
        index_elements=[recordings.c.prompt_id, recordings.c.sha256],
        set_={"withdrawn_at": None, "added_at": values["added_at"], "added_by": values["added_by"]},
        where=recordings.c.withdrawn_at.is_not(None),
    )
    return conn.execute(again.returning(recordings.c.prompt_id)).first() is not None


def current(conn: Connection) -> dict[str, str]:
    """Prompt id → digest of the recording in use."""
    return {row.prompt_id: row.sha256 for row in rows.stream(conn, _CURRENT, CurrentRecording)}


def audio(conn: Connection, prompt_id: str, digest: str) -> bytes | None:
    """The audio of the sentence whose digest begins with `digest`, withdrawn or not: a call may hold its URL."""
    found = select(recordings.c.audio).where(
        recordings.c.prompt_id == prompt_id, recordings.c.sha256.startswith(digest, autoescape=True)
    )
    return conn.execute(found.limit(1)).scalar_one_or_none()


def withdraw(conn: Connection, prompt_id: str, at: datetime) -> int:
    """Use the sentence's recordings no more; how many were in use."""
    gone = (
        update(recordings)
        .where(recordings.c.prompt_id == prompt_id, recordings.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
    )
    return len(conn.execute(gone.returning(recordings.c.sha256)).all())
