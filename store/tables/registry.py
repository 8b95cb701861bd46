"""Offices, organisations and their phones, imports of lists."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from store.tables.base import at, document, key, metadata, ref, sealed

offices = Table(
    "offices",
    metadata,
    key(),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),  # national | province
    Column("area_scheme", Text, nullable=False),  # e.g. vn-2025
    Column("area_code", Text, nullable=False),
    Column("contact_number", Text, nullable=False),  # the office's own public number, told to respondents
)

organisations = Table(
    "organisations",
    metadata,
    key(),
    ref("office_id", "offices.id"),
    Column("registry_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),  # Vietnamese sort key
    Column("short_name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # HTX | QTD | LHHTX | THT
    Column("sector", Text, nullable=False),  # NN | PNN | ""
    Column("is_member", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("area_scheme", Text, nullable=False),
    Column("area_code", Text, nullable=False),  # province code in that scheme
    Column("commune", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("member_count", Integer),
    Column("founded_on", Date),
    sealed("leader"),  # person's name
    Column("position", Text, nullable=False),
    sealed("email"),
    Column("language", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # sha256 of the imported row: same again changes nothing
    ref("import_id", "imports.id", null=True),
    at("created_at"),
    at("updated_at"),
    Index("uq_organisations_office_code", "office_id", "registry_code", unique=True),
    Index("ix_organisations_name_key", "office_id", "name_key"),
)

phones = Table(
    "phones",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # keyed HMAC of the E.164 number; the lock row
    Column("hash_version", SmallInteger, nullable=False),
    sealed("number", bound_to=("hash",)),  # null: erased; the hash stays, so that nobody brings the number back unseen
    Column("kind", Text, nullable=False),  # mobile | landline | other
    Column("flags", ARRAY(Text), nullable=False),  # old_format, on_hold, …
    Column("consent", Text, nullable=False),  # unasked | given | stopped | held: projection of the consent ledger
    at("created_at"),
)

organisation_phones = Table(
    "organisation_phones",
    metadata,
    Column("organisation_id", Uuid, ForeignKey("organisations.id"), primary_key=True),
    Column("phone_hash", LargeBinary, ForeignKey("phones.hash"), primary_key=True, index=True),
    Column("rank", SmallInteger, nullable=False),  # 0 = first choice
    Column("valid", Boolean, nullable=False),  # false when somebody said that it is not, or no longer, theirs
    Column("note", Text, nullable=False),  # wrong_number | left_office | ""
    at("noted_at", null=True),  # since when; null: not known
)

phone_abilities = Table(
    "phone_abilities",
    metadata,
    Column("phone_hash", LargeBinary, ForeignKey("phones.hash"), primary_key=True),
    Column("medium", Text, primary_key=True),  # text | call
    Column("able", Boolean, nullable=False),  # no row: nothing has shown that it is not
    Column("code", Text, nullable=False),  # the carrier's code, or what showed otherwise
    Column("source", Text, nullable=False),  # carrier | contact | import | staff
    at("at"),
)

imports = Table(
    "imports",
    metadata,
    key(),
    ref("office_id", "offices.id"),
    Column("kind", Text, nullable=False),  # registry | online
    Column("file_sha256", Text, nullable=False),
    document("counts"),  # added, changed, unchanged, refused …
    sealed("report"),  # row faults as JSON: they quote cells
    Column("actor", Text, nullable=False),
    at("created_at"),
)

phone_readings = Table(
    "phone_readings",
    metadata,
    Column("office_id", Uuid, ForeignKey("offices.id"), primary_key=True),
    Column("digits_hash", LargeBinary, primary_key=True),  # keyed HMAC of digits that can be read in two ways
    Column("hash_version", SmallInteger, nullable=False),
    sealed("digits", null=False, bound_to=("office_id", "digits_hash")),  # without the 0 before them
    Column("kind", Text, nullable=False),  # mobile | landline: what staff chose
    Column("actor", Text, nullable=False),
    at("chosen_at"),
)
