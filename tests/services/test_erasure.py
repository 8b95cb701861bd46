"""After an erasure neither dump nor sealed column holds number, name or words; answers and the opt-out still hold."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact.consent import ConsentState
from contact.delivery import State
from contact.mentions import Sought
from contact.purpose import Purpose
from runtime.embedded import _postgres_binaries
from services import audit_chain
from services.campaign import campaigns
from services.follow_up.staff_requests import Told, start_number
from services.interview import recording as interviews
from services.keys.sealed_columns import opened as sealed_text
from services.privacy import erasure, erasure_marks, person_requests
from services.refusal import Refusal
from services.registry import imports, undo
from services.rounds.provinces import outcomes_of
from services.senders import senders
from services.sending import policy
from services.texts import receive as inbound
from services.unfit import isolation
from services.work import Work
from store.keys import sealed_columns
from store.tables.campaigns import campaigns as campaign_table
from store.tables.campaigns import tasks
from store.tables.interviews import interviews as interview_table
from store.tables.outbox import calls, outbox, receipts
from store.tables.outbox import senders as sender_table
from store.tables.persons import carrier_erasures, erasures
from store.tables.registry import imports as import_table
from store.tables.registry import organisation_phones, organisations, phones
from store.tables.rounds import round_questionnaires
from store.tables.staff import audit
from store.tables.unfit import unfit
from store.unit_of_work import Database
from survey.answers import Entry, Heard, Key
from tests.doubles import FakeClock, RecordingJobs
from tests.files.workbooks import write
from tests.services.world import LEADER, World, build
from tests.survey.forms import consent, form, level, other

NUMBER, OLD, NAME = "+84381234567", "0168 1234567", "Trần Thị Đông"
WORDS, OTHER_WORDS = "Đường vào xóm Đồi còn lầy lội lắm", "Xin đừng nêu tên tôi với ai cả nhé"
ACTOR = "cli:test"
HEADER = ["Mã", "Tên tổ chức", "Loại", "Loại hình", "Người quản lý", "Số điện thoại", "Là thành viên", "Trạng thái"]
NEIGHBOUR: list[object] = ["DX002", "HTX Nam Sơn", "HTX", "NN", "Lê Văn Nam", "0912345678", "Có", "Hoạt động"]


def row(leader: str = NAME, number: str = OLD, name: str = "Hợp tác xã Đông Xuân") -> list[object]:
    """The person's line of a list."""
    return ["DX001", name, "HTX", "NN", leader, number, "Có", "Hoạt động"]


def brought_in(world: World, folder: Path, *rows: list[object]) -> Any:
    """The report of an import of these rows."""
    path = write(folder / f"{world.work.ids.public()}.xlsx", DS=[HEADER, *rows])
    return imports.import_registry(world.work, "QB", path, ACTOR)


@pytest.fixture
def world(work: Work, tmp_path: Path) -> World:
    """Somebody who came with a list, was sent a text, answered in words, wrote oddly, and whom staff noted down."""
    asked = (consent(), level("q1"), other("wish", "text", required=False), other("why", "text", required=False))
    made = build(work, form(*asked))
    with work.database.transaction() as conn:
        conn.execute(sa.delete(interview_table))
        conn.execute(sa.delete(organisation_phones))
        conn.execute(sa.delete(organisations))
        pinned = {"round_id": made.round_id, "kind": "*", "sector": "*", "questionnaire_sha256": made.form.sha256}
        conn.execute(sa.insert(round_questionnaires).values(pinned))
    made.interviews.clear()
    brought_in(made, tmp_path, row("Trần T. Đông"), NEIGHBOUR)
    brought_in(made, tmp_path, row(), NEIGHBOUR)  # what it changed stands in its report
    made.interviews.extend(r["id"] for r in made.rows(interview_table))
    mine = next(r["id"] for r in made.rows(organisations, registry_code="DX001"))
    made.interviews.sort(key=lambda one: made.rows(interview_table, id=one)[0]["organisation_id"] != mine)
    _speak(made)
    return made


