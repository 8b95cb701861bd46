"""Staff who sign in, their offices and roles, sessions, second factors, invitations, and the audit trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, Integer, LargeBinary, Table, Text, Uuid

from store.tables.base import at, document, key, metadata, ref, sealed

staff = Table(
    "staff",
    metadata,
    key(),
    ref("office_id", "offices.id"),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # national | office
    Column("password", Text),  # argon2 by Flask-Security; null until the invitation is taken up
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", Text, unique=True),  # of before sessions were rows; nothing reads it, a later step drops it
    Column("language", Text, nullable=False),
    at("invited_at"),
    at("joined_at", null=True),
    Column("sign_in_count", Integer, nullable=False),
    sealed("phone"),  # where a leader who asks for a person may be connected to
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("staff_id", Uuid, ForeignKey("staff.id"), nullable=False),
    at("expires_at"),
    at("used_at", null=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    key(),
    ref("staff_id", "staff.id", index=True),
    Column("mark_hash", Text, nullable=False, unique=True),  # the mark itself is in one browser's cookie only
    Column("role", Text, nullable=False),  # as of the sign-in: another role or office ends the session
    ref("office_id", "offices.id"),
    Column("browser", Text, nullable=False),  # "Firefox · Windows"; "" when it says nothing known
    at("begun_at"),  # real time, as the other two
    at("seen_at"),  # written at most once a minute
    at("ended_at", null=True),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("staff_id", Uuid, ForeignKey("staff.id"), primary_key=True),
    sealed("secret", bound_to=("staff_id",)),  # null until the first set-up is confirmed
    sealed("pending", bound_to=("staff_id",)),  # of a set-up that is under way
    Column("last_step", BigInteger, nullable=False),  # of the last code that was taken: each is good once
    Column("wrong", Integer, nullable=False),  # codes in a row that were wrong
    at("wrong_at", null=True),  # the last of them, real time
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", Uuid, ForeignKey("staff.id"), primary_key=True),
    Column("code_hash", Text, primary_key=True),
    at("used_at", null=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    at("at"),
    Column("actor", Text, nullable=False),  # "cli:<os user>", "staff:<id>", "machine:<task>"
    Column("office_id", Uuid, ForeignKey("offices.id")),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    document("detail"),
    Column("salt", LargeBinary),  # random, in the digest: what was scrubbed cannot be guessed by trying
    Column("position", BigInteger),  # these three by the trigger of migration 0020, when the transaction ends
    Column("digest", LargeBinary),  # of the line as it was written
    Column("chain", LargeBinary),  # of the chain of the line before, position and digest
    Index("ix_audit_subject", "subject"),
    Index("ix_audit_position", "position"),
)

audit_chain = Table(
    "audit_chain",
    metadata,
    Column("name", Text, primary_key=True),  # "head": the last line; "cut": the last of those past their time
    Column("position", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)

officer_communes = Table(
    "officer_communes",
    metadata,
    Column("office_id", Uuid, ForeignKey("offices.id"), primary_key=True),
    Column("commune", Text, primary_key=True),  # as `organisations.commune`; one officer looks after it
    Column("staff_id", Uuid, ForeignKey("staff.id"), nullable=False, index=True),
)
