"""A changed list shows what it changes, an import can be taken back until somebody was contacted, and who stops
working leaves the rounds that have not reached them."""

# ruff: noqa: F811  fixtures of another module are asked for by their names

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from files.reports import report_from_json, report_lines
from runtime.catalogue import words
from services.interview import recording as interviews
from services.refusal import Refusal
from services.registry.imports import import_registry
from services.registry.undo import undo_import
from services.rounds import rounds
from services.work import Work
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews as interview_rows
from store.tables.outbox import outbox
from store.tables.registry import imports, organisation_phones, organisations
from store.tables.staff import audit
from store.unit_of_work import Database
from survey.answers import Entry, Heard
from tests.doubles import FakeClock
from tests.files.test_lists import row
from tests.services.test_imports import (  # noqa: F401
    ACTOR,
    LISTED,
    count,
    everything,
    interview_of,
    listed,
    office,
    one,
    open_round,
    plan_text,
)

TABLES = (*LISTED, "outbox", "campaign_interviews")


def without(found: dict[str, list[Any]], *columns: sa.Column[Any]) -> dict[str, list[Any]]:
    """Rows without columns that may differ, such as when they were last written."""
    table = organisations
    gone = {list(table.columns).index(column) for column in columns}
    kept = [tuple(v for at, v in enumerate(r) if at not in gone) for r in found["organisations"]]
    return {**found, "organisations": kept}


def test_a_dry_run_shows_every_field_that_would_change(
    work: Work, office: str, owner: Database, tmp_path: Path
) -> None:
    import_registry(work, office, listed(tmp_path, row(), row(name="HTX Hai", login="0900000002")), ACTOR)
    changed = row(login="0900000009; 0900000001", leader="Trần Thị B", member_count=20, founded_on="", active="Ngừng")
    report = import_registry(work, office, listed(tmp_path, changed), ACTOR, dry_run=True)
    (found,) = report.differences
    assert dict(found.fields) == {
        "active": (True, False),
        "member_count": (12, 20),
        "founded_on": ("2015-09-02", None),
        "leader": ("Nguyễn Văn A", "Trần Thị B"),
        "phones": (["+84900000001"], ["+84900000009", "+84900000001"]),
    }
    assert report.counts["absent"] == 1
    said = "\n".join(report_lines(report, lambda code, **params: words(code, "vi", **params)))
    assert "Người quản lý: Nguyễn Văn A → Trần Thị B" in said
    assert report_from_json(report.to_json()) == report
    assert one(owner, sa.select(organisations.c.member_count).where(organisations.c.name == "HTX Một")) == 12


def test_undo_removes_what_was_added(work: Work, office: str, open_round: str, owner: Database, tmp_path: Path) -> None:
    before = everything(owner, TABLES)
    report = import_registry(work, office, listed(tmp_path, row(name="HTX Mới", login="0900000077")), ACTOR)
    assert report.counts["framed"] == 1
    undone = undo_import(work, UUID(report.import_id), ACTOR)
    assert (undone.removed, undone.restored) == (1, 0)
    after = everything(owner, TABLES)
    # A number that was once on a list stays known: its consent must outlive lists.
    assert {**after, "phones": before["phones"]} == before
    assert len(after["phones"]) == len(before["phones"]) + 1
    assert one(owner, sa.select(sa.func.count()).where(audit.c.action == "registry.undo")) == 1


def test_undo_gives_changed_organisations_back_and_the_old_list_changes_nothing_then(
    work: Work, office: str, owner: Database, tmp_path: Path
) -> None:
    first = listed(tmp_path, row(), row(name="HTX Hai", login="0900000002"), name="a.xlsx")
    import_registry(work, office, first, ACTOR)
    before = everything(owner, ("organisations", "organisation_phones"))
    other = row(login="0900000009", leader="Ai", email="", founded_on="", member="Không", active="Ngừng")
    report = import_registry(work, office, listed(tmp_path, other), ACTOR)
    undo_import(work, UUID(report.import_id), ACTOR)
    after = everything(owner, ("organisations", "organisation_phones"))
    loose = (organisations.c.import_id, organisations.c.updated_at, organisations.c.leader, organisations.c.email)
    assert without(after, *loose) == without(before, *loose)
    at = [list(organisations.columns).index(column) for column in (organisations.c.leader, organisations.c.id)]
    held = [[row[place] for place in at] for row in after["organisations"]]
    leaders = {work.vault.open(sealed, "organisations.leader", row_id) for sealed, row_id in held}
    assert leaders == {"Nguyễn Văn A"}
    assert import_registry(work, office, first, ACTOR).changes == 0


