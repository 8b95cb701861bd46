"""Items that a loop could not deal with: kept apart, so that the others go on, until somebody puts them back."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from store.tables.base import at, key, metadata, sealed

unfit = Table(
    "unfit",
    metadata,
    key(),
    Column("loop", Text, nullable=False),  # services.unfit.isolation.LOOPS
    Column("item", Text, nullable=False),  # an id of ours or of a carrier; never a number, name or text
    Column("kept", Boolean, nullable=False),  # false: it failed, and is tried again on the next runs
    Column("code", Text, nullable=False),  # kind of the fault, with the database's SQLSTATE where it has one
    Column("place", Text, nullable=False),  # file, line and function of ours where it happened
    sealed("raw", bound_to=("loop", "item")),  # the item as it came, where nothing else holds it
    Column("tries", Integer, nullable=False),
    at("first_at"),  # business time
    at("last_at"),
    Index("uq_unfit_loop_item", "loop", "item", unique=True),
)
