"""What staff chose for numbers that can be read in two ways."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

READINGS = """
CREATE TABLE phone_readings (
    office_id UUID NOT NULL,
    digits_hash BYTEA NOT NULL,
    hash_version SMALLINT NOT NULL,
    digits BYTEA NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    chosen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_phone_readings PRIMARY KEY (office_id, digits_hash),
    CONSTRAINT fk_phone_readings_office_id FOREIGN KEY (office_id) REFERENCES offices (id)
);
"""


def upgrade() -> None:
    """Landlines of before 2017 look like mobiles of today."""
    op.execute(READINGS)