def _speak(world: World) -> None:
    """What the person said on every way there is."""
    sent = world.plan("text", number=NUMBER, state=State.SENT)
    with world.work.database.transaction() as conn:
        row_id = conn.scalar(sa.select(outbox.c.id).where(outbox.c.ref == sent))
        assert row_id
        body = world.work.vault.seal(f"Xin chào {NAME}", "outbox.body", row_id)
        conn.execute(sa.update(outbox).where(outbox.c.id == row_id).values(carrier_id="SM" + "a" * 32, body=body))
        given = {"id": world.work.ids.new(), "outbox_id": row_id, "digest": b"1", "raw_status": "sent", "state": "sent"}
        detail = {"error_code": "", "detail": {"To": NUMBER}, "via": "callback", "at": world.work.clock.now()}
        conn.execute(sa.insert(receipts).values({**given, **detail}))
        line = {"at": world.work.clock.now(), "actor": ACTOR, "action": "export", "subject": "x"}
        conn.execute(sa.insert(audit).values({**line, "detail": {"reason": f"bà {NAME} hỏi, số {OLD}"}}))
    interviews.open_contact(world.work, world.interviews[0], "sms", "o1", phone_hash=world.hash(NUMBER))
    for turn, (question, said) in enumerate({"consent": "1", "q1": "1", "wish": WORDS}.items(), 1):
        heard = Heard("sms", f"SM{turn:032x}", Key(said), turn, question)
        interviews.enter(world.work, world.interviews[0], heard, phone_hash=world.hash(NUMBER))
    entry = Heard("online", "row-1", Entry({"why": OTHER_WORDS}))
    interviews.enter(world.work, world.interviews[0], entry)
    text = world.text_from(f"{NAME} đây, {WORDS}", NUMBER, "SM" + "b" * 32)
    inbound.receive_text(world.work, world.text, text, via="webhook")
    person_requests.enter(world.work, OLD, "erase", Told("by_phone", date(2026, 11, 17), f"{NAME} xin thôi"), ACTOR)
    raw = json.dumps({"from": NUMBER, "body": WORDS}, ensure_ascii=False)
    isolation.each(world.work, "texts", ["x"], int, key=str, raw=lambda _: raw, fresh=True)


@pytest.fixture
def dumped(owner_url: str) -> Callable[[], str]:
    """Everything in the database as `pg_dump` writes it, with every sealed column opened beside it."""

    def dump() -> str:
        url = sa.make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
        argv = [_postgres_binaries() / "pg_dump", "--inserts", "--dbname", url]
        done = subprocess.run(argv, capture_output=True, check=True, env={**os.environ, "PGCLIENTENCODING": "UTF8"})
        return done.stdout.decode()

    return dump


def opened(world: World, owner: Database) -> str:
    """Every sealed column of every table, in clear."""
    found = []
    with owner.transaction() as conn:
        for place in sealed_columns():
            for row in conn.execute(sa.select(place.table).where(place.column.is_not(None))).mappings():
                found.append(sealed_text(world.work.vault, place.column, row))
    return "\n".join(found)


TRACES = {
    "number or name": lambda text: Sought([NUMBER], [NAME]).stands_in(text),
    "words": lambda text: WORDS in text or OTHER_WORDS in text,
}


def test_nothing_of_the_person_is_left_and_everything_was_there(
    world: World, eraser: Database, owner: Database, dumped: Callable[[], str]
) -> None:
    before = dumped() + opened(world, owner)
    assert {name for name, stands in TRACES.items() if stands(before)} == set(TRACES)
    erasure.erase(world.work, eraser, "0381 234 567", ACTOR)
    dump, seen = dumped(), opened(world, owner)
    assert "INSERT INTO public.interview_events" in dump
    assert {name for name, stands in TRACES.items() if stands(dump)} == set()
    assert {name for name, stands in TRACES.items() if stands(seen)} == set()
    assert "Lê Văn Nam" in seen
    assert "+84912345678" in seen


def test_answers_stay_the_organisations_and_are_the_fold_of_the_events(world: World, eraser: Database) -> None:
    assert world.answers() == {"consent": "yes", "q1": "5", "wish": WORDS, "why": OTHER_WORDS}
    before = len(world.events())
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    assert world.answers() == {"consent": "yes", "q1": "5", "wish": "[đã xoá]", "why": "[đã xoá]"}
    assert len(world.events()) == before
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[0]) == []
    interviews.open_contact(world.work, world.interviews[0], "voice", "call-1")


