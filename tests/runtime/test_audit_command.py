"""The audit trail is read by day, person, action and office, and leaves as a file of which a line is kept."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli.main import alo
from cli.session import Session
from services.work import Work
from store import audit
from store.unit_of_work import Database
from tests.doubles import START
from tests.services.world import World, build

Run = Callable[..., Result]


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(Session, "work", world.work)
    with world.work.database.transaction() as conn:
        for n, (action, office) in enumerate((("office.add", None), ("campaign.launched", world.office_id))):
            audit.append(
                conn, at=START, actor=f"cli:{n}", action=action, subject="=x", office_id=office, detail={"n": n}
            )

    def call(*argv: str, code: int = 0) -> Result:
        result = CliRunner().invoke(alo, ["audit", *argv])
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def actions(result: Result) -> list[str]:
    return [line["action"] for line in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((), ["office.add", "campaign.launched"]),
        (("--most", "1"), ["campaign.launched"]),
        (("--action", "campaign."), ["campaign.launched"]),
        (("--action", "c%"), []),
        (("--actor", "cli:0"), ["office.add"]),
        (("--office", "QB"), ["campaign.launched"]),
        (("--since", "18/11/2026", "--until", "2026-11-18"), ["office.add", "campaign.launched"]),
        (("--since", "19/11/2026"), []),
        (("--until", "17/11/2026"), []),
    ],
)
def test_lines_are_found(run: Run, asked: tuple[str, ...], found: list[str]) -> None:
    assert actions(run(*asked, "--json")) == found


def test_a_line_is_told_in_words(run: Run) -> None:
    assert "phát động đợt nhắc (campaign.launched)" in run().stdout
    assert "Không có dòng nào" in run("--actor", "nobody").stdout


def test_taking_it_is_a_line_of_its_own_and_no_cell_is_a_formula(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "trail.csv"
    assert "2 dòng" in run("-o", str(out)).stdout
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert [row["subject"] for row in rows] == ["'=x", "'=x"]
    assert actions(run("--json"))[-1] == "audit.export"
    assert "Đã có" in run("-o", str(out), code=1).output


def test_it_is_whole_and_its_head_is_noted(run: Run, owner: Database) -> None:
    noted = run("head").stdout.strip()
    assert noted.startswith("2:")
    assert noted in run("verify").stdout
    assert json.loads(run("verify", "--head", noted, "--json").stdout)["findings"] == []
    assert "không phải đầu chuỗi" in run("verify", "--head", "2:abc", code=1).output
    lines = json.loads(run("--json").stdout)
    assert [line["position"] for line in lines] == [1, 2]
    assert noted == f"2:{lines[-1]['chain']}"


def test_what_is_not_as_it_was_written_ends_with_1_and_tells_how_to_mend(run: Run, owner: Database) -> None:
    with owner.transaction() as conn:
        conn.execute(sa.text("UPDATE audit SET actor = 'cli:2' WHERE actor = 'cli:1'"))
    said = run("verify", code=1).output
    assert "vị trí 2" in said
    assert "đã bị sửa" in said
    assert "Đừng sửa gì" in said
    (finding,) = json.loads(run("verify", "--json", code=1).stdout)["findings"]
    assert (finding["code"], finding["position"]) == ("changed", 2)
