"""Dispatch: due rows of one sender are claimed and cleared in small pages, each leaves at its slot, several at once.

No connection is held while a carrier is spoken to. What became of a hand-over is settled in
`services.delivery.outcomes`: refusals and doubts at once, what was taken in pages.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Condition, Event
from uuid import UUID

from contact.delivery import Accepted, SendResult, State, Unknown
from contact.pacing import Pace
from contact.sender import SenderRow
from services.delivery import outcomes
from services.senders import failover
from services.sending import clear
from services.sending.claim import Slots, claim_batch
from services.sending.clear import Cleared, Order
from services.unfit import isolation, set_aside
from services.work import Work
from store.messages import claims, pacing

SETTLE_S = 0.25
"""Real seconds until it is written down that a carrier took something. Who dies before leaves rows in doubt."""
PAGES_AT_ONCE = 4
"""Pages under way in one dispatcher: being cleared or settled."""
MOST_AT_ONCE = 64
"""Rows under way in one dispatcher: waiting for their slot, or for the carrier."""
MOST_UNCLEARED = 200
"""Rows claimed and not cleared yet in one dispatcher: where it cannot keep up, it must not claim what others could."""
MOST_SPARE = 50

_log = logging.getLogger("alo.dispatch")


def dispatch(work: Work, sender_id: UUID, budget_s: float = 5.0) -> int:
    """Send what is due for one sender for up to `budget_s` real seconds. Rows handed to the carrier.

    Raises what a hand-over raised, after the others have ended: their rows are repaired by the sweeps.
    """
    return Dispatcher(work, sender_id).serve(time.monotonic() + budget_s)


def send(work: Work, sender: SenderRow, outbox_id: UUID) -> bool:
    """Clear one claimed row, hand it to the carrier and settle what the carrier said. True if it was handed over."""
    orders = clear.prepare(work, sender, [outbox_id]).orders
    for order in orders:
        outcomes.settle(work, order.outbox_id, _hand_over(work, sender, order))
    return bool(orders)


def _hand_over(work: Work, sender: SenderRow, order: Order) -> SendResult:
    if sender.medium == "call":
        return work.carriers.call(sender).place(sender, order.number, order.ref)
    return work.carriers.text(sender).send(sender, order.number, order.body, order.ref)


class Batch:
    """One claim on its way: its rows and the slots they share, orders that wait for a hand, jobs left.

    A row that does not leave passes its slot on to the next. Counts only, kept by the dispatcher under its lock.
    """

    def __init__(self, sender: SenderRow, rows: Sequence[UUID], slots: Sequence[float]) -> None:
        self.sender = sender
        self.pace = Pace(float(sender.rate_per_s), sender.burst)
        self.size = len(rows)
        self.rows = deque(rows)
        self.slots = deque(slots)
        self.refused = 0
        self.orders: deque[tuple[Order, float]] = deque()
        self.ready = 0
        """Hands that were called for its orders and do not speak to the carrier: all but one would only wait."""
        self.jobs = 1
        """Its clearing, and orders not handed over: when none is left, it is through."""
        self.faults: list[BaseException] = []

    def page(self) -> list[UUID]:
        """As many of the rows as there are slots."""
        return [self.rows.popleft() for _ in range(min(len(self.rows), len(self.slots)))]


class Dispatcher:
    """Serves one sender: claims ahead of the slots, clears in pages, hands over in threads, settles in pages."""

    def __init__(self, work: Work, sender_id: UUID) -> None:
        """Ready to serve; nothing is claimed yet."""
        clear.make_ready(work)
        self._work = work
        self._sender_id = sender_id
        self._batches: list[Batch] = []
        self._taken: deque[tuple[UUID, Accepted]] = deque()
        self._settling: list[Future[None]] = []
        self._pages = ThreadPoolExecutor(PAGES_AT_ONCE, thread_name_prefix="page")
        self._hands = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="send")
        self._moved = Condition()
        """Held for the counts here and of batches; told when what `_wait` waits for has come."""
        self._enough = self._is_idle
        self.through = Event()
        """Set when no more is claimed: somebody else may go on claiming while this one hands over and settles."""
        self._jobs = self._uncleared = 0
        self._sent = 0
        self._spare = 0

    def serve(self, until: float) -> int:
        """Until `until` (`time.monotonic()`) or nothing more is due. Rows handed over."""
        with self._pages, self._hands:
            try:
                self._claim_until(until)
            finally:
                self.through.set()
                self._drain()
        return self._sent

    def _claim_until(self, until: float) -> None:
        while time.monotonic() < until:
            sender, rows, slots = self._claim()
            if sender is not None and rows:
                self._begin(sender, rows, slots.times)
            if slots.wait_s is not None:
                self._rest(min(slots.wait_s, until - time.monotonic()))
            elif not self._drain():
                break

    def _claim(self) -> tuple[SenderRow | None, list[UUID], Slots]:
        """Claim rows; a number whose pace or prices nobody can read is taken out of use."""
        claimed = isolation.each(
            self._work, "senders", [self._sender_id], lambda one: claim_batch(self._work, one, self._spare), key=str,
            aside=set_aside.sender(self._work),
        )  # fmt: skip
        for fault in claimed.waiting:
            raise fault
        return claimed.done[0] if claimed.done else (None, [], Slots())

    def _begin(self, sender: SenderRow, rows: Sequence[UUID], slots: Sequence[float]) -> None:
        batch = Batch(sender, rows, slots)
        self._batches.append(batch)
        with self._moved:
            self._jobs += 1
            self._uncleared += batch.size
        self._pages.submit(self._clear, batch)

    def _clear(self, batch: Batch) -> None:
        """Clear the batch's rows until its slots are used or none is left; each of them leaves at a slot."""
        with self._job(batch):
            try:
                while page := batch.page():
                    cleared = self._prepare(batch, page)
                    batch.rows.extendleft(reversed(cleared.waiting))
                    batch.refused += len(page) - len(cleared.orders) - len(cleared.waiting)
                    self._let_go(batch, cleared.orders)
            finally:
                with self._moved:
                    self._uncleared -= batch.size

    def _prepare(self, batch: Batch, page: list[UUID]) -> Cleared:
        """Clear a page; when it fails as a whole each row goes alone, so that a bad one does not keep the others."""
        ahead, real = time.monotonic(), self._work.clock.real()
        slots = [real + timedelta(seconds=slot - ahead) for slot in batch.slots]
        if len(page) == 1:
            return self._prepare_alone(batch, page, slots)
        try:
            return clear.prepare(self._work, batch.sender, page, slots)
        except Exception:
            _log.warning("a page could not be cleared, its rows go alone", exc_info=True)
            for row in page:
                self._begin(batch.sender, [row], [batch.slots.popleft()])
            return Cleared([], [])

    def _prepare_alone(self, batch: Batch, page: list[UUID], slots: Sequence[datetime]) -> Cleared:
        """Clear one row. An unfit one is ended; one that failed otherwise comes back when its claim ends."""
        cleared = isolation.each(
            self._work, "clearing", page, lambda row: clear.prepare(self._work, batch.sender, [row], slots),
            key=str, aside=set_aside.contact(self._work, State.FAILED),
        )  # fmt: skip
        batch.faults += cleared.waiting
        return cleared.done[0] if cleared.done else Cleared([], [])

    def _let_go(self, batch: Batch, orders: Sequence[Order]) -> None:
        with self._moved:
            batch.orders.extend((order, batch.slots.popleft()) for order in orders)
            batch.jobs += len(orders)
            self._jobs += len(orders)
            self._call(batch)

    def _call(self, batch: Batch) -> None:
        """See that somebody is there for the next order; under the lock."""
        if batch.orders and not batch.ready:
            batch.ready += 1
            self._hands.submit(self._hand, batch)

    def _hand(self, batch: Batch) -> None:
        """Hand over one order after the other while nobody else waits for the next slot.

        Whoever speaks to the carrier has called another one before: so a slow carrier keeps as many hands busy as it
        needs, a quick one two.
        """
        while True:
            with self._moved:
                if not batch.orders:
                    batch.ready -= 1
                    return
                order, slot = batch.orders.popleft()
            with self._job(batch):
                self._keep_to(batch, slot)
                self._leave(batch, order)
            with self._moved:
                if batch.ready > 1:
                    return
                batch.ready += 1

    @contextmanager
    def _job(self, batch: Batch) -> Iterator[None]:
        """Count a job as done when it ends; what it raised is told when its batch is through."""
        try:
            yield
        except Exception as fault:
            batch.faults.append(fault)
        finally:
            with self._moved:
                batch.jobs -= 1
                self._jobs -= 1
                if self._enough():
                    self._moved.notify()

    def _leave(self, batch: Batch, order: Order) -> None:
        """Hand one row over. What was taken is settled with others, anything else now."""
        result = self._hand_over(batch.sender, order)
        if isinstance(result, Accepted):
            self._taken.append((order.outbox_id, result))
        else:
            self._settle_alone(order.outbox_id, result)
            failover.stumble(self._work, self._sender_id, result)
        with self._moved:
            self._sent += 1

    def _hand_over(self, sender: SenderRow, order: Order) -> SendResult:
        """What the carrier answered; of an unfit order nobody knows whether it left."""
        handed = isolation.each(
            self._work, "handing_over", [order], lambda one: _hand_over(self._work, sender, one),
            key=lambda one: one.outbox_id, fresh=True,
        )  # fmt: skip
        for fault in handed.waiting:
            raise fault
        return handed.done[0] if handed.done else Unknown(set_aside.UNFIT)

    def _keep_to(self, batch: Batch, slot: float) -> None:
        """Wait for the slot, then leave waiting to another hand; when it has passed for too long, take another slot."""
        _sleep_until(slot)
        with self._moved:
            batch.ready -= 1
            self._call(batch)
        while time.monotonic() > slot + batch.pace.patience.total_seconds():
            slot = self._another(batch.pace)
            _sleep_until(slot)

    def _settle_taken(self) -> None:
        """Have settled, in one page, what was taken since the last time."""
        taken = dict(self._taken.popleft() for _ in range(len(self._taken)))
        if taken:
            self._settling.append(self._pages.submit(self._settle, taken))

    def _settle(self, taken: dict[UUID, Accepted]) -> None:
        try:
            outcomes.settle_accepted(self._work, taken)
        except Exception:
            if len(taken) > 1:
                _log.warning("a page could not be settled, its rows go alone", exc_info=True)
            self._settling += [self._pages.submit(self._settle_alone, row, result) for row, result in taken.items()]

    def _settle_alone(self, row: UUID, result: SendResult) -> None:
        """Settle one row; an unfit answer leaves it in doubt when its lease ends."""
        settled = isolation.each(
            self._work, "handing_over", [row], lambda one: outcomes.settle(self._work, one, result),
            key=str, fresh=True,
        )  # fmt: skip
        for fault in settled.waiting:
            raise fault

    def _rest(self, seconds: float) -> None:
        """Until the next claim: the time it needs, and until no more is under way than threads can bear."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, SETTLE_S))
            self._settle_taken()
        while not self._wait(self._may_claim):
            self._settle_taken()
        self._settle_taken()
        self._tidy()

    def _drain(self) -> int:
        """Wait for what is under way and settle it. Rows given back meanwhile: they are due still."""
        while not self._wait(self._is_idle):
            self._settle_taken()
        self._settle_taken()
        while self._settling:
            self._settling.pop().result()
        return self._tidy()

    def _wait(self, enough: Callable[[], bool]) -> bool:
        """Wait for it, but no longer than what was taken may stay unsettled. Whether it has come."""
        with self._moved:
            self._enough = enough
            return self._moved.wait_for(enough, SETTLE_S)

    def _is_idle(self) -> bool:
        return self._jobs == 0

    def _may_claim(self) -> bool:
        return self._jobs < MOST_AT_ONCE and self._uncleared < MOST_UNCLEARED

    def _tidy(self) -> int:
        """Close batches that are through; claim more rows than slots where many did not leave. Rows given back.

        Raises the first of what was raised in them.
        """
        if self._batches:
            self._spare = min(MOST_SPARE, 3 * self._batches[-1].refused)
        through = [batch for batch in self._batches if not batch.jobs]
        for batch in through:
            self._batches.remove(batch)
        back = [row for batch in through for row in batch.rows]
        if back:
            with self._work.database.transaction() as conn:
                claims.release(conn, back)
        for fault in [fault for batch in through for fault in batch.faults]:
            raise fault
        return len(back)

    def _another(self, pace: Pace) -> float:
        real, begun = self._work.clock.real(), time.monotonic()
        with self._work.database.transaction() as conn:
            row = pacing.hold(conn, self._sender_id)
            free: datetime = real if row is None else max(pace.free(row.slot_at, real), real)
            if row is not None:
                pacing.move(conn, self._sender_id, free + pace.gap, row.served)
        return begun + (free - real).total_seconds()


def _sleep_until(moment: float) -> None:
    seconds = moment - time.monotonic()
    if seconds > 0:
        time.sleep(seconds)
