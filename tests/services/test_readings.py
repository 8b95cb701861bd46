"""What cannot be read never overwrites what is right; a number with two readings waits for staff, once."""

# ruff: noqa: F811  fixtures of another module are asked for by their names

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.keys.sealed_columns import opened
from services.refusal import Refusal
from services.registry import offices, readings
from services.registry.imports import import_online, import_registry
from services.registry.undo import undo_import
from services.work import Work
from store.registry import organisations as registry
from store.tables.registry import organisation_phones, organisations, phone_readings, phones
from store.tables.staff import audit
from store.unit_of_work import Database
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write
from tests.services.test_imports import ACTOR, count, everything, interview_of, office, online, open_round  # noqa: F401

RIGHT, OTHER = "+84912345678", "+84987654321"
LANDLINES = ("Điện thoại bàn", *HEADER[1:])
DOUBTFUL = "(038) 3844.123"
THE_MOBILE, THE_LANDLINE = "+84383844123", "+842383844123"
CODED = (*HEADER, "Mã")


@pytest.fixture
def nghe_an(work: Work, owner: Database) -> str:
    """An office whose landlines began with 038."""
    offices.add_office(work, "na", "Liên minh HTX tỉnh Nghệ An", "province", "40", "0238 3 888 999", ACTOR)
    return "na"


def listed(tmp_path: Path, *rows: list[object], header: tuple[str, ...] = HEADER) -> Path:
    return write(tmp_path / "list.xlsx", DS=[header, *rows])


def numbers(work: Work, owner: Database, name: str = "HTX Một") -> list[str]:
    """The numbers of an organisation, the first choice first."""
    query = (
        sa.select(phones.c.hash, phones.c.number)
        .join(organisation_phones, organisation_phones.c.phone_hash == phones.c.hash)
        .join(organisations, organisations.c.id == organisation_phones.c.organisation_id)
        .where(organisations.c.name == name)
        .order_by(organisation_phones.c.rank)
    )
    with owner.transaction() as conn:
        return [opened(work.vault, phones.c.number, row) for row in conn.execute(query).mappings()]


# Digits thrown away


@pytest.mark.parametrize(
    "cell", ["9.12E+08", "9,12E+08", "9.12E 08", 9.12e8, 9.1234567809876e18, "(038) 3844.123", "0912 34", "09I2345678"]
)
def test_a_cell_that_cannot_be_read_leaves_the_right_number(
    work: Work, office: str, owner: Database, tmp_path: Path, cell: object
) -> None:
    import_registry(work, office, listed(tmp_path, row(login="0912345678")), ACTOR)
    before = everything(owner)
    report = import_registry(work, office, listed(tmp_path, row(login=cell)), ACTOR)
    assert (report.counts["changed"], report.counts["without_phone"], report.differences) == (0, 0, ())
    assert [f.code for f in report.faults][1:] == ["list.phones_kept"]
    assert everything(owner) == before


def test_what_else_the_row_says_comes_in(work: Work, office: str, owner: Database, tmp_path: Path) -> None:
    import_registry(work, office, listed(tmp_path, row(login="0912345678; 0987654321")), ACTOR)
    report = import_registry(work, office, listed(tmp_path, row(login="9.12E+08; 0987654321", leader="Ai")), ACTOR)
    (found,) = report.differences
    assert set(found.fields) == {"leader"}
    assert numbers(work, owner) == [RIGHT, OTHER]
    path = listed(tmp_path, row(login="0900000007; 9.12E+08", leader="Ai"))
    import_registry(work, office, path, ACTOR)
    assert numbers(work, owner) == ["+84900000007", RIGHT, OTHER]
    assert import_registry(work, office, path, ACTOR).changes == 0


def test_once_it_can_be_read_again_the_list_holds(work: Work, office: str, owner: Database, tmp_path: Path) -> None:
    for cell in ("0912345678", "9.12E+08", "0987654321"):
        report = import_registry(work, office, listed(tmp_path, row(login=cell)), ACTOR)
    assert numbers(work, owner) == [OTHER]
    undo_import(work, UUID(report.import_id), ACTOR)
    assert numbers(work, owner) == [RIGHT]


