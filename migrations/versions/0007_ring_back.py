"""One call back at a time for a phone that rang us."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ONE_AT_A_TIME = """
CREATE UNIQUE INDEX uq_outbox_call_back ON outbox (phone_hash)
    WHERE purpose = 'call_back' AND campaign_id IS NULL
    AND state IN ('planned','claimed','sending','sent','ringing','answered','unknown');
"""


def upgrade() -> None:
    """Call backs belonged to campaigns before."""
    op.execute(ONE_AT_A_TIME)
