"""A list goes in once and for all, or not at all; what the online survey knows stops contact and enters interviews."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from demo.samples.make_samples import QUESTIONNAIRES
from files.faults import FileFault, FileRefusedError
from files.reports import ImportReport, report_from_json
from services.interview import questionnaires
from services.interview import recording as interviews
from services.keys.sealed_columns import opened
from services.refusal import Refusal
from services.registry import imports as use_case
from services.registry import offices
from services.registry.identity import Answers
from services.registry.imports import import_online, import_registry
from services.rounds import rounds
from services.senders.senders import NewSender
from services.senders.senders import add as add_sender
from services.work import Work
from store.messages import outbox as outbox_rows
from store.registry import organisations as registry
from store.tables import metadata
from store.tables.campaigns import consent
from store.tables.interviews import answers
from store.tables.interviews import interviews as interview_rows
from store.tables.outbox import outbox
from store.tables.registry import imports, organisation_phones, organisations, phones
from store.tables.rounds import rounds as round_rows
from store.tables.staff import audit
from store.unit_of_work import Database
from survey.answers import Entry, Heard
from tests.doubles import FakeClock
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write

VILLAGE = QUESTIONNAIRES / "sample-village.xlsx"
ACTOR = "cli:test"
LISTED = ("organisations", "organisation_phones", "phones", "interviews")


@pytest.fixture
def office(work: Work, owner: Database) -> str:
    """An office without a list."""
    offices.add_office(work, "mau", "Liên minh HTX tỉnh Mẫu", "province", "24", "0204 3 888 999", ACTOR)
    return "mau"


@pytest.fixture
def open_round(work: Work, office: str) -> str:
    """The village, imported, in an open round."""
    import_registry(work, office, VILLAGE, ACTOR)
    for code in ("HTX-NN", "HTX-PNN", "QTD"):
        questionnaires.publish(work, QUESTIONNAIRES / f"{code}.xlsx", ACTOR)
    now = work.clock.now()
    forms = rounds.newest_questionnaires(work)
    rounds.open_round(work, "r1", "Đợt mẫu", "2026", "", now, now + timedelta(days=20), forms, ACTOR)
    return "r1"


def listed(tmp_path: Path, *rows: list[object], name: str = "list.xlsx") -> Path:
    return write(tmp_path / name, DS=[HEADER, *rows])


def everything(database: Database, names: tuple[str, ...] = LISTED) -> dict[str, list[Any]]:
    """All rows of some tables, sealed cells included: equal means untouched."""
    found = {}
    with database.transaction() as conn:
        for name in names:
            table = metadata.tables[name]
            found[name] = [tuple(r) for r in conn.execute(sa.select(table).order_by(*table.primary_key.columns))]
    return found


def one(database: Database, query: sa.Select[Any]) -> Any:
    with database.transaction() as conn:
        return conn.execute(query).scalar_one()


def count(database: Database, table: sa.Table) -> int:
    return int(one(database, sa.select(sa.func.count()).select_from(table)))


# Registry lists


def test_the_village_comes_in(work: Work, office: str, owner: Database) -> None:
    report = import_registry(work, office, VILLAGE, ACTOR)
    assert dict(report.counts) == {
        "rows": 43, "added": 40, "changed": 0, "unchanged": 0, "refused": 3, "without_phone": 0, "absent": 0,
        "framed": 0, "unframed": 0,
    }  # fmt: skip
    assert (count(owner, organisations), count(owner, phones), count(owner, organisation_phones)) == (40, 45, 45)
    with owner.transaction() as conn:
        found = conn.execute(sa.select(organisations).where(organisations.c.name.like("%An Bình"))).mappings().all()
    first = next(r for r in found if r["sector"] == "NN")
    assert opened(work.vault, organisations.c.leader, first) == "Nguyễn Văn Mẫu 01"
    assert (first["area_scheme"], first["area_code"], first["commune"]) == ("vn-2025", "24", "Xã Mẫu Thượng")


def test_phones_are_sealed_and_found_by_their_hash(work: Work, office: str, owner: Database) -> None:
    import_registry(work, office, VILLAGE, ACTOR)
    hashed = work.vault.lookup("+84700000007")
    with owner.transaction() as conn:
        phone = conn.execute(sa.select(phones).where(phones.c.hash == hashed)).mappings().one()
    assert opened(work.vault, phones.c.number, phone) == "+84700000007"
    assert (phone["kind"], phone["flags"], phone["consent"]) == ("mobile", ["old_format"], "unasked")


def test_the_same_list_again_changes_nothing(work: Work, office: str, owner: Database, clock: FakeClock) -> None:
    import_registry(work, office, VILLAGE, ACTOR)
    before = everything(owner)
    clock.advance(timedelta(days=1))
    report = import_registry(work, office, VILLAGE, ACTOR)
    assert (report.counts["unchanged"], report.changes) == (40, 0)
    assert everything(owner) == before


def test_a_dry_run_tells_all_and_keeps_nothing(work: Work, office: str, owner: Database) -> None:
    before = everything(owner, (*LISTED, "imports", "audit"))
    rehearsed = import_registry(work, office, VILLAGE, ACTOR, dry_run=True)
    assert everything(owner, (*LISTED, "imports", "audit")) == before
    done = import_registry(work, office, VILLAGE, ACTOR)
    assert (rehearsed.counts, rehearsed.faults) == (done.counts, done.faults)
    assert (rehearsed.dry_run, done.dry_run) == (True, False)


def test_killed_in_the_middle_leaves_it_as_before(
    work: Work, office: str, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(owner, (*LISTED, "imports", "audit"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "set_phones", die)
    with pytest.raises(KeyboardInterrupt):
        import_registry(work, office, VILLAGE, ACTOR)
    assert everything(owner, (*LISTED, "imports", "audit")) == before


def test_a_changed_row_is_changed_and_only_that(work: Work, office: str, owner: Database, tmp_path: Path) -> None:
    import_registry(work, office, listed(tmp_path, row(), row(name="HTX Hai", login="0900000002")), ACTOR)
    changed = row(leader="Trần Thị B", login="0900000009; 0900000001")
    report = import_registry(work, office, listed(tmp_path, changed, row(name="HTX Hai", login="0900000002")), ACTOR)
    assert (report.counts["added"], report.counts["changed"], report.counts["unchanged"]) == (0, 1, 1)
    with owner.transaction() as conn:
        held = conn.execute(sa.select(organisations).where(organisations.c.name == "HTX Một")).mappings().one()
        links = conn.execute(
            sa.select(organisation_phones.c.phone_hash, organisation_phones.c.rank)
            .where(organisation_phones.c.organisation_id == held["id"])
            .order_by(organisation_phones.c.rank)
        ).all()
    assert opened(work.vault, organisations.c.leader, held) == "Trần Thị B"
    assert [bytes(link.phone_hash) for link in links] == [
        work.vault.lookup("+84900000009"),
        work.vault.lookup("+84900000001"),
    ]


def test_a_phone_taken_off_the_list_is_let_go_and_what_is_known_of_the_others_stays(
    work: Work, office: str, owner: Database, tmp_path: Path
) -> None:
    import_registry(work, office, listed(tmp_path, row(login="0900000001; 0900000002")), ACTOR)
    with owner.transaction() as conn:
        conn.execute(sa.update(organisation_phones).values(valid=False, note="30005"))
    import_registry(work, office, listed(tmp_path, row(login="0900000002; 0900000003")), ACTOR)
    with owner.transaction() as conn:
        links = {bytes(r.phone_hash): (r.rank, r.valid) for r in conn.execute(sa.select(organisation_phones))}
    assert links == {work.vault.lookup("+84900000002"): (0, False), work.vault.lookup("+84900000003"): (1, True)}


def test_an_opt_out_survives_every_import(work: Work, office: str, owner: Database, tmp_path: Path) -> None:
    import_registry(work, office, listed(tmp_path, row()), ACTOR)
    with owner.transaction() as conn:
        conn.execute(sa.update(phones).values(consent="stopped"))
    import_registry(work, office, listed(tmp_path, row(leader="Ai đó"), row(name="HTX Hai")), ACTOR)
    assert one(owner, sa.select(phones.c.consent)) == "stopped"


def test_two_organisations_may_share_a_phone_and_it_is_said(
    work: Work, office: str, owner: Database, tmp_path: Path
) -> None:
    report = import_registry(work, office, listed(tmp_path, row(), row(name="HTX Hai")), ACTOR)
    assert (count(owner, organisations), count(owner, phones), count(owner, organisation_phones)) == (2, 1, 2)
    assert [(f.code, f.row, f.params["others"]) for f in report.faults] == [
        ("list.phone_shared", 2, 1), ("list.phone_shared", 3, 1),
    ]  # fmt: skip


def test_open_rounds_get_the_new_organisations(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    assert count(owner, interview_rows) == 40
    late = row(name="HTX Muộn", login="0900000060")
    report = import_registry(
        work, office, listed(tmp_path, late, row(name="HTX Nghỉ", active="Ngừng hoạt động")), ACTOR
    )
    assert report.counts["framed"] == 1
    assert count(owner, interview_rows) == 41
    rounds.close_round(work, open_round, ACTOR)
    report = import_registry(work, office, listed(tmp_path, row(name="HTX Muộn hơn", login="0900000061")), ACTOR)
    assert report.counts["framed"] == 0


def test_the_report_is_kept_sealed_and_the_deed_in_the_audit_trail(work: Work, office: str, owner: Database) -> None:
    report = import_registry(work, office, VILLAGE, ACTOR)
    with owner.transaction() as conn:
        kept = conn.execute(sa.select(imports)).mappings().one()
        line = conn.execute(sa.select(audit).where(audit.c.action == "registry.import")).mappings().one()
    assert report_from_json(opened(work.vault, imports.c.report, kept)) == report
    assert b"0900 12" not in bytes(kept["report"])
    assert kept["counts"] == dict(report.counts)
    assert (line["actor"], line["subject"], line["detail"]) == (ACTOR, str(kept["id"]), dict(report.counts))


def test_no_password_phone_or_name_lies_in_clear(work: Work, office: str, owner: Database) -> None:
    import_registry(work, office, VILLAGE, ACTOR)
    stored = repr(everything(owner, tuple(metadata.tables)))
    assert "mat-khau-mau" not in stored
    for secret in ("900000001", "0900000001", "700000007", "Nguyễn Văn Mẫu", "mau01@example.org"):
        assert secret not in stored


def test_two_offices_may_use_one_code(work: Work, office: str, owner: Database, tmp_path: Path) -> None:
    offices.add_office(work, "kia", "Liên minh HTX tỉnh Kia", "province", "25", "0210 3 888 999", ACTOR)
    for code in (office, "kia"):
        report = import_registry(work, code, listed(tmp_path, row()), ACTOR)
        assert report.counts["added"] == 1
    assert count(owner, organisations) == 2


def test_the_console_itself_imports_nothing(
    work: Work, office: str, console: Database, owner: Database, tmp_path: Path
) -> None:
    """Pages import as the machine, for an office that the console's role has found to be the member's."""
    with owner.transaction() as conn:
        held = registry.office_by_code(conn, office)
    assert held is not None
    own = replace(work, database=console.scoped(office=held.id))
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        import_registry(own, office, listed(tmp_path, row()), ACTOR)


def test_an_unknown_office_is_refused(work: Work, owner: Database) -> None:
    with pytest.raises(Refusal) as refused:
        import_registry(work, "nowhere", VILLAGE, ACTOR)
    assert refused.value.code == "office.unknown"


def test_a_list_that_is_none_is_refused(work: Work, office: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError):
        import_registry(work, office, write(tmp_path / "a.xlsx", DS=[["no", "list"]]), ACTOR)


# Online answers

ONLINE: list[object] = ["Tên đăng nhập", "Phiếu", "Trạng thái", "Thời gian", "C1", "C2", "so_lan_gap"]


def online(tmp_path: Path, *rows: list[object], header: list[object] = ONLINE) -> Path:
    return write(tmp_path / "online.xlsx", A=[header, *rows])


def interview_of(database: Database, work: Work, e164: str) -> sa.RowMapping:
    query = (
        sa.select(interview_rows)
        .join(organisation_phones, organisation_phones.c.organisation_id == interview_rows.c.organisation_id)
        .where(organisation_phones.c.phone_hash == work.vault.lookup(e164))
    )
    with database.transaction() as conn:
        return conn.execute(query).mappings().one()


def answers_of(database: Database, interview: sa.RowMapping) -> dict[str, tuple[str, str]]:
    query = sa.select(answers).where(answers.c.interview_id == interview["id"])
    with database.transaction() as conn:
        return {r["question"]: (r["value"], r["channel"]) for r in conn.execute(query).mappings()}


def test_only_answered_stops_the_contact(work: Work, open_round: str, owner: Database, tmp_path: Path) -> None:
    path = online(
        tmp_path,
        ["0900000001", "", "Đã trả lời", "17/11/2026 20:15"],
        ["0900000002", "", "Chưa trả lời", ""],
    )
    report = import_online(work, open_round, path, ACTOR)
    assert (report.counts["stopped"], report.counts["entered"], report.counts["not_answered"]) == (1, 0, 1)
    answered = interview_of(owner, work, "+84900000001")
    assert (answered["status"], answered["channel"]) == ("answered", "online")
    assert answered["online_at"] == datetime(2026, 11, 17, 13, 15, tzinfo=UTC)
    assert interview_of(owner, work, "+84900000002")["status"] == "pending"
    assert one(owner, sa.select(round_rows.c.online_loaded_at)) == work.clock.now()


def test_answers_enter_the_same_interview(work: Work, open_round: str, owner: Database, tmp_path: Path) -> None:
    path = online(tmp_path, ["0900000001", "HTX-NN", "Hoàn thành", "", "Rất hài lòng", "chua_hai_long", 3])
    report = import_online(work, open_round, path, ACTOR)
    assert (report.counts["entered"], report.counts["stopped"], report.faults) == (1, 1, ())
    interview = interview_of(owner, work, "+84900000001")
    assert answers_of(owner, interview) == {
        "cap_uy_tinh": ("rat_hai_long", "online"),
        "chinh_quyen_tinh": ("chua_hai_long", "online"),
        "so_lan_gap": ("3", "online"),
    }
    assert interview["channel"] == "online"
    with work.database.transaction() as conn:
        assert interviews.differences(conn, interview["id"]) == []


def test_the_same_export_again_changes_nothing(
    work: Work, open_round: str, owner: Database, tmp_path: Path, clock: FakeClock
) -> None:
    path = online(
        tmp_path,
        ["0900000001", "", "Đã trả lời", "", "Hài lòng"],
        ["0900000002", "", "Đã trả lời", ""],
    )
    import_online(work, open_round, path, ACTOR)
    tables = ("interviews", "interview_events", "answers", "consent")
    before = everything(owner, tables)
    clock.advance(timedelta(hours=1))
    report = import_online(work, open_round, path, ACTOR)
    assert (report.counts["unchanged"], report.changes) == (2, 0)
    assert everything(owner, tables) == before


def test_the_first_answer_wins_over_a_later_online_one(
    work: Work, open_round: str, owner: Database, tmp_path: Path
) -> None:
    interview = interview_of(owner, work, "+84900000001")
    said = Entry({"consent": "yes", "cap_uy_tinh": "chua_hai_long"})
    interviews.enter(work, interview["id"], Heard("staff", "staff:1", said))
    path = online(tmp_path, ["0900000001", "", "Đã trả lời", "", "Rất hài lòng", "Hài lòng"])
    report = import_online(work, open_round, path, ACTOR)
    held = answers_of(owner, interview)
    assert held["cap_uy_tinh"] == ("chua_hai_long", "staff")
    assert held["chinh_quyen_tinh"] == ("hai_long", "online")
    assert [(f.code, f.column) for f in report.faults] == [("online.answered_before", "cap_uy_tinh")]


def test_what_was_planned_for_them_is_withdrawn(
    work: Work, open_round: str, owner: Database, tmp_path: Path, plan_text: Callable[[sa.RowMapping], None]
) -> None:
    for number in ("+84900000001", "+84900000002"):
        plan_text(interview_of(owner, work, number))
    import_online(work, open_round, online(tmp_path, ["0900000001", "", "Đã trả lời"]), ACTOR)
    with owner.transaction() as conn:
        states = dict(conn.execute(sa.select(outbox.c.interview_id, outbox.c.state)).all())
    assert states == {
        interview_of(owner, work, "+84900000001")["id"]: "withdrawn",
        interview_of(owner, work, "+84900000002")["id"]: "planned",
    }


@pytest.fixture
def plan_text(work: Work, owner: Database) -> Callable[[sa.RowMapping], None]:
    """Puts a planned text for an interview into the outbox."""
    add_sender(
        work,
        NewSender(
            name="s", carrier="twilio", medium="text", address="+84900009999", credentials="twilio", account="AC",
            api_base_url="http://127.0.0.1", can_receive=True, can_reconcile=True, simulated=True,
        ),
        ACTOR,
    )  # fmt: skip
    sender_id = one(owner, sa.select(metadata.tables["senders"].c.id))

    def plan(interview: sa.RowMapping) -> None:
        with work.database.transaction() as conn:
            hashes = conn.scalar(
                sa.select(organisation_phones.c.phone_hash)
                .where(organisation_phones.c.organisation_id == interview["organisation_id"])
                .limit(1)
            )
            _plan(conn, hashes, interview)

    def _plan(conn: Connection, phone_hash: bytes, interview: sa.RowMapping) -> None:
        outbox_rows.insert_row(
            conn,
            id=work.ids.new(), ref=work.ids.public(), medium="text", purpose="reminder", sender_id=sender_id,
            phone_hash=phone_hash, interview_id=interview["id"], office_id=interview["office_id"], state="planned",
            reason={}, due_at=work.clock.now(), created_at=work.clock.now(),
        )  # fmt: skip

    return plan


def test_a_file_nothing_of_which_was_taken_in_loads_no_online_answers(
    work: Work, open_round: str, owner: Database, tmp_path: Path
) -> None:
    report = import_online(work, open_round, online(tmp_path, ["0999999999", "", "Đã trả lời"]), ACTOR)
    assert report.useless
    assert one(owner, sa.select(round_rows.c.online_loaded_at)) is None


def test_rows_that_belong_to_nobody_or_to_several_are_named(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    shared = row(name="HTX Chung", login="0900000001")
    import_registry(work, office, listed(tmp_path, shared), ACTOR, said=Answers(rest="new"))
    path = online(
        tmp_path,
        ["0999999999", "", "Đã trả lời"],
        ["0900000001", "", "Đã trả lời"],
        ["0900000002", "QTD", "Đã trả lời"],
        ["0900000003", "", "Đã trả lời"],
        ["0900 000 003", "", "Đã trả lời"],
    )
    report = import_online(work, open_round, path, ACTOR)
    assert [(f.row, f.code) for f in sorted(report.faults, key=lambda f: f.row)] == [
        (2, "online.not_on_list"), (3, "online.ambiguous"), (4, "online.other_questionnaire"), (6, "online.duplicate"),
    ]  # fmt: skip
    assert report.counts["stopped"] == 1
    assert report.counts["refused"] == 4


def test_one_phone_of_two_organisations_is_told_apart_by_the_questionnaire(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    shared = listed(tmp_path, row(name="QTD Chung", kind="QTD", login="0900000001"))
    import_registry(work, office, shared, ACTOR, said=Answers(rest="new"))
    report = import_online(work, open_round, online(tmp_path, ["0900000001", "QTD", "Đã trả lời"]), ACTOR)
    assert (report.counts["stopped"], report.faults) == (1, ())
    answered = one(owner, sa.select(interview_rows.c.kind).where(interview_rows.c.online_at.is_not(None)))
    assert answered == "QTD"


def test_registry_codes_find_organisations_without_a_phone(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.xlsx", DS=[["Mã tổ chức", *HEADER], ["M-1", *row(login="")]])
    import_registry(work, office, path, ACTOR)
    export = online(tmp_path, ["M-1", "Đã trả lời"], header=["Mã tổ chức", "Trạng thái"])
    assert import_online(work, open_round, export, ACTOR).counts["stopped"] == 1


@pytest.mark.parametrize("code", ["001\u200b", "\ufeff001", "００１"])
def test_an_online_code_is_found_however_it_was_typed(
    work: Work, office: str, open_round: str, owner: Database, tmp_path: Path, code: str
) -> None:
    import_registry(
        work, office, write(tmp_path / "a.xlsx", DS=[["Mã tổ chức", *HEADER], ["001", *row(login="")]]), ACTOR
    )
    header: list[object] = ["Mã tổ chức", "Trạng thái"]
    assert (
        import_online(work, open_round, online(tmp_path, [code, "Đã trả lời"], header=header), ACTOR).counts["stopped"]
        == 1
    )
    numeric = import_online(work, open_round, online(tmp_path, [1, "Đã trả lời"], header=header), ACTOR)
    assert [(f.code, f.params) for f in numeric.faults] == [("online.code_alike", {"codes": "001"})]


def test_unreadable_answers_are_named_and_the_rest_enters(
    work: Work, open_round: str, owner: Database, tmp_path: Path
) -> None:
    header: list[object] = [*ONLINE, "Câu lạ"]
    path = online(tmp_path, ["0900000001", "", "Đã trả lời", "", "tạm được", "Hài lòng", 400, "x"], header=header)
    report = import_online(work, open_round, path, ACTOR)
    assert {(f.code, f.column, f.weight) for f in report.faults} == {
        ("online.answer_unreadable", "E (C1)", "emptied"),
        ("online.out_of_range", "so_lan_gap", "emptied"),
        ("online.column_unknown", "H (Câu lạ)", "notice"),
    }
    assert set(answers_of(owner, interview_of(owner, work, "+84900000001"))) == {"chinh_quyen_tinh"}


def test_an_online_dry_run_keeps_nothing(work: Work, open_round: str, owner: Database, tmp_path: Path) -> None:
    tables = ("interviews", "interview_events", "answers", "rounds", "audit")
    before = everything(owner, tables)
    path = online(tmp_path, ["0900000001", "", "Đã trả lời", "", "Hài lòng"])
    report = import_online(work, open_round, path, ACTOR, dry_run=True)
    assert (report.counts["entered"], report.dry_run) == (1, True)
    assert everything(owner, tables) == before


def test_online_answers_write_no_consent_of_the_phone(
    work: Work, open_round: str, owner: Database, tmp_path: Path
) -> None:
    """Whoever filled in the online form consented there; it says nothing about being rung on this number."""
    import_online(work, open_round, online(tmp_path, ["0900000001", "", "Đã trả lời", "", "Hài lòng"]), ACTOR)
    assert count(owner, consent) == 0


def test_an_unknown_round_is_refused(work: Work, owner: Database, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        import_online(work, "nowhere", online(tmp_path, ["0900000001", "", "Đã trả lời"]), ACTOR)
    assert refused.value.code == "round.unknown"


def test_a_report_survives_json() -> None:
    report = ImportReport("registry", "mau", "ab", {"added": 1}, (FileFault("list.duplicate", {"row": 2}, "A", 3),))
    assert report_from_json(report.to_json()) == report
    assert json.loads(report.to_json())["faults"][0]["row"] == 3
    assert use_case.ImportReport is ImportReport
