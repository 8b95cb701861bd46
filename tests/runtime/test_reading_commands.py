"""Numbers with two readings on the command line: told in a list, chosen once, listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.unit_of_work import Database
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write
from tests.runtime.test_registry_commands import Run, run  # noqa: F401

OFFICE = ["office", "add", "na", "--name", "Liên minh Nghệ An", "--area", "40", "--contact-number", "0238 3 888 999"]


@pytest.fixture
def doubtful(tmp_path: Path) -> str:
    """A list of Nghệ An with a landline as before 2017."""
    header = ("Điện thoại bàn", *HEADER[1:])
    return str(write(tmp_path / "list.xlsx", DS=[header, row(login="(038) 3844.123")]))


def test_staff_choose_with_the_command_that_the_report_names(run: Run, doubtful: str) -> None:  # noqa: F811
    run(*OFFICE)
    said = run("import", doubtful, "--office", "na").stdout
    assert "di động 0383 844 123, hoặc số cố định cũ trước năm 2017, nay là 0238 3844 123" in said
    assert "`alo reading choose 0383844123 mobile --office MÃ`" in said
    assert "0238 3844 123" in run("reading", "choose", "0383844123", "landline", "--office", "na").stdout
    assert "0238 3844 123" not in run("import", doubtful, "--office", "na", "--dry-run").stdout.split("→")[0]
    assert "1 tổ chức" in run("import", doubtful, "--office", "na").stdout
    listed = run("reading", "list", "--office", "na").stdout
    assert "0383844123: cố định cũ" in listed
    assert json.loads(run("reading", "list", "--office", "na", "--json").stdout)[0]["digits"] == "383844123"


def test_refusals_are_told_in_words(run: Run, owner: Database) -> None:  # noqa: F811
    run(*OFFICE)
    assert "Chưa chọn số nào" in run("reading", "list", "--office", "na").stdout
    error = run("--lang", "en", "reading", "choose", "0912345678", "mobile", "--office", "na", code=1).stderr
    assert "no number that can be read in two ways" in error
    assert run("reading", "list", "--office", "x", code=1).stderr
    assert run("reading", "choose", "0383844123", "fax", "--office", "na", code=2).stderr


def test_lost_digits_and_extensions_say_what_to_do(run: Run, tmp_path: Path) -> None:  # noqa: F811
    run(*OFFICE)
    cells = [row(login="9.12E+08"), row(name="HTX Hai", login="02143840123 máy lẻ 12")]
    path = str(write(tmp_path / "list.xlsx", DS=[HEADER, *cells]))
    said = run("import", path, "--office", "na").stdout
    assert "đã bỏ mất chữ số" in said
    assert "định dạng cột là Văn bản" in said
    assert "Số máy lẻ 12 không được quay" in said
    english = run("--lang", "en", "import", path, "--office", "na", "--dry-run").stdout
    assert "format the column as Text and export again" in english
