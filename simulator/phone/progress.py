"""How calls move from status to status, and how each step is journaled and reported to the customer."""

from __future__ import annotations

from typing import Any

from simulator.network.network import Network
from simulator.network.records import Call
from simulator.phone import parameters

_SIP = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 404}


class Progress:
    """Moves calls; once a call has ended it stays as it is."""

    def __init__(self, network: Network) -> None:
        self._net = network

    def move(self, call: Call, status: str, event: str = "", **facts: Any) -> None:
        """Go on to `status` and report it as `event` (by default the status); `facts` go into the journal too."""
        with self._net.lock:
            if call.over:
                return
            call.status = status
        self.event(call, event or status, **facts)

    def end(self, call: Call, status: str, sip: int = 0) -> bool:
        """End a call as `status`; once over it stays as it is (False)."""
        now = self._net.clock.now()
        with self._net.lock:
            if call.ended is not None:
                return False
            call.status, call.ended, call.sip = status, now, sip or _SIP[status]
        self.event(call, "completed")
        return True

    def event(self, call: Call, event: str, **facts: Any) -> None:
        """Journal an event and report it to who asked for it."""
        self._net.calls.save(call)
        self._net.journal.write(
            "call.status",
            sid=call.sid,
            status=call.status,
            event=event,
            duration=call.duration,
            elapsed=round(call.elapsed, 1),
            sip=call.sip,
            answered_by=call.answered_by,
            sequence=call.sequence,
            **facts,
        )
        if call.callback and event in call.events:
            self.report(call, event)
            call.sequence += 1

    def report(self, call: Call, event: str) -> None:
        """Report an event that the journal has already."""
        at = call.ended if event == "completed" and call.ended else self._net.clock.now()
        about = ("call", call.sender, call.to, call.nth, event)
        self._net.report(call.callback, parameters.call_event(call, event, at), about)
