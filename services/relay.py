"""A relay of dispatches in one process: while what one has claimed still waits for the carrier, the next one claims.

A dispatch that waited for its last hand-over before another began would let the slots pass that fall into the wait. It
must not know what a dispatch does.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from uuid import UUID

from services.dispatch import Dispatcher
from services.work import Work
from store import claims


class Relay:
    """The dispatches of one process. At most two serve a sender at the same time: one claims, one hands over."""

    def __init__(self) -> None:
        """Nothing runs until somebody dispatches: it may be made before a fork."""
        self._lock = Lock()
        self._ending: dict[UUID, list[Future[int]]] = {}

    def dispatch(self, work: Work, sender_id: UUID, budget_s: float) -> int:
        """Claim for one sender for up to `budget_s` real seconds. Rows that dispatches handed over since the last call.

        What was claimed last is handed over after this has returned. Raises what the dispatches before have raised.
        """
        dispatcher = Dispatcher(work, sender_id)
        hand = ThreadPoolExecutor(1, thread_name_prefix="dispatch")
        served = hand.submit(dispatcher.serve, time.monotonic() + budget_s)
        hand.shutdown(wait=False)
        dispatcher.through.wait()
        with self._lock:
            ending, self._ending[sender_id] = self._ending.get(sender_id, []), [served]
        return sum(one.result() for one in ending)

    def dispatch_due(self, work: Work, budget_s: float) -> int:
        """Dispatch for every sender that has something due, all at the same time. As `dispatch`, for all of them."""
        with work.database.transaction() as conn:
            due = claims.due_senders(conn, work.clock.now())
        with ThreadPoolExecutor(max(1, len(due)), thread_name_prefix="sender") as pool:
            served = [pool.submit(self.dispatch, work, sender_id, budget_s) for sender_id in due]
        return sum(one.result() for one in served)

    def close(self) -> int:
        """Wait until everything claimed is handed over and settled. Rows; raises what the last dispatches have raised.

        For the end of a process: what it cuts off is in doubt, and the sweeps must ask the carrier.
        """
        with self._lock:
            ending, self._ending = [one for many in self._ending.values() for one in many], {}
        return sum(one.result() for one in ending)
