"""Sending: one task per sender empties what is due for it, within its rate, for a few seconds."""

from __future__ import annotations

from uuid import UUID

from services import dispatch as use_case
from workers.app import app
from workers.task import work

BUDGET_S = 3.0
"""Real seconds one dispatch runs: short, so that a sender cannot keep a worker to itself."""


@app.task(name="alo.dispatch")
def dispatch(sender_id: str) -> int:
    """Send what is due for one sender. Rows handed to the carrier."""
    return use_case.dispatch(work(), UUID(sender_id), BUDGET_S)
