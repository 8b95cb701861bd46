"""A province's deadline and lock, and answers that do not hold, on the command line; lists refused there in words."""

# ruff: noqa: F811  fixtures of another module are asked for by their names

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from files import workbooks
from files.parsing.archives import MAX_UNPACKED
from services.interview.questionnaires import form_of
from services.work import Work
from store.tables.registry import imports
from store.unit_of_work import Database
from tests.console.test_lists import bare, encrypted
from tests.files.workbooks import write
from tests.runtime.test_export_command import ready
from tests.runtime.test_registry_commands import OFFICE, Run, run  # noqa: F401
from tests.services.test_exports import fill, frame


def test_a_deadline_is_set_shown_and_taken_back(run: Run) -> None:
    ready(run)
    assert "00:00 01/12/2026" in run("round", "deadline", "r1", "--office", "mau", "--closes", "30/11/2026").stdout
    assert "hạn riêng" in run("round", "show", "r1").stdout
    late = ["round", "deadline", "r1", "--office", "mau", "--closes", "30/12/2026"]
    assert "không muộn hơn hạn của đợt" in run(*late, code=1).stderr
    assert "own end" in run("--lang", "en", *late, code=1).stderr
    run("round", "deadline", "r1", "--office", "mau")
    assert "hạn riêng" not in run("round", "show", "r1").stdout


def test_a_province_is_locked_and_unlocked_with_a_reason(run: Run) -> None:
    ready(run)
    lock = ["round", "lock", "r1", "--office", "mau", "--reason", "Đã nộp"]
    assert "Đã khoá mau" in run(*lock).stdout
    assert "đã khoá từ" in run(*lock, code=1).stderr
    assert "mau: khoá từ" in run("round", "show", "r1").stdout
    assert "Đã mở khoá" in run("round", "unlock", "r1", "--office", "mau", "--reason", "Bổ sung").stdout
    assert (
        "is not locked"
        in run("--lang", "en", "round", "unlock", "r1", "--office", "mau", "--reason", "x", code=1).stderr
    )


def test_answers_that_do_not_hold_are_listed_without_what_was_said(run: Run, work: Work, tmp_path: Path) -> None:
    ready(run)
    fill(work, 1)
    row = next(row for row in frame(work) if row["status"] == "complete")
    with work.database.transaction() as conn:
        asked = next(q for q in form_of(conn, row["questionnaire_sha256"]).questions if q.scored)
    held, question = row["state"]["v"][asked.name][0], asked.name
    other = next(choice.value for choice in asked.choices if choice.value != held)
    rows = [["Mã", "Trạng thái", question], [row["registry_code"], "Đã trả lời", other]]
    path = write(tmp_path / "o.xlsx", A=rows)
    run("import", "--online", str(path), "--round", "r1")
    said = run("round", "superseded", "r1").stdout
    assert f"{row['registry_code']}, câu {question}:" in said
    assert "1 câu trả lời không giữ" in said
    (line,) = json.loads(run("round", "superseded", "r1", "--json").stdout)
    assert (line["lost"], line["kept"], line["question"]) == ("online", "voice", question)
    assert set(line) == {"registry_code", "question", "lost", "kept", "day"}


@pytest.mark.parametrize(
    ("name", "said"), [("encrypted", "mật khẩu"), ("bomb", "quá lớn"), ("oversized", "quá lớn"), ("corrupt", "bị hỏng")]
)
def test_unfit_lists_are_refused_in_words(
    run: Run, owner: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    run(*OFFICE)
    path = tmp_path / "la.xlsx"
    contents = {
        "encrypted": encrypted,
        "bomb": lambda: bare(b"\0" * (MAX_UNPACKED + 1)),
        "corrupt": lambda: b"PK\x03\x04",
    }
    if name == "oversized":
        monkeypatch.setattr(workbooks, "MAX_BYTES", 1000)
        path.write_bytes(b"PK\x03\x04" + b"\0" * 2000)
    else:
        path.write_bytes(contents[name]())
    assert said in run("import", str(path), "--office", "mau", code=1).stderr
    assert "la.xlsx" in run("--lang", "en", "import", str(path), "--office", "mau", code=1).stderr
    with owner.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(imports)) == 0
