"""Who was erased, by keyed hash alone, and what carriers still hold of them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from store.tables.base import at, key, metadata, ref

erasures = Table(
    "erasures",
    metadata,
    Column("subject", LargeBinary, primary_key=True),  # keyed HMAC: of a number, or of a name within its organisation
    Column("kind", Text, nullable=False),  # number | name
    Column("hash_version", SmallInteger, nullable=False),
    at("erased_at"),
    at("lifted_at", null=True),  # the person themselves wants to be contacted again
)

carrier_erasures = Table(
    "carrier_erasures",
    metadata,
    key(),
    ref("sender_id", "senders.id"),
    Column("medium", Text, nullable=False),  # text | call
    Column("carrier_id", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    at("next_at"),  # real time
    Index("uq_carrier_erasures_sender_carrier_id", "sender_id", "carrier_id", unique=True),
    Index("ix_carrier_erasures_next_at", "next_at"),
)
"""Texts and calls to be deleted at the carrier; a row goes when the carrier has done it."""
