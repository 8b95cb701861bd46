"""Whether a database is older than what left the house: a mark that grows, and what carriers must be asked about."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CONTINUITY = """
ALTER TABLE senders ADD COLUMN mark BIGINT;
ALTER TABLE senders ADD COLUMN marked_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE senders ADD COLUMN held_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE senders ADD COLUMN unread_since TIMESTAMP WITH TIME ZONE;
"""


def upgrade() -> None:
    """Nothing is on hold: the database that is migrated is the one that was written last."""
    op.execute(CONTINUITY)
