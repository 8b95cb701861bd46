"""A province within a round: its own deadline, and whether it is locked."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROUND_OFFICES = """
CREATE TABLE round_offices (
    round_id UUID NOT NULL,
    office_id UUID NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE,
    locked_at TIMESTAMP WITH TIME ZONE,
    locked_by TEXT NOT NULL,
    outcomes JSONB,
    CONSTRAINT pk_round_offices PRIMARY KEY (round_id, office_id),
    CONSTRAINT fk_round_offices_round_id FOREIGN KEY(round_id) REFERENCES rounds (id),
    CONSTRAINT fk_round_offices_office_id FOREIGN KEY(office_id) REFERENCES offices (id)
);
"""


def upgrade() -> None:
    """Add the table; a province without a row keeps the round's own deadline and is not locked."""
    op.execute(ROUND_OFFICES)
