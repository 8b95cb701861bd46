"""Headings as provinces write them: what each means, and which of several columns is taken for what."""

from __future__ import annotations

from pathlib import Path

import pytest

from files.headings import understand
from files.lists import Registry, read_registry
from tests import cases
from tests.files.workbooks import write

WORDINGS = {
    "name": (
        "Tên tổ chức; Tên HTX; Tên Hợp tác xã; Tên đơn vị; Đơn vị; Tên HTX/QTDND; Tên HTX, QTDND; Hợp tác xã;"
        " HTX; Tổ chức;"
        " Tên cơ sở; Tên quỹ tín dụng nhân dân; Tên QTDND; Tên đầy đủ của HTX; TÊN HỢP TÁC XÃ; Tên gọi HTX;"
        " Tên HTX (ghi đầy đủ); Tên tổ chức (*); Tên Tổ hợp tác; Tên HTX/THT/LHHTX; Tên đơn vị (HTX, QTD);"
        " Danh sách HTX; Tên các HTX; Tên liên hiệp HTX; Tên HTX (bắt buộc); 3. Tên HTX; Tên  hợp tác xã:"
    ),
    "short_name": "Tên viết tắt; Tên ngắn gọn; Tên giao dịch; Tên gọi tắt; Tên viết tắt HTX",
    "registry_code": (
        "Mã HTX; Mã tổ chức; Mã số HTX; Mã đơn vị; Mã định danh; Mã số đăng ký HTX; Số đăng ký HTX; ID HTX"
    ),
    "tax_number": "MST; Mã số thuế; Mã số thuế HTX; Mã số doanh nghiệp; Mã thuế",
    "phone": (
        "Số điện thoại; Điện thoại; SĐT; Số ĐT; ĐT; Điện thoại GĐ; SĐT GĐ; ĐT di động; SĐT Giám đốc;"
        " Số điện thoại giám đốc; Điện thoại liên hệ; Di động; ĐTDĐ; Số ĐTDĐ; Số điện thoại người đại diện;"
        " Điện thoại người đại diện theo pháp luật; SĐT Chủ tịch HĐQT; Số điện thoại (Zalo); ĐT bàn;"
        " Điện thoại cố định;"
        " Số máy; Hotline; Điện thoại HTX; SĐT của giám đốc; Tel; Mobile; SĐT liên hệ; Số liên hệ; Số ĐT GĐ;"
        " Điện thoại cơ quan; Số di động; SĐT (bắt buộc); Điện thoại Giám đốc/Chủ tịch HĐQT; SĐT người quản lý;"
        " Số điện thoại cá nhân; Số Zalo; Số điện thoại\n(giám đốc)"
    ),
    "leader": (
        "Giám đốc; Người quản lý; Họ và tên giám đốc; Người đại diện theo pháp luật; Chủ tịch HĐQT; Họ tên Giám đốc;"
        " Tên giám đốc; Chủ tịch Hội đồng quản trị; Giám đốc/Chủ tịch; Họ và tên người đại diện;"
        " Người đại diện; Họ và tên;"
        " Người đứng đầu; Chủ nhiệm HTX; Chủ nhiệm; Tổ trưởng; Đại diện pháp luật; Người đại diện pháp luật;"
        " Tên người đại diện; Người liên hệ; Họ và tên Chủ tịch HĐQT/Giám đốc; Giám đốc HTX; Tên người quản lý;"
        " Họ tên người đứng đầu; Họ và tên GĐ"
    ),
    "position": "Chức vụ; Chức danh; Chức vụ người đại diện",
    "email": "Email; E-mail; Địa chỉ email; Thư điện tử; Hòm thư điện tử; Email HTX; Địa chỉ thư điện tử; Gmail",
    "commune": (
        "Xã; Phường; Xã/Phường; Phường/Xã; Xã, phường; Xã/phường/thị trấn; Xã, phường, thị trấn; Tên xã; Địa bàn;"
        " Địa bàn xã; Xã/Phường/Đặc khu; Thuộc xã; Đơn vị hành chính cấp xã; Xã (P)"
    ),
    "district": "Huyện; Quận/Huyện; Huyện/Thị xã/TP; Huyện, thành phố; Quận huyện; Thị xã",
    "province": "Tỉnh; Tỉnh/Thành phố; Tỉnh/TP; Tỉnh thành; Thành phố",
    "address": (
        "Địa chỉ; Địa chỉ trụ sở; Địa chỉ trụ sở chính; Trụ sở; Trụ sở chính; Địa chỉ liên hệ; Địa chỉ HTX;"
        " Nơi đặt trụ sở; Địa chỉ chi tiết; Địa chỉ cụ thể"
    ),
    "member_count": (
        "Số thành viên; Số lượng thành viên; Tổng số thành viên; Số TV; Số xã viên; SL thành viên; Số thành viên (≥1);"
        " Số thành viên (người); Số thành viên hiện có; Tổng số TV; Thành viên (người)"
    ),
    "founded_on": (
        "Ngày thành lập; Ngày TL; Ngày cấp; Ngày đăng ký; Ngày tháng năm thành lập; Ngày cấp GCN;"
        " Ngày thành lập (dd/mm/yyyy); Ngày đăng ký lần đầu; Thời gian thành lập"
    ),
    "member": (
        "Là thành viên; Là thành viên (Có/Không); Thành viên Liên minh; Thành viên Liên minh HTX; Là thành viên LMHTX;"
        " Là thành viên Liên minh HTX tỉnh; Thành viên của Liên minh; TV Liên minh; Hội viên Liên minh;"
        " Thành viên (Có/Không); Đã gia nhập Liên minh; Tham gia Liên minh HTX; Có là thành viên Liên minh HTX không"
    ),
    "active": (
        "Trạng thái; Tình trạng; Tình trạng hoạt động; Trạng thái hoạt động; Hiện trạng; Hiện trạng hoạt động;"
        " Tình trạng HTX; Trạng thái (Hoạt động/Ngừng hoạt động); Đang hoạt động; Còn hoạt động; Tình hình hoạt động"
    ),
    "kind": "Loại; Loại (HTX/QTD); Loại tổ chức; Loại hình (HTX/QTD); Loại hình tổ chức; Loại HTX",
    "sector": "Loại hình; Loại hình (NN/PNN); Lĩnh vực; Lĩnh vực hoạt động; Loại hình hoạt động; Loại (NN/PNN)",
    "activity": "Ngành nghề; Ngành nghề kinh doanh; Ngành, nghề; Ngành nghề hoạt động; Ngành nghề SXKD chính",
    "login": "Tên đăng nhập; Tài khoản",
    "password": "Mật khẩu",
    "ordinal": "STT; TT; Số TT; Số thứ tự",
    "note": "Ghi chú",
}
PLAIN = [(field, title.strip(" ")) for field, titles in WORDINGS.items() for title in titles.split(";")]


