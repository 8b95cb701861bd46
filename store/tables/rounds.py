"""Questionnaires, rounds and what belongs to a round."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, Table, Text, Uuid

from store.tables.base import at, document, key, metadata

questionnaires = Table(
    "questionnaires",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("sample", Boolean, nullable=False),
    document("form"),  # survey.form.questionnaire.Questionnaire.to_dict()
    at("published_at"),
    Column("published_by", Text, nullable=False),
)

rounds = Table(
    "rounds",
    metadata,
    key(),
    Column("code", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("year", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    at("opens_at"),
    at("closes_at"),
    Column("state", Text, nullable=False),  # open | closed
    document("settings"),  # contact.settings.RoundSettings.to_dict(): hours, holidays, caps, ladder
    document("rule"),  # scoring.rules.Rule.to_dict()
    Column("rule_state", Text, nullable=False),  # sample | draft | signed
    at("online_loaded_at", null=True),  # last import of online answers; null: "phone answers only, not the index"
    at("created_at"),
    Column("created_by", Text, nullable=False),
)

round_questionnaires = Table(
    "round_questionnaires",
    metadata,
    Column("round_id", Uuid, ForeignKey("rounds.id"), primary_key=True),
    Column("kind", Text, primary_key=True),  # organisation kind; "*" = any other
    Column("sector", Text, primary_key=True),  # NN | PNN | "" ; "*" = any
    Column("questionnaire_sha256", Text, ForeignKey("questionnaires.sha256"), nullable=False),
)

recordings = Table(
    "recordings",
    metadata,
    Column("prompt_id", Text, primary_key=True),  # ivr.prompts.prompt_id: of words, language and voice
    Column("sha256", Text, primary_key=True),  # of the audio; a better one of the same sentence is another row
    Column("language", Text, nullable=False),
    Column("voice", Text, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("audio", LargeBinary, nullable=False),  # WAV
    at("added_at"),
    Column("added_by", Text, nullable=False),
    at("withdrawn_at", null=True),  # heard no more; a call that has its URL still gets it
    CheckConstraint("sha256 = encode(sha256(audio), 'hex')", name="unbroken"),
)

round_offices = Table(
    "round_offices",
    metadata,
    Column("round_id", Uuid, ForeignKey("rounds.id"), primary_key=True),
    Column("office_id", Uuid, ForeignKey("offices.id"), primary_key=True),
    at("closes_at", null=True),  # the province's own deadline; null: the round's
    at("locked_at", null=True),  # from now on nobody is contacted there, and nothing is stored
    Column("locked_by", Text, nullable=False),
    document("outcomes", null=True),  # AAPOR disposition → organisations, as they stood when it was locked
)
