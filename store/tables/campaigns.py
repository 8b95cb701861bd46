"""Campaigns (their contacts are outbox rows), consent ledger, work list."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import at, document, key, metadata, ref, sealed

campaigns = Table(
    "campaigns",
    metadata,
    key(),
    ref("round_id", "rounds.id"),
    ref("office_id", "offices.id"),  # whose it is; the national office's covers the organisations of every office
    Column("kind", Text, nullable=False),  # contact.kinds.KINDS
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),  # draft | approved | planning | running | paused | stopping | stopped | done
    document("audience"),  # filters as data: store.campaign.audience.FILTERS
    document("ladder"),  # contact.ladder.Ladder.to_dict(), derived from the round's and kept in step with it
    Column("seed", BigInteger, nullable=False),  # of the order in which first contacts are released
    Column("spread_days", Integer, nullable=False, default=0),  # first contacts over so many days; 0: at once
    Column("holds", JSONB, nullable=False, default=dict),  # "office:<id>" | "sender:<id>" | "medium:<name>" → who, why
    Column("planned", Integer, nullable=False),  # organisations entered so far
    Column("cursor", Uuid),  # planning resumes after this interview
    at("planned_at", null=True),  # the last page was entered
    Column("approved_for", Integer, nullable=False, default=0),  # organisations the second person saw
    Column("approved_by", Text, nullable=False, default=""),
    at("approved_at", null=True),
    at("created_at"),
    Column("created_by", Text, nullable=False),
    at("launched_at", null=True),
    Column("launched_by", Text, nullable=False),
    at("ended_at", null=True),
)

campaign_interviews = Table(
    "campaign_interviews",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaigns.id"), primary_key=True),
    Column("interview_id", Uuid, ForeignKey("interviews.id"), primary_key=True, index=True),
    Column("step", Integer, nullable=False),  # ladder step reached (0 = none yet)
    Column("state", Text, nullable=False),  # waiting | contacting | ended
    document("reason"),  # why it ended or what comes next, code + parameters
    at("next_at", null=True),  # business time the next step is decided
    Index("ix_campaign_interviews_next", "campaign_id", "next_at"),
)

consent = Table(
    "consent",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("phone_hash", LargeBinary, ForeignKey("phones.hash"), nullable=False, index=True),
    ref("interview_id", "interviews.id", null=True),
    Column("kind", Text, nullable=False),  # given | refused | stopped | started | held | released
    Column("channel", Text, nullable=False),
    Column("wording", Text, nullable=False),  # sha256 of the questionnaire + language
    Column("source_id", Text, nullable=False),
    sealed("evidence", bound_to=("phone_hash", "source_id")),  # the text or key
    at("at"),
)

tasks = Table(
    "tasks",
    metadata,
    key(),
    ref("office_id", "offices.id", null=True, index=True),
    ref("interview_id", "interviews.id", null=True),
    Column(
        "kind", Text, nullable=False
    ),  # wrong_number | not_them | left_office | person_wanted | unknown_number | ladder_ended | doubtful_text
    # | sender_unreadable | stop_unreadable | unfit | person_request | person_withdrawal
    # | kannel_logs
    Column("state", Text, nullable=False),  # open | claimed | done
    Column("digest", LargeBinary, nullable=False, unique=True),  # one task per cause
    sealed("detail", bound_to=("digest",)),
    Column("claimed_by", Text, nullable=False),
    at("created_at"),
    at("done_at", null=True),
    at("wanted_at", null=True),  # business time at which the person wants to be called; null: as soon as may be
)
