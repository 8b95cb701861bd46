"""A list never makes a second organisation of one that is held: however its code, name and phone are written, staff
are asked before the frame grows."""

# ruff: noqa: F811  fixtures of another module are asked for by their names

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.reports import ImportReport, report_from_json, report_lines
from runtime.catalogue import words
from services.refusal import Refusal
from services.registry.identity import Answers, answers
from services.registry.imports import import_registry
from services.registry.undo import undo_import
from services.work import Work
from store.tables.interviews import interviews
from store.tables.registry import imports, organisation_phones, organisations, phones
from store.tables.staff import audit
from store.unit_of_work import Database
from tests.doubles import FakeClock
from tests.files.test_lists import CODED, row
from tests.files.workbooks import write
from tests.services.test_imports import ACTOR, count, everything, office, one, open_round  # noqa: F401

NOTHING = Answers()


@pytest.fixture
def bring(work: Work, office: str, tmp_path: Path, clock: FakeClock) -> Any:
    """Import rows with codes into the office, an hour later each time."""

    def bring(*rows: list[Any], said: Answers = NOTHING, dry_run: bool = False) -> ImportReport:
        clock.advance(timedelta(hours=1))
        header = CODED if len(rows[0]) == len(CODED) else CODED[1:]
        return import_registry(work, office, write(tmp_path / "c.xlsx", DS=[header, *rows]), ACTOR, dry_run, said=said)

    return bring


def three(*codes: object, **more: object) -> list[list[object]]:
    """Three organisations by codes: HTX 1 to 3 with phones of their own."""
    return [[code, *row(name=f"HTX {n}", login=f"090000000{n}", **more)] for n, code in enumerate(codes, 1)]


def held(owner: Database) -> dict[str, UUID]:
    with owner.transaction() as conn:
        return {r.registry_code: r.id for r in conn.execute(sa.select(organisations))}


def said_of(report: ImportReport) -> Counter[tuple[str, str]]:
    return Counter((fault.code, fault.weight) for fault in report.faults if fault.code.startswith("list."))


def test_nine_organisations_stay_three(bring: Any, owner: Database) -> None:
    bring(*three("001", "002", "003"))
    before = everything(owner, ("organisations", "organisation_phones"))
    numeric = bring(*three(1, 2, 3))
    assert (numeric.counts["unchanged"], numeric.changes) == (3, 0)
    assert said_of(numeric) == {("list.code_taken_for", "notice"): 3}
    unseen = bring(*three("001\u200b", "\ufeff002", "0\u00ad03"))
    assert (unseen.counts["unchanged"], unseen.changes, unseen.faults) == (3, 0, ())
    assert everything(owner, ("organisations", "organisation_phones")) == before


def test_text_codes_after_numeric_ones_are_the_same_too(bring: Any, owner: Database) -> None:
    bring(*three(1, 2, 3))
    assert bring(*three("001", "002", "003")).changes == 0
    assert set(held(owner)) == {"1", "2", "3"}


@pytest.mark.parametrize("code", ["htx-01", "HTX 01", "HTX.01", "HTX01", "HTX–O1", "НТХ-01", "HTX‑０１", "HTX-0l"])
def test_a_code_written_otherwise_is_the_same_by_its_name(bring: Any, owner: Database, code: str) -> None:
    bring(["HTX-01", *row()])
    report = bring([code, *row(login="0900000007")])
    assert (report.counts["changed"], report.counts["added"]) == (1, 0)
    assert set(held(owner)) == {"HTX-01"}


def test_a_code_written_otherwise_is_the_same_by_its_phone(bring: Any, owner: Database) -> None:
    bring(["001", *row()])
    assert bring([1, *row(name="HTX Một Mới")]).counts["changed"] == 1
    assert set(held(owner)) == {"001"}


def test_a_code_that_is_only_alike_is_asked_about(bring: Any, owner: Database) -> None:
    bring(["001", *row()])
    other = [1, *row(name="HTX Hai", login="0900000002", commune="Xã B")]
    report = bring(other, ["002", *row(name="HTX Ba", login="0900000003")])
    assert (report.counts["added"], report.counts["asked"], report.counts["refused"]) == (1, 1, 1)
    (fault,) = [fault for fault in report.faults if fault.weight == "asked"]
    assert (fault.code, fault.row, fault.params["registry_code"], fault.params["held"]) == (
        "list.code_alike",
        2,
        "1",
        "001",
    )
    assert bring(other, said=answers(new=["1"])).counts["added"] == 1
    assert bring(other).changes == 0
    assert set(held(owner)) == {"001", "1", "002"}


def test_codes_of_two_parts_are_no_one_elses(bring: Any, owner: Database) -> None:
    bring(["1-11", *row()])
    report = bring(["1-11", *row()], ["11-1", *row(name="HTX Hai", login="0900000002")])
    assert report.counts["added"] == 1


