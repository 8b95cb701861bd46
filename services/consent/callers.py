"""Looks up the phone of whoever wrote or rang, under lock; an unknown number is stored and becomes a staff task.

Works inside the caller's transaction. It must not know whether somebody wrote or rang.
"""

from __future__ import annotations

from sqlalchemy import Connection

from contact.address import read_address
from contact.calendar import local_day
from contact.phone import display_number, read_cell
from contact.tasks import TaskKind
from services import tasks
from services.refusal import Refusal
from services.work import Work
from store.people import phones
from store.people.phones import PhoneWithAbilities
from store.privacy import erasures


def one_of(written: str) -> str:
    """The one number in what staff typed, in E.164, in whatever form. Raises Refusal: none, several, or digits that
    may be either of two numbers."""
    found = read_cell(written)
    doubt = next((one.doubt for one in found if one.doubt), None)
    if doubt is not None:
        raise Refusal(
            "person.two_readings", mobile=display_number(doubt.mobile), landline=display_number(doubt.landline)
        )
    read = [one.e164 for one in found if one.e164]
    if len(read) > 1:
        raise Refusal("person.several_numbers", count=len(read))
    address = read_address(written)
    if not read and not address.person:
        raise Refusal("person.number_unreadable")
    return read[0] if read else address.text


def lock(work: Work, conn: Connection, number: str) -> PhoneWithAbilities | None:
    """The phone of `number` (E.164), locked. None: no number a person here could have.

    A number on no list is kept too: it may opt out, and its turns need a lock.
    """
    phone_hash = work.vault.lookup(number)
    phone = phones.lock(conn, phone_hash)
    if phone is not None:
        return phone
    address = read_address(number)
    if not address.person:
        return None
    phones.add(
        conn,
        phone_hash=phone_hash,
        version=work.vault.lookup_version,
        number=work.vault.seal(address.text, "phones.number", phone_hash),
        kind=address.person,
        at=work.clock.now(),
    )
    return phones.lock(conn, phone_hash)


def given_again(work: Work, conn: Connection, phone_hash: bytes, number: str) -> None:
    """Store the number of an erased person who wants to be contacted again, and lift their mark."""
    if phones.give_number(conn, phone_hash, work.vault.seal(number, "phones.number", phone_hash)):
        erasures.lift(conn, phone_hash, work.clock.now())


def tell_of_unreadable(work: Work, conn: Connection, written: str, *, stop: bool) -> None:
    """Nobody here can have this number, so nobody is held or answered under it: staff see who it was, and whether they
    want to be left alone; one task a sender and Vietnamese day. What the carrier wrote stands sealed in it."""
    kind = TaskKind.SENDER_UNREADABLE
    if stop:
        kind = TaskKind.STOP_UNREADABLE
    elif read_address(written).kind == "foreign":
        kind = TaskKind.UNKNOWN_NUMBER
    tell_staff(work, conn, kind, work.vault.lookup(written), written)


def tell_staff(work: Work, conn: Connection, kind: TaskKind, phone_hash: bytes, number: str) -> None:
    """One task a phone, kind and Vietnamese day, however often it writes or rings; the number stands sealed in it."""
    cause = f"{kind}:{phone_hash.hex()}:{local_day(work.clock.now())}"
    tasks.open_task(work, conn, kind=kind, cause=cause, detail=number)
