"""What a number can take, by medium: a number that cannot be texted is no longer given up altogether.

A note that was a carrier's code speaks of the phone, and of texts or calls as that code does; what a person said of a
number stays with the organisation's link.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ABILITIES = """
CREATE TABLE phone_abilities (
    phone_hash BYTEA NOT NULL,
    medium TEXT NOT NULL,
    able BOOLEAN NOT NULL,
    code TEXT NOT NULL,
    source TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_phone_abilities PRIMARY KEY (phone_hash, medium),
    CONSTRAINT fk_phone_abilities_phone_hash FOREIGN KEY(phone_hash) REFERENCES phones (hash)
);
ALTER TABLE organisation_phones ADD COLUMN noted_at TIMESTAMP WITH TIME ZONE;
"""

NOTES = """
CREATE TEMPORARY TABLE ruled_out (code TEXT NOT NULL, medium TEXT) ON COMMIT DROP;
INSERT INTO ruled_out VALUES
    ('21211', 'text'), ('21211', 'call'),
    ('21612', 'text'), ('21614', 'text'), ('21635', 'text'), ('30005', 'text'), ('30006', 'text'),
    ('bad_receiver', 'text'), ('not_routable', 'text'),
    ('13223', 'call'), ('13224', 'call'), ('13225', 'call'), ('21214', 'call'), ('21216', 'call'), ('21217', 'call'),
    ('sip404', 'call'), ('sip410', 'call'), ('sip484', 'call'), ('sip604', 'call'),
    ('21401', NULL), ('21407', NULL), ('21421', NULL);
INSERT INTO phone_abilities (phone_hash, medium, able, code, source, at)
SELECT DISTINCT ON (l.phone_hash, r.medium) l.phone_hash, r.medium, false, l.note, 'carrier',
    COALESCE(
        (SELECT max(o.ended_at) FROM outbox o WHERE o.phone_hash = l.phone_hash AND o.error_code = l.note), p.created_at
    )
FROM organisation_phones l JOIN phones p ON p.hash = l.phone_hash JOIN ruled_out r ON r.code = l.note
WHERE NOT l.valid AND r.medium IS NOT NULL
ORDER BY l.phone_hash, r.medium, l.note;
UPDATE organisation_phones SET valid = true, note = '' WHERE NOT valid AND note IN (SELECT code FROM ruled_out);
"""


def upgrade() -> None:
    """What carriers said goes to the phone; the last receipt that said it gives the date."""
    op.execute(ABILITIES)
    op.execute(NOTES)
