"""Dispatch: due rows of one sender are claimed in small batches, each leaves at its slot, several at once.

Slots are handed out by the sender's row, so any number of dispatchers together keep its rate. No connection is held
while a carrier is spoken to. What became of a hand-over is settled in `services.delivery`.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from contact import pacing, tariff
from contact.calendar import ZONE, day_start
from contact.delivery import Refused, SendResult, Unknown
from contact.pacing import Budget, Pace
from contact.sender import SenderRow
from services import delivery, departure, failover
from services.departure import Order
from services.planted import is_planted, linger
from services.work import Work
from store import claims, senders
from store import pacing as paces

CLAIM_LEASE = timedelta(seconds=60)
AHEAD_S, REFILL_S = 0.4, 0.15
"""Slots are taken up to `AHEAD_S` real seconds ahead, and anew when less than `REFILL_S` are left: short, so that a
pause holds at once, urgent rows wait little, and a dispatcher that dies takes few slots with it."""
LEAD_S = 0.04
"""A row is cleared so long before its slot, that it leaves in time."""
LINES_WAIT_S = 0.25
MOST_ROWS = 100
"""Rows claimed at once, however high the rate."""
MOST_AT_ONCE = 64
"""Rows under way in one dispatcher: waiting for their slot, or for the carrier."""
MOST_SPARE = 50
CALL_MINUTES = 4
"""What a call counts against a budget in VND until its cost is known."""


@dataclass(slots=True)
class Slots:
    """The slots that came with a batch, as `time.monotonic()`, and when to come back; None: nothing more is due."""

    times: list[float] = field(default_factory=list)
    wait_s: float | None = None


def dispatch(work: Work, sender_id: UUID, budget_s: float = 5.0) -> int:
    """Send what is due for one sender for up to `budget_s` real seconds. Rows handed to the carrier.

    Raises what a hand-over raised, after the others have ended: their rows are repaired by the sweeps.
    """
    return _Dispatcher(work, sender_id).serve(time.monotonic() + budget_s)


def dispatch_due(work: Work, budget_s: float) -> int:
    """Send for every sender that has something due, all at the same time. Rows handed to the carriers."""
    with work.database.transaction() as conn:
        due = claims.due_senders(conn, work.clock.now())
    if len(due) == 1:
        return dispatch(work, due[0], budget_s)
    with ThreadPoolExecutor(max(1, len(due)), thread_name_prefix="sender") as pool:
        served = [pool.submit(dispatch, work, sender_id, budget_s) for sender_id in due]
    return sum(one.result() for one in served)


def claim_batch(work: Work, sender_id: UUID, spare: int = 0) -> tuple[SenderRow | None, list[UUID], Slots]:
    """Claim rows for the slots that are free next, within lines and budget, and up to `spare` more rows than slots."""
    real, begun = work.clock.real(), time.monotonic()
    locking = not is_planted("no-skip-locked")
    with work.database.transaction() as conn:
        row = paces.hold(conn, sender_id, locking=locking)
        if row is None or row["paused_reason"]:
            return None, [], Slots()
        sender = senders.value(row)
        pace = Pace(float(row["rate_per_s"]), row["burst"])
        ahead = (row["slot_at"] - real).total_seconds()
        if ahead > REFILL_S and locking:
            return sender, [], Slots(wait_s=ahead - REFILL_S)
        room = _room(work, conn, row)
        if room == 0:
            return sender, [], Slots(wait_s=LINES_WAIT_S if sender.medium == "call" else None)
        slots = pace.slots(row["slot_at"], real, real + timedelta(seconds=max(AHEAD_S, ahead)))[:room]
        wanted = min(len(slots) + spare, room)
        lease = real + work.patience(CLAIM_LEASE)
        faults = {"locking": locking, "heeding": not is_planted("skip-pause-check")}
        claimed = claims.claim(conn, sender_id, wanted, work.clock.now(), lease, row["served"], **faults)
        linger("no-skip-locked")
        used = slots[: len(claimed.rows)]
        if used:
            paces.move(conn, sender_id, used[-1] + pace.gap, claimed.served)
    times = [begun + (slot - real).total_seconds() for slot in used]
    more = len(claimed.rows) == wanted or len(claimed.rows) > len(used)
    return sender, claimed.rows, Slots(times, max(0.0, times[-1] - begun - REFILL_S) if more else None)


def _room(work: Work, conn: Connection, row: RowMapping) -> int:
    """Rows that may be claimed now: by lines, by budget, and no more than a batch."""
    room = MOST_ROWS
    if row["medium"] == "call":
        room = min(room, row["lines"] - paces.lines_in_use(conn, row["id"]))
    budget = pacing.budget_from_dict(row["budget"])
    if budget.set and room > 0:
        room = min(room, _affordable(conn, row, budget, work.clock.now()))
    return max(0, room)


def _affordable(conn: Connection, row: RowMapping, budget: Budget, now: datetime) -> int:
    price = _price(row, now)
    spent = paces.spent(conn, row["id"], now - timedelta(hours=1), day_start(now), price, CALL_MINUTES)
    return budget.room(spent, price * CALL_MINUTES if row["medium"] == "call" else price)


def _price(row: RowMapping, now: datetime) -> Decimal:
    """What a segment or a minute costs; 0 where the tariff does not say: it cannot be held to then."""
    try:
        return tariff.from_dict(row["tariff"]).price(row["medium"], now.astimezone(ZONE).date())
    except LookupError:
        return Decimal(0)


def send(work: Work, sender: SenderRow, outbox_id: UUID) -> bool:
    """Clear one claimed row, hand it to the carrier and settle what the carrier said. True if it was handed over."""
    order = departure.prepare(work, sender, outbox_id)
    if order is None:
        return False
    _leave(work, sender, order)
    return True


def _leave(work: Work, sender: SenderRow, order: Order) -> None:
    result = _hand_over(work, sender, order)
    delivery.settle(work, order.outbox_id, result)
    if isinstance(result, Unknown | Refused):
        failover.stumble(work, sender.id, result)


def _hand_over(work: Work, sender: SenderRow, order: Order) -> SendResult:
    if sender.medium == "call":
        return work.carriers.call(sender).place(sender, order.number, order.ref)
    return work.carriers.text(sender).send(sender, order.number, order.body, order.ref)


class _Batch:
    """Rows of one claim, and the slots they share: a row that does not leave passes its slot on to the next."""

    def __init__(self, sender: SenderRow, rows: list[UUID]) -> None:
        self.sender = sender
        self.pace = Pace(float(sender.rate_per_s), sender.burst)
        self.rows = deque(rows)
        self.refused: deque[UUID] = deque()
        self.sends: list[Future[int]] = []


class _Dispatcher:
    """Serves one sender: claims ahead of the slots, sends in threads."""

    def __init__(self, work: Work, sender_id: UUID) -> None:
        self._work = work
        self._sender_id = sender_id
        self._batches: list[_Batch] = []
        self._sent = 0
        self._spare = 0

    def serve(self, until: float) -> int:
        """Until `until` (`time.monotonic()`) or nothing more is due. Rows handed over."""
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="send") as pool:
            while time.monotonic() < until:
                sender, rows, slots = claim_batch(self._work, self._sender_id, self._spare)
                if sender is not None and rows:
                    self._begin(pool, sender, rows, slots)
                if slots.wait_s is not None:
                    self._rest(min(slots.wait_s, until - time.monotonic()), sender)
                elif not self._drain():
                    break
        self._drain()
        return self._sent

    def _drain(self) -> int:
        """Wait for what is under way. Rows given back meanwhile: they are due still."""
        wait([one for batch in self._batches for one in batch.sends])
        return self._tidy()

    def _begin(self, pool: ThreadPoolExecutor, sender: SenderRow, rows: list[UUID], slots: Slots) -> None:
        batch = _Batch(sender, rows)
        self._batches.append(batch)
        batch.sends = [pool.submit(self._use, batch, slot) for slot in slots.times]

    def _rest(self, seconds: float, sender: SenderRow | None) -> None:
        """Until the next claim: the time it needs, and until no more is under way than threads can bear."""
        if seconds > 0:
            time.sleep(seconds)
        under_way = [one for batch in self._batches for one in batch.sends if not one.done()]
        if sender is not None and len(under_way) >= MOST_AT_ONCE:
            wait(under_way, return_when=FIRST_COMPLETED)
        self._tidy()

    def _tidy(self) -> int:
        """Close batches that are through; claim more rows than slots where many did not leave. Rows given back."""
        released = 0
        if self._batches:
            self._spare = min(MOST_SPARE, 3 * len(self._batches[-1].refused))
        for batch in [batch for batch in self._batches if all(one.done() for one in batch.sends)]:
            self._batches.remove(batch)
            self._sent += sum(one.result() for one in batch.sends)
            if batch.rows:
                with self._work.database.transaction() as conn:
                    claims.release(conn, batch.rows)
                released += len(batch.rows)
        return released

    def _use(self, batch: _Batch, slot: float) -> int:
        """Use one slot for the first row of the batch that may leave."""
        _sleep_until(slot - LEAD_S)
        while batch.rows:
            try:
                outbox_id = batch.rows.popleft()
            except IndexError:  # another slot took the last one
                return 0
            order = departure.prepare(self._work, batch.sender, outbox_id)
            if order is not None:
                self._keep_to(batch.pace, slot)
                _leave(self._work, batch.sender, order)
                return 1
            batch.refused.append(outbox_id)
        return 0

    def _keep_to(self, pace: Pace, slot: float) -> None:
        """Wait for the slot; when it has passed for too long, for another one."""
        _sleep_until(slot)
        while time.monotonic() > slot + pace.patience.total_seconds():
            slot = self._another(pace)
            _sleep_until(slot)

    def _another(self, pace: Pace) -> float:
        real, begun = self._work.clock.real(), time.monotonic()
        with self._work.database.transaction() as conn:
            row = paces.hold(conn, self._sender_id)
            free: datetime = real if row is None else max(row["slot_at"], real)
            if row is not None:
                paces.move(conn, self._sender_id, free + pace.gap, row["served"])
        return begun + (free - real).total_seconds()


def _sleep_until(moment: float) -> None:
    seconds = moment - time.monotonic()
    if seconds > 0:
        time.sleep(seconds)
