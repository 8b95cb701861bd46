"""Recordings of spoken sentences, by what is said in which language and voice."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RECORDINGS = """
CREATE TABLE recordings (
    prompt_id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    language TEXT NOT NULL,
    voice TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    audio BYTEA NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    added_by TEXT NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_recordings PRIMARY KEY (prompt_id, sha256),
    CONSTRAINT ck_recordings_unbroken CHECK (sha256 = encode(sha256(audio), 'hex'))
);
"""


def upgrade() -> None:
    """Nothing was recorded before: the platform's voice said everything."""
    op.execute(RECORDINGS)
