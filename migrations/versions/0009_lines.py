"""Machines told apart beside a call, officers' own numbers, and the time somebody wants a person to call."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LINES = """
ALTER TABLE senders ADD COLUMN detects_machines BOOLEAN;
UPDATE senders SET detects_machines = (carrier = 'twilio' AND medium = 'call');
ALTER TABLE senders ALTER COLUMN detects_machines SET NOT NULL;
ALTER TABLE staff ADD COLUMN phone BYTEA;
ALTER TABLE tasks ADD COLUMN wanted_at TIMESTAMP WITH TIME ZONE;
"""


def upgrade() -> None:
    """Calls listen for machines from now on, unless a sender is told not to (`alo sender detection`)."""
    op.execute(LINES)
