"""A list cannot bring back who was erased: their number and name stay out of the registry, and the report says so.

Only marks are known of them (`store.privacy.erasures`): what a list brings is compared by keyed hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from contact.mentions import Sought
from contact.phone import two_readings
from files.faults import FileFault
from files.lists import Organisation, Phone
from services.privacy.erasure_marks import name_marks
from services.registry.identity import Recognition
from services.work import Work
from store.privacy import erasures


class ErasedPersons:
    """The marks that hold, and whom of them a list named: found while it is read, forgotten with this value."""

    def __init__(self, work: Work, conn: Connection) -> None:
        """Reads the marks once."""
        self._work = work
        self._numbers = erasures.marks(conn, "number")
        self._names = erasures.marks(conn, "name")
        self._met: set[str] = set()
        self._met_names: set[str] = set()
        self.notices: list[FileFault] = []

    def without_numbers(self, listed: Sequence[Organisation]) -> tuple[Organisation, ...]:
        """The rows, those with an erased number without it and without its leader."""
        return tuple(self._without_number(row) for row in listed) if self._numbers else tuple(listed)

    def without_names(self, recognition: Recognition) -> Recognition:
        """The rows that were recognised, without a leader whose name was erased in that very organisation."""
        if not self._names:
            return recognition
        rows = [(self._without_name(row, held), held) for row, held in recognition.rows]
        return replace(recognition, rows=rows)

    def taken_out(self, report: Any) -> Any:
        """A report's plain document without those who were met: it quotes cells."""
        if not (self._met or self._met_names):
            return report
        return Sought(self._met, self._met_names).taken_out(report)

    def _without_number(self, row: Organisation) -> Organisation:
        gone = [number for number in _numbers(row) if self._work.vault.lookup(number) in self._numbers]
        if not gone:
            return row
        self._met.update(gone)
        left: tuple[Phone, ...] = tuple(phone for phone in row.phones if phone.e164 not in gone)
        doubts = tuple(number for number in row.phones_in_doubt if number not in gone)
        return self._told(replace(row, phones=left, phones_in_doubt=doubts))

    def _without_name(self, row: Organisation, held: Any) -> Organisation:
        if held is None or not row.leader or self._names.isdisjoint(name_marks(self._work, held.id, row.leader)):
            return row
        return self._told(row)

    def _told(self, row: Organisation) -> Organisation:
        code, where = "list.person_erased", (row.sheet, row.row)
        self._met_names.add(row.leader)
        self.notices.append(FileFault(code, {}, *where, suggestion=f"{code}.mend", weight="notice"))
        return replace(row, leader="", email="", position="")


def _numbers(row: Organisation) -> list[str]:
    """Every number a row may mean, in E.164: those taken, and both readings of those in doubt."""
    found = [phone.e164 for phone in row.phones]
    for number in row.phones_in_doubt:
        doubt = two_readings(f"0{number.removeprefix('+84')}")
        found += [number, doubt.landline] if doubt else [number]
    return found