def test_both_ways_of_a_code_in_one_list_are_asked_about(bring: Any, owner: Database) -> None:
    rows = ["001", *row()], [1, *row(name="HTX Hai", login="0900000002")]
    report = bring(*rows)
    assert (report.counts["added"], report.counts["asked"]) == (1, 1)
    assert said_of(report)["list.code_like_row", "asked"] == 1
    assert bring(*rows, said=answers(rest="same")).counts["asked"] == 1  # nobody held is in question
    assert bring(*rows, said=answers(new=["1"])).counts["added"] == 1
    assert bring(*rows).changes == 0


def test_the_same_organisation_by_both_ways_of_a_code_is_taken_once(bring: Any, owner: Database) -> None:
    bring(["001", *row()])
    report = bring(["001", *row()], [1, *row(login="0900000002")])
    assert (report.counts["unchanged"], report.counts["refused"]) == (1, 1)
    assert said_of(report)["list.duplicate", "refused"] == 1


# Before the frame grows


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"login": "0900000009"}, "known_by_name"),
        ({"login": ""}, "known_by_name"),
        ({"login": "", "name": "Hợp tác xã MỘT"}, "known_by_name"),
        ({"login": "", "name": "HTX Mot", "commune": "Xa A"}, "known_by_name"),
        ({"login": "", "commune": ""}, "known_by_name"),
        ({"login": "", "commune": "A"}, "known_by_name"),
        ({"name": "HTX Khác", "commune": "Xã Khác"}, "known_by_phone"),
        ({"name": "HTX Khác", "login": "0900000008; +84 900.000.001"}, "known_by_phone"),
    ],
)
def test_a_new_code_for_somebody_absent_is_asked_about(
    bring: Any, owner: Database, changed: dict[str, Any], why: str
) -> None:
    bring(["A1", *row()])
    report = bring(["B7", *row(**changed)], ["C1", *row(name="HTX Ba", login="0900000003", commune="Xã C")])
    assert (report.counts["added"], report.counts["asked"], report.counts["absent"]) == (1, 1, 1)
    (found,) = report.resemblances
    assert (found.row, found.registry_code, found.held_code, found.why) == (2, "B7", "A1", why)
    assert set(held(owner)) == {"A1", "C1"}


@pytest.mark.parametrize("changed", [{"name": "HTX Hai", "login": "0900000002"}, {"commune": "Xã B", "login": ""}])
def test_somebody_else_is_no_question(bring: Any, owner: Database, changed: dict[str, Any]) -> None:
    bring(["A1", *row()])
    assert bring(["B7", *row(**changed)]).counts["added"] == 1


def test_somebody_present_is_no_question(bring: Any) -> None:
    """Two organisations may share name, commune or phone: only who has left the list may be the new one."""
    bring(["A1", *row()])
    assert bring(["A1", *row()], ["B7", *row(name="HTX Hai")]).counts["added"] == 1


def test_the_same_one_keeps_its_id_and_interview_and_gets_the_new_code(
    bring: Any, work: Work, open_round: str, owner: Database
) -> None:
    bring(["A1", *row(name="HTX Muộn", login="0900000077")])
    before = held(owner)["A1"]
    framed = count(owner, interviews)
    moved = ["B7", *row(name="HTX Muộn", login="0900000078")]
    bring(moved, said=answers(same={"B7": "A1"}))
    assert held(owner)["B7"] == before
    assert "A1" not in held(owner)
    assert count(owner, interviews) == framed
    again = bring(moved)
    assert (again.counts["unchanged"], again.changes) == (1, 0)
    assert bring(moved, said=answers(same={"B7": "A1"})).changes == 0


def test_an_answer_is_audited_and_shown_and_taken_back(bring: Any, work: Work, owner: Database) -> None:
    bring(["A1", *row()])
    report = bring(["B7", *row(login="0900000002")], said=answers(same={"B7": ""}))
    (found,) = report.differences
    assert found.fields["registry_code"] == ("A1", "B7")
    assert report_from_json(report.to_json()) == report
    detail = one(owner, sa.select(audit.c.detail).where(audit.c.action == "registry.answered"))
    assert detail == {"new": [], "same": {"B7": ""}, "rest": ""}
    undo_import(work, UUID(report.import_id), ACTOR)
    assert set(held(owner)) == {"A1"}
    assert bring(["A1", *row()]).changes == 0


