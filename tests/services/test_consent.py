"""The consent ledger and what follows: only "start again" lifts a stop, and a stop reaches everything queued."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from contact.consent import ConsentEvent, ConsentState, after
from contact.delivery import State
from services.consent import ledger as consent
from services.work import Work
from store.people import phones
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.outbox import outbox
from tests.services.world import LEADER, World, build

KINDS = tuple(ConsentEvent)


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def said(world: World, source: str = "SM1", evidence: str = "TC") -> consent.Said:
    return consent.Said("sms", source, evidence, world.work.clock.now())


def stop(world: World) -> bool:
    """Stop the leader's phone, as a use case does it."""
    with world.work.database.transaction() as conn:
        phone = phones.lock(conn, world.hash())
        assert phone is not None
        return consent.stop(world.work, conn, phone.hash, phone.consent, said(world))


@given(kinds=st.lists(st.sampled_from(KINDS)))
def test_after_a_stop_only_starting_again_lifts_it(kinds: list[ConsentEvent]) -> None:
    state = after(ConsentState.GIVEN, ConsentEvent.STOPPED)
    for kind in kinds:
        state = after(state, kind)
    last_start = max((n for n, kind in enumerate(kinds) if kind == "started"), default=None)
    stopped_since = "stopped" in kinds[last_start:] if last_start is not None else True
    assert (state == "stopped") == stopped_since


@pytest.mark.parametrize(
    ("before", "kind", "afterwards"),
    [
        ("unasked", "given", "given"),
        ("unasked", "refused", "unasked"),
        ("given", "refused", "given"),
        ("given", "held", "held"),
        ("held", "released", "unasked"),
        ("held", "given", "given"),
        ("given", "released", "given"),
        ("stopped", "held", "stopped"),
        ("stopped", "given", "stopped"),
        ("stopped", "started", "unasked"),
    ],
)
def test_what_a_word_makes_of_the_phone(before: str, kind: str, afterwards: str) -> None:
    assert after(ConsentState(before), ConsentEvent(kind)) == afterwards


def test_the_projection_is_the_fold_of_the_ledger(world: World) -> None:
    state = ConsentState.UNASKED
    for n, kind in enumerate(KINDS * 2):
        with world.work.database.transaction() as conn:
            state = consent.note(world.work, conn, world.hash(), state, kind, said(world, f"SM{n}"))
        assert world.consent_of() == state
    folded = ConsentState.UNASKED
    for entry in world.ledger():
        folded = after(folded, ConsentEvent(entry))
    assert (folded, len(world.ledger())) == (world.consent_of(), 12)


def test_the_ledger_only_grows(world: World) -> None:
    stop(world)
    for statement in ("DELETE FROM consent", "UPDATE consent SET kind = 'given'"):
        with (
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
            world.work.database.transaction() as conn,
        ):
            conn.execute(sa.text(statement))


def test_a_second_stop_is_noted_and_is_not_the_first(world: World) -> None:
    assert [stop(world), stop(world)] == [True, False]
    assert world.ledger() == ["stopped", "stopped"]


def test_a_stop_takes_back_what_has_not_left_and_nothing_else(world: World) -> None:
    other = "+84905555555"
    world.add_organisation("DX002", other)
    states = [State.PLANNED, State.CLAIMED, State.SENDING, State.SENT, State.COMPLETED]
    refs = [world.plan("call", state=state) for state in states]
    spared = world.plan("call", at=1, number=other)
    stop(world)
    assert [world.sent(ref=ref)[0]["state"] for ref in refs] == [
        "withdrawn",
        "withdrawn",
        "sending",
        "sent",
        "completed",
    ]
    assert world.sent(ref=refs[0])[0]["reason"] == {"code": "opted_out"}
    assert world.sent(ref=spared)[0]["state"] == "planned"


def test_the_ladder_of_a_withdrawn_contact_decides_anew(world: World) -> None:
    ref, campaign = world.plan("call"), world.work.ids.new()
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(campaigns).values(_campaign(world, campaign)))
        conn.execute(
            sa.insert(campaign_interviews).values(
                campaign_id=campaign, interview_id=world.interviews[0], step=1, state="contacting", reason={}
            )
        )
        conn.execute(sa.update(outbox).where(outbox.c.ref == ref).values(campaign_id=campaign))
    stop(world)
    row = world.rows(campaign_interviews)[0]
    assert (row["state"], row["next_at"]) == ("waiting", world.work.clock.now())


def _campaign(world: World, campaign: Any) -> dict[str, Any]:
    return {
        "id": campaign,
        "round_id": world.round_id,
        "office_id": world.office_id,
        "kind": "reminder",
        "title": "Nhắc",
        "state": "running",
        "audience": {},
        "ladder": {},
        "seed": 1,
        "planned": 1,
        "created_at": world.work.clock.now(),
        "created_by": "test",
        "launched_by": "test",
    }


def test_the_carriers_refusal_because_of_an_opt_out_feeds_the_same_ledger(world: World) -> None:
    ref = world.plan("text")
    with world.work.database.transaction() as conn:
        phones.lock(conn, world.hash())
        consent.carrier_stop(world.work, conn, world.hash(), source_id="receipt:x", code="21610")
    assert (world.ledger(), world.consent_of()) == (["stopped"], "stopped")
    assert world.sent(ref=ref)[0]["state"] == "withdrawn"


def test_a_phone_nobody_knows_is_no_error(world: World) -> None:
    with world.work.database.transaction() as conn:
        consent.carrier_stop(world.work, conn, b"nobody", source_id="receipt:x", code="21610")
    assert world.ledger(LEADER) == []
