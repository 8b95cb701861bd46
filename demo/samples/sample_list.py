"""The sample list: forty invented organisations as a province might list them, and three rows with known faults.

Numbers look like real ones (0900 000 0xx, 0700 000 0xx) because only the simulated phone network may ring them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

TITLE = (
    "DANH SÁCH TỔ CHỨC - DỮ LIỆU MẪU",
    "Tên, người và số điện thoại đều không có thật (SAMPLE DATA, only for the simulated phone network)",
)
HEADER = (
    "Tên đăng nhập", "Mật khẩu", "Tên tổ chức", "Loại (HTX/QTD)", "Loại hình (NN/PNN)", "Người quản lý", "Chức vụ",
    "Email", "Phường/Xã", "Địa chỉ", "Số thành viên", "Ngày thành lập", "Là thành viên (Có/Không)", "Trạng thái",
)  # fmt: skip
COMMUNES = ("Xã Mẫu Thượng", "Xã Mẫu Hạ")
_PLACES = (
    "An Bình", "Bến Đá", "Cây Gạo", "Đồng Mới", "Đức Hòa", "Giếng Ngọc", "Hòa Lạc", "Khe Trong", "Lũng Sen",
    "Mai Xanh", "Nà Lúa", "Ngọc Thanh", "Phú Điền", "Quán Vải", "Sông Trăng", "Tân Tiến", "Thôn Chè", "Ứng Lạc",
    "Vạn Xuân", "Yên Ngựa",
)  # fmt: skip
_PEOPLE = ("Nguyễn Văn", "Trần Thị", "Lê Văn", "Phạm Thị", "Hoàng Văn", "Đỗ Thị", "Lý Văn", "Vũ Thị")
_TRADES = ("Vận tải", "Xây dựng", "Mộc", "Môi trường")


def _kind(index: int) -> tuple[str, str, str]:
    """Name, kind and sector: 20 farming cooperatives, 12 others, 8 credit funds."""
    place = _PLACES[index % 20]
    if index < 20:
        return f"Hợp tác xã Nông nghiệp {place}", "HTX", "NN"
    if index < 32:
        return f"Hợp tác xã {_TRADES[index % 4]} {place}", "HTX", "PNN"
    return f"Quỹ tín dụng nhân dân {place}", "QTD", ""


def _login(index: int) -> object:
    """The phone in one of the shapes lists really have; always the number of place `index`."""
    tail = f"{index + 1:02d}"
    shapes: tuple[object, ...] = (
        f"09000000{tail}",
        int(f"9000000{tail}"),  # Excel ate the zero
        f"+84 900 000 0{tail}",
        f"0900.000.0{tail}",
        f"84900 0000{tail}",
        f"0900-000-0{tail}",
        f"012000000{tail}",  # before 2018: now 070 0000 0xx
        f"00849000000{tail} ; 0204 388 00{tail}",
    )
    return shapes[index % len(shapes)]


def _founded(index: int) -> object:
    """A date cell, a text, or a serial number."""
    day, month, year = 1 + index % 28, 1 + index % 12, 1998 + index % 25
    return (datetime(year, month, day), f"{day:02d}/{month:02d}/{year}", 38000 + index * 31)[index % 3]  # noqa: DTZ001


def _row(index: int) -> tuple[object, ...]:
    name, kind, sector = _kind(index)
    person = f"{_PEOPLE[index % 8]} Mẫu {index + 1:02d}"
    member = "Không" if index % 4 == 3 else "Có"
    commune = COMMUNES[index % 2]
    address = f"Thôn {1 + index % 9}, {commune}"
    return (
        _login(index), "mat-khau-mau", name, kind, sector, person, "Chủ tịch HĐQT" if kind == "QTD" else "Giám đốc",
        f"mau{index + 1:02d}@example.org", commune, address, 7 + index * 3, _founded(index), member, "Hoạt động",
    )  # fmt: skip


def sample_rows() -> Iterator[tuple[object, ...]]:
    """Forty good rows; after the 10th, the 20th and the 40th one that must be refused."""
    for index in range(40):
        yield _row(index)
        if index == 9:
            yield ("0900000091", "mat-khau-mau", "Cửa hàng vật tư Mẫu", "Công ty", *_row(9)[4:])
        if index == 19:
            bad = _row(19)
            yield ("0900 12", *bad[1:2], "Hợp tác xã Nông nghiệp Suối Cạn", *bad[3:12], "chưa rõ", bad[13])
    yield _row(0)
