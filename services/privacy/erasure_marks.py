"""The marks of erased people beside backups: written out, and applied anew to an older state that was brought back.

A mark is a keyed hash of a number, or of a name within its organisation; nobody can read either out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from characters.cleaning import folded
from services.refusal import Refusal
from services.work import Work
from store.privacy import erasures, personal

TITLES = ("dong chi", "d/c", "dc", "ong", "ba")
"""What stands before a name, folded."""
_ASIDE = re.compile(r"\([^)]*\)?")
_BETWEEN = re.compile(r"\s[-/]\s|[,;:]")
KINDS: tuple[erasures.Kind, ...] = ("number", "name")


def name_marks(work: Work, organisation_id: UUID, name: str) -> frozenset[bytes]:
    """The marks of a person's name within one organisation, however it is written: as a whole, and without what lists
    put around it."""
    told = folded(name)
    return frozenset(work.vault.lookup(f"name:{organisation_id}:{one}") for one in (told, _bare(told)))


def _bare(told: str) -> str:
    """A folded name without title, position and signs: "ba: tran thi dong (gd)" as "tran thi dong"."""
    parts = [part.strip(" .") for part in _BETWEEN.split(_ASIDE.sub(" ", told))]
    first = next((part for part in parts if part and part not in TITLES), told)
    title = next((one for one in TITLES if first.startswith(f"{one} ")), "")
    return " ".join(first.removeprefix(title).split()) or told


def kept(work: Work) -> list[dict[str, Any]]:
    """The marks of all who were erased, as plain values without a number or name, the oldest first."""
    with work.database.transaction() as conn:
        return [
            {
                "subject": bytes(row.subject).hex(),
                "kind": row.kind,
                "hash_version": row.hash_version,
                "key_version": work.vault.lookup_version,
                "erased_at": row.erased_at.isoformat(),
            }
            for row in erasures.ledger(conn)
            if row.lifted_at is None
        ]


def unknown(work: Work, marks: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of `marks`, kept before, that this database never had: it is an older one, which is still to be told.

    Marks of another look-up key are none any more.
    """
    with work.database.transaction() as conn:
        ours = {bytes(row.subject).hex() for row in erasures.ledger(conn)}
    now = work.vault.lookup_version
    return [one for one in marks if one.get("key_version", one["hash_version"]) == now and one["subject"] not in ours]


def read(work: Work, marks: Iterable[Mapping[str, Any]]) -> dict[erasures.Kind, dict[bytes, int]]:
    """Kind → marks, and the version of the key each began with, out of what `kept` gave; without those of people who
    wanted to be contacted again since. Raises Refusal when they are of another look-up key."""
    rows = list(marks)
    if any(row.get("key_version", row["hash_version"]) != work.vault.lookup_version for row in rows):
        raise Refusal("person.other_lookup_key")
    with work.database.transaction() as conn:
        lifted = erasures.lifted(conn)
    rows = [row for row in rows if not _came_back(row, lifted)]
    found = [(row["kind"], bytes.fromhex(row["subject"]), int(row["hash_version"])) for row in rows]
    return {kind: {subject: version for of, subject, version in found if of == kind} for kind in KINDS}


def _came_back(mark: Mapping[str, Any], lifted: Mapping[bytes, datetime]) -> bool:
    """Whether the database knows that this mark was lifted after it was made."""
    at = lifted.get(bytes.fromhex(mark["subject"]))
    return at is not None and at >= datetime.fromisoformat(mark["erased_at"])


def numbers_there(work: Work, marks: Iterable[bytes]) -> list[str]:
    """The numbers, in E.164, that the database still holds of those marked."""
    with work.database.transaction() as conn:
        rows = personal.sealed_numbers(conn, list(marks))
    return [work.vault.open(row.number, "phones.number", row.hash) for row in rows]
