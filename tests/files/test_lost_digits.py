"""Digits that a program has thrown away, in every column that numbers people and organisations, and every kind of file;
numbers with two readings by their column; extensions."""

from __future__ import annotations

from pathlib import Path

import pytest

from files.cells import read_code
from files.lists import Registry, read_registry
from files.online import OnlineFile, read_online
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write

LANDLINES = "Điện thoại bàn"


def listed(tmp_path: Path, ending: str, header: tuple[str, ...], *rows: list[object], area: str = "") -> Registry:
    """A list of these rows as a workbook, or as CSV with semicolons."""
    if ending == "xlsx":
        return read_registry(write(tmp_path / "a.xlsx", DS=[header, *rows]), area)
    path = tmp_path / "a.csv"
    path.write_text("\n".join(";".join(map(str, cells)) for cells in (header, *rows)), "utf-8-sig")
    return read_registry(path, area)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("cell", ["9.12E+08", "9,12E+08", "9.12E 08", "9.12e8", "9E+08", "9.120E+08", "8.49E+10"])
@pytest.mark.parametrize("heading", ["Tên đăng nhập", "Số điện thoại", "Di động", LANDLINES])
def test_a_phone_without_all_its_digits_is_a_fault(tmp_path: Path, heading: str, cell: str, ending: str) -> None:
    found = listed(tmp_path, ending, (heading, *HEADER[1:]), row(login=cell))
    (organisation,), (fault,) = found.organisations, found.faults
    assert (organisation.phones, organisation.phones_unread) == ((), True)
    assert (fault.code, fault.value, fault.weight, fault.row) == ("phone.digits_lost", cell, "emptied", 2)
    assert fault.column == f"A ({heading})"


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_mantissa_that_carries_every_digit_is_read(tmp_path: Path, ending: str) -> None:
    for cell in ("9.12345678E+8", "9,12345678E+08", "9.1234567800e8"):
        (organisation,) = listed(tmp_path, ending, HEADER, row(login=cell)).organisations
        assert [phone.e164 for phone in organisation.phones] == ["+84912345678"]


def test_what_the_format_of_a_cell_shows_does_not_matter(tmp_path: Path) -> None:
    """A workbook holds the number; one that ends in zeros was rounded before it came there."""
    found = listed(tmp_path, "xlsx", HEADER, row(login=912345678.0), row(name="HTX Hai", login=912000000.0),
                   row(name="HTX Ba", login=9.1234567809876e18))  # fmt: skip
    assert [[phone.e164 for phone in o.phones] for o in found.organisations] == [["+84912345678"], [], []]
    assert [(f.code, f.row) for f in found.faults] == [("phone.digits_lost", 3), ("phone.digits_lost", 4)]


def test_the_good_number_of_a_cell_stays(tmp_path: Path) -> None:
    (organisation,) = listed(tmp_path, "xlsx", HEADER, row(login="9.12E+08; 0900000001")).organisations
    assert [phone.e164 for phone in organisation.phones] == ["+84900000001"]
    assert organisation.phones_unread


def test_a_login_that_lost_digits_is_told_beside_a_column_of_phones(tmp_path: Path) -> None:
    header = (*HEADER, "Số điện thoại")
    found = listed(tmp_path, "xlsx", header, [*row(login="9.12E+08"), "0900000001"])
    assert [(f.code, f.column) for f in found.faults] == [("phone.digits_lost", "A (Tên đăng nhập)")]
    assert found.organisations[0].phones_unread
    quiet = listed(tmp_path, "xlsx", header, [*row(login="htx-mot-12"), "0900000001"])
    assert (quiet.faults, quiet.organisations[0].phones_unread) == ((), False)


CODES: list[tuple[object, str | None]] = [
    ("3.16E+09", None), ("3,16E+09", None), ("3.16E 09", None), ("3.16e9", None), ("3E+09", None), ("3.160E+09", None),
    ("1E+05", None), ("1.01E+08-001", None), ("1.20E-03", None), ("3.1600E+12", None), (3.16e17, None), (1e15, None),
    (3160000000.0, None), ("1234567890123450000", None),
    ("3.160123456E+09", "3160123456"), ("3,160123456E+9", "3160123456"), (3160123456.0, "3160123456"),
    (101234567.0, "101234567"), ("101234567.0", "101234567"), ("0101234567-001", "0101234567-001"),
    ("0101234567001", "0101234567001"), ("1E5", "1E5"), ("2E10", "2E10"), ("12E4", "12E4"), ("12E-04", "12E-04"),
    ("NA-1E5", "NA-1E5"), ("HTX2E03", "HTX2E03"), ("1.5", "1.5"), ("001", "001"), (12.0, "12"), ("", ""),
    ("1234567890123456", "1234567890123456"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "code"), CODES)
def test_codes(cell: object, code: str | None) -> None:
    assert read_code(cell) == code  # type: ignore[arg-type]  # any cell


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("heading", ["Mã", "Mã số", "Mã đăng ký"])
@pytest.mark.parametrize("cell", ["3.16E+09", "3,16E+09", "3.1E+12"])
def test_a_row_whose_code_lost_digits_is_refused(tmp_path: Path, heading: str, cell: str, ending: str) -> None:
    """Taken in under a made-up code it would be a second organisation; under the rounded one, another."""
    found = listed(tmp_path, ending, (*HEADER, heading), [*row(), cell], [*row(name="HTX Hai"), "0101234567-001"])
    assert [o.registry_code for o in found.organisations] == ["0101234567-001"]
    (fault,) = found.faults
    assert (fault.code, fault.value, fault.weight, fault.column) == (
        "list.digits_lost", cell, "refused", f"O ({heading})",
    )  # fmt: skip


