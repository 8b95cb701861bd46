"""A second factor for who signs in, and recovery codes for the day its phone is lost."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FACTORS = """
CREATE TABLE second_factors (
    staff_id UUID NOT NULL,
    secret BYTEA,
    pending BYTEA,
    last_step BIGINT NOT NULL,
    wrong INTEGER NOT NULL,
    wrong_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_second_factors PRIMARY KEY (staff_id),
    CONSTRAINT fk_second_factors_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);
CREATE TABLE recovery_codes (
    staff_id UUID NOT NULL,
    code_hash TEXT NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (staff_id, code_hash),
    CONSTRAINT fk_recovery_codes_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);
"""


def upgrade() -> None:
    """Nobody has one; the national role is led to the set-up at the next sign-in."""
    op.execute(FACTORS)
