"""Where texts and calls are kept: found by id, listed newest first by the API's filters without walking them all.

Records that still move are shared objects; everything lies in a private SQLite file of the system's temporary
directory, so that a million finished texts cost no memory. It is no witness: the journal is, and can rebuild it.
"""

from __future__ import annotations

import pickle
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Literal

from simulator.network.records import Record

_TABLE = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA cache_size=-16000",
    "CREATE TABLE records (place INTEGER PRIMARY KEY, sid TEXT, recipient TEXT, sender TEXT, status TEXT,"
    " began INTEGER, ended INTEGER, fields BLOB)",
    "CREATE UNIQUE INDEX by_sid ON records (sid)",
    "CREATE INDEX by_recipient ON records (recipient)",
    "CREATE INDEX by_pair ON records (sender, recipient)",
    "CREATE INDEX by_sender ON records (sender)",
    "CREATE INDEX by_began ON records (began)",
)
_LOWEST = "SELECT min(place), count(*) FROM (SELECT place FROM records INDEXED BY by_began WHERE began >= ? LIMIT ?)"
_MANY = 20_000
_BY_STATUS = "CREATE INDEX by_status ON records (status)"


@dataclass(frozen=True, slots=True)
class Where:
    """One condition of a list; times are whole seconds since 1970."""

    column: Literal["recipient", "sender", "status", "began", "ended"]
    how: Literal["=", ">=", "<=", "<"]
    value: str | int


class Shelf(Generic[Record]):
    """All records of one kind; pages hold still while new ones are added."""

    def __init__(self, kind: type[Record], *, by_status: bool = False) -> None:
        self._kind: type[Record] = kind
        self._values = attrgetter(*(field.name for field in fields(kind)))
        self._lock = threading.Lock()
        self._live: dict[str, Record] = {}
        self._pairs: dict[tuple[str, str], int] = {}
        self._places = 0
        self._base = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for statement in (*_TABLE, *([_BY_STATUS] if by_status else []), "BEGIN"):
            self._base.execute(statement)

    def add(self, record: Record) -> None:
        """Keep `record`, numbering it among those between the same two numbers unless it is numbered already."""
        with self._lock:
            pair = (record.sender, record.to)
            record.nth = self._pairs[pair] = record.nth or self._pairs.get(pair, 0) + 1
            self._places += 1
            if not record.over:
                self._live[record.sid] = record
            self._base.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (self._places, record.sid, record.to, record.sender, *self._moving(record)),
            )

    def save(self, record: Record) -> None:
        """Keep what has changed of `record`; once it is over, only the kept copy is left."""
        with self._lock:
            self._base.execute(
                "UPDATE records SET status = ?, began = ?, ended = ?, fields = ? WHERE sid = ?",
                (*self._moving(record), record.sid),
            )
            if record.over:
                self._live.pop(record.sid, None)

    def _moving(self, record: Record) -> tuple[Any, ...]:
        packed = pickle.dumps(self._values(record), pickle.HIGHEST_PROTOCOL)
        began, ended = record.began, record.finished
        return record.status, began and seconds(began), ended and seconds(ended), packed

    def get(self, sid: str) -> Record | None:
        """The record with this id, if there is one: the moving one itself, or a copy of what it came to."""
        with self._lock:
            if sid in self._live:
                return self._live[sid]
            row = self._base.execute("SELECT fields FROM records WHERE sid = ?", (sid,)).fetchone()
            return self._unpack(row) if row else None

    def remove(self, sid: str) -> None:
        """Forget a record that is over."""
        with self._lock:
            self._live.pop(sid, None)
            self._base.execute("DELETE FROM records WHERE sid = ?", (sid,))

    def live(self) -> list[Record]:
        """The records that are not over."""
        with self._lock:
            return list(self._live.values())

    def page(self, wheres: Sequence[Where], size: int, after: str = "") -> tuple[list[Record], bool]:
        """Up to `size` fitting records, newest first, below the one with id `after`; and whether more follow."""
        with self._lock:
            tests: list[tuple[str, str | int]] = [(f"{where.column} {where.how} ?", where.value) for where in wheres]
            tests += [("place >= ?", self._lowest(where)) for where in wheres if where.column == "began"]
            if after:
                tests.append(("place < (SELECT place FROM records WHERE sid = ?)", after))
            sql = " AND ".join(test for test, _ in tests) or "1"
            rows = self._base.execute(
                f"SELECT fields FROM records WHERE {sql} ORDER BY place DESC LIMIT ?",
                (*(value for _, value in tests), size + 1),
            ).fetchall()
            return [self._unpack(row) for row in rows[:size]], len(rows) > size

    def _lowest(self, where: Where) -> int:
        """No record that fits a lower bound of time stands below this place: the list need not be walked further.

        Where very many fit, a page is full soon and the bound is not worth looking for.
        """
        if where.how != ">=":
            return 0
        lowest, found = self._base.execute(_LOWEST, (where.value, _MANY)).fetchone()
        return 0 if found == _MANY else lowest or self._places + 1

    def _unpack(self, row: tuple[bytes]) -> Record:
        record: Record = self._kind(*pickle.loads(row[0]))
        return record

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._base.close()


def seconds(at: datetime) -> int:
    """Whole seconds since 1970, as times are kept and compared."""
    return int(at.timestamp())
