"""Real lists are messy: everything usable comes in, everything else is named with sheet, row, column and value."""

from __future__ import annotations

import json
import random
import unicodedata
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files import headings, workbooks
from files.faults import FileFault, FileRefusedError, from_dict
from files.list_rows import RowReader
from files.lists import Registry, read_registry
from tests.files.workbooks import write

HEADER = (
    "Tên đăng nhập", "Mật khẩu", "Tên tổ chức", "Loại (HTX/QTD)", "Loại hình (NN/PNN)", "Người quản lý", "Chức vụ",
    "Email", "Phường/Xã", "Địa chỉ", "Số thành viên", "Ngày thành lập", "Là thành viên", "Trạng thái",
)  # fmt: skip
GOOD = (
    "0900000001", "bi-mat-123", "HTX Một", "HTX", "NN", "Nguyễn Văn A", "Giám đốc", "a@example.org", "Xã A", "Thôn 1",
    12, "02/09/2015", "Có", "Hoạt động",
)  # fmt: skip


def row(**changes: object) -> list[object]:
    """The good row with some fields changed, by field name."""
    fields = dict(zip(_FIELDS, GOOD, strict=True)) | changes
    return list(fields.values())


_FIELDS = (
    "login", "password", "name", "kind", "sector", "leader", "position", "email", "commune", "address", "member_count",
    "founded_on", "member", "active",
)  # fmt: skip


def read(tmp_path: Path, *rows: object, title: int = 0) -> Registry:
    sheet = [*([["DANH SÁCH"]] * title), HEADER, *rows]
    return read_registry(write(tmp_path / "list.xlsx", DS=sheet))  # type: ignore[arg-type]  # rows of any cells


def only(registry: Registry) -> FileFault:
    assert len(registry.faults) == 1, registry.faults
    return registry.faults[0]


def test_the_template_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, row(), title=3)
    assert found.faults == ()
    one = found.organisations[0]
    assert (one.row, one.name, one.kind, one.sector, one.is_member, one.active) == (
        5,
        "HTX Một",
        "HTX",
        "NN",
        True,
        True,
    )
    assert (one.member_count, one.founded_on, one.commune) == (12, date(2015, 9, 2), "Xã A")
    assert [phone.e164 for phone in one.phones] == ["+84900000001"]


@given(st.permutations(range(len(HEADER))))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_in_any_order_mean_the_same(tmp_path: Path, order: list[int]) -> None:
    straight = read(tmp_path, row()).organisations
    shuffled = write(tmp_path / "b.xlsx", DS=[[cells[i] for i in order] for cells in (HEADER, GOOD)])
    assert read_registry(shuffled).organisations == straight


def test_headers_by_other_names_nfd_and_spaces(tmp_path: Path) -> None:
    header = [
        "STT",
        " Tên  HTX ",
        unicodedata.normalize("NFD", "Số điện thoại"),
        "LOẠI",
        "Lĩnh vực",
        "Thành viên Liên minh",
    ]
    cells = [
        1,
        unicodedata.normalize("NFD", "  Hợp tác xã  Đồng Mới "),
        "0900000001",
        "Hợp tác xã",
        "Phi nông nghiệp",
        "x",
    ]
    found = read_registry(write(tmp_path / "a.xlsx", DS=[header, cells]))
    one = found.organisations[0]
    assert one.name == "Hợp tác xã Đồng Mới"
    assert one.short_name == "HTX Đồng Mới"
    assert (one.kind, one.sector, one.is_member) == ("HTX", "PNN", True)


def test_csv_gives_the_same_organisations(tmp_path: Path) -> None:
    lines = [";".join(map(str, cells)) for cells in (HEADER, GOOD)]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), "utf-8-sig")
    from_csv = read_registry(path).organisations[0]
    from_xlsx = read(tmp_path, row()).organisations[0]
    assert (from_csv.registry_code, from_csv.phones, from_csv.founded_on) == (
        from_xlsx.registry_code,
        from_xlsx.phones,
        from_xlsx.founded_on,
    )


@pytest.mark.parametrize(
    "cell",
    [
        "0900000001", 900000001, 84900000001.0, "+84 900 000 001", "0900.000.001", "0084-900-000-001", "900000001 ",
        "'0900000001",
    ],
)  # fmt: skip
def test_phones_in_every_shape(tmp_path: Path, cell: object) -> None:
    assert [p.e164 for p in read(tmp_path, row(login=cell)).organisations[0].phones] == ["+84900000001"]


