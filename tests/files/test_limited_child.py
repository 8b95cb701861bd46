"""A foreign file is read in a child that may take so much and no more; whatever it does, we go on and say so."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import xlwt
from xlwt import CompoundDoc

from files import workbooks
from files.faults import FileRefusedError
from files.limited_child import ChildLimits, DiedError, ExceededError, run
from tests.files.workbooks import write

pytestmark = pytest.mark.usefixtures("real_child")
CHILD = "tests.files.misbehaving_child"
SMALL = ChildLimits(memory_mb=256, cpu_s=1, wall_s=20, output_mb=2)


def told(what: str, limits: ChildLimits = SMALL) -> bytes:
    return run(CHILD, io.FileIO(os.open(os.devnull, os.O_RDONLY)), (what,), limits)


@pytest.mark.parametrize("what", ["memory", "processor", "output", "abort"])
def test_a_child_that_takes_too_much_is_ended(what: str) -> None:
    with pytest.raises(ExceededError):
        told(what)


def test_a_child_that_never_answers_is_ended_in_real_time() -> None:
    before = set(psutil.Process().children())
    with pytest.raises(ExceededError):
        told("sleep", ChildLimits(wall_s=0.5))
    assert set(psutil.Process().children()) <= before


@pytest.mark.parametrize("what", ["raise", "exit", "fault"])
def test_a_child_that_dies_is_told_apart(what: str) -> None:
    with pytest.raises(DiedError):
        told(what)


def test_a_child_sees_no_setting_no_open_file_of_ours_and_writes_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALO_SECRET", "secret")
    with (tmp_path / "open.txt").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        said = told("environment").decode()
    assert said == "LC_ALL [0, 1, 2] no file"


def test_a_child_ends_with_its_parent() -> None:
    code = (
        f"import os, threading, time; from files.limited_child import run; "
        f"threading.Thread(target=run, args=({CHILD!r}, open(os.devnull, 'rb'), ('sleep',)), daemon=True).start();"
        "import psutil\n"
        "while not psutil.Process().children(): time.sleep(0.01)\n"
        "time.sleep(0.5); print(psutil.Process().children()[0].pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    gone, alive = psutil.wait_procs([child], timeout=20)
    assert gone
    assert not alive


def test_many_threads_read_at_once_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", A=[["x", 1.5, True]])
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        books = list(pool.map(lambda _: workbooks.read(path), range(6)))
    assert {tuple(book.sheets[0].rows[0]) for book in books} == {("x", 1.5, True)}


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def xlsx(path: Path, sheet: bytes) -> Path:
    """A workbook that Excel would open but for its one sheet, which is `sheet`."""
    whole = write(path.with_name(f"whole-{path.name}"), A=[["x"]])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return path


def cell(at: str, row: str = "1", around: str = "") -> bytes:
    """A sheet of one cell."""
    one = f'<row r="{row}"><c r="{at}"><v>1</v></c></row>'
    return SHEET.format(one).replace("<sheetData>", around or "<sheetData>").encode()


def many_rows() -> bytes:
    """A hundred thousand and more rows of one cell each, next to nothing when packed."""
    return SHEET.format("<row><c><v>1</v></c></row>" * 150_000).encode()


BOMBS: dict[str, Callable[[], bytes]] = {
    "far.xlsx": lambda: SHEET.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>').encode(),
    "rows.xlsx": many_rows,
    "zeros.xlsx": lambda: b"\0" * (120 << 20),
    "spaces.xlsx": lambda: SHEET.format(" " * (120 << 20)).encode(),
    "deep.xlsx": lambda: SHEET.format("<a>" * 3_000_000).encode(),
    "giant.xlsx": lambda: cell("A99999999999999999999", "99999999999999999999"),
    "below.xlsx": lambda: cell("A-1", "-1"),
    "column.xlsx": lambda: cell("ZZZZZZZZ1"),
    "nothing.xlsx": lambda: SHEET.format(('<row r="1">' + "<c/>" * 16_000 + "</row>") * 100).encode(),
    "texts.xlsx": lambda: SHEET.format('<row r="1">' + '<c r="A1" t="inlineStr"><is><t>x' * 200_000).encode(),
    "unclosed.xlsx": lambda: SHEET.format("<row><c>" * 2_000_000).encode(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_made_to_hurt_is_refused_or_read_within_the_limits(tmp_path: Path, name: str) -> None:
    limits = ChildLimits(memory_mb=512, cpu_s=20, wall_s=60, output_mb=16)
    path = xlsx(tmp_path / name, BOMBS[name]())
    with pytest.raises(FileRefusedError) as refused:
        workbooks.read(path, limits=limits)
    assert refused.value.faults[0].code in {"file.too_wide", "file.too_heavy", "file.corrupt", "file.empty"}
    assert not list(tmp_path.glob("tmp*"))


HARMLESS = {
    "plain.xlsx": cell("A1"),
    "dimension.xlsx": cell("A1", around='<dimension ref="A1:XFD1048576"/><sheetData>'),
    "columns.xlsx": cell("A1", around='<cols><col min="1" max="4000000000" hidden="1"/></cols><sheetData>'),
    "merged.xlsx": cell("A1").replace(
        b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 9000 + b"</mergeCells>"
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_workbook_that_only_claims_to_be_large_is_read(tmp_path: Path, name: str) -> None:
    book = workbooks.read(xlsx(tmp_path / name, HARMLESS[name]), limits=ChildLimits(memory_mb=256, cpu_s=10))
    assert [list(row) for row in book.sheets[0].rows] == [[1.0]]


def lying(path: Path) -> None:
    """The directory says that the largest part is a thousand bytes."""
    data = bytearray(xlsx(path, SHEET.format(" " * (60 << 20)).encode()).read_bytes())
    with zipfile.ZipFile(path) as archive:
        largest = next(info for info in archive.infolist() if info.filename.endswith("sheet1.xml"))
    at = data.rfind(largest.filename.encode()) - 46
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)


def locked(path: Path) -> None:
    """What Excel writes for a workbook with a password: no ZIP, but an OLE container around it."""
    stream = io.BytesIO()
    CompoundDoc.XlsDoc().save(stream, b"\0" * 5000)
    usual, locks = ("Workbook".encode("utf-16le"), "EncryptedPackage".encode("utf-16le"))
    data = stream.getvalue().replace(usual + b"\0" * (64 - len(usual)), locks + b"\0" * (64 - len(locks)))
    path.write_bytes(data.replace(b"\x12\0\x02\x01", b"\x22\0\x02\x01"))


def cut(path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("A").write(0, 0, "x" * 9000)
    book.save(str(path))
    path.write_bytes(path.read_bytes()[:-6000])


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("lying.xlsx", lying, "file.corrupt"),
        ("locked.xlsx", locked, "file.encrypted"),
        ("cut.xls", cut, "file.corrupt"),
    ],
)
def test_a_container_that_lies_is_locked_or_cut_is_refused_in_words(
    tmp_path: Path, name: str, make: Callable[[Path], None], code: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(FileRefusedError) as refused:
        workbooks.read(tmp_path / name, limits=ChildLimits(memory_mb=256, cpu_s=10))
    assert [fault.code for fault in refused.value.faults] == [code]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wide.csv", "a;" * 200_000),
        ("long.csv", "a;b\n" * 120_000),
        ("cell.csv", "a;b\n" + "x" * 3_000_000 + ";c"),
        ("quote.csv", 'a;b\n"x;c\n' + "y;z\n" * 9),
        ("nested.xls", "<table><tr><td>" * 60_000),
        ("spans.xls", "<table>" + "<tr><td rowspan=99999 colspan=104>x</td></tr>" * 99_999 + "</table>"),
        (
            "lol.xls",
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
            + "lol" * 9999
            + '"><!ENTITY b "'
            + "&a;" * 9999
            + '"><!ENTITY c "'
            + "&b;" * 9999
            + '">]><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><x>&c;</x></Workbook>',
        ),
    ],
    ids=lambda value: value if len(str(value)) < 20 else "",
)
def test_a_text_made_to_hurt_is_refused_or_read_within_the_limits(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(FileRefusedError):
        workbooks.read(path, limits=ChildLimits(memory_mb=512, cpu_s=20, wall_s=60, output_mb=16))


def test_a_child_finds_our_packages_however_we_found_them(tmp_path: Path) -> None:
    """An editable installation puts a hook in place of a path; the child runs no hooks."""
    path = write(tmp_path / "a.xlsx", A=[["x"]])
    code = (
        f"import sys; sys.path.insert(0, {str(Path(workbooks.__file__).parents[1])!r}); from files import workbooks;"
        f"del sys.path[0]; from pathlib import Path; print(workbooks.read(Path({str(path)!r})).sheets[0].rows)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=True)
    assert said.stdout.strip() == "[['x']]"
