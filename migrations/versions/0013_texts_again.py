"""What was said and answered, as a keyed digest, so that the same text again and again is not answered for ever."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Texts of before have none: they count as different from each other."""
    op.execute("ALTER TABLE inbound ADD COLUMN answered_as BIGINT;")
