"""One row of a file that the database or a reader refuses is a fault of that row; the others are brought in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from demo.samples.make_samples import QUESTIONNAIRES
from files.parsing.texts import MOST_NULS
from services.interview import questionnaires
from services.registry import imports, offices
from services.registry import online_answers as online
from services.registry.imports import import_online, import_registry
from services.rounds import rounds
from services.work import Work
from store.tables.interviews import answers
from store.tables.registry import organisation_phones, organisations
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write

ACTOR = "cli:test"
CODES = ("DX1", "DX2", "DX3")


@pytest.fixture
def office(work: Work) -> str:
    offices.add_office(work, "mau", "Liên minh HTX tỉnh Mẫu", "province", "24", "0204 3 888 999", ACTOR)
    return "mau"


CODED = ("Mã", *HEADER)
NAMED = ("HTX Một", "HTX Hai", "HTX Ba")


def lines(*names: str) -> list[list[object]]:
    """A list of three with these names."""
    return [[code, *row(name=name, login="")] for code, name in zip(CODES, names, strict=True)]


def listed(tmp_path: Path) -> Path:
    return write(tmp_path / "list.xlsx", DS=[CODED, *lines(*NAMED)])


def held(work: Work) -> dict[str, str]:
    with work.database.transaction() as conn:
        return {r.registry_code: r.name for r in conn.execute(sa.select(organisations).order_by("registry_code"))}


@pytest.mark.parametrize(
    "value", [{"member_count": 2**40}, {"name": "HTX \x00"}, {"commune": "\ud800"}, {"kind": None}]
)
def test_a_value_that_the_database_refuses(
    work: Work, office: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: dict[str, Any]
) -> None:
    real = imports._row

    def poisoned(*given: Any) -> dict[str, Any]:
        made = real(*given)
        return {**made, **value} if made["registry_code"] == "DX2" else made

    monkeypatch.setattr(imports, "_row", poisoned)
    report = import_registry(work, office, listed(tmp_path), ACTOR)
    assert held(work) == {"DX1": "HTX Một", "DX3": "HTX Ba"}
    (fault,) = [fault for fault in report.faults if fault.code == "list.row_unfit"]
    assert (fault.row, fault.weight) == (3, "refused")
    assert (report.counts["added"], report.counts["refused"], report.counts["unchanged"]) == (2, 1, 0)
    monkeypatch.undo()
    assert import_registry(work, office, listed(tmp_path), ACTOR).counts["added"] == 1


def test_a_row_that_is_not_stored_gives_no_number_back(
    work: Work, office: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a list says of numbers that are held back counts for the rows alone that came in."""
    table = [
        CODED,
        *([code, *row(name=name, login=f"090000000{code[-1]}")] for code, name in zip(CODES, NAMED, strict=True)),
    ]
    path = write(tmp_path / "phones.xlsx", DS=table)
    import_registry(work, office, path, ACTOR)
    with work.database.transaction() as conn:
        conn.execute(sa.update(organisation_phones).values(valid=False, note="wrong_number", noted_at=work.clock.now()))
    real = imports._row
    table = [
        CODED,
        *([line[0], *row(name=f"{name} mới", login=line[1])] for line, name in zip(table[1:], NAMED, strict=True)),
    ]
    path = write(tmp_path / "again.xlsx", DS=table)

    def poisoned(*given: Any) -> dict[str, Any]:
        made = real(*given)
        return {**made, "member_count": 2**40} if made["registry_code"] == "DX2" else made

    monkeypatch.setattr(imports, "_row", poisoned)
    report = import_registry(work, office, path, ACTOR, False, True)
    given_back = [fault.row for fault in report.faults if fault.code == "list.number_given_back"]
    assert ([f.row for f in report.faults if f.code == "list.row_unfit"], given_back) == ([3], [2, 4])
    with work.database.transaction() as conn:
        valid = conn.execute(sa.select(sa.func.count()).where(organisation_phones.c.valid)).scalar_one()
    assert valid == 2


def test_what_cannot_be_stored_in_a_cell_is_dropped_with_what_nobody_sees(
    work: Work, office: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    table = [CODED, *lines("HTX Một", "HTX \0Hai", "HTX Ba\ufffe")]
    path.write_bytes("\n".join(";".join(map(str, line)) for line in table).encode())
    import_registry(work, office, path, ACTOR)
    assert held(work) == {"DX1": "HTX Một", "DX2": "HTX Hai", "DX3": "HTX Ba"}


def test_a_file_full_of_nul_is_no_list(work: Work, office: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"STT;x\0" * MOST_NULS)
    with pytest.raises(Exception, match=r"file\.unknown"):
        import_registry(work, office, path, ACTOR)


def test_an_online_row_that_cannot_be_entered(
    work: Work, office: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_registry(work, office, listed(tmp_path), ACTOR)
    for code in ("HTX-NN", "HTX-PNN", "QTD"):
        questionnaires.publish(work, QUESTIONNAIRES / f"{code}.xlsx", ACTOR)
    now = work.clock.now()
    forms = rounds.newest_questionnaires(work)
    rounds.open_round(work, "r1", "Đợt mẫu", "2026", "", now, now + timedelta(days=20), forms, ACTOR)
    rows = [[code, "đã trả lời"] for code in CODES]
    path = write(tmp_path / "online.xlsx", DS=[["Mã", "Trạng thái"], *rows])
    real = online._Incoming.take

    def poisoned(self: Any, one: Any, understood: Any, interview: Any) -> None:
        real(self, one, understood, interview)
        if one.registry_code == "DX2":
            self.conn.execute(sa.insert(answers).values(interview_id=interview["id"], question="\0", value="", seq=1))

    monkeypatch.setattr(online._Incoming, "take", poisoned)
    report = import_online(work, "r1", path, ACTOR)
    assert [(f.code, f.row) for f in report.faults] == [("online.row_unfit", 3)]
    assert report.counts["refused"] == 1
    with work.database.transaction() as conn:
        states = conn.execute(sa.text(
            "SELECT o.registry_code, i.online_at IS NOT NULL AS said FROM interviews i"
            " JOIN organisations o ON o.id = i.organisation_id ORDER BY 1"
        )).all()  # fmt: skip
    assert [tuple(state) for state in states] == [("DX1", True), ("DX2", False), ("DX3", True)]
