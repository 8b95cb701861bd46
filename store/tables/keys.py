"""Which keys this database was written with: fingerprints only, so that another set never seals a row."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text

from store.tables.base import at, metadata

key_fingerprints = Table(
    "key_fingerprints",
    metadata,
    Column("use", Text, primary_key=True),  # sealing | lookup
    Column("name", Text, primary_key=True),  # id of a sealing key, version of a look-up key
    Column("fingerprint", LargeBinary, nullable=False),  # tells nothing of the key (`store.vault`)
    at("first_used_at"),
    at("retired_at", null=True),  # nothing is sealed with it any more: it may be taken away
)
