"""Checks that all parts are alive: database writes, Celery beat, a worker for each queue, no overdue rows.

A part that stands on another which is away (beat and queues on the broker, rows on the database) says nothing: that
one is told under its own heading. It must not know how signs are kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from uuid import uuid4

import sqlalchemy as sa

from cli.doctor_checks.findings import DoctorFinding, Examination, fault, note, well
from runtime import container, keys
from runtime.celery_client import QUEUES, TASK_TIME_LIMIT_S
from runtime.clock import UnreadableClockError
from runtime.heartbeats import BrokerSigns, Heartbeats
from runtime.settings import Settings
from services.watching.overdue import overdue
from store import readiness

BEAT_LATE_S = 30.0
"""Thirty times the interval of the tick (`workers.schedule`): beat is dead or hangs."""
QUEUE_LATE_S = TASK_TIME_LIMIT_S + 60.0
"""A worker that lives has ended something by then: one task may take no longer."""
STALLED_S = 120.0
"""A dispatch begins every second; a row that waits so long beside a free slot is left (our own bound)."""
PATIENCE_S = 12.0
"""Right after a start signs are not there yet: each queue is asked for one every ten seconds."""
_STEP_S = 0.5


def examinations(settings: Settings) -> Mapping[str, Examination]:
    """What is looked at, by part. `settings` are complete (`container.running_settings`)."""
    signs = Heartbeats(settings.broker_url.get_secret_value())
    return {
        "writing": lambda: _writing(settings),
        "beat": lambda: _beat(signs),
        "queues": lambda: _queues(signs),
        "due": lambda: _overdue_rows(settings),
    }


def _writing(settings: Settings) -> Iterator[DoctorFinding]:
    """Does the database take what a turn writes?"""
    try:
        readiness.try_write(container.watching_work(settings).database, uuid4())
    except (keys.UnfitKeysError, UnreadableClockError):
        return  # said under another heading
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) is not None:  # else nobody answers: said under another heading
            yield fault("writing", "doctor.not_written", error=type(error.orig).__name__)
    else:
        yield well("writing")


def _beat(signs: Heartbeats) -> Iterator[DoctorFinding]:
    """Whether Celery beat published a task lately."""
    seen = _poll_signs(signs, lambda seen: seen.beat_s < BEAT_LATE_S)
    if seen is None:
        return
    if seen.beat_s < BEAT_LATE_S:
        yield well("beat")
    elif seen.beat_s == float("inf"):
        yield fault("beat", "doctor.beat_never")
    else:
        yield fault("beat", "doctor.beat_dead", seconds=round(seen.beat_s))


def _queues(signs: Heartbeats) -> Iterator[DoctorFinding]:
    """Has a task of each queue ended lately? Without beat there may have been none to do."""
    seen = _poll_signs(signs, lambda seen: not _late_queues(seen))
    if seen is None:
        return
    late = _late_queues(seen)
    if late and seen.beat_s >= BEAT_LATE_S:
        yield note("queues", "doctor.queues_without_beat")
        return
    for queue in late:
        age = seen.task_s[queue]
        code = "doctor.queue_never" if age == float("inf") else "doctor.queue_silent"
        more = {} if age == float("inf") else {"seconds": round(age)}
        yield fault("queues", code, queue, waiting=seen.waiting[queue], **more)
    if not late:
        yield well("queues")


def _late_queues(signs: BrokerSigns) -> list[str]:
    return [queue for queue in QUEUES if signs.task_s[queue] >= QUEUE_LATE_S]


def _overdue_rows(settings: Settings) -> Iterator[DoctorFinding]:
    """Whether the due rows of each sender are being dispatched."""
    try:
        work = container.machine_work(settings)
        with work.database.transaction() as conn:
            found = overdue(work, conn)
    except (sa.exc.SQLAlchemyError, keys.UnfitKeysError, UnreadableClockError):
        return  # said under another heading
    stalled = [one for one in found if one.stalled_s > STALLED_S]
    for one in stalled:
        yield fault("due", "doctor.stalled", one.sender, seconds=round(one.stalled_s), due=round(one.due_s))
    if not stalled:
        yield well("due")


def _poll_signs(signs: Heartbeats, fits: Callable[[BrokerSigns], bool]) -> BrokerSigns | None:
    """The signs as soon as they fit, or those read last when `PATIENCE_S` is over; None: the broker is away."""
    until = time.monotonic() + PATIENCE_S
    while True:
        seen = signs.read_signs()
        if seen is None or fits(seen) or time.monotonic() >= until:
            return seen
        time.sleep(_STEP_S)