def test_the_opt_out_holds_and_a_list_brings_nobody_back(world: World, eraser: Database, tmp_path: Path) -> None:
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    again = brought_in(world, tmp_path, row(number="(0168) 123-4567, 0909000111"), NEIGHBOUR)
    assert [fault.code for fault in again.faults if "erased" in fault.code] == ["list.person_erased"]
    (mine,) = world.rows(organisations, registry_code="DX001")
    assert (mine["leader"], mine["email"]) == (None, None)
    linked = world.rows(organisation_phones, organisation_id=mine["id"])
    assert [bytes(link["phone_hash"]) for link in linked] == [world.hash("+84909000111")]
    (phone,) = world.rows(phones, hash=world.hash(NUMBER))
    assert (phone["number"], phone["consent"]) == (None, "stopped")
    kept = "".join(sealed_text(world.work.vault, import_table.c.report, r) for r in world.rows(import_table))
    assert not Sought([NUMBER], [NAME]).stands_in(kept)
    same = brought_in(world, tmp_path, row(number="(0168) 123-4567, 0909000111"), NEIGHBOUR)
    assert same.counts["unchanged"] == 2


def test_a_list_with_the_name_alone_does_not_bring_it_back(world: World, eraser: Database, tmp_path: Path) -> None:
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    brought_in(world, tmp_path, row("TRAN THI DONG", "0909000111"))
    assert world.rows(organisations, registry_code="DX001")[0]["leader"] is None
    brought_in(world, tmp_path, row("Lê Thị Hoa", "0909000111"))
    held = world.rows(organisations, registry_code="DX001")[0]
    assert sealed_text(world.work.vault, organisations.c.leader, held) == "Lê Thị Hoa"


@pytest.mark.parametrize(
    "written",
    ["Bà Trần Thị Đông", "TRAN THI DONG.", "Trần Thị Đông (GĐ)", "bà: Trần Thị Đông", "Đ/c Trần Thị Đông - Chủ tịch"],
)
def test_a_title_or_a_position_does_not_bring_the_name_back(
    world: World, eraser: Database, tmp_path: Path, written: str
) -> None:  # fmt: skip
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    brought_in(world, tmp_path, row(written, "0911111111"), NEIGHBOUR)
    assert world.rows(organisations, registry_code="DX001")[0]["leader"] is None
    brought_in(world, tmp_path, row("Bà Trần Thị Đông Xuân", "0911111111"), NEIGHBOUR)
    assert world.rows(organisations, registry_code="DX001")[0]["leader"] is not None


def test_an_import_of_before_cannot_be_taken_back(world: World, eraser: Database, tmp_path: Path) -> None:
    report = brought_in(world, tmp_path, row(number="0912345999"))
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    erasure.erase(world.work, eraser, "0912345999", ACTOR)
    with pytest.raises(Refusal, match="erased"):
        undo.undo_import(world.work, UUID(report.import_id), ACTOR)


def test_what_leaves_is_taken_back_and_what_is_in_doubt_ends(world: World, eraser: Database) -> None:
    planned, doubtful = world.plan("text", number=NUMBER), world.plan("text", number=NUMBER, state=State.UNKNOWN)
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    states = {r["ref"]: r["state"] for r in world.sent()}
    assert (states[planned], states[doubtful]) == ("withdrawn", "presumed")


def talk(world: World, number: str) -> None:
    """A call with the number is under way."""
    call = {"id": world.work.ids.new(), "ref": "r", "direction": "in", "sender_id": world.line.id, "turn": 0}
    more = {"phone_hash": world.hash(number), "consented": False, "began_at": world.work.clock.now()}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(calls).values({**call, **more}))


def test_nobody_is_erased_in_the_middle_of_a_call(world: World, eraser: Database, clock: FakeClock) -> None:
    talk(world, NUMBER)
    with pytest.raises(Refusal, match="under_way"):
        erasure.erase(world.work, eraser, NUMBER, ACTOR)
    clock.advance(timedelta(hours=3))
    erasure.erase(world.work, eraser, NUMBER, ACTOR)


def test_a_call_that_somebody_hung_up_is_not_under_way(world: World, eraser: Database, clock: FakeClock) -> None:
    """Only a call that we took leave of has an end of its own; of others the carrier's word stands in the outbox."""
    world.plan("call", number=NUMBER, state=State.COMPLETED)
    (rung,) = world.rows(outbox, medium="call")
    call = {"id": world.work.ids.new(), "ref": rung["ref"], "direction": "out", "sender_id": world.line.id, "turn": 0}
    more = {"phone_hash": world.hash(NUMBER), "outbox_id": rung["id"], "consented": True, "began_at": clock.now()}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(calls).values({**call, **more}))
    erasure.erase(world.work, eraser, NUMBER, ACTOR)


