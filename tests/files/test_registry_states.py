"""What provinces write about whether an organisation still works."""

from __future__ import annotations

from pathlib import Path

import pytest

from files.lists import read_registry
from files.registry_states import is_active
from tests import cases
from tests.files.workbooks import write

GONE = (
    "Đã giải thể; Không hoạt động; Chờ giải thể; Sáp nhập; Ngừng HĐ; Tạm ngừng; Phá sản; Chuyển đổi;"
    " Giải thể tự nguyện;"
    " Chưa hoạt động; Đang làm thủ tục giải thể; Ngừng hoạt động; Tạm ngừng hoạt động; Ngưng hoạt động; Ngưng;"
    " Dừng hoạt động; Tạm dừng; Đã ngừng hoạt động từ 2021; Không còn hoạt động; Giải thể năm 2023; Đã sáp nhập;"
    " Ngừng HĐ chờ giải thể; Giải thể bắt buộc; Đã chuyển đổi sang công ty; Đã giải thể (QĐ 12); Ko hoạt động;"
    " Đóng cửa;"
    " Bị thu hồi giấy phép; Chấm dứt hoạt động; Tạm nghỉ; giải thể; Inactive; Sát nhập; Đang chờ giải thể; Không HĐ;"
    " Ngừng KD; Ngừng h/động; KHĐ; Đóng MST; Tan rã; Bỏ trốn; Không tìm thấy; HTX đã giải thể;"
    " Ngưng hoạt động có thời hạn;"
    " Không hoạt động tại địa chỉ đã đăng ký; Ngừng hoạt động nhưng chưa hoàn thành thủ tục đóng MST"
)
WORKING = (
    "HĐ; Đang HĐ; Có hoạt động; Hoạt động; Đang hoạt động; Hoạt động tốt; Còn hoạt động; Hoạt động bình thường;"
    " Đang hoạt động bình thường; Hoạt động cầm chừng; Bình thường; Mới thành lập; Hoạt động có hiệu quả;"
    " Chưa giải thể;"
    " Hoạt động trở lại; ĐANG HOẠT ĐỘNG; Đang h.động; HTX đang hoạt động;"
    " Hoạt động kém hiệu quả; Hoạt động không hiệu quả"
)
UNCLEAR = "Đang xây dựng; ?; -; x; 1; lạ; Chuyển đổi theo Luật 2012; Đang hoạt động, chờ giải thể; Hoạt động/Ngừng"
TABLE = [
    (state.strip(), active)
    for states, active in ((GONE, False), (WORKING, True), (UNCLEAR, None))
    for state in states.split(";")
]


@cases.table(("state", "active"), [*TABLE, ("", True), ("  ", True)])
def test_a_state_is_understood_or_said_to_be_unclear(state: str, active: bool | None) -> None:
    assert is_active(state) is active


@pytest.mark.parametrize(
    ("heading", "cell", "active", "codes"),
    [
        ("Trạng thái", "Đã giải thể", False, []),
        ("Trạng thái", "đang tính", True, ["list.active_unknown"]),
        ("Đang hoạt động", "x", True, []),
        ("Đang hoạt động (Có/Không)", "Không", False, []),
        ("Còn hoạt động", 0, False, []),
        ("Ngừng hoạt động", "x", False, []),
        ("Ngừng hoạt động", "", True, []),
        ("Trạng thái", "#N/A", True, ["cell.error", "list.active_unknown"]),
    ],
)
def test_an_unknown_state_leaves_it_active_and_says_so(
    tmp_path: Path, heading: str, cell: object, active: bool, codes: list[str]
) -> None:
    header = ["Loại", "Tên HTX", "Loại hình", "SĐT", "Là thành viên", heading]
    found = read_registry(write(tmp_path / "a.xlsx", DS=[header, ["HTX", "HTX A", "NN", "0912345678", "Có", cell]]))
    assert [organisation.active for organisation in found.organisations] == [active]
    assert [fault.code for fault in found.faults] == codes
