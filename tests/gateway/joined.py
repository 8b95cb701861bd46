"""The real webhooks, use cases, carrier adapters and simulator joined over HTTP on loopback; only jobs run at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.serving import make_server

from carriers.credentials import Credentials
from carriers.routing import CarrierRouter
from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from gateway.app import create_webhooks_app
from services.calls import machine_detection as detection
from services.sending import dispatcher
from services.work import Work
from simulator.clock import SimulatedClock
from store.tables.outbox import senders
from store.unit_of_work import refuse_open_transaction
from tests.services.world import LINE, World, build
from tests.simulator import parts
from tests.simulator.parts import ACCOUNT, TOKEN, Sim

BY_HAND = 0.05
"""A second of the network takes a twentieth: slow enough for a hand, quick enough for a test."""
QUICK = 0.01
SECRETS: Credentials = {"demo": TwilioCredentials(ACCOUNT, (TOKEN,))}


@dataclass
class JobsAtOnce:
    """Workers that are always free; `lost` jobs never reach one."""

    work: Work | None = None
    lost: bool = False
    asked: list[str] = field(default_factory=list)
    hung_up: list[bool] = field(default_factory=list)
    """Of each job to hang up, whether there was a call to end."""

    def enqueue(self, task: str, *ids: str) -> None:
        """See `services.ports.Jobs`."""
        refuse_open_transaction()
        self.asked.append(task)
        if task == "alo.hang_up" and not self.lost:
            assert self.work is not None
            self.hung_up.append(detection.hang_up(self.work, UUID(ids[0])))


@dataclass
class Joined:
    """A small world behind its webhooks, and the network it speaks to."""

    world: World
    sim: Sim
    jobs: JobsAtOnce
    base: str

    def ring(self, ref: str) -> None:
        """Send what is due, then wait until the network is quiet."""
        self.place(ref)
        self.sim.settle()

    def place(self, ref: str) -> None:
        """Hand the planned call over."""
        dispatcher.dispatch(self.world.work, self.world.line.id, 0.2)
        assert self.outbox(ref)["carrier_id"], self.outbox(ref)

    def outbox(self, ref: str) -> sa.RowMapping:
        """The call's row."""
        return self.world.sent(ref=ref)[0]

    def calls(self) -> list[dict[str, Any]]:
        """Calls the network took, as its journal keeps them."""
        return self.sim.journal("call.accepted")

    def until(self, number: str, is_so: Callable[[Mapping[str, Any]], object]) -> Mapping[str, Any]:
        """Look at a held phone until it is so."""
        deadline = time.monotonic() + 60
        while not is_so(seen := self.sim.get(f"/handsets/{number}")):
            assert time.monotonic() < deadline, seen
            time.sleep(0.02)
        return dict(seen)


@contextmanager
def joined(work: Work, journal: Path, scale: float = QUICK) -> Iterator[Joined]:
    """Everything on ports of its own; a second of the network takes `scale` real ones."""
    jobs = JobsAtOnce()
    with parts.simulator(journal, SimulatedClock(scale=scale)) as sim:
        world = build(replace(work, jobs=jobs))
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(senders).values(account=ACCOUNT, api_base_url=sim.base))
        world.line = replace(world.line, account=ACCOUNT, api_base_url=sim.base)
        with _served(world, sim) as base:
            jobs.work = world.work
            yield Joined(world, sim, jobs, base)


@contextmanager
def _served(world: World, sim: Sim) -> Iterator[str]:
    """The webhooks on a port, known to the network as our number's."""
    later: list[Any] = []
    server = make_server("127.0.0.1", 0, lambda *given: later[0](*given), threaded=True, request_handler=parts._Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    world.work = replace(world.work, carriers=CarrierRouter(SECRETS, base), voice=TwimlRenderer(base))
    later.append(create_webhooks_app(world.work, SECRETS, base))
    sim.post("/numbers", {"number": LINE, "voice_url": f"{base}/twilio/voice"})
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()
