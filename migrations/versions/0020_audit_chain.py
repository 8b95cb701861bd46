"""The audit trail is chained by hash: each line over the one before it, at the moment its transaction ends."""

from __future__ import annotations

import os

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE audit ADD COLUMN salt BYTEA;
ALTER TABLE audit ADD COLUMN position BIGINT;
ALTER TABLE audit ADD COLUMN digest BYTEA;
ALTER TABLE audit ADD COLUMN chain BYTEA;
CREATE INDEX ix_audit_position ON audit (position);
CREATE TABLE audit_chain (
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    chain BYTEA NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (name)
);
"""

DIGEST = """
CREATE FUNCTION alo_audit_digest(line audit) RETURNS BYTEA
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(string_agg(octet_length(part) || ':' || part, '' ORDER BY n), 'UTF8'))
    FROM unnest(ARRAY[
        coalesce(encode(line.salt, 'hex'), ''), line.id::text,
        to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        line.actor, coalesce(line.office_id::text, ''), line.action, line.subject, line.detail::text
    ]) WITH ORDINALITY AS parts(part, n)
$$;
CREATE FUNCTION alo_audit_link(previous BYTEA, place BIGINT, digest BYTEA) RETURNS BYTEA
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(previous || convert_to(place || ':', 'UTF8') || digest)
$$;
"""
"""Over each part with its length before it, so that no two lines give the same bytes; `services.audit_chain` computes
the same by itself."""

CHAINED = """
CREATE FUNCTION alo_audit_chained() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head public.audit_chain;
    written public.audit;
BEGIN
    SELECT * INTO head FROM public.audit_chain WHERE name = 'head' FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO public.audit_chain (name, position, chain)
            SELECT 'head', last.position, last.chain FROM (
                (SELECT a.position, a.chain FROM public.audit a WHERE a.position IS NOT NULL
                 ORDER BY a.position DESC LIMIT 1)
                UNION ALL SELECT 0, decode(repeat('00', 32), 'hex')
            ) AS last ORDER BY last.position DESC LIMIT 1
            ON CONFLICT (name) DO NOTHING;
        SELECT * INTO head FROM public.audit_chain WHERE name = 'head' FOR UPDATE;
    END IF;
    UPDATE public.audit AS line SET position = head.position + 1, digest = public.alo_audit_digest(line),
        chain = public.alo_audit_link(head.chain, head.position + 1, public.alo_audit_digest(line))
        WHERE id = NEW.id RETURNING * INTO written;
    IF FOUND THEN
        UPDATE public.audit_chain SET position = written.position, chain = written.chain WHERE name = 'head';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER chained AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION alo_audit_chained();
"""
"""At the end of the transaction, when it holds every other lock it needs: who waits here holds up nobody who is ahead
of them, and a long transaction holds up nobody at all."""

CUT = """
CREATE FUNCTION alo_audit_cut(older_than TIMESTAMP WITH TIME ZONE, most INTEGER) RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest TIMESTAMP WITH TIME ZONE;
    first_kept BIGINT;
    last public.audit_chain;
    gone INTEGER;
BEGIN
    SELECT a.at INTO newest FROM public.audit a WHERE a.position IS NOT NULL ORDER BY a.position DESC LIMIT 1;
    SELECT a.position INTO first_kept FROM public.audit a
        WHERE a.position IS NOT NULL AND a.at >= older_than AND a.at <= newest ORDER BY a.position LIMIT 1;
    SELECT 'cut', page.position, page.chain INTO last FROM (
        SELECT a.position, a.chain FROM public.audit a
        WHERE a.position IS NOT NULL AND (first_kept IS NULL OR a.position < first_kept)
        ORDER BY a.position LIMIT most
    ) AS page ORDER BY page.position DESC LIMIT 1;
    IF last.position IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM public.audit WHERE position <= last.position;
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO public.audit_chain (name, position, chain) VALUES (last.name, last.position, last.chain)
        ON CONFLICT (name) DO UPDATE SET position = last.position, chain = last.chain;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION alo_audit_cut(TIMESTAMP WITH TIME ZONE, INTEGER) FROM PUBLIC;
"""
"""Takes lines from the beginning only. A time later than the newest line's is the error of a clock that was ahead:
such a line goes with its neighbours."""

REST = """
DO $$
DECLARE
    line public.audit;
    place BIGINT := 0;
    previous BYTEA := decode(repeat('00', 32), 'hex');
BEGIN
    FOR line IN SELECT * FROM public.audit ORDER BY id LOOP
        place := place + 1;
        previous := public.alo_audit_link(previous, place, public.alo_audit_digest(line));
        UPDATE public.audit SET position = place, digest = public.alo_audit_digest(line), chain = previous
            WHERE id = line.id;
    END LOOP;
    INSERT INTO public.audit_chain (name, position, chain) VALUES ('head', place, previous);
END $$;
"""
"""What was written before is chained in the order of its numbers: from here on it stands as it is now."""


def upgrade() -> None:
    """Older code goes on writing lines: the trigger chains them too."""
    op.execute(COLUMNS)
    op.execute(DIGEST)
    connection = op.get_bind()
    salts = [{"line": line, "salt": os.urandom(16)} for line in connection.scalars(sa.text("SELECT id FROM audit"))]
    if salts:
        connection.execute(sa.text("UPDATE audit SET salt = :salt WHERE id = :line"), salts)
    op.execute(REST)
    op.execute(CHAINED)
    op.execute(CUT)
