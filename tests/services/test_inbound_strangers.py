"""Texts of numbers on no list, and of what is no person's number."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.keys.sealed_columns import opened
from services.texts import receive as inbound
from services.work import Work
from store.tables.campaigns import tasks
from tests.services.texting import STRANGER, send
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def test_an_unknown_number_becomes_a_task_and_gets_a_polite_word_once_a_day(world: World) -> None:
    first, second = send(world, "alo", STRANGER), send(world, "ai day", STRANGER)
    assert "chua co trong danh sach" in (first.body or "")
    assert (second.outcome, second.body) == ("unknown_number", None)
    assert world.tasks() == ["unknown_number"]
    assert opened(world.work.vault, tasks.c.detail, world.rows(tasks)[0]) == STRANGER
    assert send(world, "alo", STRANGER, wait_s=90_000).body == first.body


def test_an_unknown_number_can_opt_out(world: World) -> None:
    assert send(world, "STOP", STRANGER).outcome == "opted_out"
    assert world.consent_of(STRANGER) == "stopped"
    assert send(world, "alo", STRANGER).body is None


NOBODYS = ("Viettel", "1414", "+14155550100", "anonymous", "+266696687", "client:an", "", "0x4f2", "\x00?")


@pytest.mark.parametrize("number", NOBODYS)
def test_what_is_no_persons_number_here_is_told_to_staff_once_a_day_and_not_answered(world: World, number: str) -> None:
    reply = send(world, "Quang cao", number)
    assert (reply.outcome, reply.body) == ("not_a_number", None)
    send(world, "Quang cao", number)
    kind = "unknown_number" if number.startswith("+1") else "sender_unreadable"
    assert world.tasks() == [kind]
    assert [work_of(world, row) for row in world.rows(tasks)] == [number]
    send(world, "1", number, wait_s=90_000)
    assert world.tasks() == [kind] * 2


@pytest.mark.parametrize("number", NOBODYS)
@pytest.mark.parametrize(("body", "told"), [("STOP", ""), ("TC", ""), ("dung", ""), ("ok", "STOP")])
def test_an_opt_out_of_nobody_is_told_as_such(world: World, number: str, body: str, told: str) -> None:
    text = world.text_from(body, number, opt_out_type=told)
    assert inbound.receive_text(world.work, world.text, text).outcome == "opt_out_unreadable"
    assert world.tasks() == ["stop_unreadable"]
    assert [row["outcome"] for row in world.received()] == ["opt_out_unreadable"]


def work_of(world: World, task: sa.RowMapping) -> str:
    """The sealed detail of a task."""
    return "" if task["detail"] is None else opened(world.work.vault, tasks.c.detail, task)


def test_a_number_without_its_plus_is_the_same_person(world: World) -> None:
    assert send(world, "alo", "84901000001").outcome == "opened"
