"""Tables under other people's names: CSV in its dialects, HTML, XML and UTF-16 called .xls, small and old workbooks."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlwt

from files import workbooks
from files.faults import FileFault, FileRefusedError
from files.lists import read_registry


def rows(path: Path, data: str | bytes, convert: str = "") -> list[list[object]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return [list(row) for row in workbooks.read(path, convert).sheets[0].rows]


def refused(path: Path, data: str | bytes) -> FileFault:
    with pytest.raises(FileRefusedError) as found:
        rows(path, data)
    return found.value.faults[0]


TABLE = [["Tên", "SĐT", "Xã"], ["HTX A, B", "0912; 0913", "Xã X, huyện Y"], ["HTX C, D, E", "0914", "Xã Z, huyện T"]]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("title", ["", "DANH SÁCH HTX, QTD, THT; NĂM 2025\n"])
def test_the_delimiter_is_the_one_that_makes_a_table(tmp_path: Path, delimiter: str, title: str) -> None:
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in TABLE]
    text = title + "\r\n".join(delimiter.join(row) for row in quoted)
    assert rows(tmp_path / "a.csv", text)[-3:] == TABLE


def test_a_line_that_names_the_delimiter_is_no_row(tmp_path: Path) -> None:
    assert rows(tmp_path / "a.csv", "sep=,\na;b,c\n1;2,3") == [["a;b", "c"], ["1;2", "3"]]


def test_guarded_numbers_are_texts_and_breaks_in_quotes_stay(tmp_path: Path) -> None:
    assert rows(tmp_path / "a.csv", 'a;b\n="0912";"một\nhai ""ba"""') == [["a", "b"], ["0912", 'một\nhai "ba"']]


def test_a_quotation_mark_out_of_place_is_told_with_its_line(tmp_path: Path) -> None:
    fault = refused(tmp_path / "a.csv", 'a;b\n1;2\n"HTX" A;3')
    assert (fault.code, fault.params["line"]) == ("file.quotes", 3)


HTML = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"><style>td{}</style>
</head><body>
<table border=1><tr><td colspan=3>DANH S&Aacute;CH</td></tr><tr><th>Tên</th><th>SĐT<br>(giám đốc)</th><th>Xã</th></tr>
<tr><td>HTX A &amp; B</td><td x:str>0912</td><td rowspan=2>Xã X</td></tr>
<tr style="display:none"><td>HTX C</td><td>#N/A<script>x()</script></td></tr></table></body></html>"""


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.html", "a.csv"])
def test_a_table_in_html_is_read(tmp_path: Path, name: str) -> None:
    assert rows(tmp_path / name, HTML) == [
        ["DANH SÁCH", "", ""],
        ["Tên", "SĐT\n(giám đốc)", "Xã"],
        ["HTX A & B", "0912", "Xã X"],
        ["HTX C", "#N/A", "Xã X"],
    ]
    sheet = workbooks.read(tmp_path / name).sheets[0]
    assert sheet.hidden_rows == {3}
    assert type(sheet.rows[3][1]) is workbooks.ErrorCell


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("name", ["a.xls", "a.txt", "a.csv"])
def test_tab_text_in_any_utf_is_read_under_any_name(tmp_path: Path, encoding: str, name: str) -> None:
    text = "Tên\tSĐT\tXã\r\n" + "Hợp tác xã A\t0912345678\tXã B\r\n" * 20
    assert rows(tmp_path / name, text.encode(encoding))[20] == ["Hợp tác xã A", "0912345678", "Xã B"]


