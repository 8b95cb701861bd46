"""Fingerprints of the keys a database was written with, how much each sealed, and resealing in pages.

Sealed columns are found by their mark in `store.tables`. It must not open or seal anything: bytes come and go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from store import rows
from store.tables import metadata
from store.tables.base import SEALED
from store.tables.interviews import inbound
from store.tables.keys import key_fingerprints as known
from store.tables.persons import erasures
from store.tables.registry import phone_readings as readings
from store.tables.registry import phones

PAGE = 500
"""Rows sealed anew in one transaction."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that this database has seen. `use` is "sealing" or "lookup", `name` its id or version."""

    use: str
    name: str
    fingerprint: bytes
    first_used_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed bytes, with the primary key of its table."""

    table: sa.Table
    column: sa.Column[Any]

    @property
    def place(self) -> str:
        """As a person reads it: "phones.number"."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def key(self) -> Sequence[sa.Column[Any]]:
        """The columns of the primary key."""
        return tuple(self.table.primary_key.columns)

    @property
    def bound_to(self) -> Sequence[sa.Column[Any]]:
        """The columns whose values the bytes are bound to."""
        return tuple(self.table.columns[name] for name in self.column.info[SEALED])

    @property
    def key_id(self) -> sa.ColumnElement[str]:
        """SQL for the id of the key that sealed a row: the bytes say it themselves (`store.vault`)."""
        length = sa.func.get_byte(self.column, 0).op("&")(127)
        return sa.func.encode(sa.func.substring(self.column, 2, length), "escape")

    @property
    def is_bound(self) -> sa.ColumnElement[bool]:
        """SQL for whether the bytes of a row open at their place only."""
        return sa.func.get_byte(self.column, 0) >= 128


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A row with sealed bytes: the values of its primary key, those the bytes are bound to, and the bytes."""

    key: tuple[Any, ...]
    bound_to: tuple[Any, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class HashedRow:
    """A hash of the look-up key beside what it was made of: sealed, with its place ("phones.number") and row."""

    hash: bytes
    place: str
    bound_to: tuple[Any, ...]
    sealed: bytes


@dataclass(frozen=True, slots=True)
class NumberSample:
    """One phone as it is stored: its look-up hash, its sealed number, and the version of the key that hashed it."""

    phone_hash: bytes
    sealed: bytes
    hash_version: int


def sealed_columns() -> Iterator[SealedColumn]:
    """Every sealed column of the schema, by table and name."""
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        for column in table.columns:
            if column.info.get(SEALED):
                yield SealedColumn(table, column)


def recorded(conn: sa.Connection) -> list[KnownKey]:
    """The keys this database has seen, the first one first."""
    columns = (known.c[name] for name in rows.field_names(KnownKey))
    return rows.fetch(conn, sa.select(*columns).order_by(known.c.first_used_at), KnownKey)


def record(conn: sa.Connection, use: str, name: str, fingerprint: bytes, at: datetime) -> None:
    """Write down a key; one that is known stays as it is."""
    row = {"use": use, "name": name, "fingerprint": fingerprint, "first_used_at": at}
    conn.execute(insert(known).values(row).on_conflict_do_nothing())


def retire(conn: sa.Connection, use: str, names: Iterable[str], at: datetime) -> None:
    """Note that nothing needs these keys any more."""
    mine = sa.and_(known.c.use == use, known.c.name.in_(list(names)), known.c.retired_at.is_(None))
    conn.execute(sa.update(known).where(mine).values(retired_at=at))


def sample(conn: sa.Connection, most: int) -> list[NumberSample]:
    """At most `most` phones from each end: the oldest and the newest."""
    columns = phones.c.hash, phones.c.number, phones.c.hash_version
    found: list[NumberSample] = []
    for end in (phones.c.created_at.asc(), phones.c.created_at.desc()):
        rows = conn.execute(sa.select(*columns).where(phones.c.number.is_not(None)).order_by(end).limit(most))
        found += [NumberSample(bytes(row.hash), bytes(row.number), row.hash_version) for row in rows]
    return found


def counted(conn: sa.Connection, place: SealedColumn) -> dict[str, int]:
    """Key id → rows of one column that it sealed."""
    key_id = place.key_id.label("key_id")
    query = sa.select(key_id, sa.func.count().label("rows")).where(sa.func.length(place.column) > 0).group_by(key_id)
    return {row.key_id: row.rows for row in conn.execute(query)}


def stale_page(conn: sa.Connection, place: SealedColumn, newest: str, after: tuple[Any, ...] | None) -> list[SealedRow]:
    """The next rows of a column that another key than `newest` sealed, or that are bound to no place, locked; rows
    that others hold are passed over.

    `after`: the primary key the last page ended with. Passing over keeps this from ever waiting for a turn while it
    holds rows itself.
    """
    key = sa.tuple_(*place.key)
    stale = sa.or_(place.key_id != newest, sa.not_(place.is_bound))
    query = _rows_of(place).where(stale)
    if after is not None:
        query = query.where(key > sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(after, place.key, strict=True))))
    query = query.order_by(*place.key).limit(PAGE).with_for_update(key_share=True, skip_locked=True)
    return [_row(place, row) for row in conn.execute(query)]


def bound_to_hashes(conn: sa.Connection) -> Iterator[tuple[SealedColumn, list[SealedRow]]]:
    """The sealed columns that are bound to a hash of the look-up key, each with all its rows."""
    hashed = {phones.c.hash, readings.c.digits_hash, *(column for _, column in _links_to_phones())}
    for place in sealed_columns():
        if hashed.intersection(place.bound_to):
            yield place, [_row(place, row) for row in conn.execute(_rows_of(place))]


def _rows_of(place: SealedColumn) -> sa.Select[Any]:
    bound_to = (column.label(f"bound_{column.name}") for column in place.bound_to)
    return sa.select(*place.key, *bound_to, place.column).where(sa.func.length(place.column) > 0)


def _row(place: SealedColumn, row: Sequence[Any]) -> SealedRow:
    values = tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
    end = len(place.key)
    return SealedRow(values[:end], values[end:-1], bytes(values[-1]))


def seal_anew(conn: sa.Connection, place: SealedColumn, rows: Mapping[tuple[Any, ...], bytes]) -> None:
    """Write new bytes into rows of a page that is locked, by primary key."""
    mine = sa.and_(*(column == sa.bindparam(f"key_{column.name}") for column in place.key))
    change = sa.update(place.table).where(mine).values({place.column.name: sa.bindparam("sealed_bytes")})
    values = [
        {**{f"key_{c.name}": v for c, v in zip(place.key, key, strict=True)}, "sealed_bytes": sealed}
        for key, sealed in rows.items()
    ]
    if values:
        conn.execute(change, values)


def others_connected(conn: sa.Connection, roles: Iterable[str]) -> int:
    """Sessions of these roles in this database but for our own."""
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY(:roles)"
        " AND pid <> pg_backend_pid()"
    )
    return int(conn.scalar(query, {"roles": list(roles)}) or 0)


def numbers(conn: sa.Connection, version: int) -> Iterator[HashedRow]:
    """Every phone whose hash is of another version than `version`."""
    yield from _hashed(conn, phones.c.hash, phones.c.number, phones.c.hash_version != version)


def _hashed(
    conn: sa.Connection, hashed: sa.Column[Any], column: sa.Column[Any], which: sa.ColumnElement[bool]
) -> Iterator[HashedRow]:
    """The hashes of a table beside what they were made of, in the order of the hash."""
    place = SealedColumn(column.table, column)
    query = _rows_of(place).add_columns(hashed.label("hash")).where(which, column.is_not(None)).order_by(hashed)
    for *cells, digest in conn.execute(query):
        row = _row(place, cells)
        yield HashedRow(bytes(digest), place.place, row.bound_to, row.sealed)


def hashes_alone(conn: sa.Connection) -> dict[bytes, int]:
    """The hashes of numbers and names that are known by nothing else → version of the key that they began with."""
    rows = conn.execute(sa.select(phones.c.hash, phones.c.hash_version).where(phones.c.number.is_(None))).all()
    there = sa.exists().where(phones.c.hash == erasures.c.subject, phones.c.number.is_not(None))
    marks = conn.execute(sa.select(erasures.c.subject, erasures.c.hash_version).where(~there)).all()
    return {bytes(digest): int(version) for digest, version in (*rows, *marks)}


def carried(conn: sa.Connection, version: int) -> list[bytes]:
    """The hashes that began with another look-up key than that of `version`."""
    parts = (
        sa.select(phones.c.hash).where(phones.c.hash_version != version),
        sa.select(erasures.c.subject).where(erasures.c.hash_version != version),
    )
    return [bytes(digest) for digest in conn.scalars(sa.union(*parts))]


def writers_on_no_list(conn: sa.Connection) -> Iterator[HashedRow]:
    """One text each of senders that are no phone of ours (short codes, names)."""
    ours = sa.exists().where(phones.c.hash == inbound.c.phone_hash)
    texts = _hashed(conn, inbound.c.phone_hash, inbound.c.number, ~ours)
    yield from (next(same) for _, same in groupby(texts, lambda row: row.hash))


def digits_chosen(conn: sa.Connection) -> Iterator[HashedRow]:
    """Every choice between two readings of a number."""
    yield from _hashed(conn, readings.c.digits_hash, readings.c.digits, sa.true())


def rehash(conn: sa.Connection, hashes: Mapping[bytes, bytes], alone: Iterable[bytes], version: int) -> None:
    """Give every phone its new hash (old → new), and every row that names it, in this transaction.

    `alone`: new hashes that were only carried over; they keep the version that they began with.

    Foreign keys to phones are taken away meanwhile and put back: a set of rows is changed at once, not one by one.
    """
    conn.execute(sa.text("CREATE TEMPORARY TABLE new_hashes (old BYTEA PRIMARY KEY, new BYTEA) ON COMMIT DROP"))
    pairs = [{"old": old, "new": new} for old, new in hashes.items()]
    if pairs:
        conn.execute(sa.text("INSERT INTO new_hashes VALUES (:old, :new)"), pairs)
    conn.execute(sa.text("ANALYZE new_hashes"))
    links = list(_links_to_phones())
    for name, column in links:
        conn.execute(sa.text(f"ALTER TABLE {column.table.name} DROP CONSTRAINT {name}"))
    for column in (
        phones.c.hash,
        *(column for _, column in links),
        inbound.c.phone_hash,
        readings.c.digits_hash,
        erasures.c.subject,
    ):
        table, place = column.table.name, column.name
        conn.execute(sa.text(f"UPDATE {table} SET {place} = h.new FROM new_hashes h WHERE {place} = h.old"))
    for name, column in links:
        target = f"FOREIGN KEY ({column.name}) REFERENCES phones (hash)"
        conn.execute(sa.text(f"ALTER TABLE {column.table.name} ADD CONSTRAINT {name} {target}"))
    conn.execute(sa.update(readings).values(hash_version=version))
    for hashed in (phones.c.hash, erasures.c.subject):
        conn.execute(sa.update(hashed.table).where(hashed.not_in(list(alone))).values(hash_version=version))


def _links_to_phones() -> Iterator[tuple[str, sa.Column[Any]]]:
    """Name and column of every foreign key to a phone's hash."""
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            element = constraint.elements[0]
            if element.target_fullname == "phones.hash":
                yield str(constraint.name), element.parent
