"""Alembic's environment: one transaction for all steps, then the roles' grants and policies as they stand now."""

from __future__ import annotations

from alembic import context

from migrations.compatibility import mark_of
from store import roles
from store.tables import metadata

LOCK = 4_152_018_072
"""Advisory lock: two starts at once migrate one after the other."""

connection = context.config.attributes["connection"]
connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
context.run_migrations()
roles.apply(connection)
applied = context.get_context().get_current_revision() or ""
connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{mark_of(applied)}'")
