"""`alo person`: any form of a number shows what is held, copies are private files, requests are due and told."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli import person_erasing
from cli.main import alo
from cli.session import Session
from runtime.catalogue import load
from runtime.settings import Settings
from services.interview import recording as interviews
from services.keys import rotation as key_rotation
from services.privacy import person_requests
from services.staff import work_list
from services.texts import receive as inbound
from services.work import Work
from store.tables.persons import erasures
from store.tables.registry import organisations
from store.tables.staff import audit
from store.unit_of_work import Database
from survey.answers import Entry, Heard
from tests.doubles import KEYS, FakeClock
from tests.services.world import LEADER, World, build

Run = Callable[..., Result]
NAME = "Trần Thị Đông"


@pytest.fixture
def world(work: Work) -> World:
    """A leader who answered by text and opted out, whose number a second organisation has too."""
    made = build(work)
    made.add_organisation("DX002")
    with work.database.transaction() as conn:
        for one in conn.scalars(sa.select(organisations.c.id)).all():
            leader = work.vault.seal(NAME, "organisations.leader", one)
            conn.execute(sa.update(organisations).where(organisations.c.id == one).values(leader=leader))
    given = Heard("online", "row-1", Entry({"consent": "yes", "q1": "5"}))
    interviews.enter(made.work, made.interviews[0], given)
    for body in ("1", "1", "STOP"):
        inbound.receive_text(made.work, made.text, made.text_from(body), via="webhook")
    return made


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, eraser_url: str) -> Run:
    """Runs `alo` against the test database."""
    monkeypatch.setattr(Session, "work", world.work)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("ALO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ALO_ERASER_DATABASE_URL", eraser_url)

    def call(*argv: str, code: int = 0, typed: str = "") -> Result:
        result = CliRunner().invoke(alo, list(argv), input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def shown(run: Run, number: str, *more: str) -> dict[str, Any]:
    """What `person show --json` says."""
    found: dict[str, Any] = json.loads(run("person", "show", number, "--json", *more).stdout)
    return found


@pytest.mark.parametrize("number", ["0901000001", "+84901000001", "84 901 000 001", "0084901000001", "901.000.001"])
def test_any_form_of_the_number_shows_the_person(run: Run, number: str) -> None:
    found = shown(run, number)
    assert found["number"] == LEADER
    assert [one["registry_code"] for one in found["organisations"]] == ["DX001", "DX002"]
    assert {one["leader"] for one in found["organisations"]} == {NAME}
    assert [one["kind"] for one in found["consent"]] == ["stopped"]
    assert found["consent"][0]["evidence"] == "STOP"
    assert len(found["texts_in"]) == 3


def test_what_was_answered_is_shown_only_when_asked_for(run: Run, world: World) -> None:
    said = run("person", "show", LEADER).stdout
    assert NAME in said
    assert "câu trả lời" not in said
    assert all("body" not in one for one in shown(run, LEADER)["texts_in"])
    told = shown(run, LEADER, "--answers")
    assert [one["body"] for one in told["texts_in"]] == ["1", "1", "STOP"]
    assert {"consent": "yes", "q1": "5"} in [one["answers"] for one in told["interviews"]]
    lines = [row for row in world.rows(audit) if row["action"] == "person.shown"]
    assert [row["detail"]["answers"] for row in lines] == [False, False, True]
    assert NAME not in str(lines)
    assert LEADER not in str(lines)


def test_a_copy_is_two_private_files(run: Run, tmp_path: Path) -> None:
    run("person", "export", LEADER, str(tmp_path / "ban-sao.json"))
    files = [tmp_path / "ban-sao.json", tmp_path / "ban-sao.txt"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert json.loads(files[0].read_text())["number"] == LEADER
    assert f"người quản lý: {NAME}" in files[1].read_text()
    run("person", "export", LEADER, str(tmp_path / "ban-sao"), code=1)


def test_every_subject_and_field_has_words(run: Run) -> None:
    found, words = shown(run, LEADER, "--answers"), load()
    for name, rows in found.items():
        if isinstance(rows, list):
            assert f"person.section.{name}" in words
            assert {f"person.field.{field}" for row in rows for field in row} <= set(words)


def test_nothing_is_held_about_a_stranger(run: Run) -> None:
    assert "Không giữ gì" in run("person", "show", "0987654321").stdout


@pytest.mark.parametrize(
    ("number", "said"),
    [("12", "Không đọc được"), ("0901000001; 0901000002", "mỗi lần chỉ một"), ("(038) 3844123", "có thể")],
)
def test_what_is_not_one_number_is_refused(run: Run, number: str, said: str) -> None:
    assert said in run("person", "show", number, code=1).stderr


@pytest.mark.parametrize("kind", person_requests.KINDS)
def test_a_request_is_a_task_with_its_day(run: Run, world: World, clock: FakeClock, kind: str) -> None:
    argv = ("person", "request", "0901 000 001", "--kind", kind, "--how", "in_person", "--words", "Bà Đông nói")
    assert "21/11/2026" in run(*argv).stdout
    assert json.loads(run(*argv, "--json").stdout)["new"] is False
    ends = kind in ("withdraw", "erase")
    assert [t for t in world.tasks() if t.startswith("person_")] == sorted(person_requests.DUE)[: 1 + ends]
    assert world.consent_of() == "stopped"
    assert not any(task.overdue for task in work_list.list_tasks(world.work))
    clock.advance(timedelta(days=3))
    assert [task.kind for task in work_list.list_tasks(world.work) if task.overdue] == ["person_request"]
    assert "QUÁ HẠN" in run("tasks", "list").stdout
    clock.advance(timedelta(days=13))
    with world.work.database.transaction() as conn:
        assert len(person_requests.overdue(conn, clock.now())) == 1 + ends


def test_who_withdraws_is_not_contacted_from_that_moment(run: Run, world: World) -> None:
    number = "+84901000009"
    world.add_organisation("DX009", number)
    run("person", "request", number, "--kind", "withdraw", "--how", "by_phone", "--words", "Ông Nam nói")
    assert world.consent_of(number) == "stopped"


def test_a_preview_erases_nothing_and_another_number_neither(run: Run, world: World) -> None:
    said = run("person", "erase", LEADER, "--dry-run").stdout
    assert "DX001" in said
    assert "DX002" in said
    run("person", "erase", LEADER, "--confirm", "0901000002", code=1)
    run("person", "erase", LEADER, typed="0901000002\n", code=1)
    assert shown(run, LEADER)["organisations"]
    assert world.rows(erasures) == []


def test_the_number_typed_back_erases_rows_and_files(run: Run, world: World, tmp_path: Path) -> None:
    (tmp_path / "data" / "logs").mkdir(parents=True)
    log = tmp_path / "data" / "logs" / "gateway.log"
    log.write_text(f"a line\n{NAME} 0901 000 001\n")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "status.csv").write_text(NAME)
    argv = ("person", "erase", LEADER, "--search", str(tmp_path / "exports"))
    assert "status.csv" in run(*argv, typed="0901 000 001\n", code=1).stdout
    (tmp_path / "exports" / "status.csv").unlink()
    told = json.loads(run(*argv, "--confirm", "0901000001", "--json").stdout)
    assert (told["files"], told["kannel"]) == ([], False)
    assert NAME not in log.read_text()
    assert [row["action"] for row in world.rows(audit) if row["action"] == "person.erased"] == ["person.erased"] * 2
    assert shown(run, LEADER)["organisations"] == []
    assert world.consent_of() == "stopped"


@pytest.mark.parametrize("dies_at", ["_erase_in_database", "_update_marks_file"])
def test_who_kills_the_command_leaves_no_file_that_nobody_can_search(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    """Before the database forgets, and right after: the next run finds nothing in files that it could not know."""
    (tmp_path / "data" / "logs").mkdir(parents=True)
    log = tmp_path / "data" / "logs" / "gateway.log"
    log.write_text(f"a line\n{NAME}, 0901 000 001\n")

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as planted:
        planted.setattr(person_erasing, dies_at, dies)
        run("person", "erase", LEADER, "--confirm", LEADER, code=1)
    run("person", "erase", LEADER, "--confirm", LEADER)
    assert NAME not in log.read_text()
    assert (tmp_path / "data" / "erased-people.jsonl").exists()
    assert shown(run, LEADER)["organisations"] == []


def test_marks_are_kept_and_applied_anew(run: Run, world: World, tmp_path: Path) -> None:
    run("person", "erase", LEADER, "--confirm", LEADER)
    marks = tmp_path / "marks"
    run("person", "marks", str(marks))
    assert len(marks.read_text().splitlines()) == 3
    assert (tmp_path / "data" / "erased-people.jsonl").read_text() == marks.read_text()
    assert stat.S_IMODE((tmp_path / "data" / "erased-people.jsonl").stat().st_mode) == 0o600
    run("person", "reapply", str(marks))
    marks.write_text("no marks")
    run("person", "reapply", str(marks), code=1)


def test_an_erasure_forgets_nobody_whom_an_older_database_does_not_know(
    run: Run, world: World, tmp_path: Path, owner: Database
) -> None:  # fmt: skip
    run("person", "erase", "0987654321", "--confirm", "0987654321")
    with owner.transaction() as conn:
        conn.execute(sa.delete(erasures))  # an older database, whoever brought it back
    run("person", "erase", LEADER, "--confirm", LEADER)
    kept = (tmp_path / "data" / "erased-people.jsonl").read_text()
    assert world.hash("+84987654321").hex() in kept
    assert world.hash().hex() in kept
    inbound.receive_text(world.work, world.text, world.text_from("START"), via="webhook")
    run("person", "erase", "0987654322", "--confirm", "0987654322")
    kept = (tmp_path / "data" / "erased-people.jsonl").read_text()
    assert world.hash().hex() not in kept
    assert world.hash("+84987654321").hex() in kept
    assert len(kept.splitlines()) == len(set(kept.splitlines())) == 4


def test_marks_are_written_anew_when_the_look_up_key_has_changed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner_url: str
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("DATABASE_OWNER_URL", owner_url)
    monkeypatch.setattr(key_rotation, "rehash", lambda *_: 7)
    assert "7" in run("keys", "rehash").stdout
    kept = tmp_path / "data" / "erased-people.jsonl"
    assert not kept.exists()
    run("person", "erase", LEADER, "--confirm", LEADER)
    told = kept.read_text()
    kept.write_text("of before\n")
    run("keys", "rehash")
    assert kept.read_text() == told


def test_a_restore_erases_anew_whom_the_installation_remembers(
    run: Run, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    session = Session("en", Settings())
    person_erasing.after_restore(session, tmp_path / "data")
    assert capsys.readouterr().err == ""
    mark = {"subject": world.hash().hex(), "kind": "number", "hash_version": 1, "erased_at": "2026-11-18T00:00:00Z"}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "erased-people.jsonl").write_text(json.dumps(mark | {"hash_version": 9}))
    person_erasing.after_restore(session, tmp_path / "data")
    assert "alo person reapply" in capsys.readouterr().err
    (tmp_path / "data" / "erased-people.jsonl").write_text(json.dumps(mark))
    person_erasing.after_restore(session, tmp_path / "data")
    assert shown(run, LEADER)["organisations"] == []