def test_carriers_are_asked_and_staff_clean_what_cannot_be(
    world: World, eraser: Database, jobs: RecordingJobs
) -> None:  # fmt: skip
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(sender_table).where(sender_table.c.id == world.one_way.id).values(carrier="kannel"))
        ours = {"carrier_id": "77", "sender_id": world.one_way.id}
        conn.execute(sa.insert(outbox).from_select(*_copied(conn, ours)))
    done = erasure.erase(world.work, eraser, NUMBER, ACTOR)
    wanted = {(r["medium"], r["carrier_id"]) for r in world.rows(carrier_erasures)}
    assert wanted == {("text", "SM" + "a" * 32), ("text", "SM" + "b" * 32)}
    assert (done.at_carriers, done.kannel) == (2, True)
    assert "kannel_logs" in world.tasks()
    assert ("alo.sweep_erasures", ()) in jobs.enqueued


def _copied(conn: sa.Connection, ours: dict[str, Any]) -> tuple[list[str], sa.Select[Any]]:
    """A row of the outbox once more, through another sender."""
    new = {"id": sa.func.gen_random_uuid(), "ref": sa.literal("other"), **{k: sa.literal(v) for k, v in ours.items()}}
    names = [column.name for column in outbox.columns]
    columns = [new.get(name, outbox.c[name]) for name in names]
    return names, sa.select(*columns).where(outbox.c.carrier_id.is_not(None)).limit(1)


def test_the_work_is_done_and_the_trail_names_nobody(world: World, eraser: Database) -> None:
    done = erasure.erase(world.work, eraser, NUMBER, ACTOR)
    assert [r["state"] for r in world.rows(tasks, kind="person_withdrawal")] == ["done"]
    assert [r["state"] for r in world.rows(tasks, kind="person_request")] == ["open"]
    assert world.rows(unfit) == []
    (line,) = world.rows(audit, action="person.erased")
    assert line["subject"] == done.person.subject.mark
    assert not Sought([NUMBER], [NAME]).stands_in(json.dumps(line["detail"]))
    assert (WORDS in done.words, WORDS in repr(done)) == (True, False)
    assert NAME not in repr(done)


def test_twice_and_of_a_stranger_is_as_good(world: World, eraser: Database, tmp_path: Path) -> None:
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    erasure.erase(world.work, eraser, "0987654321", ACTOR)
    assert world.consent_of("+84987654321") == "stopped"
    brought_in(world, tmp_path, ["DX009", "HTX Mới", "HTX", "NN", "Ai Đó", "0987654321", "Có", "Hoạt động"])
    assert world.rows(organisation_phones, phone_hash=world.hash("+84987654321")) == []
    assert erasure.preview(world.work, NUMBER).erased_at is not None


def test_what_staff_typed_for_others_to_read_names_nobody(world: World, eraser: Database) -> None:
    made = campaigns.draft(world.work, "2026", "QB", ACTOR, title=f"Nhắc bà {NAME}")
    campaigns.launch(world.work, made, campaigns.preview(world.work, made).contacted, ACTOR, f"{NAME} đồng ý")
    campaigns.pause(world.work, made, ACTOR, f"{NAME} đi vắng", medium="text")
    senders.pause(world.work, world.text.name, f"{NAME} kêu ca", ACTOR)
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    (campaign,) = world.rows(campaign_table)
    assert campaign["title"] == "Nhắc bà […]"
    (held,) = campaign["holds"].values()
    assert held["reason"] == "[…] đi vắng"
    assert "[…] kêu ca" in {row["paused_reason"] for row in world.rows(sender_table)}
    assert not Sought([], [NAME]).stands_in(json.dumps([dict(row["detail"]) for row in world.rows(audit)]))
    found = audit_chain.verify(world.work)
    assert (found.findings, found.scrubbed) == ((), 4)


def test_a_preview_tells_what_goes_and_changes_nothing(world: World) -> None:
    found = erasure.preview(world.work, OLD)
    assert found.held
    assert found.organisations == [("DX001", "Hợp tác xã Đông Xuân")]
    assert found.rows["phones"] == found.rows["imports"] == found.rows["unfit"] == 1
    assert world.rows(erasures) == []


