"""All tables, by subject, on one MetaData. Migrations must give exactly this schema (a house test compares)."""

from store.tables import campaigns, interviews, outbox, registry, rounds, staff, unfit
from store.tables.base import metadata

__all__ = ["campaigns", "interviews", "metadata", "outbox", "registry", "rounds", "staff", "unfit"]
