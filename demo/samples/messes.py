"""The kinds of mess real lists hold, each with what must become of its rows; invented, and data for a generator.

Expected outcomes are written down by hand here, never taken from the reader they test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]
FIELDS = (
    "login", "password", "name", "kind", "sector", "leader", "position", "email", "commune", "address", "member_count",
    "founded_on", "member", "active", "district", "province",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of a list: its cells by field, and what must become of it: taken | refused | joined | nothing."""

    cells: Row
    outcome: str = "taken"
    codes: tuple[str, ...] = ()
    expected: Row = field(default_factory=dict)
    mess: str = ""
    """The kind of mess it belongs to."""


def number(index: int) -> str:
    """Nine digits of a mobile that is nobody's."""
    return f"9000{index:05d}"


def good(index: int, **changes: Any) -> Row:
    """The cells of a row without fault."""
    return {
        "login": f"0{number(index)}", "password": "mat-khau-mau", "name": f"Hợp tác xã Mẫu {index:05d}", "kind": "HTX",
        "sector": "NN" if index % 2 else "PNN", "leader": f"Nguyễn Văn Mẫu {index}", "position": "Giám đốc",
        "email": f"mau{index}@example.org", "commune": f"Xã Mẫu {index % 7}", "address": f"Thôn {index % 9}",
        "member_count": 7 + index % 90, "founded_on": "02/09/2015", "member": "Có", "active": "Hoạt động",
        "district": "", "province": "", **changes,
    }  # fmt: skip


def plain(index: int, **expected: Any) -> Row:
    """What the row without fault must give."""
    return {
        "name": f"Hợp tác xã Mẫu {index:05d}", "kind": "HTX", "sector": "NN" if index % 2 else "PNN",
        "is_member": True, "active": True, "commune": f"Xã Mẫu {index % 7}", "member_count": 7 + index % 90,
        "founded_on": "2015-09-02", "phones": [f"+84{number(index)}"], **expected,
    }  # fmt: skip


Block = Callable[[int], tuple[SampleRow, ...]]


def _accepted(changes: Callable[[int], Row], codes: tuple[str, ...] = (), **expected: Any) -> Block:
    def block(i: int) -> tuple[SampleRow, ...]:
        given = {name: value(i) if callable(value) else value for name, value in expected.items()}
        return (SampleRow(good(i, **changes(i)), "taken", codes, plain(i, **given)),)

    return block


def _refused(changes: Row, code: str) -> Block:
    return lambda i: (SampleRow(good(i, **changes), "refused", (code,)),)


def _nothing(cells: Row) -> Block:
    return lambda i: (SampleRow({name: cells.get(name, "") for name in FIELDS}, "nothing"),)


def _phone(cell: Callable[[str], Any]) -> Block:
    return _accepted(lambda i: {"login": cell(number(i))})


def _bad_phone(cell: str, code: str) -> Block:
    return _accepted(lambda i: {"login": cell}, (code,), phones=[])


def _date(cell: Any, expected: str | None = "2015-09-02") -> Block:
    return _accepted(lambda i: {"founded_on": cell}, () if expected else ("list.date_unreadable",), founded_on=expected)


def _nfd(i: int) -> Row:
    import unicodedata

    return {"name": unicodedata.normalize("NFD", f"Hợp tác xã Mẫu {i:05d}")}


def _twice(i: int) -> tuple[SampleRow, ...]:
    again = SampleRow(good(i, login=f"0{number(i + 50_000)}"), "refused", ("list.duplicate",))
    return SampleRow(good(i), expected=plain(i)), SampleRow(good(i + 60_000), expected=plain(i + 60_000)), again


def _two_rows(i: int) -> tuple[SampleRow, ...]:
    both = plain(i, phones=[f"+84{number(i)}", f"+84{number(i + 50_000)}"])
    return SampleRow(good(i), expected=both), SampleRow(
        good(i, login=f"0{number(i + 50_000)}"), "joined", ("list.joined",)
    )


def _alike(i: int) -> tuple[SampleRow, ...]:
    elsewhere = good(i, commune="Xã Khác")
    return SampleRow(good(i), expected=plain(i)), SampleRow(
        elsewhere, "taken", ("list.alike",), plain(i, commune="Xã Khác")
    )


def _tones(i: int) -> tuple[SampleRow, ...]:
    old, new = good(i, name=f"HTX Hòa Bình {i}"), good(i, name=f"Hợp tác xã Hoà Bình {i}")
    return SampleRow(old, expected=plain(i, name=f"HTX Hòa Bình {i}")), SampleRow(new, "refused", ("list.duplicate",))


