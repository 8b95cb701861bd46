"""The gateway's worker without its deadlines; loaded by tests only, to see that they see it."""

from __future__ import annotations

from gateway.web_worker import ReceivingWorker


class PatientWorker(ReceivingWorker):
    """Waits for requests for ever."""

    def murder_pending(self) -> None:
        """Nobody is late."""
