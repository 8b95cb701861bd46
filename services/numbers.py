"""A number that wrote or rang us: its phone under lock, kept when never seen before, and a task about a stranger.

Works inside the caller's transaction. It must not know whether somebody wrote or rang.
"""

from __future__ import annotations

from sqlalchemy import Connection

from contact.calendar import local_day
from contact.phone import read_cell
from services import tasks
from services.work import Work
from store import phones
from store.prepared import Row


def lock(work: Work, conn: Connection, number: str) -> Row | None:
    """The phone of `number` (E.164), locked. None: no number a person here could have.

    A number on no list is kept too: it may opt out, and its turns need a lock.
    """
    phone_hash = work.vault.lookup(number)
    phone = phones.lock(conn, phone_hash)
    if phone is not None:
        return phone
    reading = next(iter(read_cell(number)), None)
    if reading is None or reading.e164 is None:
        return None
    phones.add(
        conn,
        phone_hash=phone_hash,
        version=work.vault.lookup_version,
        number=work.vault.seal(number),
        kind=reading.kind,
        at=work.clock.now(),
    )
    return phones.lock(conn, phone_hash)


def tell_staff(work: Work, conn: Connection, kind: str, phone_hash: bytes, number: str) -> None:
    """One task a phone, kind and Vietnamese day, however often it writes or rings; the number stands sealed in it."""
    cause = f"{kind}:{phone_hash.hex()}:{local_day(work.clock.now())}"
    tasks.open_task(work, conn, kind=kind, cause=cause, detail=number)
