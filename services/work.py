"""Everything a use case works with, in one frozen value that `runtime` builds once per process.

It must not build anything itself: no settings, environment or implementation is known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.ports import Carriers, Clock, Ids, Jobs, Marks, Recordings, VoiceRenderer
from store.unit_of_work import Database
from store.vault import Vault


class NoRecordings:
    """Nothing is recorded: every sentence is synthesised."""

    def refresh(self) -> None:
        """There is nothing to read."""

    def find(self, prompt_id: str) -> str | None:
        """None."""
        return None


class NoMarks:
    """Nothing is kept outside the database: an older one is not found."""

    def greatest(self) -> Mapping[UUID, int]:
        """None is known."""
        return {}

    def note(self, marks: Mapping[UUID, int]) -> None:
        """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Work:
    """Database (as one role), clock, ids, jobs, vault, carriers and the voice renderer."""

    database: Database
    clock: Clock
    ids: Ids
    jobs: Jobs
    vault: Vault
    carriers: Carriers
    voice: VoiceRenderer
    recordings: Recordings = field(default_factory=NoRecordings)
    marks: Marks = field(default_factory=NoMarks)
    time_scale: float = 1.0
    """How many times sooner leases end and repairs begin; more than 1 where every sender is simulated only."""

    def scaled(self, usual: timedelta) -> timedelta:
        """The real time to wait here for what usually waits `usual`."""
        return usual / self.time_scale
