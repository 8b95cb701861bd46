"""A copy of what is held about a number and its person, as one plain document; taking it stands in the audit trail.

What an organisation answered is left out unless it is asked for: whoever asks need not be who answered. It must not
write anything but that line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, Table

from services.keys.sealed_columns import opened
from services.privacy import persons
from services.privacy.persons import Person
from services.work import Work
from store import audit
from store.privacy import personal
from store.tables.base import SEALED
from store.tables.campaigns import consent, tasks
from store.tables.interviews import inbound
from store.tables.outbox import call_turns, calls, outbox
from store.tables.registry import imports, organisations, phone_abilities, phone_readings, phones
from store.tables.staff import audit as trail
from store.tables.staff import staff
from store.tables.unfit import unfit

Document = dict[str, Any]
TALKED = ("reply", "question")
"""Purposes of texts whose words may tell what was answered."""
MOST_LINES = 20
"""Lines of one import report that are quoted."""


def taken(work: Work, written: str, actor: str, *, answers: bool = False, purpose: str = "person.shown") -> Document:
    """Everything held about the person, by subject; `answers`: with what was asked and answered, word by word.

    `purpose`: the audit trail's name of it. Raises Refusal for what is not one number.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        person = persons.find(work, conn, written)
        document = _document(work, conn, person, answers)
        counts = {name: len(value) for name, value in document.items() if isinstance(value, list) and value}
        detail = {"answers": answers, **counts}
        audit.append(conn, at=now, actor=actor, action=purpose, subject=person.subject.mark, detail=detail)
    return {"number": person.number, "taken_at": now, **document}


def _document(work: Work, conn: Connection, person: Person, answers: bool) -> Document:
    where, subject = personal.places(person.subject), person.subject

    def of(table: Any, *names: str) -> list[Document]:
        return [_plain(work, table, row, names) for row in personal.rows(conn, table, where[table])]

    found: Document = {
        "phone": of(phones, "kind", "flags", "consent", "created_at"),
        "organisations": [
            _plain(work, organisations, asdict(row), _ORGANISATION) for row in personal.memberships(conn, subject)
        ],
        "consent": of(consent, "at", "kind", "channel", "evidence"),
        "contacts": [_contact(work, row, answers) for row in personal.contacts(conn, subject)],
        "texts_in": of(inbound, "received_at", "outcome", *(("body", "reply") if answers else ())),
        "calls": of(calls, "began_at", "ended_at", "direction", "turn"),
        "abilities": of(phone_abilities, "medium", "able", "code", "source", "at"),
        "readings": of(phone_readings, "digits", "kind", "actor", "chosen_at"),
        "interviews": _interviews(conn, person, answers),
        "audit": of(trail, "at", "action", "actor"),
    }
    if answers:
        found["call_turns"] = of(call_turns, "at", "question", "script")
    return found | _searched(work, conn, person)


_ORGANISATION = ("name", "registry_code", "office", "leader", "position", "email", "address", "rank", "valid", "note")
_CONTACT = ("created_at", "sent_at", "medium", "purpose", "state", "sender", "duration_s", "error_code")


def _contact(work: Work, row: RowMapping, answers: bool) -> Document:
    told = answers or row["purpose"] not in TALKED
    return _plain(work, outbox, row, (*_CONTACT, *(("body",) if told else ())))


def _interviews(conn: Connection, person: Person, answers: bool) -> list[Document]:
    given = personal.given_answers(conn, person.subject) if answers else {}
    names = ("round", "registry_code", "status", "channel", "begun_at", "ended_at")
    return [
        {name: getattr(row, name) for name in names} | ({"answers": given.get(row.id, {})} if answers else {})
        for row in personal.taken_part(conn, person.subject)
    ]


def _searched(work: Work, conn: Connection, person: Person) -> Document:
    """What stands in sealed texts: tasks, what import reports quote, texts set apart as unfit, numbers of staff."""
    told = {table: persons.mentions(work, conn, table, person) for table in personal.SEARCHED}

    def of(table: Any, *names: str) -> list[Document]:
        return [_plain(work, table, row, names) for row in personal.by_ids(conn, table, list(told[table]))]

    reports = [
        _plain(work, imports, row, ("created_at", "kind", "actor"))
        | {"lines": _lines(told[imports][row["id"]], person)}
        for row in personal.by_ids(conn, imports, list(told[imports]))
    ]
    return {
        "tasks": of(tasks, "created_at", "kind", "state", "detail", "done_at"),
        "imports": reports,
        "unfit": of(unfit, "first_at", "loop", "code"),
        "staff": of(staff, "name", "email", "role"),
    }


def _lines(report: str, person: Person) -> list[str]:
    """What of an import report names the person, as text."""
    found = (json.dumps(part, ensure_ascii=False) for part in _parts(json.loads(report)))
    return [line for line in found if person.sought.stands_in(line)][:MOST_LINES]


def _parts(document: Any) -> Iterable[Any]:
    if isinstance(document, Mapping):
        for value in document.values():
            yield from value if isinstance(value, list) else [value]


def _plain(work: Work, table: Table, row: RowMapping | dict[str, Any], names: Iterable[str]) -> Document:
    """Some columns of a row of `table`, opened where they are sealed."""
    return {name: _opened(work, table, row, name) for name in names}


def _opened(work: Work, table: Table, row: RowMapping | dict[str, Any], name: str) -> Any:
    if row[name] is not None and name in table.c and table.c[name].info.get(SEALED):
        return opened(work.vault, table.c[name], row)
    return row[name]
