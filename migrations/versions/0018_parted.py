"""An interview may be parted from its organisation once its time is over; its answers stay for the figures."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is parted yet."""
    op.execute("ALTER TABLE interviews ALTER COLUMN organisation_id DROP NOT NULL")
