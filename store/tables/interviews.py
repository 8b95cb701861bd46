"""Interviews, their events and answers; what people were asked when; texts and calls that came in.

One row of `interviews` per eligible organisation and round, made when the round opens: it is also the frame (n).
"""

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
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import at, document, key, metadata, ref, sealed

interviews = Table(
    "interviews",
    metadata,
    key(),
    ref("round_id", "rounds.id"),
    ref("organisation_id", "organisations.id", null=True, index=True),  # null: parted from it, its time is over
    ref("office_id", "offices.id"),
    Column("code", Text, nullable=False),  # short public code, e.g. on a printed card; random, unique per round
    Column("kind", Text, nullable=False),  # strata frozen at opening: kind, sector, member, area
    Column("sector", Text, nullable=False),
    Column("is_member", Boolean, nullable=False),
    Column("area_scheme", Text, nullable=False),
    Column("area_code", Text, nullable=False),
    Column("commune", Text, nullable=False),
    Column("questionnaire_sha256", Text, ForeignKey("questionnaires.sha256"), nullable=False),  # pinned at begin
    Column("status", Text, nullable=False),  # survey.engine.state.Status, or "answered" (online says so)
    Column("channel", Text, nullable=False),  # channel of the last committed input; "" before
    Column("state", JSONB),  # survey.engine.state.Interview.to_dict(); null before the first event
    Column("seq", Integer, nullable=False),
    at("begun_at", null=True),
    at("ended_at", null=True),
    at("online_at", null=True),  # the online survey reports an answer: contact stops
    at("appointment_at", null=True),  # a time the person chose
    Index("uq_interviews_round_organisation", "round_id", "organisation_id", unique=True),
    Index("uq_interviews_round_code", "round_id", "code", unique=True),
    Index("ix_interviews_round_office_status", "round_id", "office_id", "status"),
)

interview_events = Table(
    "interview_events",
    metadata,
    Column("interview_id", Uuid, ForeignKey("interviews.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    at("at"),
    Column("channel", Text, nullable=False),
    Column("source_id", Text, nullable=False),  # carrier's id of the text, call id + turn, import + row
    Column("turn", Integer, nullable=False),  # bound turn
    document("input"),  # survey.answers.Heard as JSON
    document("effects"),  # list of survey.engine.effects.to_dict
    Index("uq_interview_events_source", "interview_id", "channel", "source_id", unique=True),
)

answers = Table(
    "answers",
    metadata,
    Column("interview_id", Uuid, ForeignKey("interviews.id"), primary_key=True),
    Column("question", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("points", Numeric),  # of the choice; null: no points (no opinion, numbers)
    Column("channel", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    at("at"),
)

prompted = Table(
    "prompted",
    metadata,
    Column("sender_id", Uuid, ForeignKey("senders.id"), primary_key=True),
    Column("phone_hash", LargeBinary, ForeignKey("phones.hash"), primary_key=True),
    document(
        "shown"
    ),  # list, newest first, of sms.binding.Shown: interview, question, turn, visible_at, last body digest
)

inbound = Table(
    "inbound",
    metadata,
    key(),
    ref("sender_id", "senders.id"),
    Column("carrier_id", Text, nullable=False),
    Column("phone_hash", LargeBinary, nullable=False, index=True),
    sealed("number"),  # null: erased, or past its time
    sealed("body"),
    ref("interview_id", "interviews.id", null=True),
    Column("outcome", Text, nullable=False),  # code: answered, repeated, asked_back, opted_out, unknown_number …
    sealed("reply"),  # the body that was given back
    ref("reply_id", "outbox.id", null=True),
    Column("answered_as", BigInteger),  # keyed digest of a text not understood, or of a text and its reply; null: none
    Column("via", Text, nullable=False),  # webhook | sweep
    at("received_at"),
    at("told_at", null=True),  # when the carrier had it, by the carrier's own clock
    Index("ix_inbound_told", "sender_id", "received_at", postgresql_where=text("told_at IS NOT NULL")),
    Index("uq_inbound_sender_carrier_id", "sender_id", "carrier_id", unique=True),
)
