"""Online and phone differ: which answer holds is a rule of the round, and the other one is kept and listed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from contact import settings
from services.interview.overridden_answers import Superseded, superseded
from services.interview.recording import differences
from services.interview.staff_entry import enter_answers
from services.refusal import Refusal
from services.registry.imports import import_online
from services.texts import receive as inbound
from services.work import Work
from store.tables.rounds import rounds
from tests.doubles import FakeClock
from tests.files.workbooks import write
from tests.services.world import World, build

HEAD = ["Mã", "Trạng thái", "consent", "q1", "q2", "q4", "members"]


@pytest.fixture
def world(work: Work, clock: FakeClock) -> World:
    """The leader has answered the first question by text: very satisfied."""
    made = build(work)
    for body in ("1", "1", "1"):
        inbound.receive_text(made.work, made.text, made.text_from(body))
        clock.advance(timedelta(minutes=5))
    assert made.answers() == {"consent": "yes", "q1": "5"}
    return made


def rule(world: World, conflicts: str) -> None:
    changed = {**settings.default().to_dict(), "conflicts": conflicts}
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings=changed))


def online(world: World, tmp_path: Path, q1: str) -> list[str]:
    rows = [HEAD, ["DX001", "Đã trả lời", "yes", q1, "3", "3", "12"]]
    return [fault.code for fault in import_online(world.work, "2026", write(tmp_path / "o.xlsx", A=rows), "t").faults]


def lines(world: World, office: str | None = None) -> list[tuple[str, str, str]]:
    return [(line.question, line.lost, line.kept) for line in superseded(world.work, "2026", office)]


def test_the_first_answer_holds_unless_the_round_says_otherwise(world: World, tmp_path: Path) -> None:
    assert online(world, tmp_path, "1") == ["online.answered_before"]
    assert world.answers()["q1"] == "5"
    assert world.answers()["q2"] == "3"
    assert lines(world) == [("q1", "online", "sms")]


def test_the_online_answer_holds_where_the_rule_says_so(world: World, tmp_path: Path) -> None:
    rule(world, "online")
    assert online(world, tmp_path, "1") == []
    assert world.answers()["q1"] == "1"
    assert lines(world) == [("q1", "sms", "online")]
    assert lines(world, "QB") == lines(world)
    with world.work.database.transaction() as conn:
        assert differences(conn, world.interviews[0]) == []


@pytest.mark.parametrize("conflicts", ["first", "online"])
def test_a_form_that_is_final_stays_and_the_online_one_is_kept_and_listed(
    world: World, tmp_path: Path, conflicts: str
) -> None:
    rule(world, conflicts)
    rest = {"q2": "5", "q4": "5", "members": "9"}
    enter_answers(world.work, world.interviews[0], rest, actor="cli:t", source_id="s", final=True)
    assert online(world, tmp_path, "5") == ["online.complete_before"]
    assert world.answers()["members"] == "9"
    assert lines(world) == [(name, "online", "staff") for name in ("q2", "q4", "members")]
    assert world.events()[-1]["input"]["with"]["answers"]["members"] == "12"


def test_a_text_after_the_online_form_is_listed(world: World, tmp_path: Path) -> None:
    online(world, tmp_path, "5")
    inbound.receive_text(world.work, world.text, world.text_from("3"))
    assert world.answers()["q2"] == "3"
    assert [line[1:] for line in lines(world)] == [("sms", "online")]


def test_the_same_answer_twice_is_no_conflict(world: World, tmp_path: Path) -> None:
    assert online(world, tmp_path, "5") == []
    assert lines(world) == []


def test_only_what_is_asked_for_is_listed_and_never_what_was_said(world: World, tmp_path: Path) -> None:
    online(world, tmp_path, "1")
    (line,) = superseded(world.work, "2026")
    assert line == Superseded("DX001", "q1", "online", "sms", line.day)
    for code, given in (("round.unknown", ("no", None)), ("office.unknown", ("2026", "no"))):
        with pytest.raises(Refusal) as refused:
            superseded(world.work, *given)
        assert refused.value.code == code
