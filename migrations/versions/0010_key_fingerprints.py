"""Fingerprints of the keys a database was written with."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FINGERPRINTS = """
CREATE TABLE key_fingerprints (
    use TEXT NOT NULL,
    name TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    first_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_key_fingerprints PRIMARY KEY (use, name)
);
"""


def upgrade() -> None:
    """Empty: the first process that starts writes down what it was given, if that opens what is there."""
    op.execute(FINGERPRINTS)
