"""Which officer of an office looks after which commune."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OFFICER_COMMUNES = """
CREATE TABLE officer_communes (
    office_id UUID NOT NULL,
    commune TEXT NOT NULL,
    staff_id UUID NOT NULL,
    CONSTRAINT pk_officer_communes PRIMARY KEY (office_id, commune),
    CONSTRAINT fk_officer_communes_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
    CONSTRAINT fk_officer_communes_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);
CREATE INDEX ix_officer_communes_staff_id ON officer_communes (staff_id);
"""


def upgrade() -> None:
    """Nobody was told apart by area before."""
    op.execute(OFFICER_COMMUNES)