def test_words_instead_of_a_number_still_take_it_away(work: Work, office: str, owner: Database, tmp_path: Path) -> None:
    import_registry(work, office, listed(tmp_path, row(login="0912345678")), ACTOR)
    import_registry(work, office, listed(tmp_path, row(login="không có")), ACTOR)
    assert numbers(work, owner) == []


def test_a_further_row_that_cannot_be_read_leaves_its_number(
    work: Work, office: str, owner: Database, tmp_path: Path
) -> None:
    import_registry(work, office, listed(tmp_path, row(login="0912345678"), row(login="0987654321")), ACTOR)
    import_registry(work, office, listed(tmp_path, row(login="0912345678"), row(login="9.87E+08")), ACTOR)
    assert numbers(work, owner) == [RIGHT, OTHER]


def test_a_code_that_lost_digits_makes_no_second_organisation(
    work: Work, office: str, owner: Database, tmp_path: Path
) -> None:
    for code in ("3160123456", "3.16E+09", 3160123456.0, "3.160123456E+09"):
        import_registry(work, office, listed(tmp_path, [*row(login="0912345678"), code], header=CODED), ACTOR)
    assert count(owner, organisations) == 1
    assert numbers(work, owner) == [RIGHT]


# Two readings


def test_neither_reading_is_taken_until_staff_choose_and_that_is_remembered(
    work: Work, nghe_an: str, owner: Database, tmp_path: Path
) -> None:
    path = listed(tmp_path, row(login=DOUBTFUL), header=LANDLINES)
    report = import_registry(work, nghe_an, path, ACTOR)
    assert [f.code for f in report.faults] == ["phone.two_readings"]
    assert count(owner, phones) == 0
    digits = str(report.faults[0].params["digits"])
    chosen = readings.choose(work, nghe_an, digits, "landline", ACTOR)
    assert chosen.landline == THE_LANDLINE
    assert import_registry(work, nghe_an, path, ACTOR).faults == ()
    assert numbers(work, owner) == [THE_LANDLINE]
    with owner.transaction() as conn:
        held = conn.execute(sa.select(phones)).mappings().one()
    assert (held["kind"], held["flags"]) == ("landline", ["old_area_code"])
    assert import_registry(work, nghe_an, path, ACTOR).changes == 0
    for cell in ("0383844123", "038 3844 123", 383844123.0):  # and another year's list writes it another way
        assert import_registry(work, nghe_an, listed(tmp_path, row(login=cell)), ACTOR).faults == ()
        assert numbers(work, owner) == [THE_LANDLINE]


def test_a_mobile_it_was_taken_for_before_is_let_go(work: Work, nghe_an: str, owner: Database, tmp_path: Path) -> None:
    """Lists that came in before a doubt was raised: whoever is rung there may be a stranger."""
    import_registry(work, nghe_an, listed(tmp_path, row(login="0383844123; 0912345678")), ACTOR)
    path = listed(tmp_path, row(login="0912345678; (038) 3844.123"))
    report = import_registry(work, nghe_an, path, ACTOR)
    assert numbers(work, owner) == [RIGHT]
    assert "list.phones_kept" not in {f.code for f in report.faults}
    header = (*HEADER, "Di động")
    sure = listed(tmp_path, [*row(login=DOUBTFUL), "0383844123"], header=header)
    import_registry(work, nghe_an, sure, ACTOR)
    assert numbers(work, owner) == [THE_MOBILE, RIGHT]  # another cell says so without a doubt


def test_a_landline_of_today_stays_whatever_is_in_doubt(
    work: Work, nghe_an: str, owner: Database, tmp_path: Path
) -> None:
    import_registry(work, nghe_an, listed(tmp_path, row(login="0238 3844 123")), ACTOR)
    import_registry(work, nghe_an, listed(tmp_path, row(login=DOUBTFUL)), ACTOR)
    assert numbers(work, owner) == [THE_LANDLINE]


