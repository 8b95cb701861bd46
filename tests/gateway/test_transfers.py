"""Nought asks for a person: put through to the officer over the real webhooks and the simulated network, and back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from contact.staff_roles import StaffRole
from services.staff import accounts as staff
from services.staff import area_officers as officers
from services.work import Work
from store.tables.interviews import interviews
from store.tables.outbox import call_turns
from store.tables.registry import organisations
from store.tables.rounds import rounds
from store.tables.staff import audit
from store.tables.staff import staff as staff_table
from tests.gateway.joined import BY_HAND, Joined, joined
from tests.services.line_player import Phone
from tests.services.world import LEADER, World

OFFICER = "+842323822333"
EMAIL = "lan@qb.example"


@pytest.fixture
def net(work: Work, tmp_path: Path) -> Iterator[Joined]:
    with joined(work, tmp_path / "journal.jsonl", BY_HAND) as everything:
        _set_up(everything.world)
        yield everything


def _set_up(world: World) -> None:
    """A round that puts callers through, and an officer of the organisation's commune."""
    with world.work.database.transaction() as conn:
        settings = {**conn.scalar(sa.select(rounds.c.settings)), "transfer": ["07:30-11:30"]}
        conn.execute(sa.update(rounds).values(settings=settings))
        for table in (organisations, interviews):
            conn.execute(sa.update(table).values(commune="Xã Đông"))
    staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "Lan", "cli:test")
    officers.look_after(world.work, EMAIL, ["Xã Đông"], "cli:test")
    officers.set_phone(world.work, EMAIL, "02323 822 333", "cli:test")


def press(net: Joined, key: str, then: str) -> None:
    """Press a key of the held phone, then listen until `then` is heard."""
    net.sim.post(f"/handsets/{LEADER}/key", {"key": key})
    hear(net, then)


def hear(net: Joined, words: str) -> None:
    """Listen until it is heard."""
    net.until(LEADER, lambda seen: any(words in prompt["words"] for prompt in seen["heard"]))


def asked_for_a_person(net: Joined, officer: str) -> None:
    """The leader's phone is held, answered, consents and asks for a person; the officer's is as it is."""
    net.sim.handset(LEADER)
    net.sim.handset(OFFICER, officer)
    net.sim.post(f"/handsets/{LEADER}/hold", {"held": True})
    net.place(net.world.plan())
    net.until(LEADER, lambda seen: seen["call"])
    net.sim.post(f"/handsets/{LEADER}/pick-up", {})
    hear(net, "đồng ý trả lời")
    press(net, "1", "hài lòng về việc q1")
    press(net, "0", "giữ máy")


def put_through_and_back(net: Joined) -> None:
    asked_for_a_person(net, "quick")
    hear(net, "Ông bà vừa nói chuyện với cán bộ")
    press(net, "2", "hài lòng về việc q2")
    net.sim.post(f"/handsets/{LEADER}/hang-up", {})
    net.sim.settle(60)
    assert net.world.answers() == {"consent": "yes", "q1": "3"}


def test_a_leader_talks_to_the_officer_and_the_interview_goes_on(net: Joined) -> None:
    put_through_and_back(net)
    (dialled,) = net.sim.journal("call.dialled")
    assert dialled["to"] == OFFICER
    assert Phone(net.world, net.world.work.carriers).tasks() == []  # type: ignore[arg-type]  # not asked anything


@pytest.mark.parametrize("officer", ["no_answer", "busy", "dead_number"])
def test_an_officer_who_cannot_be_had_becomes_a_task_with_the_time_wanted(net: Joined, officer: str) -> None:
    asked_for_a_person(net, officer)
    hear(net, "chưa nối được máy")
    hear(net, "Sáng mai, bấm phím 2")
    press(net, "2", "Sáng mai cán bộ sẽ gọi")
    hear(net, "hài lòng về việc q1")
    net.sim.post(f"/handsets/{LEADER}/hang-up", {})
    net.sim.settle(60)
    waiting = Phone(net.world, net.world.work.carriers).tasks()  # type: ignore[arg-type]  # not asked anything
    assert waiting == ["person_wanted 19/11 08:00"]


def test_who_hangs_up_while_it_rings_is_not_forgotten(net: Joined) -> None:
    asked_for_a_person(net, "no_answer")
    net.sim.post(f"/handsets/{LEADER}/hang-up", {})
    net.sim.settle(60)
    assert net.world.tasks() == ["person_wanted"]


def test_the_officers_number_stands_in_no_log_url_row_or_trail(net: Joined, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    put_through_and_back(net)
    digits = OFFICER[-9:]
    assert digits not in caplog.text
    assert not any(digits in line["url"] for line in net.sim.journal("webhook.sent"))
    for table in (call_turns, audit, staff_table):
        assert not any(digits in str(dict(row)) for row in net.world.rows(table)), table.name