def test_a_further_row_of_an_organisation_may_have_lost_digits(tmp_path: Path) -> None:
    found = listed(tmp_path, "xlsx", HEADER, row(), row(login="0900000002"), row(login="9.12E+08"))
    (organisation,) = found.organisations
    assert [phone.e164 for phone in organisation.phones] == ["+84900000001", "+84900000002"]
    assert organisation.phones_unread


def online(tmp_path: Path, *rows: list[object]) -> OnlineFile:
    header = ["Mã", "Tên đăng nhập", "Trạng thái"]
    return read_online(write(tmp_path / "online.xlsx", A=[header, *rows]))


def test_the_online_file_names_nobody_by_digits_that_are_lost(tmp_path: Path) -> None:
    found = online(
        tmp_path,
        ["", "9.12E+08", "Đã trả lời"],
        ["3.16E+09", "", "Đã trả lời"],
        ["3.16E+09", "0912345678", "Đã trả lời"],
        ["DX1", "(038) 3844.123", "Đã trả lời"],
        ["3.160123456E+09", "9.12345678E+8", "Đã trả lời"],
    )
    assert [(r.row, r.registry_code, r.phones) for r in found.rows] == [
        (4, "", ("+84912345678",)), (5, "DX1", ()), (6, "3160123456", ("+84912345678",)),
    ]  # fmt: skip
    assert [(f.code, f.row) for f in found.faults] == [
        ("phone.digits_lost", 2), ("online.nobody", 2), ("list.digits_lost", 3), ("online.nobody", 3),
        ("list.digits_lost", 4), ("phone.two_readings", 5),
    ]  # fmt: skip


# Two readings, by the column and the province of a list


def phones_of(registry: Registry) -> list[list[str]]:
    return [[phone.e164 for phone in organisation.phones] for organisation in registry.organisations]


def test_a_landline_of_before_2017_in_its_column_is_nobodys_mobile(tmp_path: Path) -> None:
    found = listed(tmp_path, "xlsx", (LANDLINES, *HEADER[1:]), row(login="(038) 3844.123"), area="40")
    assert phones_of(found) == [[]]
    (fault,) = found.faults
    assert (fault.code, fault.weight, fault.value) == ("phone.two_readings", "emptied", "(038) 3844.123")
    assert dict(fault.params) == {"digits": "0383844123", "mobile": "0383 844 123", "landline": "0238 3844 123"}


@pytest.mark.parametrize(("heading", "cell", "area", "taken"), [
    (LANDLINES, "0383844123", "40", False), (LANDLINES, 383844123.0, "40", False), (LANDLINES, "0383844123", "", False),
    ("Điện thoại (cố định)", "0383844123", "79", False), ("ĐT cố định", "0383 844 123", "40", False),
    ("Số điện thoại", "0383844123", "40", True), ("Số điện thoại", "0383 844 123", "40", True),
    ("Số điện thoại", "038 3844 123", "40", False), ("Số điện thoại", "038 3844 123", "79", True),
    ("Số điện thoại", "038.3844123", "", False), ("Di động", "0383844123", "40", True),
    ("Tên đăng nhập", "0383844123", "40", True), ("Tên đăng nhập", "038-3844123", "40", False),
])  # fmt: skip
def test_column_province_and_grouping_raise_doubts(
    tmp_path: Path, heading: str, cell: object, area: str, taken: bool
) -> None:
    found = listed(tmp_path, "xlsx", (heading, *HEADER[1:]), row(login=cell), area=area)
    assert phones_of(found) == [["+84383844123"] if taken else []]
    assert [f.code for f in found.faults] == ([] if taken else ["phone.two_readings"])


def test_a_national_list_takes_the_province_of_each_row(tmp_path: Path) -> None:
    header = (*HEADER, "Tỉnh")
    cells = ("Nghệ An", "Hà Nội", "", "Bình Dương")
    rows = [[*row(name=f"HTX {place}", login="038 3844 123"), place] for place in cells]
    assert [bool(phones) for phones in phones_of(listed(tmp_path, "xlsx", header, *rows))] == [False, True, False, True]


def test_landlines_that_can_be_nothing_else_are_converted_and_flagged(tmp_path: Path) -> None:
    found = listed(tmp_path, "xlsx", HEADER, row(login="0240 3854 123; (04) 3825 1234; 063.3822123"), area="24")
    (organisation,) = found.organisations
    assert [(p.e164, p.kind, p.flags) for p in organisation.phones] == [
        (number, "landline", ("old_area_code",)) for number in ("+842043854123", "+842438251234", "+842633822123")
    ]
    assert found.faults == ()


def test_an_extension_is_told_and_the_number_kept(tmp_path: Path) -> None:
    found = listed(tmp_path, "xlsx", HEADER, row(login="02143840123 máy lẻ 12"))
    assert phones_of(found) == [["+842143840123"]]
    (fault,) = found.faults
    assert (fault.code, fault.weight, dict(fault.params)) == ("phone.extension", "notice", {"extension": "12"})
    assert not found.organisations[0].phones_unread


@pytest.mark.parametrize("count", ["9" * 5000, "1" + ".000" * 2000, "1" * 31])
def test_a_number_of_thousands_of_digits_is_a_fault_of_its_cell(tmp_path: Path, count: str) -> None:
    found = listed(tmp_path, "csv", HEADER, row(), row(name="HTX Hai", login="0900000002", member_count=count))
    assert [organisation.member_count for organisation in found.organisations][1:] == [None]
    assert [(fault.code, fault.row) for fault in found.faults] == [("list.member_count_unreadable", 3)]
