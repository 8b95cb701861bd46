"""What is past its time goes: words of texts and calls, reports, names and numbers; answers part from organisations.

A sweep, page by page: it may end anywhere, and the next run goes on. It must not know how anything is taken away
(`store.privacy.retention`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from contact import retention
from contact.retention import Retention
from services.results.exports import is_released
from services.rounds.provinces import outcomes_of
from services.unfit import isolation
from services.work import Work
from store import audit, audit_chain
from store.privacy import retention as rows
from store.privacy.retention import Step
from store.registry import provinces as round_offices
from store.registry.rounds import RoundRow
from store.unit_of_work import Database

MOST_PAGES = 40
"""Pages of one kind in one run: others are not kept waiting; the next run goes on."""
ACTOR = "machine:retention"


@dataclass(frozen=True, slots=True)
class _Due:
    """One kind of data of one round (None: of none) that was made `before`, and the statement for a page of it."""

    kind: str
    step: Step
    scope: UUID | None
    before: datetime

    @property
    def key(self) -> str:
        """What this is kept under when it cannot be done."""
        return f"{self.kind}:{self.step.__name__}:{self.scope or '-'}"


def sweep(work: Work, eraser: Database) -> Counter[str]:
    """Take away what is past its time, and part answers from organisations. Rows by kind."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        known = [(row, _of(row)) for row in rows.all_rounds(conn)]
    done: Counter[str] = Counter()
    take = partial(_take, eraser, done, now)
    isolation.each(work, "retention", _due(known, now), take, key=lambda due: due.key)
    parting = [(row.id, office) for row, kept in known if _is_over(row, kept, now) for office in _offices(work, row.id)]
    isolation.each(work, "retention", parting, lambda one: _part(work, eraser, *one, done), key=lambda one: one)
    return done


def _of(row: RoundRow) -> Retention:
    """A round's own times; a document of another shape counts as the defaults."""
    try:
        return retention.from_dict(row.settings.get("retention", {}))
    except (ValueError, TypeError, AttributeError):
        return Retention()


def _due(known: list[tuple[RoundRow, Retention]], now: datetime) -> Iterator[_Due]:
    longest = retention.longest([kept for _, kept in known])
    for kind, steps in rows.BY_ROUND.items():
        for scope, kept in ((None, longest), *((row.id, kept) for row, kept in known)):
            before = kept.ends(kind, now)
            yield from (_Due(kind, step, scope, before) for step in steps if before is not None)
    for kind, steps in rows.BY_ALL.items():
        before = longest.ends(kind, now)
        yield from (_Due(kind, step, None, before) for step in steps if before is not None)


def _take(eraser: Database, done: Counter[str], now: datetime, due: _Due) -> None:
    """Page by page; that a page is gone is told in its own transaction, so that whatever ends the sweep, it is true."""
    for _ in range(MOST_PAGES):
        with eraser.transaction() as conn:
            found = due.step(conn, due.scope, due.before)
            _note(conn, due.kind, found, now)
        done[due.kind] += found
        if not found:
            return


def _is_over(row: RoundRow, kept: Retention, now: datetime) -> bool:
    """Whether the answers of a round should be separated from organisations: never before its figures are released."""
    before = kept.ends("answers", now)
    return before is not None and is_released(row) and row.closes_at < before


def _offices(work: Work, round_id: UUID) -> list[UUID]:
    with work.database.transaction() as conn:
        return list(rows.offices_to_part(conn, round_id))


def _part(work: Work, eraser: Database, round_id: UUID, office_id: UUID, done: Counter[str]) -> None:
    """A whole province at once. Its outcomes are counted first: without contacts they could not be any more."""
    with work.database.transaction() as conn:
        counted = {str(code): n for code, n in outcomes_of(conn, round_id, office_id).items()}
        round_offices.set_columns(conn, round_id, office_id, outcomes=counted)
    with eraser.transaction() as conn:
        parted = rows.part(conn, round_id, office_id)
        _note(conn, "answers", parted, work.clock.now())
    done["answers"] += parted


def _note(conn: Connection, kind: str, count: int, now: datetime) -> None:
    """What went; where it was the beginning of the trail, also up to which line, by which its chain is known."""
    if not count:
        return
    audit.append(conn, at=now, actor=ACTOR, action=rows.SWEPT, subject="retention", detail={kind: count})
    if kind == "trail":
        last = audit_chain.end(conn, "cut")
        told = {"chain": last.chain.hex()}
        audit.append(conn, at=now, actor=ACTOR, action=audit_chain.CUT, subject=str(last.position), detail=told)