def test_the_table_is_as_large_as_it_should_be() -> None:
    assert len(PLAIN) >= 150


@cases.table(("field", "title"), PLAIN)
def test_a_heading_is_understood(field: str, title: str) -> None:
    found = understand(title)
    assert (found.field, found.facet) == (field, "")


@pytest.mark.parametrize(
    ("title", "field", "facet"),
    [
        ("Phường/Xã (cũ)", "commune", "old"),
        ("Phường/Xã (mới)", "commune", "new"),
        ("Xã trước sáp nhập", "commune", "old"),
        ("Xã (sau sáp nhập)", "commune", "new"),
        ("Xã, phường (trước 01/7/2025)", "commune", "old"),
        ("Xã/phường hiện nay", "commune", "new"),
        ("Huyện cũ", "district", "old"),
        ("Địa chỉ (trước sáp nhập)", "address", "old"),
        ("Địa chỉ mới", "address", "new"),
        ("Tên HTX cũ", "name", "old"),
        ("Tên HTX (mới)", "name", "new"),
        ("Tên HTX trước đây", "name", "old"),
        ("Mã cũ", "registry_code", "old"),
        ("Giám đốc cũ", "leader", "old"),
        ("Nguyên giám đốc", "leader", "old"),
        ("SĐT cũ", "phone", "old"),
        ("SĐT (trước 2018)", "phone", "old"),
        ("Số điện thoại mới", "phone", "new"),
        ("SĐT phụ", "phone", "second"),
        ("SĐT 2", "phone", "second"),
        ("SĐT khác", "phone", "second"),
        ("SĐT kế toán", "phone", "other"),
        ("Số điện thoại (của kế toán)", "phone", "other"),
        ("SĐT phó giám đốc", "phone", "other"),
        ("Email kế toán", "email", "other"),
        ("Số thành viên (nữ)", "member_count", "other"),
        ("Số thành viên nam", "member_count", "other"),
        ("Số thành viên (năm 2023)", "member_count", "other"),
        ("Số thành viên năm 2024", "member_count", "other"),
        ("Số thành viên dự kiến", "member_count", "other"),
        ("Số thành viên mới", "member_count", "other"),
        ("Trạng thái (năm 2023)", "active", "other"),
    ],
)
def test_a_word_that_changes_the_meaning_makes_another_column(title: str, field: str, facet: str) -> None:
    found = understand(title)
    assert (found.field, found.facet) == (field, facet)


