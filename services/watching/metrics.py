"""What is going on at our numbers, as figures for whoever watches: queues, errors by code, repairs by cause, weights.

Grouped counts only; no label comes from a person or a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from services.watching.overdue import overdue
from services.work import Work
from store.messages import continuity, senders, unfit
from store.people import tasks
from store.privacy import retention


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; `total`: it only grows, else it is as it stands now."""

    name: str
    labels: Mapping[str, str]
    value: float
    total: bool = False


def measures(work: Work) -> list[Measure]:
    """The figures of all senders now, in one transaction. Raises SQLAlchemyError."""
    with work.database.transaction(national=True) as conn:
        return [
            *_queues(conn),
            *_senders(conn),
            *_overdue(work, conn),
            *_tallies(conn),
            *_unfit(conn),
            *_taken_away(conn),
            *_waiting(conn),
        ]


def _overdue(work: Work, conn: Connection) -> Iterator[Measure]:
    for found in overdue(work, conn):
        yield Measure("alo_outbox_oldest_due_seconds", {"sender": found.sender}, found.due_s)
        yield Measure("alo_outbox_stalled_seconds", {"sender": found.sender}, found.stalled_s)


def _waiting(conn: Connection) -> Iterator[Measure]:
    yield Measure("alo_held_after_restore", {}, continuity.is_held(conn))
    for kind, n in tasks.untaken(conn).items():
        yield Measure("alo_staff_tasks", {"kind": kind}, n)


def _taken_away(conn: Connection) -> Iterator[Measure]:
    for kind, rows in retention.taken_away(conn).items():
        yield Measure("alo_retention_rows", {"kind": kind}, rows, total=True)


def _queues(conn: Connection) -> Iterator[Measure]:
    for row in senders.queue_lengths(conn):
        labels = {"sender": row.sender, "medium": row.medium, "state": row.state}
        yield Measure("alo_outbox_rows", labels, row.n)


def _senders(conn: Connection) -> Iterator[Measure]:
    weights = senders.base_weights(conn)
    unread = {row.id for row in continuity.unread(conn)}
    for sender in senders.all_rows(conn):
        yield Measure("alo_sender_weight", {"sender": sender.name}, sender.weight)
        yield Measure("alo_sender_base_weight", {"sender": sender.name}, weights[sender.id])
        yield Measure("alo_sender_paused", {"sender": sender.name}, bool(sender.paused_reason))
        yield Measure("alo_sender_unread_after_restore", {"sender": sender.name}, sender.id in unread)
        if sender.clock_offset_s is not None:
            yield Measure("alo_link_clock_offset_seconds", {"sender": sender.name}, sender.clock_offset_s)


def _unfit(conn: Connection) -> Iterator[Measure]:
    for row in unfit.counts(conn):
        yield Measure("alo_unfit_items", {"loop": row.loop, "code": row.code}, row.n)


def _tallies(conn: Connection) -> Iterator[Measure]:
    for tally in senders.all_tallies(conn):
        if tally.what == "repair":
            yield Measure("alo_repairs", {"sender": tally.sender, "why": tally.code}, tally.n, total=True)
        else:
            listed = "yes" if tally.listed else "no"
            labels = {"sender": tally.sender, "kind": tally.what, "code": tally.code, "listed": listed}
            yield Measure("alo_carrier_errors", labels, tally.n, total=True)
