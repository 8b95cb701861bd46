"""`kill -9` at any statement of an erasure or a sweep: nothing half-erased stays, and the next run ends it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contact.mentions import Sought
from services import audit_chain
from services.interview import recording as interviews
from services.privacy import erasure, retention
from services.work import Work
from store.privacy import retention as rows
from store.tables.interviews import inbound
from store.tables.outbox import call_turns, outbox
from store.tables.persons import carrier_erasures, erasures
from store.tables.registry import imports, organisation_phones, organisations, phones
from store.tables.staff import audit
from store.tables.unfit import unfit
from store.unit_of_work import Database
from tests.doubles import FakeClock
from tests.services import test_erasure, test_retention
from tests.services.dying import EACH, Moments, stuttering
from tests.services.test_erasure import ACTOR, NAME, NUMBER, WORDS, opened
from tests.services.world import World

MARKING = 40
"""Moments before an erasure comes to its marks, at least."""

a_person = test_erasure.world
old_rows = test_retention.world


def stands(world: World) -> set[bool]:
    """Whether number, name, words, links, marks and the trail say that the person is there: one answer, or two."""
    (phone,) = world.rows(phones, hash=world.hash(NUMBER))
    (mine,) = world.rows(organisations, registry_code="DX001")
    erased = world.rows(audit, action="person.erased")
    return {
        phone["number"] is not None,
        mine["leader"] is not None,
        bool(world.rows(organisation_phones, phone_hash=world.hash(NUMBER))),
        bool(world.rows(unfit)),
        WORDS in world.answers().values(),
        not world.rows(erasures),
        not world.rows(carrier_erasures),
        not erased,
    }


def die_and_erase(world: World, eraser: Database, at: range) -> int:
    """Erase, killed at these moments. Deaths."""

    def check() -> None:
        assert len(stands(world)) == 1

    moments = Moments(world.work.database, eraser)
    return stuttering(moments, lambda: erasure.erase(world.work, eraser, NUMBER, ACTOR), check, at)


def test_an_erasure_that_dies_leaves_all_or_nothing_and_is_carried_out_by_the_next(
    a_person: World, eraser: Database, owner: Database
) -> None:
    world = a_person
    assert die_and_erase(world, eraser, EACH[::3]) > 10
    assert stands(world) == {False}
    assert not Sought([NUMBER], [NAME]).stands_in(opened(world, owner))
    assert world.consent_of(NUMBER) == "stopped"
    assert world.ledger(NUMBER).count("stopped") <= 1
    assert len(world.rows(erasures, kind="number")) == len(world.rows(erasures, kind="name")) == 1
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[0]) == []
    assert audit_chain.verify(world.work).findings == ()


def test_marks_of_a_transaction_of_their_own_would_be_seen(
    a_person: World, eraser: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault that is planted: the person is marked before the rest of them is gone."""

    def apart(work: Work, _conn: sa.Connection, *rest: Any) -> None:
        with eraser.transaction() as conn:
            marked(work, conn, *rest)

    marked = erasure._mark
    monkeypatch.setattr(erasure, "_mark", apart)
    with pytest.raises(AssertionError):
        die_and_erase(a_person, eraser, EACH[MARKING::2])


def die_and_sweep(world: World, eraser: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> int:
    """Sweep what is past its time, killed at every moment. Deaths."""
    monkeypatch.setattr(rows, "PAGE", 1)
    clock.advance(timedelta(days=21))
    before = held(world)

    def check() -> None:
        assert told(world) == before - held(world)

    moments = Moments(world.work.database, eraser)
    deaths = stuttering(moments, lambda: retention.sweep(world.work, eraser), check)
    check()
    return deaths


def test_a_sweep_that_dies_tells_of_what_it_took_and_the_next_takes_the_rest(
    old_rows: World, eraser: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert die_and_sweep(old_rows, eraser, clock, monkeypatch) > 10
    assert held(old_rows) == Counter()
    assert audit_chain.verify(old_rows.work).findings == ()


def test_a_line_written_when_all_is_done_would_be_missed(
    old_rows: World, eraser: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault that is planted: what a page took is told in another transaction."""

    def later(_conn: sa.Connection, *rest: Any) -> None:
        with old_rows.work.database.transaction() as conn:
            conn.execute(sa.select(1))
            noted(conn, *rest)

    def apart(eraser: Database, done: Counter[str], now: datetime, due: Any) -> None:
        with eraser.transaction() as conn:
            found = due.step(conn, due.scope, due.before)
        later(None, due.kind, found, now)  # type: ignore[arg-type]

    noted = retention._note
    monkeypatch.setattr(retention, "_take", apart)
    with pytest.raises(AssertionError):
        die_and_sweep(old_rows, eraser, clock, monkeypatch)


def held(world: World) -> Counter[str]:
    """Kind → rows that still hold something."""
    return +Counter(
        texts=sum(row["body"] is not None for row in (*world.rows(inbound), *world.rows(outbox, state="delivered"))),
        scripts=len(world.rows(call_turns)),
        reports=sum(row["report"] is not None for row in world.rows(imports)),
    )


def told(world: World) -> Counter[str]:
    """Kind → rows that the trail says were taken."""
    with world.work.database.transaction() as conn:
        return Counter(rows.taken_away(conn))
