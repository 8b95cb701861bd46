"""A person in files: log lines are blotted out, waiting lists go, other files are told and left alone."""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from pathlib import Path

from contact.mentions import Sought
from runtime import person_files

NUMBER, NAME = "+84381234567", "Trần Thị Đông"
STANDS = Sought([NUMBER], [NAME]).stands_in


def test_every_kind_of_file_is_seen_to(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "exports"
    for place in (data / "logs", data / "uploads", data / "postgres" / "data", elsewhere):
        place.mkdir(parents=True)
    log = data / "logs" / "gateway.log"
    lines = ["one line", f"a number 0381 234 567 and {NAME}", "the last", ""]
    log.write_text("\n".join(lines))
    (data / "postgres" / "postgres.log").write_text(f"ERROR 0381234567 {NAME}\n")
    (data / "postgres" / "data" / "heap").write_text(NUMBER)
    (data / "uploads" / "x.list").write_bytes(b"sealed")
    (data / "note.txt").write_text("trần thị đông")
    (elsewhere / "plain.csv").write_text("0912345678")
    with zipfile.ZipFile(elsewhere / "list.xlsx", "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<t>{NAME}</t>")
    (elsewhere / "broken.zip").write_bytes(b"PK\x05\x06" + b"\0" * 18 + b"0168 1234567")
    size = log.stat().st_size
    found = person_files.clean(data, [elsewhere], STANDS)
    assert (found.lines, found.lists) == (2, 1)
    assert {path.name for path in found.unresolved} == {"note.txt", "list.xlsx"}
    told = log.read_text()
    assert (log.stat().st_size, told.splitlines()[0], told.splitlines()[2]) == (size, "one line", "the last")
    assert not STANDS(told)
    assert not STANDS((data / "postgres" / "postgres.log").read_text())
    assert person_files.clean(data, [elsewhere], STANDS).lines == 0


def test_files_as_spreadsheets_and_archivers_write_them_are_told(tmp_path: Path) -> None:
    said = f"Họ tên\tĐiện thoại\n{NAME}\t0381234567\n" * 40
    (tmp_path / "unicode.txt").write_bytes(said.encode("utf-16"))
    (tmp_path / "big-endian.csv").write_bytes(codecs.BOM_UTF16_BE + said.encode("utf-16-be"))
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(said.encode()))
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(said.encode())[:-9])
    (tmp_path / "old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504)
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n" + zlib.compress(said.encode()))
    (tmp_path / "others.txt").write_bytes("0912345678".encode("utf-16"))
    (tmp_path / "others.csv.gz").write_bytes(gzip.compress(b"0912345678"))
    found = person_files.clean(tmp_path / "none", [tmp_path], STANDS)
    assert {path.name for path in found.unresolved} == {
        "unicode.txt", "big-endian.csv", "packed.csv.gz", "cut.csv.gz", "old.xls", "letter.pdf"
    }  # fmt: skip


def test_a_log_that_is_written_meanwhile_loses_nothing(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"{NAME}\n")
    with log.open("a") as writer:
        person_files.clean(tmp_path, [], STANDS)
        writer.write("next\n")
    assert log.read_text().splitlines()[1:] == ["next"]


def test_a_directory_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert person_files.clean(tmp_path / "none", [], STANDS).unresolved == []
