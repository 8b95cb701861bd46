"""`alo export`: in two languages, for people and for programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

from files import cards
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


def test_cards_are_a_page_an_organisation_with_number_code_and_questions(run: Run, tmp_path: Path) -> None:  # noqa: F811
    ready(run)
    path = tmp_path / "cards.html"
    argv = ["export", "r1", "--format", "cards", "--office", "mau", "--officer", "Chị Hoa <b>", *WHY]
    assert "40 thẻ A5" in run(*argv, "-o", str(path)).stdout
    page = path.read_text("utf-8")
    assert page.count("<article>") == 40
    assert "size: A5" in page
    assert "Rất hài lòng: bấm phím 1" in page
    assert "Chị Hoa &lt;b&gt;" in page
    assert len(set(re.findall(r"Mã số của đơn vị: <b>(\d+)</b>", page))) == 40
    assert "--office" in run("export", "r1", "--format", "cards", "-o", str(tmp_path / "n.html"), *WHY, code=1).stderr
    assert "--what" in run("export", "r1", "-o", str(tmp_path / "n.xlsx"), *WHY, code=2).stderr


def test_cards_as_pdf_are_written_or_refused_in_words(run: Run, tmp_path: Path) -> None:  # noqa: F811
    ready(run)
    path = tmp_path / "cards.pdf"
    argv = ["export", "r1", "--format", "cards", "--office", "mau", "-o", str(path), *WHY]
    if cards.pdf("<p>A5</p>") is None:
        assert "WeasyPrint" in run(*argv, code=1).stderr
    else:
        run(*argv)
        assert path.read_bytes().startswith(b"%PDF")
