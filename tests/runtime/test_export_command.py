"""`alo export`: in two languages, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.runtime.test_registry_commands import FORMS, OFFICE, ROUND, VILLAGE, Run, run  # noqa: F401

WHY = ["--reason", "Thử"]


def ready(run: Run) -> None:  # noqa: F811  the fixture is passed on
    run(*OFFICE)
    run("questionnaire", "publish", *FORMS)
    run("import", VILLAGE, "--office", "mau")
    run(*ROUND)


def test_files_are_named_and_counted(run: Run, tmp_path: Path) -> None:  # noqa: F811
    ready(run)
    path = tmp_path / "s.csv"
    said = run("export", "r1", "--what", "status", "--format", "csv", "-o", str(path), *WHY).stdout
    assert str(path) in said
    assert "40 tổ chức" in said
    made = json.loads(run("export", "r1", "--what", "forms", "-o", str(tmp_path / "f.xlsx"), *WHY, "--json").stdout)
    assert made == {"files": [str(tmp_path / "f.xlsx")], "rows": 0, "held_back": 0}


def test_refusals_are_said_in_both_languages(run: Run, tmp_path: Path) -> None:  # noqa: F811
    ready(run)
    path = str(tmp_path / "x.xlsx")
    assert "--reason" in run("export", "r1", "--what", "status", "-o", path, code=1).stderr
    argv = ["export", "r1", "--what", "figures", "-o", path, *WHY]
    assert "chưa đóng" in run(*argv, code=1).stderr
    assert "is open" in run("--lang", "en", *argv, code=1).stderr
    assert "alo round list" in run("export", "no", "--what", "status", "-o", path, *WHY, code=1).stderr
    run("round", "close", "r1", "--yes")
    assert "số liệu" in run(*argv).stdout
