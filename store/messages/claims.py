"""Selects the due rows that a dispatcher claims next: replies first, then campaigns and provinces in turn.

Rows are claimed under SKIP LOCKED; the groups are found by index probes, so a long queue costs no more than a short
one. It must not know how fast a sender goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Text, Uuid, any_, bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from contact.delivery import State
from store.prepared import Prepared
from store.tables.outbox import outbox

SLACK = 8
"""Rows looked at beyond those wanted: some may be held by others just now."""

_URGENT = "(o.campaign_id IS NULL OR o.purpose IN ('call_back', 'resumption'))"
"""Rows somebody waits for: replies, receipts, confirmations, calls that were asked for. Must match its index."""

_RUNS = "c.state = 'running' AND NOT jsonb_exists_any(c.holds, ARRAY['sender:' || s.id, 'medium:' || s.medium{office}])"

_GROUPS = """
WITH RECURSIVE groups AS (
    (SELECT o.sender_id, o.campaign_id, o.office_id FROM outbox o
     WHERE {whose} o.state = 'planned' AND o.campaign_id IS NOT NULL AND o.office_id IS NOT NULL
     ORDER BY o.sender_id, o.campaign_id, o.office_id LIMIT 1)
    UNION ALL
    SELECT n.sender_id, n.campaign_id, n.office_id FROM groups g CROSS JOIN LATERAL (
        SELECT o.sender_id, o.campaign_id, o.office_id FROM outbox o
        WHERE {whose} o.state = 'planned' AND o.campaign_id IS NOT NULL AND o.office_id IS NOT NULL
          AND {after}
        ORDER BY o.sender_id, o.campaign_id, o.office_id LIMIT 1) n
), running AS (
    SELECT g.*, (g.campaign_id || '/' || g.office_id) COLLATE "C" AS key
    FROM groups g JOIN senders s ON s.id = g.sender_id JOIN campaigns c ON c.id = g.campaign_id
    WHERE {runs}
)"""

_CANDIDATES = """, urgent AS (
    SELECT o.id, o.due_at FROM outbox o JOIN senders s ON s.id = o.sender_id
    LEFT JOIN campaigns c ON c.id = o.campaign_id
    WHERE o.sender_id = :sender_id AND o.state = 'planned' AND o.due_at <= :due_by AND {urgent}
      AND (o.campaign_id IS NULL OR {runs})
    ORDER BY o.due_at LIMIT :look
), turns AS (
    SELECT t.id, t.turn, r.key FROM running r CROSS JOIN LATERAL (
        SELECT f.id, row_number() OVER (ORDER BY f.due_at, f.id) AS turn FROM (
            SELECT o.id, o.due_at FROM outbox o
            WHERE o.sender_id = :sender_id AND o.campaign_id = r.campaign_id AND o.office_id = r.office_id
              AND o.state = 'planned' AND o.due_at <= :due_by AND o.purpose NOT IN ('call_back', 'resumption')
            ORDER BY o.due_at LIMIT :look) f) t
), candidates AS (
    SELECT id, 0 AS lane, row_number() OVER (ORDER BY due_at, id) AS turn, '' AS key FROM urgent
    UNION ALL SELECT id, 1, turn, key FROM turns
)
SELECT o.id, x.key FROM candidates x JOIN outbox o ON o.id = x.id
WHERE o.state = 'planned'
ORDER BY x.lane, x.turn, x.key > :served DESC, x.key
LIMIT :wanted"""

_DUE = """
SELECT r.sender_id FROM running r WHERE EXISTS (
    SELECT 1 FROM outbox o WHERE o.sender_id = r.sender_id AND o.campaign_id = r.campaign_id
    AND o.office_id = r.office_id AND o.state = 'planned' AND o.due_at <= :due_by)
