"""All tables, by subject, on one MetaData. Migrations must give exactly this schema (a house test compares)."""

from store.tables import campaigns, interviews, keys, outbox, registry, rounds, staff, unfit
from store.tables.base import metadata

__all__ = ["campaigns", "interviews", "keys", "metadata", "outbox", "registry", "rounds", "staff", "unfit"]
