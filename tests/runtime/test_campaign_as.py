"""`alo campaign preview --as EMAIL`: read as that member reads it on the pages, by the console's role and scope."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli.main import alo
from cli.session import Session
from services.staff import accounts as staff
from services.work import Work
from store.tables.staff import staff as members
from store.unit_of_work import Database
from tests.console.visitor import add_office
from tests.services.nation import nation
from tests.services.world import World

Run = Callable[..., Result]


@pytest.fixture
def world(work: Work) -> World:
    """Two offices with three organisations each, and a member of each kind."""
    made = nation(work)
    add_office(work, "XX", "national")
    for email, office, role in (
        ("lan@qb.example", "QB", "office"), ("tho@xx.example", "XX", "office"), ("ha@xx.example", "XX", "national"),
    ):  # fmt: skip
        staff.join(work, staff.invite(work, email, office, role, "", "cli:test").token, "a hash", "")  # type: ignore[arg-type]  # a role
    return made


@pytest.fixture
def run(world: World, console: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `alo` against the test databases."""
    monkeypatch.setattr(Session, "work", world.work)
    monkeypatch.setattr(Session, "console", replace(world.work, database=console))

    def call(*argv: str, code: int = 0) -> Result:
        result = CliRunner().invoke(alo, list(argv))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def offices(run: Run, *more: str) -> dict[str, int]:
    """Organisations to contact by office, as a draft for the whole country is previewed."""
    found: dict[str, int] = json.loads(run("campaign", "preview", "2026", "--json", *more).stdout)["offices"]
    return found


def test_a_member_who_is_named_sees_what_they_see(run: Run, world: World) -> None:
    assert offices(run) == offices(run, "--as", " HA@xx.example") == {"HN": 3, "QB": 3}
    assert offices(run, "--office", "QB", "--as", "lan@qb.example") == {"QB": 3}
    draft = json.loads(run("campaign", "preview", "2026", "--json").stdout)["campaign_id"]
    assert "campaign" in run("campaign", "show", draft, "--as", "lan@qb.example", code=1).stderr


@pytest.mark.parametrize(
    ("email", "said"), [("tho@xx.example", "vai trò toàn quốc"), ("nobody@xx.example", "Không có cán bộ")]
)
def test_who_sees_no_campaign_is_refused(run: Run, world: World, email: str, said: str) -> None:
    assert said in run("campaign", "preview", "2026", "--as", email, code=1).stderr


def test_who_is_deactivated_sees_nothing(run: Run, world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(members).where(members.c.email == "lan@qb.example").values(active=False))
    run("campaign", "preview", "2026", "--as", "lan@qb.example", code=1)
