"""What the report of an import says of numbers that are held back, and when an import gives them back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from files.reports import ImportReport, fault_lines, report_from_json
from runtime.catalogue import words
from services.keys.sealed_columns import opened
from services.registry import offices
from services.registry.imports import import_registry
from services.work import Work
from store.tables.registry import imports, organisation_phones, phone_abilities
from store.tables.staff import audit
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write

ACTOR = "cli:test"
ONE, TWO, THREE = "0900000001", "0900000002", "0900000003"
SINCE = datetime.fromisoformat("2026-11-02T03:00+00:00")


@pytest.fixture
def office(work: Work) -> str:
    offices.add_office(work, "mau", "Liên minh HTX tỉnh Mẫu", "province", "24", "0204 3 888 999", ACTOR)
    return "mau"


class Lists:
    """Lists of one office, imported one after the other."""

    def __init__(self, work: Work, office: str, folder: Path) -> None:
        self.work, self.office, self.folder = work, office, folder

    def bring(self, *rows: list[object], checked: bool = False, dry_run: bool = False) -> ImportReport:
        """Import these rows."""
        path = write(self.folder / "list.xlsx", DS=[HEADER, *rows])
        return import_registry(self.work, self.office, path, ACTOR, dry_run, checked)

    def rule_out(self, number: str, *media: str, code: str = "21614") -> None:
        """A carrier has said so."""
        known = {"able": False, "code": code, "source": "carrier", "at": SINCE}
        phone = self.work.vault.lookup(f"+84{number[1:]}")
        with self.work.database.transaction() as conn:
            for medium in media:
                conn.execute(sa.insert(phone_abilities).values(phone_hash=phone, medium=medium, **known))

    def give_up(self, note: str) -> None:
        """Whoever picked up said so."""
        with self.work.database.transaction() as conn:
            conn.execute(sa.update(organisation_phones).values(valid=False, note=note, noted_at=SINCE))

    def able(self, number: str) -> dict[str, tuple[bool, str, str]]:
        """What is known of a number."""
        phone = self.work.vault.lookup(f"+84{number[1:]}")
        query = sa.select(phone_abilities).where(phone_abilities.c.phone_hash == phone)
        with self.work.database.transaction() as conn:
            found = conn.execute(query).mappings().all()
        return {one["medium"]: (one["able"], one["code"], one["source"]) for one in found}


@pytest.fixture
def lists(work: Work, office: str, tmp_path: Path) -> Lists:
    return Lists(work, office, tmp_path)


def told(report: ImportReport) -> list[tuple[str, int]]:
    """Code and row of the notices about numbers that are held back."""
    return [(fault.code, fault.row) for fault in report.faults if fault.code.startswith("list.number_")]


@pytest.mark.parametrize(
    ("media", "code"),
    [(("text",), "list.number_no_texts"), (("call",), "list.number_no_calls"), (("text", "call"), "list.number_dead")],
)
def test_the_report_says_which_number_is_held_for_what_since_when(
    lists: Lists, media: tuple[str, ...], code: str
) -> None:
    lists.bring(row(login=ONE), row(name="HTX Hai", login=TWO))
    lists.rule_out(TWO, *media)
    again = lists.bring(row(login=ONE), row(name="HTX Hai", login=TWO))
    assert told(again) == [(code, 3)]
    (fault,) = [fault for fault in again.faults if fault.code == code]
    assert dict(fault.params) == {"number": "0900 000 002", "since": "02/11/2026", "why": "21614"}
    for language in ("vi", "en"):
        line = "".join(fault_lines([fault], lambda c, /, _to=language, **p: words(c, _to, **p)))
        assert "0900 000 002" in line
        assert "02/11/2026" in line
        assert "--numbers-checked" in line
    assert lists.able(TWO)[media[0]][0] is False, "the same number again proves nothing"
    with lists.work.database.transaction() as conn:
        kept = conn.execute(sa.select(imports).order_by(imports.c.id.desc()).limit(1)).mappings().one()
    assert told(report_from_json(opened(lists.work.vault, imports.c.report, kept))) == [(code, 3)]


@pytest.mark.parametrize(
    ("note", "code"),
    [("wrong_number", "list.number_not_theirs"), ("left_office", "list.number_left_office")],
)
def test_what_people_said_is_told_and_lifted_by_a_check_only(lists: Lists, note: str, code: str) -> None:
    lists.bring(row(login=ONE))
    lists.give_up(note)
    assert told(lists.bring(row(login=ONE, leader="Ai đó"))) == [(code, 2)]
    assert told(lists.bring(row(login=ONE), checked=True, dry_run=True)) == [("list.number_given_back", 2)]
    assert told(lists.bring(row(login=ONE), checked=True)) == [("list.number_given_back", 2)]
    with lists.work.database.transaction() as conn:
        assert conn.execute(sa.select(organisation_phones.c.valid, organisation_phones.c.note)).one() == (True, "")
    assert told(lists.bring(row(login=ONE))) == []


def test_a_checked_list_gives_all_its_numbers_back_and_no_others(lists: Lists) -> None:
    lists.bring(row(login=ONE), row(name="HTX Hai", login=TWO), row(name="HTX Ba", login=THREE))
    lists.rule_out(ONE, "text")
    lists.rule_out(TWO, "text", "call", code="21211")
    lists.rule_out(THREE, "call")
    given = lists.bring(row(login=ONE), row(name="HTX Hai", login=TWO), checked=True)
    assert told(given) == [("list.number_given_back", 2), ("list.number_given_back", 3)]
    assert lists.able(ONE) == {"text": (True, "number_checked", "import")}
    assert lists.able(TWO) == dict.fromkeys(("text", "call"), (True, "number_checked", "import"))
    assert lists.able(THREE)["call"][0] is False
    with lists.work.database.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).where(audit.c.action == "phone.able")) == 3


def test_a_number_that_an_organisation_newly_has_is_tried_again(lists: Lists) -> None:
    lists.bring(row(login=ONE), row(name="HTX Hai", login=TWO))
    lists.rule_out(TWO, "call")
    assert told(lists.bring(row(login=ONE), row(name="HTX Hai", login=THREE))) == [], "it is on the list no more"
    assert told(lists.bring(row(login=ONE), row(name="HTX Hai", login=TWO))) == [("list.number_given_back", 3)]
    assert lists.able(TWO) == {"call": (True, "number_changed", "import")}


def test_a_new_organisation_with_a_number_known_to_be_dead_is_told(lists: Lists) -> None:
    lists.bring(row(login=ONE))
    lists.rule_out(ONE, "text", "call")
    report = lists.bring(row(login=ONE), row(name="HTX Hai", login=ONE))
    assert told(report) == [("list.number_dead", 2), ("list.number_dead", 3)]


def numbers_of(work: Work) -> set[str]:
    from store.tables.registry import phones

    query = sa.select(phones.c.number, phones.c.hash).join(
        organisation_phones, organisation_phones.c.phone_hash == phones.c.hash
    )
    with work.database.transaction() as conn:
        return {work.vault.open(number, "phones.number", phone_hash) for number, phone_hash in conn.execute(query)}


def test_a_number_that_its_words_set_aside_leaves_even_where_another_cannot_be_read(
    work: Work, office: str, tmp_path: Path
) -> None:
    lists = Lists(work, office, tmp_path)
    lists.bring(row(login=f"{ONE}; {TWO}"))
    assert numbers_of(work) == {"+84900000001", "+84900000002"}
    lists.bring(row(login=f"{ONE} (số cũ); 0900@000002"))
    assert numbers_of(work) == {"+84900000002"}
    lists.bring(row(login=f"{ONE}; {TWO}; {TWO} (không gọi)"))
    assert numbers_of(work) == {"+84900000001"}
