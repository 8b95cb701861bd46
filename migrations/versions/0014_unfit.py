"""Items that a loop could not deal with, kept apart; carriers' stamps on texts, and what each link's clock shows."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UNFIT = """
CREATE TABLE unfit (
    id UUID NOT NULL,
    loop TEXT NOT NULL,
    item TEXT NOT NULL,
    kept BOOLEAN NOT NULL,
    code TEXT NOT NULL,
    place TEXT NOT NULL,
    raw BYTEA,
    tries INTEGER NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_unfit PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_unfit_loop_item ON unfit (loop, item);
ALTER TABLE inbound ADD COLUMN told_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_inbound_told ON inbound (sender_id, received_at) WHERE told_at IS NOT NULL;
ALTER TABLE senders ADD COLUMN clock_offset_s INTEGER;
"""


def upgrade() -> None:
    """Nothing is unfit yet, and no link's clock is known: both are found out by the sweeps."""
    op.execute(UNFIT)
