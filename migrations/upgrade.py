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

from store.unit_of_work import driver_url

HERE = Path(__file__).parent
LOCK_TIMEOUT = "10s"
"""A migration that cannot get its lock gives up rather than stop every reader behind it."""


def configuration() -> Config:
    """Alembic's configuration, made in place."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the owner's database at `url` to `revision`, with grants and policies; a repetition changes nothing."""
    engine = sa.create_engine(driver_url(url), connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT}"})
    config = configuration()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def head() -> str:
    """The newest revision this code has."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    return newest or ""


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
