"""Keeps one PostgreSQL and one Valkey for a whole test run; a process of its own, so that it ends however the run ends.

Called by `tests/conftest.py` as `python -m tests.servers HOME CONTROLLER_PID`; writes HOME/servers.json when ready.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import psutil
import psycopg
import sqlalchemy as sa

from migrations.upgrade import upgrade
from runtime.embedded import LOGIN_ROLES, TEST_SETTINGS, Postgres, Valkey, ensure_database, ensure_role

TEMPLATE = "alo_template"


def embedded(home: Path) -> Postgres:
    """The run's own PostgreSQL, quick because it need not survive."""
    server = Postgres(home / "postgres", settings=TEST_SETTINGS)
    server.start()
    return server


def outside(url: str) -> dict[str, str]:
    """URL patterns ("{database}") at a server given by DATABASE_OWNER_URL, whose role may make databases and roles."""
    password = "alo-tests-only"
    with psycopg.connect(url, autocommit=True) as connection:
        for role in LOGIN_ROLES:
            ensure_role(connection, role, password)
        connection.execute("GRANT alo_owner TO CURRENT_USER")
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
    base = sa.make_url(url)
    admin = base.render_as_string(hide_password=False)
    roles = {
        role: base.set(username=role, password=password, database="_").render_as_string(hide_password=False)
        for role in LOGIN_ROLES
    }
    return {"admin": admin, **roles}


def main(home: Path, controller: psutil.Process) -> None:
    """Start, say so, wait for the controller's end, stop."""
    given = os.environ.get("DATABASE_OWNER_URL", "")
    postgres = None if given else embedded(home)
    if postgres is None:
        urls = outside(given)
    else:
        urls = {role: postgres.url(role, "_") for role in LOGIN_ROLES} | {"admin": postgres.url("postgres", "postgres")}
    with psycopg.connect(urls["admin"], autocommit=True) as connection:
        ensure_database(connection, TEMPLATE, owner="alo_owner")
    upgrade(sa.make_url(urls["alo_owner"]).set(database=TEMPLATE).render_as_string(hide_password=False))
    valkey = Valkey(home / "valkey", durable=False)
    valkey.start()
    draft = home / "servers.draft"
    draft.write_text(json.dumps({**urls, "broker": valkey.broker_url}))
    draft.rename(home / "servers.json")
    try:
        while controller.is_running() and controller.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.2)
    finally:
        valkey.stop()
        if postgres is not None:
            postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(Path(sys.argv[1]), psutil.Process(int(sys.argv[2])))