def test_who_wants_to_come_back_says_so_themselves(world: World, eraser: Database, tmp_path: Path) -> None:
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    inbound.receive_text(world.work, world.text, world.text_from("BAT DAU", NUMBER), via="webhook")
    start_number(world.work, NUMBER, Told("in_person", date(2026, 11, 18), "tự xin lại"), ACTOR)
    (phone,) = world.rows(phones, hash=world.hash(NUMBER))
    assert sealed_text(world.work.vault, phones.c.number, phone) == NUMBER
    brought_in(world, tmp_path, row())
    assert len(world.rows(organisation_phones, phone_hash=world.hash(NUMBER))) == 1


def test_an_older_backup_is_erased_anew(world: World, eraser: Database, owner: Database) -> None:
    erasure.erase(world.work, eraser, "0987654321", ACTOR)
    marks = [*erasure_marks.kept(world.work), _mark(world, NUMBER)]
    assert not Sought([NUMBER, "+84987654321"], [NAME]).stands_in(json.dumps(marks))
    with owner.transaction() as conn:
        conn.execute(sa.delete(erasures))
    assert erasure.reapply(world.work, eraser, marks, ACTOR) == 1
    assert not Sought([NUMBER], [NAME]).stands_in(opened(world, owner))
    assert {bytes(r["subject"]) for r in world.rows(erasures, kind="number")} == {
        world.hash(NUMBER),
        world.hash("+84987654321"),
    }
    with pytest.raises(Refusal, match="lookup"):
        erasure.reapply(world.work, eraser, [{**marks[0], "key_version": 9}], ACTOR)


def test_one_who_is_talking_keeps_nobody_from_being_erased_anew(
    world: World, eraser: Database, clock: FakeClock
) -> None:
    talk(world, LEADER)
    marks = [_mark(world, LEADER), _mark(world, NUMBER)]
    with pytest.raises(Refusal, match="some_under_way") as refused:
        erasure.reapply(world.work, eraser, marks, ACTOR)
    assert refused.value.params == {"count": 1, "erased": 1}
    assert world.rows(phones, hash=world.hash(NUMBER))[0]["number"] is None
    assert world.rows(phones, hash=world.hash(LEADER))[0]["number"] is not None
    assert len(world.rows(erasures, kind="number")) == 2, "nothing leaves for the other either"
    clock.advance(timedelta(hours=3))
    assert erasure.reapply(world.work, eraser, marks, ACTOR) == 1
    assert world.rows(phones, hash=world.hash(LEADER))[0]["number"] is None


def test_who_came_back_before_the_backup_is_not_erased_anew(world: World, eraser: Database) -> None:
    erasure.erase(world.work, eraser, NUMBER, ACTOR)
    marks = erasure_marks.kept(world.work)
    inbound.receive_text(world.work, world.text, world.text_from("START", NUMBER), via="webhook")
    assert erasure.reapply(world.work, eraser, marks, ACTOR) == 0
    assert world.rows(phones, hash=world.hash(NUMBER))[0]["consent"] != "stopped"
    assert world.rows(erasures, subject=world.hash(NUMBER))[0]["lifted_at"] is not None
    later = [{**mark, "erased_at": (world.work.clock.now() + timedelta(days=1)).isoformat()} for mark in marks]
    assert erasure.reapply(world.work, eraser, later, ACTOR) == 1


def _mark(world: World, number: str) -> dict[str, Any]:
    at = world.work.clock.now().isoformat()
    return {"subject": world.hash(number).hex(), "kind": "number", "hash_version": 1, "erased_at": at}


def test_nothing_leaves_for_a_number_that_is_gone() -> None:
    facts = policy.Facts(
        "text", Purpose.OPT_OUT_CONFIRMATION, ConsentState.STOPPED, "", None, True, policy.Counts(), erased=True
    )
    assert policy._ban(facts) == "number_erased"


def test_who_opted_out_and_was_erased_is_still_a_refusal(world: World, eraser: Database) -> None:
    def counted() -> dict[str, int]:
        with world.work.database.transaction() as conn:
            return {str(code): n for code, n in outcomes_of(conn, world.round_id, None).items()}

    number = "+84912345678"
    world.plan("text", at=1, number=number, state=State.DELIVERED)
    inbound.receive_text(world.work, world.text, world.text_from("STOP", number), via="webhook")
    before = counted()
    assert before["R"] == 1
    erasure.erase(world.work, eraser, number, ACTOR)
    assert counted() == before
