"""Keeps an organisation's numbers where its cell in a new list cannot be read.

It must not know why a cell cannot be read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from files.faults import FileFault
from files.lists import Organisation, Phone
from services.registry.identity import Recognition
from services.work import Work
from store.registry import organisations as registry
from store.registry.organisations import Known


def with_kept_numbers(work: Work, conn: Connection, recognition: Recognition) -> tuple[Recognition, list[FileFault]]:
    """The rows of a list, those with an unreadable number with what is held of them too, and a notice each.

    Numbers that the list brings come first, unless all of them were held. What may be a landline of before 2017 is not
    kept as the mobile it was taken for.
    """
    unread = [known.id for given, known in recognition.rows if given.phones_unread and known is not None]
    held = _held(work, conn, unread) if unread else {}
    kept: list[tuple[Organisation, Known | None]] = []
    notices: list[FileFault] = []
    for organisation, known in recognition.rows:
        before = held.get(known.id, []) if known is not None else []
        sure = [phone for phone in before if phone.e164 not in organisation.phones_in_doubt]
        together = _together(sure, organisation.phones)
        if organisation.phones_unread and len(together) > len(organisation.phones):
            notices.append(_notice(organisation, len(together) - len(organisation.phones)))
            organisation = replace(organisation, phones=together)
        kept.append((organisation, known))
    return replace(recognition, rows=kept), notices


def _together(before: Sequence[Phone], given: Sequence[Phone]) -> tuple[Phone, ...]:
    numbers = {phone.e164 for phone in given}
    if numbers <= {phone.e164 for phone in before}:
        return tuple(before)
    return (*given, *(phone for phone in before if phone.e164 not in numbers))


def _notice(organisation: Organisation, count: int) -> FileFault:
    code, where = "list.phones_kept", (organisation.sheet, organisation.row)
    return FileFault(code, {"count": count}, *where, suggestion=f"{code}.mend", weight="notice")


def _held(work: Work, conn: Connection, ids: Sequence[UUID]) -> dict[UUID, list[Phone]]:
    found: dict[UUID, list[Phone]] = defaultdict(list)
    for row in registry.numbers_of(conn, ids):
        phone = Phone(work.vault.open(row.number, "phones.number", row.hash), row.kind, tuple(row.flags))
        found[row.organisation_id].append(phone)
    return found
