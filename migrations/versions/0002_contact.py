"""Interviews with events and answers, campaigns, outbox, receipts, calls, inbound texts, consent ledger, work list."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE campaigns (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    office_id UUID NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    audience JSONB NOT NULL,
    ladder JSONB NOT NULL,
    seed BIGINT NOT NULL,
    planned INTEGER NOT NULL,
    cursor UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_by TEXT NOT NULL,
    launched_at TIMESTAMP WITH TIME ZONE,
    launched_by TEXT NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_campaigns PRIMARY KEY (id),
    CONSTRAINT fk_campaigns_round_id FOREIGN KEY(round_id) REFERENCES rounds (id),
    CONSTRAINT fk_campaigns_office_id FOREIGN KEY(office_id) REFERENCES offices (id)
);

CREATE TABLE prompted (
    sender_id UUID NOT NULL,
    phone_hash BYTEA NOT NULL,
    shown JSONB NOT NULL,
    CONSTRAINT pk_prompted PRIMARY KEY (sender_id, phone_hash),
    CONSTRAINT fk_prompted_sender_id FOREIGN KEY(sender_id) REFERENCES senders (id),
    CONSTRAINT fk_prompted_phone_hash FOREIGN KEY(phone_hash) REFERENCES phones (hash)
);

CREATE TABLE interviews (
    id UUID NOT NULL,
    round_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    office_id UUID NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    sector TEXT NOT NULL,
    is_member BOOLEAN NOT NULL,
    area_scheme TEXT NOT NULL,
    area_code TEXT NOT NULL,
    commune TEXT NOT NULL,
    questionnaire_sha256 TEXT NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    state JSONB,
    seq INTEGER NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    online_at TIMESTAMP WITH TIME ZONE,
    appointment_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_interviews PRIMARY KEY (id),
    CONSTRAINT fk_interviews_round_id FOREIGN KEY(round_id) REFERENCES rounds (id),
    CONSTRAINT fk_interviews_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT fk_interviews_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
    CONSTRAINT fk_interviews_questionnaire_sha256 FOREIGN KEY(questionnaire_sha256) REFERENCES questionnaires (sha256)
);
CREATE INDEX ix_interviews_organisation_id ON interviews (organisation_id);
CREATE INDEX ix_interviews_round_office_status ON interviews (round_id, office_id, status);
CREATE UNIQUE INDEX uq_interviews_round_code ON interviews (round_id, code);
CREATE UNIQUE INDEX uq_interviews_round_organisation ON interviews (round_id, organisation_id);

CREATE TABLE answers (
    interview_id UUID NOT NULL,
    question TEXT NOT NULL,
    value TEXT NOT NULL,
    points NUMERIC,
    channel TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_answers PRIMARY KEY (interview_id, question),
    CONSTRAINT fk_answers_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id)
);

CREATE TABLE campaign_interviews (
    campaign_id UUID NOT NULL,
    interview_id UUID NOT NULL,
    step INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason JSONB NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_campaign_interviews PRIMARY KEY (campaign_id, interview_id),
    CONSTRAINT fk_campaign_interviews_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaigns (id),
    CONSTRAINT fk_campaign_interviews_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE INDEX ix_campaign_interviews_interview_id ON campaign_interviews (interview_id);
CREATE INDEX ix_campaign_interviews_next ON campaign_interviews (campaign_id, next_at);

CREATE TABLE consent (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    phone_hash BYTEA NOT NULL,
    interview_id UUID,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    wording TEXT NOT NULL,
    source_id TEXT NOT NULL,
    evidence BYTEA,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_consent PRIMARY KEY (id),
    CONSTRAINT fk_consent_phone_hash FOREIGN KEY(phone_hash) REFERENCES phones (hash),
    CONSTRAINT fk_consent_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE INDEX ix_consent_phone_hash ON consent (phone_hash);

CREATE TABLE interview_events (
    interview_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    channel TEXT NOT NULL,
    source_id TEXT NOT NULL,
    turn INTEGER NOT NULL,
    input JSONB NOT NULL,
    effects JSONB NOT NULL,
    CONSTRAINT pk_interview_events PRIMARY KEY (interview_id, seq),
    CONSTRAINT fk_interview_events_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE UNIQUE INDEX uq_interview_events_source ON interview_events (interview_id, channel, source_id);

CREATE TABLE outbox (
    id UUID NOT NULL,
    ref TEXT NOT NULL,
    medium TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sender_id UUID NOT NULL,
    phone_hash BYTEA NOT NULL,
    interview_id UUID,
    office_id UUID,
    campaign_id UUID,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason JSONB NOT NULL,
    body BYTEA,
    segments INTEGER NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    deadline_at TIMESTAMP WITH TIME ZONE,
    lease_until TIMESTAMP WITH TIME ZONE,
    reserved_at TIMESTAMP WITH TIME ZONE,
    tries INTEGER NOT NULL,
    carrier_id TEXT,
    error_code TEXT NOT NULL,
    error_kind TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    duration_s INTEGER,
    cost NUMERIC,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    sent_real_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_ref UNIQUE (ref),
    CONSTRAINT fk_outbox_sender_id FOREIGN KEY(sender_id) REFERENCES senders (id),
    CONSTRAINT fk_outbox_phone_hash FOREIGN KEY(phone_hash) REFERENCES phones (hash),
    CONSTRAINT fk_outbox_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id),
    CONSTRAINT fk_outbox_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
    CONSTRAINT fk_outbox_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaigns (id)
);
CREATE INDEX ix_outbox_due ON outbox (sender_id, due_at) WHERE state = 'planned';
CREATE INDEX ix_outbox_interview_id ON outbox (interview_id);
CREATE INDEX ix_outbox_open ON outbox (state, lease_until)
    WHERE state IN ('claimed','sending','handed','sent','ringing','answered','unknown');
CREATE INDEX ix_outbox_reserved ON outbox (phone_hash, reserved_at) WHERE reserved_at IS NOT NULL;
CREATE UNIQUE INDEX uq_outbox_campaign_step ON outbox (campaign_id, interview_id, step, attempt)
    WHERE campaign_id IS NOT NULL;
CREATE UNIQUE INDEX uq_outbox_carrier_id ON outbox (sender_id, carrier_id) WHERE carrier_id IS NOT NULL;

CREATE TABLE tasks (
    id UUID NOT NULL,
    office_id UUID,
    interview_id UUID,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    digest BYTEA NOT NULL,
    detail BYTEA,
    claimed_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_tasks PRIMARY KEY (id),
    CONSTRAINT fk_tasks_office_id FOREIGN KEY(office_id) REFERENCES offices (id),
    CONSTRAINT fk_tasks_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id),
    CONSTRAINT uq_tasks_digest UNIQUE (digest)
);
CREATE INDEX ix_tasks_office_id ON tasks (office_id);

CREATE TABLE calls (
    id UUID NOT NULL,
    ref TEXT NOT NULL,
    direction TEXT NOT NULL,
    outbox_id UUID,
    sender_id UUID NOT NULL,
    phone_hash BYTEA NOT NULL,
    interview_id UUID,
    carrier_id TEXT,
    turn INTEGER NOT NULL,
    consented BOOLEAN NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_calls PRIMARY KEY (id),
    CONSTRAINT uq_calls_ref UNIQUE (ref),
    CONSTRAINT fk_calls_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id),
    CONSTRAINT fk_calls_sender_id FOREIGN KEY(sender_id) REFERENCES senders (id),
    CONSTRAINT fk_calls_phone_hash FOREIGN KEY(phone_hash) REFERENCES phones (hash),
    CONSTRAINT fk_calls_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id)
);
CREATE INDEX ix_calls_outbox_id ON calls (outbox_id);
CREATE UNIQUE INDEX uq_calls_carrier_id ON calls (sender_id, carrier_id) WHERE carrier_id IS NOT NULL;

CREATE TABLE inbound (
    id UUID NOT NULL,
    sender_id UUID NOT NULL,
    carrier_id TEXT NOT NULL,
    phone_hash BYTEA NOT NULL,
    number BYTEA NOT NULL,
    body BYTEA NOT NULL,
    interview_id UUID,
    outcome TEXT NOT NULL,
    reply BYTEA,
    reply_id UUID,
    via TEXT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_inbound PRIMARY KEY (id),
    CONSTRAINT fk_inbound_sender_id FOREIGN KEY(sender_id) REFERENCES senders (id),
    CONSTRAINT fk_inbound_interview_id FOREIGN KEY(interview_id) REFERENCES interviews (id),
    CONSTRAINT fk_inbound_reply_id FOREIGN KEY(reply_id) REFERENCES outbox (id)
);
CREATE INDEX ix_inbound_phone_hash ON inbound (phone_hash);
CREATE UNIQUE INDEX uq_inbound_sender_carrier_id ON inbound (sender_id, carrier_id);

CREATE TABLE receipts (
    id UUID NOT NULL,
    outbox_id UUID NOT NULL,
    digest BYTEA NOT NULL,
    raw_status TEXT NOT NULL,
    state TEXT NOT NULL,
    error_code TEXT NOT NULL,
    detail JSONB NOT NULL,
    via TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_receipts PRIMARY KEY (id),
    CONSTRAINT fk_receipts_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id)
);
CREATE INDEX ix_receipts_outbox_id ON receipts (outbox_id);
CREATE UNIQUE INDEX uq_receipts_outbox_digest ON receipts (outbox_id, digest);

CREATE TABLE call_turns (
    call_id UUID NOT NULL,
    turn INTEGER NOT NULL,
    question TEXT NOT NULL,
    interview_turn INTEGER NOT NULL,
    script BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_call_turns PRIMARY KEY (call_id, turn),
    CONSTRAINT fk_call_turns_call_id FOREIGN KEY(call_id) REFERENCES calls (id)
);
"""


def upgrade() -> None:
    """Make the tables of contact."""
    op.execute(TABLES)
