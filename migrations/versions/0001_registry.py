"""Registry, rounds, questionnaires, senders, staff, audit: what is there before anybody is contacted."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE offices (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    area_scheme TEXT NOT NULL,
    area_code TEXT NOT NULL,
    contact_number TEXT NOT NULL,
    CONSTRAINT pk_offices PRIMARY KEY (id),
    CONSTRAINT uq_offices_code UNIQUE (code)
);

CREATE TABLE phones (
    hash BYTEA NOT NULL,
    hash_version SMALLINT NOT NULL,
    number BYTEA NOT NULL,
    kind TEXT NOT NULL,
    flags TEXT[] NOT NULL,
    consent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_phones PRIMARY KEY (hash)
);

CREATE TABLE questionnaires (
    sha256 TEXT NOT NULL,
    code TEXT NOT NULL,
    version TEXT NOT NULL,
    sample BOOLEAN NOT NULL,
    form JSONB NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_by TEXT NOT NULL,
    CONSTRAINT pk_questionnaires PRIMARY KEY (sha256)
);

CREATE TABLE rounds (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    year TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    settings JSONB NOT NULL,
    rule JSONB NOT NULL,
    rule_state TEXT NOT NULL,
    online_loaded_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT pk_rounds PRIMARY KEY (id),
    CONSTRAINT uq_rounds_code UNIQUE (code)
);

CREATE TABLE senders (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    carrier TEXT NOT NULL,
    medium TEXT NOT NULL,
    address TEXT NOT NULL,
    credentials TEXT NOT NULL,
    account TEXT NOT NULL,
    api_base_url TEXT NOT NULL,
    can_receive BOOLEAN NOT NULL,
    can_reconcile BOOLEAN NOT NULL,
    simulated BOOLEAN NOT NULL,
    rate_per_s NUMERIC NOT NULL,
    burst INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    tariff JSONB NOT NULL,
    weight INTEGER NOT NULL,
    paused_reason TEXT NOT NULL,
    tokens NUMERIC NOT NULL,
    tokens_at TIMESTAMP WITH TIME ZONE NOT NULL,
    inbound_swept_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_senders PRIMARY KEY (id),
    CONSTRAINT uq_senders_name UNIQUE (name)
);

CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    office_id UUID,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail JSONB NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id),
    CONSTRAINT fk_audit_office_id FOREIGN KEY(office_id) REFERENCES offices (id)
);
CREATE INDEX ix_audit_subject ON audit (subject);

CREATE TABLE imports (
    id UUID NOT NULL,
    office_id UUID NOT NULL,
    kind TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    counts JSONB NOT NULL,
    report BYTEA,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (id),
    CONSTRAINT fk_imports_office_id FOREIGN KEY(office_id) REFERENCES offices (id)
);

CREATE TABLE round_questionnaires (
    round_id UUID NOT NULL,
    kind TEXT NOT NULL,
    sector TEXT NOT NULL,
    questionnaire_sha256 TEXT NOT NULL,
    CONSTRAINT pk_round_questionnaires PRIMARY KEY (round_id, kind, sector),
    CONSTRAINT fk_round_questionnaires_round_id FOREIGN KEY(round_id) REFERENCES rounds (id),
    CONSTRAINT fk_round_questionnaires_questionnaire_sha256 FOREIGN KEY(questionnaire_sha256)
        REFERENCES questionnaires (sha256)
);

CREATE TABLE staff (
    id UUID NOT NULL,
    office_id UUID NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT,
    active BOOLEAN NOT NULL,
    fs_uniquifier TEXT NOT NULL,
    language TEXT NOT NULL,
    invited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE,
    sign_in_count INTEGER NOT NULL,
    CONSTRAINT pk_staff PRIMARY KEY (id),
    CONSTRAINT fk_staff_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
    CONSTRAINT uq_staff_email UNIQUE (email),
    CONSTRAINT uq_staff_fs_uniquifier UNIQUE (fs_uniquifier)
);

CREATE TABLE invitations (
    token_hash TEXT NOT NULL,
    staff_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_invitations PRIMARY KEY (token_hash),
    CONSTRAINT fk_invitations_staff_id FOREIGN KEY(staff_id) REFERENCES staff (id)
);

CREATE TABLE organisations (
    id UUID NOT NULL,
    office_id UUID NOT NULL,
    registry_code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    short_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    sector TEXT NOT NULL,
    is_member BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    area_scheme TEXT NOT NULL,
    area_code TEXT NOT NULL,
    commune TEXT NOT NULL,
    address TEXT NOT NULL,
    member_count INTEGER,
    founded_on DATE,
    leader BYTEA,
    position TEXT NOT NULL,
    email BYTEA,
    language TEXT NOT NULL,
    digest BYTEA NOT NULL,
    import_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_organisations PRIMARY KEY (id),
    CONSTRAINT fk_organisations_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
    CONSTRAINT fk_organisations_import_id FOREIGN KEY(import_id) REFERENCES imports (id)
);
CREATE INDEX ix_organisations_name_key ON organisations (office_id, name_key);
CREATE UNIQUE INDEX uq_organisations_office_code ON organisations (office_id, registry_code);

CREATE TABLE organisation_phones (
    organisation_id UUID NOT NULL,
    phone_hash BYTEA NOT NULL,
    rank SMALLINT NOT NULL,
    valid BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_organisation_phones PRIMARY KEY (organisation_id, phone_hash),
    CONSTRAINT fk_organisation_phones_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_organisation_phones_phone_hash FOREIGN KEY(phone_hash) REFERENCES phones (hash)
);
CREATE INDEX ix_organisation_phones_phone_hash ON organisation_phones (phone_hash);
"""


def upgrade() -> None:
    """Make the first tables."""
    op.execute(TABLES)
