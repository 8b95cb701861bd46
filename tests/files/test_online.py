"""Exports of the online survey: who answered, when, and answers by name, number or words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.samples.make_samples import QUESTIONNAIRES
from files import online
from files.faults import FileRefusedError
from files.online import OnlineFile
from files.online_answers import Choices, answered
from files.online_headings import Headings, Place
from files.times import read_time
from files.xlsform import read_form
from tests.files.workbooks import write


def read(tmp_path: Path, *rows: list[object]) -> OnlineFile:
    return online.read_online(write(tmp_path / "online.xlsx", A=rows))


HEADER: list[object] = ["Tên đăng nhập", "Phiếu", "Trạng thái", "Thời gian", "C1", "cap_uy_xa"]


def test_status_answers_and_time(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        ["KẾT QUẢ"],
        HEADER,
        ["0900 000 001", "HTX-NN", "Đã trả lời", "18/11/2026 09:30", "Hài lòng", "5"],
        ["0900000002", "", "Chưa trả lời", "", "", ""],
        ["0900000003", "", "", "", "", ""],
        ["0900000004", "", "Hoàn thành", "", "", ""],
    )
    first, last = found.rows
    assert (first.row, first.phones, first.questionnaire) == (3, ("+84900000001",), "HTX-NN")
    assert first.at == datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
    assert {cell.heading: cell.text for cell in first.answers} == {"C1": "Hài lòng", "cap_uy_xa": "5"}
    assert (last.phones, last.at, last.answers) == (("+84900000004",), None, ())
    assert (found.looked_at, found.not_answered, found.faults) == (4, 2, ())


def test_bad_rows_are_named_and_good_ones_kept(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEADER,
        ["0900000001", "", "có lẽ", "", "", ""],
        ["0900", "", "Đã trả lời", "", "", ""],
        ["0900000001", "", "Đã trả lời", "hôm qua", "", ""],
    )
    assert [(f.row, f.code) for f in found.faults] == [
        (2, "online.status_unknown"), (3, "phone.too_short"), (3, "online.nobody"), (4, "online.time_unreadable"),
    ]  # fmt: skip
    assert [row.row for row in found.rows] == [4]


def test_a_file_without_phone_or_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as refused:
        read(tmp_path, ["Trạng thái"], ["Đã trả lời"])
    assert refused.value.faults[0].code == "online.no_header"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("18/11/2026 09:30", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("18/11/2026 9h30", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("2026-11-18T09:30:00", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("2026-11-18T09:30:00+00:00", datetime(2026, 11, 18, 9, 30, tzinfo=UTC)),
        ("18/11/2026", datetime(2026, 11, 17, 17, 0, tzinfo=UTC)),
        (datetime(2026, 11, 18, 9, 30), datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),  # noqa: DTZ001
        ("18/11/2026 25:30", None),
        ("2026-11-18T99:00", None),
        ("", None),
    ],
)
def test_times(cell: str | datetime, expected: datetime | None) -> None:
    assert read_time(cell) == expected


def test_headings_and_answers_by_name_number_and_words() -> None:
    form = read_form(QUESTIONNAIRES / "HTX-NN.xlsx")
    headings = Headings(form)
    for heading in ("cap uy tinh", "cap_uy_tinh", "C1", "Ông bà hài lòng thế nào về sự quan tâm của cấp ủy tỉnh?"):
        assert headings.find(heading) == Place("cap_uy_tinh"), heading
    question = form.question("cap_uy_tinh")
    assert question is not None
    assert answered(question, "Rất hài lòng", Choices(question)).value == "rat_hai_long"
    assert answered(question, "rat hai long", Choices(question)).value == "rat_hai_long"
    assert answered(question, "hai_long", Choices(question)).value == "hai_long"
    assert answered(question, "tạm được", Choices(question)).value is None
    # A bare figure is neither: an export may mean points by it, or a place in the list.
    assert answered(question, "1", Choices(question)).value is None
    visits = form.question("so_lan_gap")
    assert visits is not None
    assert (answered(visits, "3", Choices(visits)).value, answered(visits, "ba", Choices(visits)).value) == ("3", None)
