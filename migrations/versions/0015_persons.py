"""Who was erased, what carriers are still to delete, and numbers and texts that may be gone while their rows stay."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PERSONS = """
CREATE TABLE erasures (
    subject BYTEA NOT NULL,
    kind TEXT NOT NULL,
    hash_version SMALLINT NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_erasures PRIMARY KEY (subject)
);
CREATE TABLE carrier_erasures (
    id UUID NOT NULL,
    sender_id UUID NOT NULL,
    medium TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_carrier_erasures PRIMARY KEY (id),
    CONSTRAINT fk_carrier_erasures_sender_id FOREIGN KEY (sender_id) REFERENCES senders (id)
);
CREATE UNIQUE INDEX uq_carrier_erasures_sender_carrier_id ON carrier_erasures (sender_id, carrier_id);
CREATE INDEX ix_carrier_erasures_next_at ON carrier_erasures (next_at);
ALTER TABLE phones ALTER COLUMN number DROP NOT NULL;
ALTER TABLE inbound ALTER COLUMN number DROP NOT NULL;
ALTER TABLE inbound ALTER COLUMN body DROP NOT NULL;
"""


def upgrade() -> None:
    """Nobody is erased yet."""
    op.execute(PERSONS)