ENGLISH = {
    "name": "Cooperative name; Name of cooperative; Co-op name; Organization name; Full name of the cooperative",
    "registry_code": "MSHTX; Reg. No.; Registration number; Cooperative ID; Organisation code",
    "tax_number": "Tax code; Tax ID; TIN; MST/MSDN; Mã số ĐKKD",
    "phone": "Cell phone; Phone number; Mobile no.; Telephone; Tel No; Contact number; Director's phone number",
    "leader": "Director; Representative; Legal representative; Contact person; Name of director; Đại diện PL",
    "commune": "Ward; Commune/Ward; Ward name",
    "province": "City/Province; Province / City",
    "address": "Head office; Registered address; Đ/c; Nơi đóng trụ sở; Địa điểm trụ sở",
    "hamlet": "Ấp/khóm; Khóm",
    "active": "Tình trạng HĐ; TT hoạt động; Đang HĐ/Ngừng HĐ; Operating status",
    "member_count": "No. of members; Member count; Total members",
    "kind": "Type; Type of organization; Loại hình TC",
    "sector": "Field; NN/PNN",
    "activity": "Line of business; Main activities",
    "member": "VCA member; Is a member; Membership",
    "founded_on": "Date established; Established on",
    "founded_in": "Year established; Founded in",
    "note": "Remarks; Comments",
}


@cases.table(("field", "title"), [(field, title) for field, titles in ENGLISH.items() for title in titles.split("; ")])
def test_english_headings_and_short_ones_are_understood_too(field: str, title: str) -> None:
    for written in (title, title.upper(), f"{title} *", f"{title}:", f"3. {title}"):
        assert (understand(written).field, understand(written).facet) == (field, ""), written


@pytest.mark.parametrize(
    ("title", "field", "facet"),
    [
        ("Commune (old)", "commune", "old"),
        ("Commune (new)", "commune", "new"),
        ("Former commune", "commune", "old"),
        ("Province (before merger)", "province", "old"),
        ("Ward after the merger", "commune", "new"),
        ("Previous name", "name", "old"),
        ("Old phone", "phone", "old"),
        ("Current phone number", "phone", "new"),
        ("Phone 2", "phone", "second"),
        ("Other phone", "phone", "second"),
        ("Members (female)", "member_count", "other"),
        ("cũ: Xã", "commune", "old"),
        ("Mới: Phường", "commune", "new"),
        ("mới/new: Xã", "commune", "new"),
        ("Xã mới/new", "commune", "new"),
        ("Xã (nay)", "commune", "new"),
        ("Xã nay là", "commune", "new"),
        ("Phường/xã (ĐVHC 2 cấp)", "commune", "new"),
        ("Phường/xã (ĐVHC 3 cấp)", "commune", "old"),
        ("Số thành viên tính đến nay", "member_count", ""),
        ("Xã cũ/mới", "", ""),
        ("Địa chỉ thường trú giám đốc", "", ""),
        ("Địa chỉ người đại diện", "", ""),
        ("Địa chỉ HTX", "address", ""),
    ],
)
def test_old_new_and_other_people_are_told_apart_in_either_language(title: str, field: str, facet: str) -> None:
    assert (understand(title).field, understand(title).facet) == (field, facet)