def test_old_mobiles_are_converted_and_flagged(tmp_path: Path) -> None:
    phone = read(tmp_path, row(login="0120 000 0007")).organisations[0].phones[0]
    assert (phone.e164, phone.flags) == ("+84700000007", ("old_format",))


def test_several_phones_in_a_cell_and_one_of_them_bad(tmp_path: Path) -> None:
    found = read(tmp_path, row(login="0900000001 / 0204 388 0002; 0900"))
    assert [p.kind for p in found.organisations[0].phones] == ["mobile", "landline"]
    fault = only(found)
    assert (fault.code, fault.sheet, fault.row, fault.column, fault.value, fault.weight) == (
        "phone.too_short", "DS", 2, "A (Tên đăng nhập)", "0900", "emptied",
    )  # fmt: skip
    assert fault.suggestion == "phone.too_short.mend"


def test_an_organisation_without_phone_stays_on_the_list(tmp_path: Path) -> None:
    """n counts everybody on the list: dropping those who cannot be rung would flatter the index."""
    found = read(tmp_path, row(login=""))
    assert len(found.organisations) == 1
    assert (only(found).code, only(found).weight) == ("list.no_phone", "notice")


@pytest.mark.parametrize(
    ("field", "value", "code", "column"),
    [
        ("name", "", "list.name_missing", "C (Tên tổ chức)"),
        ("kind", "Công ty", "list.kind_unknown", "D (Loại (HTX/QTD))"),
        ("sector", "", "list.sector_unknown", "E (Loại hình (NN/PNN))"),
        ("member", "chưa rõ", "list.member_unknown", "M (Là thành viên)"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_alone(
    tmp_path: Path, field: str, value: str, code: str, column: str
) -> None:
    found = read(tmp_path, row(name="HTX Hai"), row(**{field: value}), row(name="HTX Ba"))
    assert [o.name for o in found.organisations] == ["HTX Hai", "HTX Ba"]
    fault = only(found)
    assert (fault.code, fault.row, fault.column, fault.value, fault.weight) == (code, 3, column, value, "refused")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("member_count", 0, "list.member_count_unreadable"),
        ("member_count", "nhiều", "list.member_count_unreadable"),
        ("founded_on", "31/02/2015", "list.date_unreadable"),
        ("founded_on", "năm 2015", "list.date_unreadable"),
        ("email", "khong co", "list.email_unreadable"),
    ],
)
def test_a_bad_cell_that_is_not_needed_is_left_out_and_named(
    tmp_path: Path, field: str, value: object, code: str
) -> None:
    found = read(tmp_path, row(**{field: value}))
    assert len(found.organisations) == 1
    assert not getattr(found.organisations[0], field)
    assert (only(found).code, only(found).weight) == (code, "emptied")


@pytest.mark.parametrize(
    "cell",
    ["02/09/2015", "2-9-2015", "2.9.2015", datetime(2015, 9, 2), 42249, "2015-09-02", "42249"],  # noqa: DTZ001
)
def test_dates_as_text_as_cells_and_as_serials(tmp_path: Path, cell: object) -> None:
    assert read(tmp_path, row(founded_on=cell)).organisations[0].founded_on == date(2015, 9, 2)


def test_the_same_organisation_twice_counts_once(tmp_path: Path) -> None:
    found = read(tmp_path, row(), row(name="HTX Hai"), row(login="0900000002"))
    assert len(found.organisations) == 2
    assert (only(found).code, only(found).row, dict(only(found).params)) == (
        "list.duplicate",
        4,
        {"sheet": "DS", "row": 2},
    )


def test_an_organisation_over_two_rows_keeps_the_phones_of_both(tmp_path: Path) -> None:
    found = read(tmp_path, row(), row(login="0900000002"), row(name="HTX Hai", login="0900000003"))
    assert [[p.e164 for p in o.phones] for o in found.organisations] == [
        ["+84900000001", "+84900000002"], ["+84900000003"],
    ]  # fmt: skip
    assert (only(found).code, only(found).weight, only(found).row) == ("list.joined", "notice", 3)


def test_a_tone_in_the_other_place_and_the_long_word_for_the_kind_are_the_same_organisation(tmp_path: Path) -> None:
    found = read(tmp_path, row(name="HTX Thuỷ sản Hoà Bình"), row(name="Hợp tác xã Thủy Sản Hòa Bình "))
    assert [f.code for f in found.faults] == ["list.duplicate"]
    others = read(tmp_path, row(name="HTX Hòa Bình", login="0900000001"), row(name="HTX Hóa Bình", login="0900000002"))
    assert len(others.organisations) == 2


def test_one_sheet_that_cannot_be_used_does_not_lose_the_other(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", DS=[HEADER, GOOD], TK=[["Tên HTX", "Số điện thoại"], ["HTX Hai", "0900000002"]])
    found = read_registry(path)
    assert [o.name for o in found.organisations] == ["HTX Một"]
    assert [(f.code, f.sheet, f.params["column"]) for f in found.faults] == [
        ("list.column_missing", "TK", "Là thành viên")
    ]


PLACED = (*HEADER, "Huyện", "Tỉnh")


def placed(tmp_path: Path, *where: str, area: str = "24", commune: str = "Xã A") -> Registry:
    return read_registry(write(tmp_path / "p.xlsx", DS=[PLACED, [*row(commune=commune), *where]]), area)


def test_a_former_province_is_ours_and_is_kept_in_the_address(tmp_path: Path) -> None:
    found = placed(tmp_path, "huyện Lục Ngạn", "Tỉnh Bắc Giang")
    assert found.organisations[0].address == "Thôn 1, huyện Lục Ngạn, tỉnh Bắc Giang"
    former = next(f for f in found.faults if f.code == "list.former_province")
    assert (former.params["scheme"], former.params["number"], former.weight) == ("vn-2004", "24", "notice")


def test_a_row_of_another_province_is_refused(tmp_path: Path) -> None:
    found = placed(tmp_path, "", "Hà Giang")
    assert found.organisations == ()
    assert (only(found).code, only(found).weight, only(found).value) == ("list.other_province", "refused", "Hà Giang")


def test_district_and_province_in_the_cell_of_the_commune(tmp_path: Path) -> None:
    found = placed(tmp_path, "", "", commune="X. Tân Tiến, huyện Lục Ngạn, tỉnh Bắc Giang")
    one = found.organisations[0]
    assert (one.commune, one.address) == ("Xã Tân Tiến", "Thôn 1, huyện Lục Ngạn, tỉnh Bắc Giang")
    assert {f.weight for f in found.faults} == {"notice"}


@pytest.mark.parametrize(
    ("area", "commune", "address"),
    [
        ("44", "Xã Vĩnh Ninh, Quảng Ninh, Quảng Bình", "Thôn 1, Quảng Ninh, tỉnh Quảng Bình"),
        ("44", "Xã Vĩnh Ninh, Quảng Ninh", "Thôn 1, Quảng Ninh"),
        ("44", "Xã Vĩnh Ninh, huyện Quảng Ninh, tỉnh Quảng Bình", "Thôn 1, huyện Quảng Ninh, tỉnh Quảng Bình"),
        ("96", "Xã Vĩnh Mỹ A, Hoà Bình, Bạc Liêu", "Thôn 1, Hoà Bình, tỉnh Bạc Liêu"),
        ("14", "Xã Huy Hạ, Phù Yên, Sơn La", "Thôn 1, Phù Yên"),
        ("14", "Huy Ha, Phu Yen", "Thôn 1, Phu Yen"),
        ("80", "Xã Thủy Tây, Thạnh Hóa, Long An", "Thôn 1, Thạnh Hóa, tỉnh Long An"),
        ("08", "Phường Quang Trung, TP Hà Giang, tỉnh Hà Giang", "Thôn 1, TP Hà Giang, tỉnh Hà Giang"),
        ("08", "Phường Quang Trung, TP. Hà Giang", "Thôn 1, TP. Hà Giang"),
        ("08", "Xã Yên Thành, Quang Bình, Hà Giang", "Thôn 1, Quang Bình, tỉnh Hà Giang"),
        ("79", "Phường 1, Tp. Vũng Tàu, Bà Rịa - Vũng Tàu", "Thôn 1, Tp. Vũng Tàu, tỉnh Bà Rịa - Vũng Tàu"),
    ],
)
def test_a_district_called_like_a_province_is_none(tmp_path: Path, area: str, commune: str, address: str) -> None:
    found = placed(tmp_path, "", "", area=area, commune=commune)
    assert [o.address for o in found.organisations] == [address], found.faults


def test_a_district_in_the_column_of_the_province_is_kept_when_its_marks_say_so(tmp_path: Path) -> None:
    found = placed(tmp_path, "", "Phù Yên", area="14")
    assert [o.address for o in found.organisations] == ["Thôn 1, Phù Yên"]


@pytest.mark.parametrize("commune", ["Xã A, Hải Dương", "Xã A, TP Hải Dương", "Xã A, tỉnh Quảng Ninh"])
def test_another_province_behind_the_commune_is_refused(tmp_path: Path, commune: str) -> None:
    found = placed(tmp_path, "", "", commune=commune)
    assert "list.other_province" in {f.code for f in found.faults}
    assert found.organisations == ()


@pytest.mark.parametrize("name", ["Hà Giang", "HÀ GIANG", "Ha Giang", "tỉnh Hà Giang (cũ)", "T. Hà Giang", "02"])
def test_former_provinces_by_any_name_are_kept(tmp_path: Path, name: str) -> None:
    found = placed(tmp_path, "", name, area="08")
    assert [o.address for o in found.organisations] == ["Thôn 1, tỉnh Hà Giang"]


@pytest.mark.parametrize(
    ("name", "area", "told"),
    [
        ("Hà Bắc", "24", "list.older_province"),
        ("tỉnh Nghệ Tĩnh", "42", "list.parted_province"),
        ("Nghệ Tĩnh", "40", "list.parted_province"),
        ("Sông Bé", "", "list.parted_province"),
    ],
)
def test_provinces_of_long_ago_are_told_and_kept(tmp_path: Path, name: str, area: str, told: str) -> None:
    found = placed(tmp_path, "", name, area=area)
    assert [o.address for o in found.organisations] == [f"Thôn 1, tỉnh {name.removeprefix('tỉnh ')}"]
    assert (only(found).code, only(found).weight) == (told, "notice")


@pytest.mark.parametrize(("name", "area"), [("Hà Bắc", "19"), ("Nghệ Tĩnh", "38"), ("Sông Bé", "80")])
def test_a_province_of_long_ago_that_was_never_ours_is_refused(tmp_path: Path, name: str, area: str) -> None:
    found = placed(tmp_path, "", name, area=area)
    assert (found.organisations, only(found).code) == ((), "list.other_province")


def test_an_unknown_province_is_named_and_the_row_stays(tmp_path: Path) -> None:
    found = placed(tmp_path, "", "Bắc Quang")
    assert len(found.organisations) == 1
    assert (only(found).code, only(found).weight) == ("list.province_unknown", "emptied")


def test_totals_signatures_and_column_numbers_are_no_organisations(tmp_path: Path) -> None:
    numbers = [f"({i})" for i in range(1, 15)]
    found = read(tmp_path, numbers, row(), [], ["Tổng cộng"], ["", "", "", "", "", "", "", "Người lập biểu"])
    assert (found.rows, len(found.organisations), found.faults) == (1, 1, ())


def test_the_password_is_kept_nowhere(tmp_path: Path) -> None:
    found = read(tmp_path, row(), row(kind="?", login="x"), row(name="HTX Ba", email="?", founded_on="?"))
    everything = json.dumps([f.to_dict() for f in found.faults], ensure_ascii=False) + repr(found)
    assert "bi-mat-123" not in everything


def test_a_code_of_the_list_wins_over_a_derived_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", DS=[("Mã tổ chức", *HEADER), ("24-001", *GOOD)])
    assert read_registry(path).organisations[0].registry_code == "24-001"


CODED = ("Mã tổ chức", *HEADER)


def coded(tmp_path: Path, *rows: list[object]) -> Registry:
    return read_registry(write(tmp_path / "coded.xlsx", DS=[CODED, *rows]))


@pytest.mark.parametrize("code", ["001\u200b", "\ufeff001", " 001\u00a0", "００１", "0\u00ad01"])
def test_a_code_has_one_form_however_it_was_typed(tmp_path: Path, code: str) -> None:
    found = coded(tmp_path, ["001", *row()], [code, *row(login="0900000002")])
    assert [(o.registry_code, len(o.phones)) for o in found.organisations] == [("001", 2)]


@pytest.mark.parametrize("code", ["", "-", "–", "\u200b", "...", "\u00a0"])
def test_a_cell_that_holds_no_code_is_none(tmp_path: Path, code: str) -> None:
    found = coded(tmp_path, [code, *row()], [code, *row(name="HTX Hai", login="0900000005")])
    assert [o.registry_code[0] for o in found.organisations] == ["D", "D"]


def test_names_and_places_keep_nothing_that_cannot_be_seen(tmp_path: Path) -> None:
    hidden = row(
        name="HTX\u00a0Mộ\u200bt", commune="Xã\u202fA\u200d", leader="\ufeffNguyễn Văn A", email="a@exam\u00adple.org",
        address="Thôn\u30001\u200e", position="Giám\u200b đốc",
    )  # fmt: skip
    one = read(tmp_path, hidden).organisations[0]
    assert (one.name, one.commune, one.leader, one.email) == ("HTX Một", "Xã A", "Nguyễn Văn A", "a@example.org")
    assert (one.address, one.position) == ("Thôn 1", "Giám đốc")
    assert one.registry_code == read(tmp_path, row()).organisations[0].registry_code


@pytest.mark.parametrize(
    "email", ["a@example.org\u00a0", "a＠example．org", "\u200ba@example.org", "ａ@example.org", "a@examplе.org"]
)
def test_an_address_is_read_however_it_was_typed(tmp_path: Path, email: str) -> None:
    assert read(tmp_path, row(email=email)).organisations[0].email == "a@example.org"


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_headings_are_found_whatever_unseen_stands_in_them(tmp_path: Path, data: st.DataObject) -> None:
    unseen = st.sampled_from(["", "", "\u200b", "\ufeff", "\u00ad", "\u2060", "\ufe0f"])
    space = st.sampled_from([" ", "\u00a0", "\u3000", "\n", "  "])
    form = data.draw(st.sampled_from(["NFC", "NFD", "NFKD"]))
    header = [
        "".join(data.draw(space) if c == " " else data.draw(unseen) + c for c in unicodedata.normalize(form, title))
        for title in HEADER
    ]
    straight = read(tmp_path, row()).organisations
    assert read_registry(write(tmp_path / "h.xlsx", DS=[header, row()])).organisations == straight


def test_derived_codes_stay_what_they_were(tmp_path: Path) -> None:
    """Organisations are found again by them in every later list."""
    names = ("HTX Một", "Hợp tác xã Thuỷ sản Hoà Bình", "QTDND Quý Hoà", "HTX A – B", "HTX  Toàn  Thắng.")
    found = read(tmp_path, *(row(name=name, login="", kind="HTX") for name in names)).organisations
    assert [o.registry_code for o in found] == [
        "DF7DDEAD1B51C6", "D5081E22D8820F", "DCE31104E140BF", "D0F0D6FD33F99F", "DBC3CB022ACFFF",
    ]  # fmt: skip


@pytest.mark.parametrize("second", ["0900000002", "0900000001"])
@pytest.mark.parametrize("leader", ["Nguyễn Văn A", ""])
def test_one_code_with_two_names_is_a_fault_that_names_both(tmp_path: Path, second: str, leader: str) -> None:
    found = coded(tmp_path, ["001", *row()], ["001", *row(name="HTX Hai", login=second, leader=leader)])
    assert [(o.name, [p.e164 for p in o.phones]) for o in found.organisations] == [("HTX Một", ["+84900000001"])]
    fault = only(found)
    assert (fault.code, fault.row, fault.weight) == ("list.code_of_two", 3, "refused")
    assert dict(fault.params) == {
        "sheet": "DS",
        "row": 2,
        "registry_code": "001",
        "name": "HTX Hai",
        "other": "HTX Một",
    }


def test_one_code_and_name_in_two_communes_is_not_joined(tmp_path: Path) -> None:
    found = coded(tmp_path, ["001", *row()], ["001", *row(login="0900000002", commune="Xã B")])
    assert [[p.e164 for p in o.phones] for o in found.organisations] == [["+84900000001"]]
    assert only(found).code == "list.duplicate"


def alone(*, code: str = "", **fields: str) -> list[object]:
    return [code, *row(**{**dict.fromkeys(_FIELDS, ""), **fields})]


@pytest.mark.parametrize("fields", [{}, {"leader": "Trần Thị B"}, {"leader": "Trần Thị B", "position": "Kế toán"}])
def test_a_phone_alone_in_a_row_is_reported(tmp_path: Path, fields: dict[str, str]) -> None:
    found = coded(tmp_path, ["001", *row()], alone(login="0912 345 678", **fields), ["002", *row(name="HTX Hai")])
    assert [len(o.phones) for o in found.organisations] == [1, 1]
    fault = found.faults[0]
    assert (fault.code, fault.row, fault.value, fault.weight) == ("list.phone_alone", 3, "0912 345 678", "refused")
    assert found.rows == 3


def test_a_phone_alone_belongs_to_the_row_above_when_it_has_its_code(tmp_path: Path) -> None:
    found = coded(tmp_path, ["001", *row()], alone(code="001\u200b", login="0912345678"))
    assert [[p.e164 for p in o.phones] for o in found.organisations] == [["+84900000001", "+84912345678"]]
    assert (only(found).code, only(found).weight) == ("list.joined", "notice")
    apart = coded(tmp_path, ["001", *row()], ["002", *row(name="HTX Hai")], alone(code="001", login="0912345678"))
    assert [len(o.phones) for o in apart.organisations] == [1, 1]
    assert [f.code for f in apart.faults if f.row == 4] == ["list.phone_alone"]


def test_a_name_with_a_phone_is_never_dropped_in_silence(tmp_path: Path) -> None:
    found = read(tmp_path, row(), row(**{**dict.fromkeys(_FIELDS, ""), "name": "Tân Tiến", "login": "0912345678"}))
    assert (found.rows, len(found.organisations)) == (2, 1)
    assert {f.code for f in found.faults if f.row == 3} >= {"list.kind_unknown"}


def test_a_derived_code_does_not_depend_on_the_phone(tmp_path: Path) -> None:
    codes = {read(tmp_path, row(login=phone)).organisations[0].registry_code for phone in ("0900000001", "0900000002")}
    assert len(codes) == 1


def test_a_list_without_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_registry(write(tmp_path / "a.xlsx", DS=[["chỉ", "có", "chữ"]]))
    assert refused.value.faults[0].code == "list.no_header"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read_registry(write(tmp_path / "a.xlsx", DS=[["Tên tổ chức", "Loại"], ["HTX Một", "HTX"]]))
    assert [f.params["column"] for f in refused.value.faults] == ["Là thành viên", "Số điện thoại"]


CELLS = st.one_of(
    st.text(max_size=20).filter(lambda text: "\0" not in text),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(date(1950, 1, 1)),
)


@given(st.lists(st.tuples(st.integers(0, len(HEADER) - 1), CELLS), max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_cell_can_break_the_reading(changes: list[tuple[int, object]]) -> None:
    cells = list(GOOD)
    for at, cell in changes:
        cells[at] = cell  # type: ignore[call-overload]  # any cell anywhere is the point
    found = headings.find(workbooks.Sheet("DS", [HEADER, cells]), ("name",))
    assert found is not None
    reader = RowReader(found.header, 1)
    if not reader.says_nothing() and reader.organisation() is None:
        assert any(fault.weight == "refused" for fault in reader.faults)
    assert [from_dict(json.loads(json.dumps(f.to_dict()))) for f in reader.faults] == reader.faults


def test_rows_in_another_order_give_the_same_organisations(tmp_path: Path) -> None:
    rows = [row(name=f"HTX {i}", login=f"09000000{i:02d}") for i in range(20)]
    straight = {o.registry_code: o.phones for o in read(tmp_path, *rows).organisations}
    random.Random(7).shuffle(rows)
    assert {o.registry_code: o.phones for o in read(tmp_path, *rows).organisations} == straight


def test_rows_and_columns_that_are_hidden_are_read(tmp_path: Path) -> None:
    """A filter left on in Excel must not lose organisations."""
    path = tmp_path / "hidden.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for at, cells in enumerate([HEADER, row(), row(name="HTX Hai", login="0900000002")]):
        sheet.write_row(at, 0, cells)
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(0, 1, None, None, {"hidden": True})
    book.close()
    registry = read_registry(path)
    assert [(o.name, len(o.phones)) for o in registry.organisations] == [("HTX Một", 1), ("HTX Hai", 1)]
