"""The chain of the audit trail as it is stored: lines with their links, its two ends, and taking its beginning away.

The trigger of migration 0020 writes it when a transaction ends. It must not know what makes a chain sound
(`services.audit_chain`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from store.audit_reading import document, told_at
from store.tables.staff import audit, audit_chain

CUT = "audit.cut"
"""Action of the line that tells that lines past their time were taken from the beginning; its subject: the last one's
position."""


@dataclass(frozen=True, slots=True)
class ChainedLine:
    """One line as the chain sees it: `detail` is the document as PostgreSQL writes it; without a position the line was
    never chained. `scrubbed`: number → digest (hexadecimal) of lines that this one says were scrubbed."""

    number: int
    at: datetime
    actor: str
    office_id: UUID | None
    action: str
    subject: str
    detail: str
    salt: bytes | None
    position: int | None
    digest: bytes | None
    chain: bytes | None
    scrubbed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """Where the chain ends ("head") or now begins ("cut"): position of the line (0: none), and its chain value."""

    position: int
    chain: bytes


GENESIS = End(0, bytes(32))
"""Before the first line."""


def lines(conn: sa.Connection) -> Iterator[ChainedLine]:
    """Every line in the order of the chain, those without a place in it last; in pages from the server."""
    yield from _read(conn, _lines().order_by(audit.c.position.asc().nulls_last(), audit.c.id))


def _lines() -> sa.Select[Any]:
    columns = told_at().label("at"), audit.c.actor, audit.c.office_id, audit.c.action, audit.c.subject
    links = audit.c.salt, audit.c.position, audit.c.digest, audit.c.chain
    query = sa.select(audit.c.id.label("number"), *columns, sa.cast(audit.c.detail, sa.Text).label("detail"), *links)
    return query.add_columns(sa.cast(audit.c.detail["scrubbed"], sa.Text).label("scrubbed"))


def _read(conn: sa.Connection, query: sa.Select[Any]) -> Iterator[ChainedLine]:
    for row in conn.execute(query.execution_options(yield_per=1000)).mappings():
        yield ChainedLine(**{**row, "scrubbed": _told(row["scrubbed"])})


def _told(told: str | None) -> Mapping[str, str]:
    """What a line says was scrubbed; which may be anything: whoever may write writes it."""
    return {} if told is None else document(told)


def end(conn: sa.Connection, name: Literal["head", "cut"]) -> End:
    """One end of the chain; before anything was written, or taken away, that is `GENESIS`."""
    row = conn.execute(sa.select(audit_chain.c.position, audit_chain.c.chain).where(audit_chain.c.name == name)).first()
    return GENESIS if row is None else End(int(row.position), bytes(row.chain))


def by_numbers(conn: sa.Connection, numbers: Iterable[int]) -> Iterator[ChainedLine]:
    """Lines by their numbers."""
    yield from _read(conn, _lines().where(audit.c.id.in_(list(numbers))))


def scrub(conn: sa.Connection, number: int, detail: object, salt: bytes) -> None:
    """Give a line another detail and salt, as the eraser; its digest stays that of the line as it was written."""
    conn.execute(sa.update(audit).where(audit.c.id == number).values(detail=detail, salt=salt))


def cut(conn: sa.Connection, before: datetime, most: int) -> int:
    """Take away at most `most` lines of before this from the beginning, as the eraser. Lines."""
    return conn.scalar(sa.select(sa.func.alo_audit_cut(before, most))) or 0