@pytest.mark.parametrize("how", ["answered", "texted"])
def test_undo_is_refused_once_somebody_was_contacted(
    work: Work, office: str, open_round: str, owner: Database, plan_text: Callable[[sa.RowMapping], None], how: str
) -> None:
    report_id = one(owner, sa.select(imports.c.id))
    interview = interview_of(owner, work, "+84900000001")
    if how == "answered":
        interviews.enter(work, interview["id"], Heard("staff", "staff:1", Entry({"consent": "yes"})))
    else:
        plan_text(interview)
        with owner.transaction() as conn:
            conn.execute(sa.update(outbox).values(state="sent"))
    before = everything(owner, TABLES)
    with pytest.raises(Refusal) as refused:
        undo_import(work, report_id, ACTOR)
    assert (refused.value.code, refused.value.params["count"]) == ("import.contacted", 1)
    assert everything(owner, TABLES) == before


def test_a_planned_text_does_not_stand_against_undo_and_never_leaves(
    work: Work, office: str, open_round: str, owner: Database, plan_text: Callable[[sa.RowMapping], None]
) -> None:
    plan_text(interview_of(owner, work, "+84900000001"))
    undo_import(work, one(owner, sa.select(imports.c.id)), ACTOR)
    assert (count(owner, organisations), count(owner, interview_rows), count(owner, organisation_phones)) == (0, 0, 0)
    with owner.transaction() as conn:
        planned = conn.execute(sa.select(outbox)).mappings().one()
    assert (planned["state"], planned["interview_id"], planned["reason"]) == (
        "withdrawn", None, {"code": "import_undone"},
    )  # fmt: skip


def test_only_the_newest_import_goes_and_only_once(
    work: Work, office: str, owner: Database, tmp_path: Path, clock: FakeClock
) -> None:
    first = import_registry(work, office, listed(tmp_path, row()), ACTOR)
    clock.advance(timedelta(hours=1))
    other = listed(tmp_path, row(name="HTX Hai", login="0900000002"))
    second = import_registry(work, office, other, ACTOR)
    clock.advance(timedelta(hours=1))
    import_registry(work, office, other, ACTOR)  # changes nothing, bars nothing

    def refusal(import_id: str) -> str:
        with pytest.raises(Refusal) as refused:
            undo_import(work, UUID(import_id), ACTOR)
        return refused.value.code

    assert refusal(first.import_id) == "import.not_newest"
    undo_import(work, UUID(second.import_id), ACTOR)
    assert refusal(second.import_id) == "import.undone_before"
    assert refusal(str(work.ids.new())) == "import.unknown"
    undo_import(work, UUID(first.import_id), ACTOR)
    assert count(owner, organisations) == 0


def test_who_stops_working_leaves_the_round_with_a_reason_and_comes_back(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    late = row(name="HTX Muộn", login="0900000060")
    import_registry(work, office, listed(tmp_path, late), ACTOR)
    assert count(owner, interview_rows) == 41
    gone = row(name="HTX Muộn", login="0900000060", active="Giải thể")
    report = import_registry(work, office, listed(tmp_path, gone), ACTOR)
    assert (count(owner, interview_rows), report.counts["unframed"]) == (40, 1)
    assert [(f.code, f.value, f.params["round"]) for f in report.faults] == [("list.left_frame", "HTX Muộn", "r1")]
    with owner.transaction() as conn:
        line = conn.execute(sa.select(audit).where(audit.c.action == "round.leave")).mappings().one()
    assert line["detail"]["code"] == "organisation_inactive"
    assert import_registry(work, office, listed(tmp_path, late), ACTOR).counts["framed"] == 1


def test_who_was_contacted_stays_in_the_round_and_it_is_said(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    import_registry(work, office, listed(tmp_path, row(name="HTX Muộn", login="0900000060")), ACTOR)
    interview = interview_of(owner, work, "+84900000060")
    interviews.enter(work, interview["id"], Heard("staff", "staff:1", Entry({"consent": "yes"})))
    gone = listed(tmp_path, row(name="HTX Muộn", login="0900000060", active="Ngừng hoạt động"))
    report = import_registry(work, office, gone, ACTOR)
    assert (count(owner, interview_rows), report.counts["unframed"]) == (41, 0)
    assert [f.code for f in report.faults] == ["list.stays_in_frame"]


def test_a_closed_round_keeps_its_frame(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    late = row(name="HTX Muộn", login="0900000060")
    import_registry(work, office, listed(tmp_path, late), ACTOR)
    rounds.close_round(work, open_round, ACTOR)
    import_registry(work, office, listed(tmp_path, row(name="HTX Muộn", login="0900000060", active="Ngừng")), ACTOR)
    assert (count(owner, interview_rows), count(owner, campaign_interviews)) == (41, 0)
