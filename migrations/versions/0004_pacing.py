"""Pacing by slots, budgets, weights that move, tallies of errors and repairs, indexes for fair claims."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SENDERS = """
ALTER TABLE senders DROP COLUMN tokens;
ALTER TABLE senders RENAME COLUMN tokens_at TO slot_at;
ALTER TABLE senders
    ADD COLUMN served TEXT,
    ADD COLUMN budget JSONB,
    ADD COLUMN base_weight INTEGER,
    ADD COLUMN weight_at TIMESTAMP WITH TIME ZONE;
UPDATE senders SET served = '', budget = '{}', base_weight = weight;
ALTER TABLE senders
    ALTER COLUMN served SET NOT NULL,
    ALTER COLUMN budget SET NOT NULL,
    ALTER COLUMN base_weight SET NOT NULL;
"""

OUTBOX = """
ALTER TABLE outbox ADD COLUMN asked_at TIMESTAMP WITH TIME ZONE;
DROP INDEX ix_outbox_due;
DROP INDEX ix_outbox_reserved;
CREATE INDEX ix_outbox_turn ON outbox (sender_id, campaign_id, office_id, due_at) WHERE state = 'planned';
CREATE INDEX ix_outbox_urgent ON outbox (sender_id, due_at)
    WHERE state = 'planned' AND (campaign_id IS NULL OR purpose IN ('call_back', 'resumption'));
CREATE INDEX ix_outbox_phone ON outbox (phone_hash, sent_at);
CREATE INDEX ix_outbox_spent ON outbox (sender_id, reserved_at) WHERE reserved_at IS NOT NULL;
CREATE INDEX ix_outbox_lines ON outbox (sender_id)
    WHERE medium = 'call' AND state IN ('claimed','sending','sent','ringing','answered','unknown');
CREATE INDEX ix_calls_ringing_in ON calls (phone_hash) WHERE direction = 'in' AND ended_at IS NULL;
"""

TALLIES = """
CREATE TABLE tallies (
    sender_id UUID NOT NULL,
    what TEXT NOT NULL,
    code TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    n BIGINT NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tallies PRIMARY KEY (sender_id, what, code),
    CONSTRAINT fk_tallies_sender_id FOREIGN KEY(sender_id) REFERENCES senders (id)
);
"""


def upgrade() -> None:
    """Widen senders and the outbox; a weight that was set is the one it drifts back to."""
    op.execute(SENDERS)
    op.execute(OUTBOX)
    op.execute(TALLIES)
