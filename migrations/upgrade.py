"""Runs the migrations from Python, as the owner role; there is no alembic.ini to find or to keep in step.

It must not know settings: the URL is passed in.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from migrations.compatibility import Fit, fit
from store.unit_of_work import driver_url

HERE = Path(__file__).parent
COMMENT = sa.text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")
"""What `migrations.compatibility.mark_of` wrote."""
LOCK_TIMEOUT = "10s"
"""A migration that cannot get its lock gives up rather than stop every reader behind it."""


def configuration() -> Config:
    """Alembic's configuration, made in place."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


class TooNewError(RuntimeError):
    """The schema is newer than this code, which no longer fits it; `found` and `wanted` are revisions."""

    def __init__(self, found: str, wanted: str) -> None:
        """Revisions of the database and of this code."""
        super().__init__(f"schema {found}, code {wanted}")
        self.found, self.wanted = found, wanted


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the owner's database at `url` to `revision`, with grants and policies; a repetition changes nothing.

    A newer schema that this code still fits stays as it is, grants and all. Raises TooNewError for any other.
    """
    engine = sa.create_engine(driver_url(url), connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT}"})
    config = configuration()
    try:
        with engine.begin() as connection:
            suits = suited(connection)
            if suits == "too_new":
                raise TooNewError(current(connection), head())
            if suits == "newer":
                return
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def head() -> str:
    """The newest revision this code has."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    return newest or ""


def suited(conn: sa.Connection) -> Fit:
    """How the database's schema suits this code."""
    return fit(current(conn), str(conn.scalar(COMMENT) or ""), head())


def knows(revision: str) -> bool:
    """Whether this code has the revision, so that it can go forward from it."""
    return any(step.revision == revision for step in ScriptDirectory.from_config(configuration()).walk_revisions())


def current(conn: sa.Connection) -> str:
    """The revision the database is at; "" before the first migration."""
    return MigrationContext.configure(conn).get_current_revision() or ""


if __name__ == "__main__":
    if "DATABASE_OWNER_URL" not in os.environ:
        sys.exit("DATABASE_OWNER_URL: chưa đặt (not set)")
    upgrade(os.environ["DATABASE_OWNER_URL"])
