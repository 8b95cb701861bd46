"""Senders, everything that leaves the house (texts and calls in one outbox), receipts, turns of calls, tallies."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)

from store.tables.base import at, document, key, metadata, ref, sealed

senders = Table(
    "senders",
    metadata,
    key(),
    Column("name", Text, nullable=False, unique=True),
    Column("carrier", Text, nullable=False),  # twilio | kannel
    Column("medium", Text, nullable=False),  # text | call
    Column("address", Text, nullable=False),  # our number or sender name
    Column("credentials", Text, nullable=False),  # reference: name of the settings group, never the secret
    Column("account", Text, nullable=False),  # public account id (Twilio AccountSid), "" for Kannel
    Column("api_base_url", Text, nullable=False),
    Column("can_receive", Boolean, nullable=False),
    Column("can_reconcile", Boolean, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("rate_per_s", Numeric, nullable=False),
    Column("burst", Integer, nullable=False),
    Column("lines", Integer, nullable=False),  # live calls at once; 0 for text
    Column("detects_machines", Boolean, nullable=False),  # calls: the carrier listens who answers, at a price
    document("tariff"),  # contact.tariff.Tariff.to_dict(): dated, marked sample
    Column("weight", Integer, nullable=False),  # now; moves in steps with errors, drifts back to `base_weight`
    Column("base_weight", Integer, nullable=False),  # what the operator set
    at("weight_at", null=True),  # real time of the last step
    Column("paused_reason", Text, nullable=False),  # "" = in use
    at("slot_at"),  # pacing: real time of the next free slot (contact.pacing)
    Column("served", Text, nullable=False),  # "campaign/office" that was served last: whose turn is next
    document("budget"),  # contact.pacing.Budget.to_dict()
    at("inbound_swept_at", null=True),
    Column("mark", BigInteger),  # grows with all that leaves; the greatest is kept outside too; null: nothing left
    at("marked_at", null=True),  # business time at which the mark last grew by itself
    at("held_at", null=True),  # real time since when nothing leaves
    at("unread_since", null=True),  # business time since which the carrier must be read: nothing leaves before
    Column("clock_offset_s", Integer),  # our clock minus the carrier's; null: not known yet (contact.clocks)
    at("created_at"),
)

outbox = Table(
    "outbox",
    metadata,
    key(),
    Column("ref", Text, nullable=False, unique=True),  # random public reference, stands in callback URLs
    Column("medium", Text, nullable=False),  # text | call
    Column("purpose", Text, nullable=False),  # invitation | reminder | question | reply | opt_out_confirmation | call …
    ref("sender_id", "senders.id"),
    Column("phone_hash", LargeBinary, ForeignKey("phones.hash"), nullable=False),
    ref("interview_id", "interviews.id", null=True, index=True),
    ref("office_id", "offices.id", null=True),
    ref("campaign_id", "campaigns.id", null=True),
    Column("step", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),  # contact.delivery.State
    document("reason"),  # code + parameters: why this contact, or why it was withdrawn or re-timed
    sealed("body"),  # texts: what is or was sent
    Column("segments", Integer, nullable=False),
    at("due_at"),  # business time
    at("deadline_at", null=True),  # business time: retries end here
    at("lease_until", null=True),  # real time: claimed or sending by a worker
    at("reserved_at", null=True),  # business time: counted against the caps; null = given back or exempt
    Column("tries", Integer, nullable=False),  # technical tries, spend no attempt
    Column("carrier_id", Text),
    Column("error_code", Text, nullable=False),
    Column("error_kind", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("duration_s", Integer),
    Column("cost", Numeric),
    at("created_at"),
    at("sent_at", null=True),  # business time
    at("sent_real_at", null=True),  # real time: when the HTTP began; unknowns are asked after real minutes
    at("ended_at", null=True),
    at("asked_at", null=True),  # real time the carrier was last asked about it
    Index(
        "uq_outbox_campaign_step",
        "campaign_id",
        "interview_id",
        "step",
        "attempt",
        unique=True,
        postgresql_where=text("campaign_id IS NOT NULL"),
    ),
    Index(
        "uq_outbox_carrier_id", "sender_id", "carrier_id", unique=True, postgresql_where=text("carrier_id IS NOT NULL")
    ),
    Index(
        "ix_outbox_turn", "sender_id", "campaign_id", "office_id", "due_at", postgresql_where=text("state = 'planned'")
    ),
    Index(
        "ix_outbox_urgent",
        "sender_id",
        "due_at",
        postgresql_where=text("state = 'planned' AND (campaign_id IS NULL OR purpose IN ('call_back', 'resumption'))"),
    ),
    Index(
        "uq_outbox_call_back",
        "phone_hash",
        unique=True,
        postgresql_where=text(
            "purpose = 'call_back' AND campaign_id IS NULL"
            " AND state IN ('planned','claimed','sending','sent','ringing','answered','unknown')"
        ),
    ),
    Index(
        "ix_outbox_open",
        "state",
        "lease_until",
        postgresql_where=text("state IN ('claimed','sending','handed','sent','ringing','answered','unknown')"),
    ),
    Index(
        "ix_outbox_lines",
        "sender_id",
        postgresql_where=text(
            "medium = 'call' AND state IN ('claimed','sending','sent','ringing','answered','unknown')"
        ),
    ),
    Index("ix_outbox_phone", "phone_hash", "sent_at"),
    Index("ix_outbox_spent", "sender_id", "reserved_at", postgresql_where=text("reserved_at IS NOT NULL")),
)

receipts = Table(
    "receipts",
    metadata,
    key(),
    ref("outbox_id", "outbox.id", index=True),
    Column("digest", LargeBinary, nullable=False),  # of (raw status, sequence, error, carrier time): repeats are one
    Column("raw_status", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("error_code", Text, nullable=False),
    document("detail"),  # unknown parameters are kept; no phone number or text in it
    Column("via", Text, nullable=False),  # callback | asked
    at("at"),
    Index("uq_receipts_outbox_digest", "outbox_id", "digest", unique=True),
)

calls = Table(
    "calls",
    metadata,
    key(),
    Column("ref", Text, nullable=False, unique=True),  # same as outbox.ref for calls we place
    Column("direction", Text, nullable=False),  # out | in
    ref("outbox_id", "outbox.id", null=True, index=True),
    ref("sender_id", "senders.id"),
    Column("phone_hash", LargeBinary, ForeignKey("phones.hash"), nullable=False),
    ref("interview_id", "interviews.id", null=True),
    Column("carrier_id", Text),
    Column("turn", Integer, nullable=False),  # turns of this call's dialogue so far
    Column("consented", Boolean, nullable=False),  # consent heard in this call (a resumed interview asks again briefly)
    at("began_at"),
    at("ended_at", null=True),
    Index(
        "uq_calls_carrier_id", "sender_id", "carrier_id", unique=True, postgresql_where=text("carrier_id IS NOT NULL")
    ),
    Index("ix_calls_ringing_in", "phone_hash", postgresql_where=text("direction = 'in' AND ended_at IS NULL")),
)

call_turns = Table(
    "call_turns",
    metadata,
    Column("call_id", Uuid, ForeignKey("calls.id"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("question", Text, nullable=False),  # question asked by the script of this turn; "" for none
    Column("interview_turn", Integer, nullable=False),
    sealed(
        "script", null=False, bound_to=("call_id", "turn")
    ),  # the TwiML given back; a repeated request gets it again
    at("at"),
)

tallies = Table(
    "tallies",
    metadata,
    Column("sender_id", Uuid, ForeignKey("senders.id"), primary_key=True),
    Column("what", Text, primary_key=True),  # contact.delivery.ErrorKind | "repair"
    Column("code", Text, primary_key=True),  # the carrier's error code | why something was repaired
    Column("listed", Boolean, nullable=False),  # false: the code stands in no table of ours
    Column("n", BigInteger, nullable=False),
    at("first_at"),  # business time
    at("last_at"),
)
