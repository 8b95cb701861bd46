"""What is decided once and cannot be added later, where no other test says so: pinned forms and two kinds of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.delivery import sweeps
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.tables.rounds import questionnaires, round_questionnaires
from tests.doubles import FakeClock
from tests.services.world import World, build
from tests.survey import forms


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def write(world: World, body: str) -> str:
    """A person's text a minute later; what comes back."""
    world.clock.advance(timedelta(minutes=1))
    return inbound.receive_text(world.work, world.text, world.text_from(body)).body or ""


def publish_another_edition(world: World) -> str:
    """A second edition with other questions becomes the round's; its digest."""
    questions = tuple(replace(q, label=forms.words(f"Bản mới {q.name}?")) for q in world.form.questions)
    form = replace(world.form, version="2", questions=questions)
    values = {"sha256": form.sha256, "code": form.code, "version": "2", "sample": True, "form": form.to_dict()}
    mapped = {"round_id": world.round_id, "kind": "*", "sector": "*", "questionnaire_sha256": form.sha256}
    with world.work.database.transaction() as conn:
        now = world.work.clock.now()
        conn.execute(sa.insert(questionnaires).values(**values, published_at=now, published_by="test"))
        conn.execute(sa.insert(round_questionnaires).values(mapped))
    return form.sha256


def test_an_interview_keeps_the_edition_it_began_with(world: World) -> None:
    write(world, "alo")
    first = write(world, "1")
    newer = publish_another_edition(world)
    second = write(world, "2")
    assert "C1:" in first
    assert "C2:" in second
    assert "Ban moi" not in second
    assert world.interview()["questionnaire_sha256"] == world.form.sha256 != newer


def test_leases_run_in_real_time_however_fast_the_business_day_goes(world: World, clock: FakeClock) -> None:
    ref = world.plan("text")
    dispatcher.claim_batch(world.work, world.text.id)
    clock.advance(timedelta(hours=6), real=timedelta(seconds=5))
    assert sweeps.free_leases(world.work) == 0
    assert world.sent(ref=ref)[0]["state"] == "claimed"
    clock.advance(timedelta(0), real=timedelta(seconds=61))
    assert sweeps.free_leases(world.work) == 1


def test_due_times_run_in_business_time_however_long_we_really_wait(world: World, clock: FakeClock) -> None:
    ref = world.plan("text")
    clock.advance(timedelta(hours=-1), real=timedelta(days=3))  # three days of waiting, and it is still too early
    dispatcher.claim_batch(world.work, world.text.id)
    assert world.sent(ref=ref)[0]["state"] == "planned"