XML = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="DS"><Table><Row><Cell><Data ss:Type="String">Tên</Data></Cell><Cell ss:Index="3"><Data
ss:Type="String">Ngày</Data></Cell></Row><Row ss:Index="3" ss:Hidden="1"><Cell ss:MergeDown="1"><Data
ss:Type="String">HTX A</Data>
</Cell><Cell ss:Formula="=A1"><Data ss:Type="Error">#REF!</Data></Cell><Cell><Data
ss:Type="DateTime">2015-09-02T00:00:00.000</Data></Cell></Row><Row><Cell ss:Index="2"><Data
ss:Type="Number">5</Data></Cell>
</Row></Table></Worksheet></Workbook>"""


def test_the_xml_of_excel_2003_is_read(tmp_path: Path) -> None:
    found = rows(tmp_path / "a.xls", XML)
    assert found[0] == ["Tên", "", "Ngày"]
    assert found[1] == []
    assert found[2][:2] == ["HTX A", "#REF!"]
    assert str(found[2][2]) == "2015-09-02 00:00:00"
    assert found[3] == ["HTX A", 5.0]
    assert workbooks.read(tmp_path / "a.xls").sheets[0].hidden_rows == {2}


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xls", 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="x"\n\n--x\n', "file.mhtml"),
        ("a.xls", "<html><body>no table</body></html>", "file.unknown"),
        ("a.xls", "<?xml version='1.0'?><a/>", "file.unknown"),
        ("a.xls", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "file.unknown"),
        ("a.csv", b"\x00\x01\x02\x03" * 50, "file.unknown"),
        ("a.csv", "Tªn HTX;X·\nHîp t¸c x·;X· A".encode("latin-1"), "file.encoding.tcvn3"),
        ("a.csv", "Teân HTX;Xaõ\nHôïp taùc xaõ;Xaõ A".encode("latin-1"), "file.encoding.vni"),
        ("a.csv", b"T\xean HTX;X\xe3\nH\xf5\xf2p t\xe1c xa\xde;Xa\xde A", "file.encoding.cp1258"),
        ("a.csv", b"a;\xfd\xff\x81\x8d\n", "file.encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_name(tmp_path: Path, name: str, data: str | bytes, code: str) -> None:
    assert refused(tmp_path / name, data).code == code


@pytest.mark.parametrize(
    ("convert", "data"),
    [
        ("tcvn3", "Tªn HTX;X·\nHîp t¸c x·;X· A".encode("latin-1")),
        ("vni", "Teân HTX;Xaõ\nHôïp taùc xaõ;Xaõ A".encode("latin-1")),
        ("cp1258", b"T\xean HTX;Xa\xde\nH\xf5\xf2p t\xe1c xa\xde;Xa\xde A"),
        ("utf8", "Tên HTX;Xã\nHợp tác xã;Xã A".encode().decode("latin-1").encode()),
    ],
)
def test_old_encodings_are_converted_when_that_is_asked_for(tmp_path: Path, convert: str, data: bytes) -> None:
    assert rows(tmp_path / "a.csv", data, convert) == [["Tên HTX", "Xã"], ["Hợp tác xã", "Xã A"]]


@pytest.mark.parametrize("size", [1, 3, 40, 3000])
def test_old_workbooks_of_any_size_are_read(tmp_path: Path, size: int) -> None:
    """Small ones lie in the mini-stream of their container; long texts go over the records of the shared strings."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for at in range(size):
        sheet.write(at, 0, f"Hợp tác xã {at} " + "dài " * (at % 300))
        sheet.write(at, 1, at * 1.5)
    book.save(str(tmp_path / "a.xls"))
    found = workbooks.read(tmp_path / "a.xls").sheets[0].rows
    assert len(found) == size
    assert str(found[-1][0]).startswith(f"Hợp tác xã {size - 1} ")


def test_an_old_workbook_with_a_password_is_told_from_a_broken_one(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("DS").write(0, 0, "x")
    book.save(str(tmp_path / "a.xls"))
    data = (tmp_path / "a.xls").read_bytes()
    locked = data.replace(b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00", 1)  # a record FILEPASS
    assert refused(tmp_path / "a.xls", locked).code == "file.encrypted"
    assert refused(tmp_path / "a.xls", data[:700]).code in ("file.corrupt", "file.unknown")


LIST = "Tªn HTX;Lo¹i h×nh;S§T;Lµ thµnh viªn;X·\nHTX N«ng nghiÖp T©n TiÕn;NN;0912345678;Cã;X· Lª Lîi\n"


def test_a_list_in_tcvn3_comes_in_when_told_so_and_says_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LIST.encode("latin-1"))
    found = read_registry(path, convert="tcvn3")
    assert [(o.name, o.commune) for o in found.organisations] == [("HTX Nông nghiệp Tân Tiến", "Xã Lê Lợi")]
    assert found.faults[0].code == "list.converted"
    path.write_text(LIST, "utf-8")  # as another program would save what it took for Latin letters
    with pytest.raises(FileRefusedError) as refusal:
        read_registry(path)
    assert refusal.value.faults[0].code == "letters.legacy"
    assert read_registry(path, convert="tcvn3").organisations == found.organisations
