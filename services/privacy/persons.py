"""Finds whose number it is: by its keyed hash, and by opening the sealed texts in which a person may be named.

It must not know what is done with what is found (`services.privacy.person_copy`, `services.privacy.erasure`).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Table

from contact.mentions import Sought, forms
from contact.phone import two_readings
from services.consent import callers as numbers
from services.keys.sealed_columns import opened
from services.work import Work
from store.privacy import personal
from store.privacy.personal import Subject
from store.vault import UnreadableError


@dataclass(frozen=True, slots=True)
class Person:
    """A number in E.164, whose rows hang on `subject`, and how the person is named in texts."""

    number: str
    subject: Subject
    sought: Sought


def find(work: Work, conn: Connection, written: str) -> Person:
    """The person whose number staff typed, known or not. Raises Refusal for what is not one number."""
    number = numbers.one_of(written)
    digit_hashes = [work.vault.lookup(digits) for digits in forms(number) if two_readings(f"0{digits}")]
    subject = personal.subject_of(conn, work.vault.lookup(number), digit_hashes)
    names = [work.vault.open(row.leader, "organisations.leader", row.id) for row in personal.leaders(conn, subject)]
    return Person(number, subject, Sought([number], names))


def mentions(work: Work, conn: Connection, table: Table, person: Person) -> dict[UUID, str]:
    """Id → opened text of the rows of a table of `store.privacy.personal.SEARCHED` whose sealed text names the person.

    What no key of ours opens cannot be searched, and is passed over: `alo doctor` tells of it.
    """
    found = {}
    for row in personal.sealed_texts(conn, table):
        try:
            text = opened(work.vault, table.c[personal.SEARCHED[table]], row)
        except UnreadableError:
            continue
        if person.sought.stands_in(text):
            found[row["id"]] = text
    return found
