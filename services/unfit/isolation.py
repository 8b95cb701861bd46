"""One unfit item never stops the rest: each item of a loop is done by itself, and what fails by its own data is kept.

A fault of the world around (database or carrier away, our schema) is no item's: it ends the run, and the next one tries
again. It must not know what a loop does. Nothing of an item is logged: only the loop, the kind of fault, and where.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from carriers.errors import CarrierAwayError
from characters.cleaning import storable
from contact.tasks import TaskKind
from services import tasks
from services.work import Work
from store.messages import unfit
from store.unit_of_work import savepoint

LOOPS: Mapping[str, str] = {
    "texts": "a text that came in",
    "receipts": "what a carrier reported of a text or a call",
    "leases": "a contact whose worker died",
    "doubts": "a contact that may or may not have left",
    "silence": "a contact whose last receipt is missing",
    "clearing": "a contact about to leave",
    "handing_over": "a contact cleared to leave, at the carrier",
    "lists": "what a carrier lists that one of our numbers received",
    "departed": "a contact that a carrier lists after a restore",
    "senders": "one of our numbers, its pace or its prices",
    "failover": "what a failed number had to send",
    "campaigns": "a campaign, its ladder or its round's settings",
    "finishing": "a campaign that may be through",
    "ladder": "the next step of one interview in a campaign",
    "clocks": "what a link's clock shows",
    "retention": "one kind of data of one round that is past its time",
    "erasing": "a text or call to be deleted at the carrier",
}
"""Loop → what an item of it is."""

TRIES = 3
"""Runs after which an item is kept as unfit whose fault need not be its data's."""
_LONGEST = 200
_ROOT = Path(__file__).resolve().parents[2]

Kind = Literal["around", "passing", "data", "unclear"]
_AROUND = (CarrierAwayError, OSError, MemoryError, RecursionError)
_DATA = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError)
"""What reading a value of the wrong kind or shape raises (UnicodeError is a ValueError)."""
_STATES: Mapping[str, Kind] = {"22": "data", "54": "data", "23": "unclear", "40": "passing"}
"""First two letters of an SQLSTATE: data, program limits, constraints (they may be a race), serialisation, deadlock."""
_PASSING = ("55P03", "57014")
"""A lock that did not come in time, a statement that took too long: nobody's data."""

T = TypeVar("T")
R = TypeVar("R")
_log = logging.getLogger("alo.isolation")


@dataclass(slots=True)
class Round(Generic[R]):
    """One run over some items: what each that went well gave, how many are unfit, and faults of those tried again."""

    done: list[R] = field(default_factory=list)
    unfit: int = 0
    waiting: list[Exception] = field(default_factory=list)


def each(
    work: Work,
    loop: str,
    items: Iterable[T],
    do: Callable[[T], R],
    *,
    key: Callable[[T], object],
    raw: Callable[[T], str] | None = None,
    aside: Callable[[Connection, T], None] | None = None,
    fresh: bool = False,
) -> Round[R]:
    """Do each item by itself; `do` opens its own transaction. Raises what is the fault of the world around.

    `key`: the item's id; `raw`: the item as it came, where nothing else holds it (kept sealed); `aside`: takes a kept
    item out of the loop's way, in the transaction that keeps it. Without `aside` kept items are looked up and passed
    over, unless they are `fresh` (they come by themselves, once).
    """
    found, rows = Round[R](), list(items)
    known = _known(work, loop, [_named(key(row)) for row in rows]) if rows and not (aside or fresh) else set()
    for row in rows:
        if _named(key(row)) in known:
            continue
        try:
            found.done.append(do(row))
        except Exception as fault:
            kind = kind_of(fault)
            if kind == "around":
                raise
            if kind != "passing" and _keep(work, loop, row, fault, kind, key, raw, aside):
                found.unfit += 1
            else:
                found.waiting.append(fault)
    return found


def within(conn: Connection, page: Sequence[T], do: Callable[[Sequence[T]], None]) -> list[T]:
    """Do a page within the caller's transaction, at once or, when that fails by some item's data, each alone. The
    unfit items: nothing of them is written. Raises what is no item's fault."""
    if not page or _is_fit(conn, page, do):
        return []
    return [item for item in page if len(page) == 1 or not _is_fit(conn, [item], do)]