UNION
SELECT o.sender_id FROM outbox o JOIN senders s ON s.id = o.sender_id LEFT JOIN campaigns c ON c.id = o.campaign_id
WHERE o.state = 'planned' AND o.due_at <= :due_by AND {urgent} AND (o.campaign_id IS NULL OR {runs})"""

_OLDEST = """
SELECT d.sender_id, min(d.due_at) AS due_at FROM (
    SELECT r.sender_id, (
        SELECT o.due_at FROM outbox o
        WHERE o.sender_id = r.sender_id AND o.campaign_id = r.campaign_id AND o.office_id = r.office_id
          AND o.state = 'planned' AND o.due_at <= :due_by
        ORDER BY o.due_at LIMIT 1) AS due_at
    FROM running r
    UNION ALL
    SELECT o.sender_id, min(o.due_at) FROM outbox o JOIN senders s ON s.id = o.sender_id
    LEFT JOIN campaigns c ON c.id = o.campaign_id
    WHERE o.state = 'planned' AND o.due_at <= :due_by AND {urgent} AND (o.campaign_id IS NULL OR {runs})
    GROUP BY o.sender_id) d
WHERE d.due_at IS NOT NULL GROUP BY d.sender_id"""

_OF_ONE = {
    "whose": "o.sender_id = :sender_id AND",
    "after": "(o.campaign_id, o.office_id) > (g.campaign_id, g.office_id)",
    "runs": _RUNS.format(office=", 'office:' || g.office_id"),
}
"""One sender's: a column that is equal must not be compared again, or the index is read from the sender's beginning."""
_OF_ALL = {
    "whose": "",
    "after": "(o.sender_id, o.campaign_id, o.office_id) > (g.sender_id, g.campaign_id, g.office_id)",
    "runs": _RUNS.format(office=", 'office:' || g.office_id"),
}
_URGENT_PARTS = {"urgent": _URGENT, "runs": _RUNS.format(office=", 'office:' || o.office_id")}


_SKIP_LOCKED = " FOR NO KEY UPDATE OF o SKIP LOCKED"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that may be claimed, and the group whose turn it uses: "campaign/office", "" for who waits for us."""

    id: UUID
    key: str


_next = text(_GROUPS.format(**_OF_ONE) + _CANDIDATES.format(**_URGENT_PARTS) + _SKIP_LOCKED)
NEXT = Prepared(_next.columns(id=Uuid, key=Text), _Candidate)
"""What `claim` asks."""
_OLDEST_DUE = text(_GROUPS.format(**_OF_ALL) + _OLDEST.format(**_URGENT_PARTS))
_DUE_SENDERS = text(_GROUPS.format(**_OF_ALL) + _DUE.format(**_URGENT_PARTS))
_TAKE = Prepared(
    update(outbox)
    .where(outbox.c.id == any_(bindparam("row_ids", type_=ARRAY(Uuid))))
    .values(state=str(State.CLAIMED), lease_until=bindparam("until"))
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows claimed, in the order they should leave, and whose turn came last."""

    rows: list[UUID]
    served: str


def claim(
    conn: Connection,
    sender_id: UUID,
    wanted: int,
    now: datetime,
    lease_until: datetime,
    served: str = "",
) -> Claimed:
    """Claim up to `wanted` rows due at business time `now` until `lease_until` (real time); the next turn is after
    `served`.
    """
    given = {"sender_id": sender_id, "due_by": now, "look": wanted + SLACK, "wanted": wanted, "served": served}
    found = NEXT.all(conn, given)
    rows = [row.id for row in found]
    if rows:
        _TAKE.do(conn, {"row_ids": rows, "until": lease_until})
    turns = [row.key for row in found if row.key]
    return Claimed(rows, turns[-1] if turns else served)


def release(conn: Connection, rows: Iterable[UUID]) -> None:
    """Give back rows that were claimed and not looked at."""
    back = update(outbox).where(outbox.c.id.in_(list(rows)), outbox.c.state == State.CLAIMED)
    conn.execute(back.values(state=str(State.PLANNED), lease_until=None))


def due_senders(conn: Connection, now: datetime) -> list[UUID]:
    """Senders with a row that may leave now; whether they are in use is not looked at."""
    return [row.sender_id for row in conn.execute(_DUE_SENDERS, {"due_by": now})]


def oldest_due(conn: Connection, now: datetime) -> dict[UUID, datetime]:
    """By sender, since when (business time) its oldest row is due of those that pauses and holds of campaigns let go;
    whether the sender is in use is not looked at. An index probe a group, however long the queue."""
    return {row.sender_id: row.due_at for row in conn.execute(_OLDEST_DUE, {"due_by": now})}