def test_all_that_is_asked_may_be_answered_at_once(bring: Any, owner: Database) -> None:
    bring(*three("A1", "A2", "A3"))
    moved = three("B1", "B2", "B3")
    asked = bring(*moved, dry_run=True)
    assert (asked.counts["asked"], asked.useless) == (3, True)
    said = "\n".join(report_lines(asked, lambda code, **params: words(code, "vi", **params)))
    assert "--rest same|new" in said
    assert "“HTX 1” (mã A1)" in said
    before = sorted(held(owner).values())
    assert bring(*moved, said=answers(rest="same")).counts["changed"] == 3
    assert sorted(held(owner).values()) == before
    assert set(held(owner)) == {"B1", "B2", "B3"}
    assert bring(*three("C1", "C2", "C3"), said=answers(rest="new")).counts["added"] == 3


def test_at_once_is_never_a_guess_between_two(bring: Any, owner: Database) -> None:
    bring(["A1", *row()], ["A2", *row(name="HTX Hai")])
    one_phone = ["B1", *row(name="HTX Ba")]
    report = bring(one_phone, said=answers(rest="same"))
    assert (report.counts["asked"], len(report.resemblances)) == (1, 2)
    assert bring(one_phone, ["B2", *row(name="HTX Bốn")], said=answers(rest="same")).counts["asked"] == 2


def test_answers_that_fit_nothing_are_refused(bring: Any, owner: Database) -> None:
    bring(["A1", *row()], ["A2", *row(name="HTX Hai", login="0900000002")])
    before = everything(owner)
    moved = ["B7", *row(login="")]
    for said, code in (
        (answers(new=["X"]), "import.answer_no_row"),
        (answers(same={"X": "A1"}), "import.answer_no_row"),
        (answers(same={"B7": "X"}), "import.answer_not_held"),
        (answers(same={"A2": "A1"}), "import.answer_code_held"),
    ):
        with pytest.raises(Refusal) as refused:
            bring(moved, ["A2", *row(name="HTX Hai", login="0900000002")], said=said)
        assert refused.value.code == code
    assert everything(owner) == before


# One code with another name


def test_another_name_phone_and_manager_under_a_held_code_is_asked_about(bring: Any, owner: Database) -> None:
    bring(["001", *row()])
    other = ["001", *row(name="HTX Hai", login="0900000002", leader="Trần Thị B")]
    report = bring(other)
    assert (report.counts["asked"], report.changes) == (1, 0)
    assert [(f.why, f.held_code, f.held_name) for f in report.resemblances] == [("code_reused", "001", "HTX Một")]
    assert bring(other, said=answers(rest="new")).counts["asked"] == 1  # the code is taken
    assert bring(other, said=answers(same={"001": ""})).counts["changed"] == 1
    assert bring(other).changes == 0


@pytest.mark.parametrize("kept", [{"login": "0900000001"}, {"leader": "Nguyễn Văn A"}])
def test_a_change_of_name_goes_in_and_is_told(bring: Any, owner: Database, kept: dict[str, str]) -> None:
    bring(["001", *row()])
    changed = {"name": "HTX Hai", "login": "0900000002", "leader": "Trần Thị B", **kept}
    report = bring(["001", *row(**changed)])
    assert report.counts["changed"] == 1
    assert said_of(report)["list.renamed", "notice"] == 1


def test_codes_that_changed_places_are_asked_about(bring: Any, owner: Database) -> None:
    """One manager for both: each row has a phone of the organisation whose code it carries."""
    bring(["001", *row()], ["002", *row(name="HTX Hai")])
    report = bring(["001", *row(name="HTX Hai")], ["002", *row()])
    assert (report.counts["asked"], report.changes) == (2, 0)


@pytest.mark.parametrize("name", ["Hợp tác xã Một", "HTX  MỘT", "htx một.", "HTX Mot"])
def test_a_name_written_otherwise_is_no_other_name(bring: Any, name: str) -> None:
    bring(["001", *row()])
    report = bring(["001", *row(name=name, login="0900000002", leader="Ai")])
    assert (report.counts["changed"], said_of(report)["list.renamed", "notice"]) == (1, 0)


# Lists without codes, and what was stored before


@pytest.mark.parametrize(
    "name", ["HTX A\u2011B", "HTX A – B", "HTX A\u200b-B", "ＨＴＸ A-B", "НТХ A-B", "Hợp tác xã A-B"]
)
def test_without_codes_the_look_of_a_name_tells(bring: Any, owner: Database, name: str) -> None:
    bring(row(name="HTX A-B"))
    assert bring(row(name=name)).counts["added"] == 0
    assert len(held(owner)) == 1
    assert bring(row(name=name)).changes == 0


def test_a_list_without_codes_finds_organisations_that_have_some(bring: Any, owner: Database) -> None:
    bring(*three("A1", "A2", "A3"))
    report = bring(*(cells[1:] for cells in three("", "", "")))
    assert (report.counts["unchanged"], report.counts["absent"]) == (3, 0)
    assert set(held(owner)) == {"A1", "A2", "A3"}