@pytest.mark.parametrize(
    "title", ["Cột lạ", "Kế toán", "Phó giám đốc", "Diện tích", "Xếp loại", "Số lượng HTX", "Thành viên"]
)
def test_nobody_guesses_what_is_not_understood(title: str) -> None:
    assert understand(title).field == ""


GOOD = {"Tên HTX": "HTX Một", "Loại hình": "NN", "SĐT": "0912345678", "Là thành viên": "Có"}


def read(tmp_path: Path, *columns: tuple[str, object], **usual: object) -> Registry:
    """A list of one row; `columns` come first, then the usual ones that none of them replaces."""
    cells = [*columns, *((title, cell) for title, cell in GOOD.items() if title not in usual)]
    path = write(tmp_path / "a.xlsx", DS=[[title for title, _ in cells], [cell for _, cell in cells]])
    return read_registry(path)


def uses(found: Registry) -> dict[str, tuple[str, str]]:
    return {used.title: (used.use, used.field) for used in found.columns}


def test_the_new_place_is_taken_and_the_old_one_kept_in_the_address(tmp_path: Path) -> None:
    places = {
        "Phường/Xã (cũ)": "Xã Cũ",
        "Phường/Xã (mới)": "Xã Mới",
        "Địa chỉ (trước sáp nhập)": "Xóm 1",
        "Địa chỉ": "Thôn 2",
    }
    found = read(tmp_path, *places.items())
    (organisation,) = found.organisations
    assert (organisation.commune, organisation.address) == ("Xã Mới", "Thôn 2, Xóm 1, Xã Cũ")
    assert uses(found)["Phường/Xã (cũ)"] == ("kept", "commune")
    assert uses(found)["Phường/Xã (mới)"] == ("taken", "commune")


def test_an_old_place_stands_in_alone_and_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, ("Xã cũ", "Xã Cũ"))
    assert found.organisations[0].commune == "Xã Cũ"
    assert "list.column_old_only" in {fault.code for fault in found.faults}


def test_old_names_codes_people_and_phones_and_those_of_others_are_left_and_told(tmp_path: Path) -> None:
    strange = {
        "Tên cũ": "HTX Cũ", "Mã cũ": "X1", "Giám đốc cũ": "Ông Cũ", "SĐT cũ": "0912345670", "SĐT kế toán": "0912345671",
        "Số thành viên (nữ)": 5, "Số thành viên": 20, "SĐT phụ": "0912345679", "Họ tên giám đốc": "Ông Mới",
    }  # fmt: skip
    found = read(tmp_path, *strange.items())
    (organisation,) = found.organisations
    assert (organisation.name, organisation.leader, organisation.member_count) == ("HTX Một", "Ông Mới", 20)
    assert [phone.e164 for phone in organisation.phones] == ["+84912345678", "+84912345679"]
    assert {title for title, (use, _) in uses(found).items() if use == "unused"} == {
        "Tên cũ", "Mã cũ", "Giám đốc cũ", "SĐT cũ", "SĐT kế toán", "Số thành viên (nữ)",
    }  # fmt: skip


def test_a_heading_nobody_knows_is_told_once_and_so_are_two_of_a_kind(tmp_path: Path) -> None:
    found = read(tmp_path, ("Cột lạ", "gì đó"), ("", "không tên"), ("Tên HTX", "HTX Khác"))
    assert [(f.code, f.column, f.weight) for f in found.faults if f.code.startswith("list.column")] == [
        ("list.column_unknown", "A (Cột lạ)", "notice"),
        ("list.column_unknown", "B", "notice"),
        ("list.column_twice", "D (Tên HTX)", "notice"),
    ]
    assert found.organisations[0].name == "HTX Khác"


