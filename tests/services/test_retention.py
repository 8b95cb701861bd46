"""What is past its time goes and nothing before; answers part from organisations, and every figure is as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contact.delivery import State
from contact.retention import Retention
from scoring import rules
from services import audit_chain
from services.interview import recording as interviews
from services.privacy import retention
from services.results import scores
from services.rounds.provinces import outcomes_of
from services.texts import receive as inbound
from services.unfit import isolation
from services.watching import metrics as traffic
from services.work import Work
from store import audit as trail
from store.registry import organisations as registry
from store.tables.campaigns import consent, tasks
from store.tables.interviews import inbound as texts
from store.tables.interviews import interview_events
from store.tables.interviews import interviews as interview_table
from store.tables.outbox import call_turns, calls, outbox
from store.tables.registry import imports, organisation_phones, organisations, phones
from store.tables.rounds import rounds
from store.tables.staff import audit
from store.unit_of_work import Database
from survey.answers import Entry, Heard
from tests.doubles import FakeClock
from tests.services.world import LEADER, World, build

SOON = Retention(texts=10, scripts=5, reports=20, people=30, answers=40, trail=50)
SECOND = "+84901000002"


@pytest.fixture
def world(work: Work) -> World:
    """An organisation that answered, one that wrote and stopped, one nobody heard of; a call, an import, a trail."""
    made = build(work)
    made.add_organisation("DX002", SECOND)
    made.add_organisation("DX003", "+84901000003")
    settings = {**made.rows(rounds)[0]["settings"], "retention": SOON.to_dict()}
    now = work.clock.now()
    with work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings=settings, rule=rules.DEFAULT.to_dict()))
        conn.execute(sa.update(organisations).values(leader=b"sealed"))
        trail.append(conn, at=now, actor="cli:test", action="round.open", subject="2026")
        held = {"id": work.ids.new(), "office_id": made.office_id, "kind": "registry", "file_sha256": "0"}
        conn.execute(sa.insert(imports).values(**held, counts={}, report=b"sealed", actor="x", created_at=now))
        call = {"id": work.ids.new(), "ref": "r", "direction": "in", "sender_id": made.line.id, "turn": 1}
        more = {"phone_hash": made.hash(), "interview_id": made.interviews[0], "consented": True}
        conn.execute(sa.insert(calls).values(**call, **more, began_at=now, ended_at=None))
        turn = {"call_id": call["id"], "turn": 0, "question": "", "interview_turn": 0, "script": b"sealed"}
        conn.execute(sa.insert(call_turns).values(**turn, at=now))
    made.plan("text", state=State.DELIVERED)
    with work.database.transaction() as conn:
        conn.execute(sa.update(outbox).values(body=b"sealed"))
    answers = {"consent": "yes", "q1": "5", "q2": "5", "q4": "3", "members": "12"}
    interviews.enter(made.work, made.interviews[0], Heard("online", "row-1", Entry(answers, final=True)))
    inbound.receive_text(made.work, made.text, made.text_from("STOP", SECOND), via="webhook")
    with work.database.transaction() as conn:
        line = {"phone_hash": made.hash(), "interview_id": made.interviews[0], "kind": "given", "channel": "sms"}
        more = {"wording": "", "source_id": "SM1", "evidence": b"sealed", "at": now}
        conn.execute(sa.insert(consent).values(**line, **more))
    return made


def swept(world: World, eraser: Database, clock: FakeClock, days: int) -> dict[str, int]:
    """What a sweep takes so many days on."""
    clock.advance(timedelta(days=days))
    return dict(retention.sweep(world.work, eraser))


def close(world: World) -> None:
    """End the round and release its figures."""
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(state="closed", rule_state="signed", closes_at=world.work.clock.now()))


def test_each_kind_goes_at_its_time_and_not_before(world: World, eraser: Database, clock: FakeClock) -> None:
    assert swept(world, eraser, clock, 4).get("scripts", 0) == 0
    assert swept(world, eraser, clock, 2)["scripts"] == 1
    assert world.rows(call_turns) == []
    assert any(row["body"] for row in world.rows(texts))
    found = swept(world, eraser, clock, 5)
    assert found["texts"] == len(world.rows(texts)) + len([r for r in world.rows(outbox) if r["state"] == "delivered"])
    assert {row["body"] for row in world.rows(texts)} == {row["number"] for row in world.rows(texts)} == {None}
    assert swept(world, eraser, clock, 10)["reports"] == 1
    assert world.rows(imports)[0]["report"] is None
    assert world.consent_of(SECOND) == "stopped"


def test_what_a_done_task_says_goes_with_the_texts(world: World, eraser: Database, clock: FakeClock) -> None:
    now, ids = world.work.clock.now(), world.work.ids
    with world.work.database.transaction() as conn:
        for state, interview in (("done", None), ("done", world.interviews[0]), ("open", None)):
            row = {"id": ids.new(), "kind": "unknown_number", "digest": ids.new().bytes, "detail": b"sealed"}
            more = {"claimed_by": "", "created_at": now, "done_at": now if state == "done" else None}
            conn.execute(sa.insert(tasks).values(**row, **more, state=state, interview_id=interview))
    swept(world, eraser, clock, 9)
    assert all(row["detail"] for row in world.rows(tasks))
    swept(world, eraser, clock, 2)
    assert {(row["state"], row["detail"] is None) for row in world.rows(tasks)} == {("done", True), ("open", False)}


def test_names_and_numbers_wait_for_the_end_of_the_round(world: World, eraser: Database, clock: FakeClock) -> None:
    swept(world, eraser, clock, 35)
    assert all(row["leader"] for row in world.rows(organisations))
    close(world)
    swept(world, eraser, clock, 0)
    assert {row["leader"] for row in world.rows(organisations)} == {None}
    assert world.rows(organisation_phones) == []
    assert {row["number"] for row in world.rows(phones)} == {None}
    assert {row["evidence"] for row in world.rows(consent)} == {None}
    with world.work.database.transaction() as conn:  # the next list brings the number, the opt-out holds
        row = dict(world.rows(phones, hash=world.hash(SECOND))[0]) | {"number": b"sealed anew"}
        registry.add_phones(conn, [row])
    kept = world.rows(phones, hash=world.hash(SECOND))[0]
    assert (bytes(kept["number"]), kept["consent"]) == (b"sealed anew", "stopped")


def test_the_trail_ends_with_its_time_and_tells_of_it(world: World, eraser: Database, clock: FakeClock) -> None:
    swept(world, eraser, clock, 51)
    left = [row["action"] for row in world.rows(audit)]
    assert set(left) == {"retention.swept", "audit.cut"}
    assert left[-2:] == ["retention.swept", "audit.cut"]
    assert audit_chain.verify(world.work).findings == ()
    measured = {m.labels["kind"]: m.value for m in traffic.measures(world.work) if "retention" in m.name}
    assert measured["trail"] == 1


def figures(world: World) -> Any:
    """Everything a report says, and the outcomes of the office and of the nation."""
    report = scores.score(world.work, "2026", "vca-index")
    with world.work.database.transaction() as conn:
        return report, outcomes_of(conn, world.round_id, world.office_id), outcomes_of(conn, world.round_id, None)


def test_answers_part_only_when_released_and_figures_stay(world: World, eraser: Database, clock: FakeClock) -> None:
    swept(world, eraser, clock, 39)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(state="closed", closes_at=clock.now()))
    assert swept(world, eraser, clock, 41).get("answers", 0) == 0  # closed, but the rule is not signed: not released
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(rule_state="signed"))
    before = figures(world)
    assert swept(world, eraser, clock, 0)["answers"] == 3
    assert figures(world) == before
    rows = world.rows(interview_table)
    assert {row["organisation_id"] for row in rows} == {None}
    for table in (outbox, texts, calls, consent):
        assert {row["interview_id"] for row in world.rows(table)} <= {None}
    assert {row["source_id"] for row in world.rows(interview_events)} == {"parted:1"}
    assert world.answers()["q1"] == "5"
    assert swept(world, eraser, clock, 1).get("answers", 0) == 0


def test_one_unfit_kind_stops_no_other(
    world: World, eraser: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(*_args: object) -> int:
        raise ValueError("poison")

    monkeypatch.setitem(retention.rows.BY_ROUND, "scripts", (poisoned,))
    assert swept(world, eraser, clock, 21)["reports"] == 1
    assert "unfit" in world.tasks()
    assert "retention" in isolation.LOOPS


def test_many_pages_are_gone_through(
    world: World, eraser: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        text = world.text_from("1", LEADER, f"SM{900 + number:032x}")
        inbound.receive_text(world.work, world.text, text, via="webhook")
    monkeypatch.setattr(retention.rows, "PAGE", 2)
    swept(world, eraser, clock, 11)
    assert {row["body"] for row in world.rows(texts)} == {None}
