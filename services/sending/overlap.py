"""Overlaps dispatches in one process: the next one claims while contacts of the last still wait for the carrier.

A dispatch that waited for its last hand-over before another began would let the slots pass that fall into the wait. It
must not know what a dispatch does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from uuid import UUID

from services.sending.dispatcher import Dispatcher
from services.work import Work
from store.messages import claims

_log = logging.getLogger("alo.dispatch")


class Relay:
    """The dispatches of one process. At most two serve a sender at the same time: one claims, one hands over."""

    def __init__(self) -> None:
        """Nothing runs until somebody dispatches: it may be made before a fork."""
        self._lock = Lock()
        self._under_way: dict[UUID, list[Future[int]]] = {}

    def dispatch(self, work: Work, sender_id: UUID, budget_s: float) -> int:
        """Claim for one sender for up to `budget_s` real seconds. Rows that dispatches before have handed over.

        What was claimed last is handed over after this has returned; a fault of it is logged at once and raised by the
        next dispatch for this sender, or by `close`.
        """
        dispatcher = Dispatcher(work, sender_id)
        hand = ThreadPoolExecutor(1, thread_name_prefix="dispatch")
        with self._lock:
            before = list(self._under_way.setdefault(sender_id, []))
            served = hand.submit(_serve, dispatcher, time.monotonic() + budget_s)
            self._under_way[sender_id].append(served)
        hand.shutdown(wait=False)
        dispatcher.through.wait()
        return self._ended(before)

    def dispatch_due(self, work: Work, budget_s: float) -> int:
        """Dispatch for every sender that has something due, all at the same time. As `dispatch`, for all of them."""
        with work.database.transaction() as conn:
            due = claims.due_senders(conn, work.clock.now())
        with ThreadPoolExecutor(max(1, len(due)), thread_name_prefix="sender") as pool:
            served = [pool.submit(self.dispatch, work, sender_id, budget_s) for sender_id in due]
        return sum(one.result() for one in served)

    def close(self) -> int:
        """Wait until everything claimed is handed over and settled. Rows; raises a fault of the last dispatches.

        For the end of a process: what it cuts off is in doubt, and the sweeps must ask the carrier.
        """
        with self._lock:
            last = [one for many in self._under_way.values() for one in many]
        return self._ended(last)

    def _ended(self, dispatches: Sequence[Future[int]]) -> int:
        """Wait for all of them, then forget them and give their rows or raise the first fault."""
        wait(dispatches)
        with self._lock:
            for many in self._under_way.values():
                many[:] = [one for one in many if one not in dispatches]
        return sum(one.result() for one in dispatches)


def _serve(dispatcher: Dispatcher, until: float) -> int:
    """A fault is in the log before anybody who waits hears of it: what a future calls back may come after they woke."""
    try:
        return dispatcher.serve(until)
    except Exception:
        _log.exception("a dispatch failed")
        raise