MESSES: Mapping[str, Block] = {
    "clean": _accepted(lambda i: {}),
    "zero eaten": _phone(int),
    "float": _phone(lambda n: float(n)),
    "+84 and spaces": _phone(lambda n: f"+84 {n[:3]} {n[3:6]} {n[6:]}"),
    "0084": _phone(lambda n: f"0084{n}"),
    "84": _phone(lambda n: int(f"84{n}")),
    "dots": _phone(lambda n: f"0{n[:3]}.{n[3:6]}.{n[6:]}"),
    "dashes": _phone(lambda n: f"0{n[:3]}-{n[3:6]}-{n[6:]}"),
    "apostrophe and no-break space": _phone(lambda n: f"'0{n}\u00a0"),
    "full-width digits": _phone(lambda n: "".join(chr(ord(c) + 0xFEE0) for c in f"0{n}")),
    "letter O": _phone(lambda n: f"O9O0{n[3:]}"),
    "a word before it": _phone(lambda n: f"ĐT: 0{n}"),
    "old mobile": _accepted(lambda i: {"login": f"012000{i % 100_000:05d}"}, phones=lambda i: [f"+847000{i:05d}"]),
    "two by slash": _accepted(
        lambda i: {"login": f"0{number(i)}/0{number(i + 70_000)}"},
        phones=lambda i: [f"+84{number(i)}", f"+84{number(i + 70_000)}"],
    ),
    "two by line break": _accepted(
        lambda i: {"login": f"0{number(i)}\n0{number(i + 70_000)}"},
        phones=lambda i: [f"+84{number(i)}", f"+84{number(i + 70_000)}"],
    ),
    "two by dash": _accepted(
        lambda i: {"login": f"0{number(i)} - 0{number(i + 70_000)}"},
        phones=lambda i: [f"+84{number(i)}", f"+84{number(i + 70_000)}"],
    ),
    "landline": _accepted(lambda i: {"login": f"0204 38{i % 100_000:05d}"}, phones=lambda i: [f"+8420438{i:05d}"]),
    "one good, one bad": _accepted(lambda i: {"login": f"0{number(i)}; 0900"}, ("phone.too_short",)),
    "too short": _bad_phone("0900 12", "phone.too_short"),
    "foreign": _bad_phone("+856 20 5555 5555", "phone.foreign"),
    "service number": _bad_phone("1900 1234", "phone.service_number"),
    "words for a number": _bad_phone("chưa có", "phone.not_a_number"),
    "no phone": _accepted(lambda i: {"login": ""}, ("list.no_phone",), phones=[]),
    "date cell": _date(datetime(2015, 9, 2)),  # noqa: DTZ001  spreadsheets know no zones
    "date serial": _date((date(2015, 9, 2) - date(1899, 12, 30)).days),
    "date with dots": _date("2.9.2015"),
    "date from year to day": _date("2015-09-02"),
    "date in words": _date("Ngày 2 tháng 9 năm 2015"),
    "day that never was": _date("31/02/2015", None),
    "year only": _date("năm 2015", None),
    "no date": _accepted(lambda i: {"founded_on": ""}, founded_on=None),
    "NFD": _accepted(_nfd),
    "spaces": _accepted(lambda i: {"name": f"  Hợp tác xã   Mẫu {i:05d}\u00a0"}),
    "kind in words": _accepted(lambda i: {"kind": "Hợp tác xã "}),
    "kind and sector in one": _accepted(lambda i: {"kind": "HTX NN", "sector": ""}, sector="NN"),
    "kind only in the name": _accepted(lambda i: {"kind": ""}),
    "credit fund without sector": _accepted(lambda i: {"kind": "QTDND", "sector": ""}, kind="QTD", sector=""),
    "sector in words": _accepted(lambda i: {"sector": "Phi nông nghiệp"}, sector="PNN"),
    "member by x": _accepted(lambda i: {"member": "x"}),
    "no member": _accepted(lambda i: {"member": "KHÔNG"}, is_member=False),
    "members with a thousands dot": _accepted(lambda i: {"member_count": "1.234"}, member_count=1234),
    "members with a word": _accepted(lambda i: {"member_count": "25 thành viên"}, member_count=25),
    "no members": _accepted(lambda i: {"member_count": 0}, ("list.member_count_unreadable",), member_count=None),
    "e-mail that is none": _accepted(lambda i: {"email": "khong co"}, ("list.email_unreadable",), email=""),
    "stopped": _accepted(lambda i: {"active": "Giải thể"}, active=False),
    "district": _accepted(lambda i: {"district": "huyện Mẫu"}, address=lambda i: f"Thôn {i % 9}, huyện Mẫu"),
    "commune with district": _accepted(lambda i: {"commune": "X. Tân Tiến, huyện Mẫu"}, commune="Xã Tân Tiến"),
    "another province": _refused({"province": "Cà Mau"}, "list.other_province"),
    "province that is none": _accepted(lambda i: {"province": "Bắc Bình"}, ("list.province_unknown",)),
    "kind that is none": _refused({"kind": "Công ty"}, "list.kind_unknown"),
    "no sector": _refused({"sector": ""}, "list.sector_unknown"),
    "member unclear": _refused({"member": "chưa rõ"}, "list.member_unknown"),
    "state unclear": _accepted(lambda i: {"active": "??"}, ("list.active_unknown",), active=True),
    "no name": _refused({"name": ""}, "list.name_missing"),
    "twice": _twice,
    "over two rows": _two_rows,
    "same name and phone elsewhere": _alike,
    "tone in the other place": _tones,
    "empty row": _nothing({}),
    "heading of a part": _nothing({"name": "II. Cụm xã phía Đông"}),
    "subtotal": _nothing({"name": "Cộng", "member_count": 120}),
    "column numbers": _nothing({name: f"({at})" for at, name in enumerate(FIELDS, 1)}),
    "header again": _nothing({"name": "Tên tổ chức", "kind": "Loại", "member": "Là thành viên"}),
}
"""Kind of mess → its rows for an index."""
ONCE = ("list.kind_from_name", "list.district_kept", "list.former_province")
"""Notices said once a sheet; not expected row by row."""