def test_a_mobile_is_chosen_likewise_and_a_choice_can_be_changed(
    work: Work, nghe_an: str, owner: Database, tmp_path: Path
) -> None:
    path = listed(tmp_path, row(login=DOUBTFUL), header=LANDLINES)
    readings.choose(work, nghe_an, DOUBTFUL, "landline", ACTOR)
    readings.choose(work, nghe_an, "038-3844123", "mobile", "staff:lan")
    import_registry(work, nghe_an, path, ACTOR)
    assert numbers(work, owner) == [THE_MOBILE]
    (choice,) = readings.listed(work, nghe_an)
    assert (choice.digits, choice.kind, choice.actor, choice.chosen_at) == (
        "383844123", "mobile", "staff:lan", work.clock.now(),
    )  # fmt: skip


def test_a_choice_is_sealed_and_stands_in_the_audit_trail(work: Work, nghe_an: str, owner: Database) -> None:
    readings.choose(work, nghe_an, DOUBTFUL, "landline", ACTOR)
    stored = repr(everything(owner, ("phone_readings", "audit")))
    assert "383844123" not in stored
    with owner.transaction() as conn:
        kept = conn.execute(sa.select(phone_readings)).mappings().one()
        line = conn.execute(sa.select(audit).where(audit.c.action == "reading.chosen")).mappings().one()
    assert bytes(kept["digits_hash"]) == work.vault.lookup("383844123")
    assert (line["actor"], line["office_id"], line["detail"]) == (ACTOR, kept["office_id"], {"kind": "landline"})
    assert kept["digits_hash"].hex()[:12] in line["subject"]


def test_a_choice_is_its_offices_own(
    work: Work, nghe_an: str, office: str, owner: Database, console: Database, tmp_path: Path
) -> None:
    readings.choose(work, nghe_an, DOUBTFUL, "landline", ACTOR)
    assert [f.code for f in import_registry(work, office, listed(tmp_path, row(login=DOUBTFUL)), ACTOR).faults] == [
        "phone.two_readings"
    ]
    assert readings.listed(work, office) == []
    with owner.transaction() as conn:
        theirs, other = registry.office_by_code(conn, nghe_an), registry.office_by_code(conn, office)
    assert theirs is not None
    assert other is not None
    for scope, seen in ((theirs.id, 1), (other.id, 0)):
        own = replace(work, database=console.scoped(office=scope))
        assert len(readings.listed(own, nghe_an)) == seen


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        ("0912345678", "mobile", "reading.only_one"),
        ("0238 3844123", "landline", "reading.only_one"),
        ("038 3844123; 038 3844124", "landline", "reading.only_one"),
        ("abc", "landline", "reading.only_one"),
        (DOUBTFUL, "fax", "reading.kind_unknown"),
        (DOUBTFUL, "", "reading.kind_unknown"),
    ],
)
def test_what_cannot_be_chosen(work: Work, nghe_an: str, owner: Database, number: str, kind: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        readings.choose(work, nghe_an, number, kind, ACTOR)
    assert refused.value.code == code
    assert count(owner, phone_readings) == 0


def test_an_unknown_office_chooses_nothing(work: Work, owner: Database) -> None:
    for act in (lambda: readings.choose(work, "x", DOUBTFUL, "mobile", ACTOR), lambda: readings.listed(work, "x")):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "office.unknown"


def test_the_online_file_is_read_as_offices_chose(work: Work, open_round: str, owner: Database, tmp_path: Path) -> None:
    readings.choose(work, "mau", DOUBTFUL, "landline", ACTOR)
    late = listed(tmp_path, row(name="HTX Muộn", login=DOUBTFUL))
    assert import_registry(work, "mau", late, ACTOR).faults == ()
    report = import_online(work, open_round, online(tmp_path, [DOUBTFUL, "", "Đã trả lời", ""]), ACTOR)
    assert (report.counts["stopped"], report.faults) == (1, ())
    assert interview_of(owner, work, THE_LANDLINE)["online_at"] is not None
    offices.add_office(work, "kia", "Liên minh HTX tỉnh Kia", "province", "40", "0238 3 888 999", ACTOR)
    readings.choose(work, "kia", DOUBTFUL, "mobile", ACTOR)  # offices that do not agree leave the doubt
    report = import_online(work, open_round, online(tmp_path, [DOUBTFUL, "", "Đã trả lời", ""]), ACTOR)
    assert [f.code for f in report.faults] == ["phone.two_readings", "online.nobody"]
