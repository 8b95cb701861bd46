"""All tables, by subject, on one MetaData. Migrations must give exactly this schema (a house test compares)."""

from store.tables import campaigns, interviews, keys, outbox, persons, registry, rounds, staff, unfit
from store.tables.base import metadata

__all__ = ["campaigns", "interviews", "keys", "metadata", "outbox", "persons", "registry", "rounds", "staff", "unfit"]
