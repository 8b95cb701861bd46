"""Sessions of the staff pages as rows, so that signing out ends them at the server."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SESSIONS = """
CREATE TABLE staff_sessions (
    id UUID NOT NULL,
    staff_id UUID NOT NULL,
    mark_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    office_id UUID NOT NULL,
    browser TEXT NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_sessions PRIMARY KEY (id),
    CONSTRAINT uq_staff_sessions_mark_hash UNIQUE (mark_hash),
    CONSTRAINT fk_staff_sessions_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id),
    CONSTRAINT fk_staff_sessions_office_id FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE INDEX ix_staff_sessions_staff_id ON staff_sessions (staff_id);
ALTER TABLE staff ALTER COLUMN fs_uniquifier DROP NOT NULL;
"""


def upgrade() -> None:
    """Nobody is signed in afterwards: cookies of before name no session."""
    op.execute(SESSIONS)