def test_a_list_with_codes_after_one_without_is_asked_about_once(bring: Any, owner: Database) -> None:
    bring(*(cells[1:] for cells in three("", "", "")))
    coded = three("A1", "A2", "A3")
    assert bring(*coded).counts["asked"] == 3
    assert bring(*coded, said=answers(rest="same")).counts["changed"] == 3
    assert bring(*coded).changes == 0
    assert set(held(owner)) == {"A1", "A2", "A3"}


def test_another_name_with_the_same_phone_and_no_code_is_asked_about(bring: Any, owner: Database) -> None:
    bring(row())
    renamed = row(name="HTX Một Mới")
    assert bring(renamed).counts["asked"] == 1
    before = sorted(held(owner).values())
    report = bring(renamed, dry_run=True)
    bring(renamed, said=answers(same={report.resemblances[0].registry_code: ""}))
    assert sorted(held(owner).values()) == before
    assert bring(renamed).changes == 0


def test_what_was_stored_with_unseen_characters_is_found_and_mended(bring: Any, owner: Database) -> None:
    bring(*three("001", "002", "003"))
    before = sorted(held(owner).values())
    with owner.transaction() as conn:
        spoiled = {"registry_code": organisations.c.registry_code + "\u200b", "name": organisations.c.name + "\u00a0"}
        conn.execute(sa.update(organisations).values(**spoiled, digest=b"old"))
    assert bring(*three("001", "002", "003")).counts["changed"] == 3
    assert bring(*three("001", "002", "003")).changes == 0
    assert sorted(held(owner).values()) == before
    assert set(held(owner)) == {"001", "002", "003"}


# Any decoration

UNSEEN = st.sampled_from(["", "", "\u200b", "\ufeff", "\u00ad", "\u2060", "\u200d", "\u202a", "\ufe0f"])
SPACE = st.sampled_from([" ", "\u00a0", "\u3000", "  ", "\u2009", "\t"])
HYPHEN = st.sampled_from(["-", "\u2011", "–", "−", "－"])


WORDS = ("001", "24-", "HTX", "A.1", "0", "Xã ")
"""How the cells begin that are decorated: code, name and commune."""


@st.composite
def decorated(draw: st.DrawFn, text: str) -> str:
    """`text` as some program or hand may write it, and nobody sees the difference."""
    wide = draw(st.booleans())
    found = []
    for letter in text:
        if letter == " ":
            letter = draw(SPACE)
        elif letter == "-":
            letter = draw(HYPHEN)
        elif wide and letter.isascii():
            letter = chr(ord(letter) + 0xFEE0)
        found.append(draw(UNSEEN) + letter)
    return draw(st.sampled_from(["", " ", "\u00a0"])) + "".join(found) + draw(st.sampled_from(["", "\u200b", "\u00a0"]))


@pytest.fixture
def empty(owner: Database) -> Callable[[], None]:
    """Take every organisation off the office's list: examples share one database."""

    def empty() -> None:
        with owner.transaction() as conn:
            for table in (organisation_phones, organisations, phones, imports):
                conn.execute(sa.delete(table))

    return empty


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_decoration_adds_an_organisation(
    bring: Any, empty: Callable[[], None], owner: Database, data: st.DataObject
) -> None:
    empty()
    codes = data.draw(st.lists(st.sampled_from(["001", "24-001", "HTX 7", "A.1", "0"]), unique=True, min_size=1))
    rows = [[code, *row(name=f"HTX Tân Hòa - {code}", login=f"090000001{n}")] for n, code in enumerate(codes)]
    if not data.draw(st.booleans()):
        rows = [cells[1:] for cells in rows]  # a list without codes

    def decorate(cell: object) -> object:
        return data.draw(decorated(cell)) if isinstance(cell, str) and cell[:3] in WORDS else cell

    bring(*rows)
    before = held(owner)
    report = bring(*([decorate(cell) for cell in cells] for cells in rows))
    assert (report.counts["added"], report.counts.get("asked", 0), held(owner)) == (0, 0, before)


@given(
    st.sampled_from(["001", "24-001", "HTX7", "00-12"]), st.integers(0, 6),
    st.sampled_from(["", "-", " ", ".", "\u2013"]), st.sampled_from(["", "0", "00"]),
    st.sampled_from("0Oo"), st.booleans(),
)  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_spelling_of_a_code_adds_an_organisation(
    bring: Any,
    empty: Callable[[], None],
    owner: Database,
    code: str,
    cut: int,
    sign: str,
    zeros: str,
    zero: str,
    small: bool,
) -> None:
    empty()
    bring([code, *row()])
    before = held(owner)
    spelled = zeros + code[:cut] + sign + code[cut:]
    report = bring([(spelled.lower() if small else spelled).replace("0", zero), *row()])
    assert (report.counts["added"], held(owner)) == (0, before)