def _is_fit(conn: Connection, page: Sequence[T], do: Callable[[Sequence[T]], None]) -> bool:
    try:
        with savepoint(conn):
            do(page)
    except Exception as fault:
        if kind_of(fault) not in ("data", "unclear"):
            raise
        if len(page) == 1:
            _log.error("unfit row of a file: %s at %s", code_of(fault), place_of(fault))
        return False
    return True


def kind_of(fault: BaseException) -> Kind:
    """Whose fault it is: the world's `around`, nobody's (`passing`), the item's `data`, or `unclear`."""
    if type(fault).__module__.partition(".")[0] in ("billiard", "celery"):  # a task's time is up
        return "around"
    if isinstance(fault, sa.exc.SQLAlchemyError):
        return _of_database(fault)
    if isinstance(fault, _AROUND):
        return "around"
    return "data" if isinstance(fault, _DATA) else "unclear"


def _of_database(fault: sa.exc.SQLAlchemyError) -> Kind:
    state = _sqlstate(fault)
    if isinstance(fault, sa.exc.DBAPIError) and fault.connection_invalidated:
        return "around"
    if state in _PASSING:
        return "passing"
    if state:
        return _STATES.get(state[:2], "around")
    if isinstance(fault, sa.exc.DataError):
        return "data"
    orig = getattr(fault, "orig", None)
    if isinstance(orig, _DATA):
        return "data"
    wrong_value = isinstance(fault, sa.exc.NoResultFound | sa.exc.MultipleResultsFound | sa.exc.ProgrammingError)
    return "unclear" if wrong_value else "around"


def _sqlstate(fault: BaseException) -> str:
    return str(getattr(getattr(fault, "orig", None), "sqlstate", None) or "")


def _known(work: Work, loop: str, items: list[str]) -> set[str]:
    with work.database.transaction() as conn:
        return unfit.known(conn, loop, items)


def _named(key: object) -> str:
    """The item's id as it can be kept, whatever a carrier made of it."""
    given = str(key)
    name = storable(given)
    if name == given and len(name) <= _LONGEST:
        return name
    return hashlib.sha256(given.encode("utf-8", "backslashreplace")).hexdigest()


def _keep(
    work: Work,
    loop: str,
    item: T,
    fault: Exception,
    kind: Kind,
    key: Callable[[T], object],
    raw: Callable[[T], str] | None,
    aside: Callable[[Connection, T], None] | None,
) -> bool:
    """Note the item; whether it is kept as unfit, and not tried again on the next run."""
    code, place = code_of(fault), place_of(fault)
    try:
        with work.database.transaction() as conn:
            row = _row(work, loop, _named(key(item)), code, place, raw(item) if raw else "")
            kept, newly = unfit.note(conn, row, 1 if kind == "data" else TRIES)
            if kept and aside is not None:
                aside(conn, item)
            if newly:
                _tell(work, conn, loop, code)
    except Exception as amiss:
        _log.error("an unfit item could not be kept: %s at %s", code_of(amiss), place_of(amiss))
        raise fault from None
    _log.error("unfit item: loop %s, %s at %s", loop, code, place)
    return kept


def _row(work: Work, loop: str, item: str, code: str, place: str, raw: str) -> dict[str, Any]:
    now = work.clock.now()
    sealed = work.vault.seal(raw.encode("utf-8", "backslashreplace"), "unfit.raw", loop, item) if raw else None
    return {
        "id": work.ids.new(), "loop": loop, "item": item, "code": code, "place": place, "raw": sealed,
        "first_at": now, "last_at": now,
    }  # fmt: skip


def _tell(work: Work, conn: Connection, loop: str, code: str) -> None:
    """One task a loop and kind of fault, however many items; one that is done is opened again by a new item."""
    tasks.open_task(work, conn, kind=TaskKind.UNFIT, cause=f"unfit:{loop}:{code}", detail=f"{loop}: {code}", again=True)


def code_of(fault: BaseException) -> str:
    """The kind of a fault, with its SQLSTATE where the database gave one; never its message."""
    state = _sqlstate(fault)
    return f"{type(fault).__name__}:{state}" if state else type(fault).__name__


def place_of(fault: BaseException) -> str:
    """The deepest place in our own code where it happened: "file:line function"."""
    ours = [
        f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(fault.__traceback__)
        if Path(frame.filename).is_relative_to(_ROOT) and "site-packages" not in frame.filename
    ]
    return ours[-1] if ours else ""
