"""Campaigns: a second person's approval, parts on hold, release spread over days, the moment planning was through."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE campaigns
    ADD COLUMN spread_days INTEGER,
    ADD COLUMN holds JSONB,
    ADD COLUMN approved_for INTEGER,
    ADD COLUMN approved_by TEXT,
    ADD COLUMN approved_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN planned_at TIMESTAMP WITH TIME ZONE;
UPDATE campaigns SET spread_days = 0, holds = '{}', approved_for = 0, approved_by = '',
    planned_at = CASE WHEN state IN ('draft', 'planning') THEN NULL ELSE launched_at END;
ALTER TABLE campaigns
    ALTER COLUMN spread_days SET NOT NULL,
    ALTER COLUMN holds SET NOT NULL,
    ALTER COLUMN approved_for SET NOT NULL,
    ALTER COLUMN approved_by SET NOT NULL;
"""


def upgrade() -> None:
    """Widen campaigns; those there already were approved by nobody, hold nothing and release at once."""
    op.execute(COLUMNS)