def test_what_stands_below_a_person_or_an_address_is_its_own_column(tmp_path: Path) -> None:
    above = ["Tên HTX", "Người đại diện", "", "", "Kế toán", "", "Địa chỉ", "", "", "Là thành viên", "Loại hình"]
    below = ["", "Họ và tên", "Chức vụ", "SĐT", "Họ tên", "SĐT", "Số nhà", "Xã", "Huyện", "", ""]
    row = ["HTX A", "Ông B", "GĐ", "0912345678", "Bà C", "0912345679", "12", "Xã D", "Huyện E", "Có", "NN"]
    found = read_registry(write(tmp_path / "a.xlsx", DS=[above, below, row]))
    (got,) = found.organisations
    assert (got.leader, got.position, [phone.e164 for phone in got.phones]) == ("Ông B", "GĐ", ["+84912345678"])
    assert (got.commune, got.address) == ("Xã D", "12, Huyện E")


def test_headings_of_two_rows_are_read_together(tmp_path: Path) -> None:
    above = ["TT", "Tên HTX", "Số điện thoại", "", "Số thành viên", "", "Là thành viên", "Loại hình", "Xã"]
    below = ["", "", "Giám đốc", "Kế toán", "Nữ", "Tổng", "", "", ""]
    row = [1, "HTX A", "0912345679", "0912345670", 3, 20, "Có", "NN", "X"]
    found = read_registry(write(tmp_path / "a.xlsx", DS=[above, below, row]))
    (organisation,) = found.organisations
    assert ([phone.e164 for phone in organisation.phones], organisation.member_count) == (["+84912345679"], 20)


@cases.table(("field", "title"), PLAIN)
def test_brackets_and_words_change_the_facet_of_any_heading_and_never_its_field(field: str, title: str) -> None:
    """Every wording of the table, in the shapes in which old and new stand beside each other."""
    old, new = ("other", "other") if field == "member_count" else ("old", "new")
    shapes = {
        "{} (cũ)": old,
        "{} cũ": old,
        "{} - CŨ": old,
        "{} (trước sáp nhập)": old,
        "{} (mới)": new,
        "{} sau sáp nhập": new,
    }
    for shape, facet in shapes.items():
        found = understand(shape.format(title.rstrip(":")))
        assert (found.field, found.facet) == (field, facet), shape
    for shape in ("{} (bắt buộc)", "{} (*)", "{} (neu co)", " {}  ", "{}:"):
        found = understand(shape.format(title))
        assert (found.field, found.facet) == (field, ""), shape


@pytest.mark.parametrize(
    ("titles", "cells"),
    [
        (("Loại hình", "Lĩnh vực"), ("HTX", "Nông nghiệp")),
        (("Lĩnh vực", "Loại hình"), ("Phi nông nghiệp", "Liên hiệp HTX")),
        (("Loại hình", "Lĩnh vực hoạt động"), ("Hợp tác xã", "Nông nghiệp")),
    ],
)
def test_a_type_beside_a_sector_is_the_kind_when_its_cells_are_kinds(
    tmp_path: Path, titles: tuple[str, str], cells: tuple[str, str]
) -> None:
    header = ["TT", "Tên HTX", "Số điện thoại", "Là thành viên", "Xã", *titles]
    rows = [[n, f"Nà Lúa {n}", f"091234567{n}", "Có", "X", *cells] for n in range(1, 4)]
    found = read_registry(write(tmp_path / "a.xlsx", DS=[header, *rows]))
    assert {fault.code for fault in found.faults} == set()
    kind, sector = ("LHHTX" if "Liên" in cells[1] else "HTX"), ("PNN" if "Phi" in cells[0] else "NN")
    assert {(o.kind, o.sector) for o in found.organisations} == {(kind, sector)}
    assert len(found.organisations) == 3


def test_a_type_beside_a_trade_stays_the_sector_when_its_cells_are_sectors(tmp_path: Path) -> None:
    header = ["TT", "Tên HTX", "Số điện thoại", "Là thành viên", "Xã", "Loại hình", "Lĩnh vực"]
    found = read_registry(write(tmp_path / "a.xlsx", DS=[header, [1, "HTX A", "0912345679", "Có", "X", "NN", "NN"]]))
    assert [(o.kind, o.sector) for o in found.organisations] == [("HTX", "NN")]
