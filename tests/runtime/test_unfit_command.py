"""`alo unfit`: what was set aside is listed without anything personal, and put back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from cli.main import alo
from cli.session import Session
from services.texts import unfit as unfit_texts
from services.work import Work
from store.tables.interviews import inbound
from store.tables.staff import audit
from tests.services.world import LEADER, World, build

Run = Callable[..., Result]


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `alo` against the test database."""
    monkeypatch.setattr(Session, "work", world.work)

    def call(*argv: str, code: int = 0) -> Result:
        result = CliRunner().invoke(alo, list(argv))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def keep(world: World, *bodies: str) -> None:
    """Texts come in that nobody can take in now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.texts.receive._answer", lambda _turn: int("x"))
        for body in bodies:
            assert unfit_texts.receive(world.work, world.text, world.text_from(body)).outcome == "unfit"


def test_what_is_kept_is_listed_and_put_back(run: Run, world: World) -> None:
    keep(world, "1", "bí mật")
    said = run("unfit", "list").stdout
    assert "ValueError" in said
    assert "tests/runtime/test_unfit_command.py" in said
    assert LEADER not in said + run("unfit", "list", "--json").stdout
    assert "bí mật" not in said
    first = json.loads(run("unfit", "list", "--json").stdout)[0]
    assert "1" in run("unfit", "again", first["id"]).stdout
    assert len(world.rows(inbound)) == 1
    run("unfit", "again", "--all")
    assert len(world.rows(inbound)) == 2
    assert [row["action"] for row in world.rows(audit)] == ["unfit.put_back"] * 2
    assert "Không có mục nào" in run("unfit", "list", "--loop", "texts").stdout


def test_what_still_cannot_be_taken_in_is_kept(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(world, "1")
    monkeypatch.setattr("services.texts.receive._answer", lambda _turn: int("x"))
    assert "1" in run("unfit", "again", "--loop", "texts", code=1).stderr
    assert "alo unfit again" in run("unfit", "list").stdout


@pytest.mark.parametrize("which", ["nope", "00000000-0000-7000-8000-000000000000"])
def test_an_item_that_is_not_there_is_refused_in_words(run: Run, which: str) -> None:
    assert which in run("unfit", "again", which, code=1).stderr


def test_which_items_must_be_said(run: Run) -> None:
    assert "--all" in run("unfit", "again", code=1).stderr
