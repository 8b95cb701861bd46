"""The work list: whom the ladder did not reach, one task an organisation, shown after those who wait; by office."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from contact import ladder
from contact.delivery import State
from contact.tasks import TaskKind
from services import tasks
from services.campaign import next_step as advance
from services.refusal import Refusal
from services.staff import work_list
from services.work import Work
from store.tables.campaigns import campaign_interviews
from tests.services.crowd import add_campaign, contact, put
from tests.services.nation import nation
from tests.services.world import World


@pytest.fixture
def world(work: Work) -> World:
    return nation(work)


def climbed(world: World, title: str, kind: str = "reminder") -> UUID:
    """A campaign whose every step was tried on the first organisation, and nobody answered."""
    campaign = add_campaign(world, title, kind=kind, ladder=ladder.BRIEF.to_dict())
    phone, now = world.hash(), world.work.clock.now()
    interview = world.interviews[0]
    put(world, [contact(world, phone, interview, campaign, world.office_id, step=step, state=str(State.UNDELIVERED))
                for step in (1, 3)])  # fmt: skip
    put(world, [contact(world, phone, interview, campaign, world.office_id, step=step, medium="call",
                        state=str(State.NO_ANSWER)) for step in (2, 4)])  # fmt: skip
    row = {"campaign_id": campaign, "interview_id": interview, "step": 4, "state": "waiting", "reason": {}}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(campaign_interviews).values(**row, next_at=now))
    advance.advance(world.work, campaign)
    return campaign


def test_the_end_of_a_ladder_is_one_task_for_staff(world: World) -> None:
    climbed(world, "one")
    climbed(world, "two")
    assert world.tasks() == ["ladder_ended"]
    shown = work_list.list_tasks(world.work)[0]
    assert (shown.registry_code, shown.office_code) == ("DX001", "QB")


def test_the_end_of_an_announcement_is_nobodys_task(world: World) -> None:
    climbed(world, "one", kind="announcement")
    assert world.tasks() == []


def test_who_waits_comes_first_and_an_office_may_be_named(world: World) -> None:
    climbed(world, "one")
    with world.work.database.transaction() as conn:
        tasks.open_task(world.work, conn, kind=TaskKind.PERSON_WANTED, cause="x", office_id=world.office_id)
        tasks.open_task(world.work, conn, kind=TaskKind.UNKNOWN_NUMBER, cause="y")
    assert [task.kind for task in work_list.list_tasks(world.work)][-1] == "ladder_ended"
    assert [task.kind for task in work_list.list_tasks(world.work, office_code="QB")] == [
        "person_wanted",
        "ladder_ended",
    ]
    assert work_list.list_tasks(world.work, office_code="HN") == []
    with pytest.raises(Refusal) as refused:
        work_list.list_tasks(world.work, office_code="XX")
    assert refused.value.code == "office.unknown"


def test_one_kind_alone_and_how_many_of_each(world: World) -> None:
    climbed(world, "one")
    with world.work.database.transaction() as conn:
        tasks.open_task(world.work, conn, kind=TaskKind.UNKNOWN_NUMBER, cause="y")
    assert [task.kind for task in work_list.list_tasks(world.work, kind="unknown_number")] == ["unknown_number"]
    assert list(work_list.counts(world.work).items()) == [("unknown_number", 1), ("ladder_ended", 1)]
    work_list.complete(world.work, work_list.list_tasks(world.work)[0].id, "cli:test")
    assert work_list.counts(world.work) == {"ladder_ended": 1}
    assert work_list.counts(world.work, done=True) == {"unknown_number": 1, "ladder_ended": 1}
