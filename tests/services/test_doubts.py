"""Rows in doubt and rows gone silent: nothing is repeated on a guess, and each repair says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from carriers.errors import UNLISTED, CarrierAwayError
from contact.delivery import Accepted, ErrorKind, Receipt, Refused, State, Unknown
from services.delivery import outcomes, sweeps, unknown
from services.delivery import unconfirmed as silence
from services.keys.sealed_columns import opened
from services.sending import clear, dispatcher
from services.work import Work
from store.messages import senders as sender_rows
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox, tallies
from store.tables.registry import organisation_phones
from store.tables.staff import audit
from tests.doubles import FakeCarriers, FakeClock
from tests.faults import plant
from tests.services.crowd import add_campaign, add_crowd, contact, put
from tests.services.world import LEADER, World, build

TIMEOUT = Unknown("timeout")


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def send(world: World, medium: str = "text") -> int:
    sender = world.text if medium == "text" else world.line
    return dispatcher.dispatch(world.work, sender.id, 0.2)


def row(world: World, ref: str) -> sa.RowMapping:
    return world.sent(ref=ref)[0]


def repairs(world: World) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in world.rows(tallies, what="repair"):
        found[one["code"]] += one["n"]
    return dict(found)


def doubtful(world: World, carriers: FakeCarriers, medium: str = "text", at: int = 0) -> str:
    kind = carriers.texts if medium == "text" else carriers.calls
    kind.results.append(TIMEOUT)
    ref = world.plan(medium, at=at)
    send(world, medium)
    assert row(world, ref)["state"] == "unknown"
    return ref


def settle(world: World, clock: FakeClock, seconds: int = 120, *more: Callable[[Work], int], step_s: int = 5) -> None:
    """Real time passes with the sweeps running, as beat asks for them; more seldom where the moment means nothing."""
    for _ in range(seconds // step_s):
        clock.advance(timedelta(seconds=step_s))
        for sweep in (sweeps.free_leases, unknown.ask_about_doubtful, silence.ask_about_silent, *more):
            sweep(world.work)


def test_everything_a_carrier_can_be_asked_about_is_decided_within_two_minutes(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = world.plan("text")
    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "settle_accepted", _killed)
        with pytest.raises(SystemExit):
            send(world)
    call = doubtful(world, carriers, "call")
    settle(world, clock)
    assert (row(world, ref)["state"], row(world, call)["state"]) == ("failed", "failed")
    assert row(world, ref)["reason"] == {"doubt": "worker_lost", "repaired": "not_listed"}
    assert repairs(world) == {"worker_lost": 1, "not_listed": 2}
    assert [one["detail"]["why"] for one in world.rows(audit, action="outbox.doubt_ended")] == ["not_listed"] * 2
    assert len(carriers.texts.sent) == 1


def _killed(*_: object) -> None:
    raise SystemExit


def test_without_the_unknown_state_a_text_is_sent_twice(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    """The planted fault turns the promise red."""
    carriers.texts.results.append(TIMEOUT)
    world.plan("text")
    with plant("no-unknown-state"):
        send(world)
        clock.advance(timedelta(minutes=5))
        send(world)
    assert len(carriers.texts.sent) == 2


def test_a_claim_of_a_dead_worker_comes_back_and_says_so(world: World, clock: FakeClock) -> None:
    ref = world.plan("text")
    dispatcher.claim_batch(world.work, world.text.id)
    settle(world, clock, 65)
    assert (row(world, ref)["state"], row(world, ref)["reason"]) == ("planned", {"repaired": "claim_expired"})
    assert repairs(world) == {"claim_expired": 1}


def test_two_organisations_on_one_phone_are_not_confused(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    """One text surely arrived, the other surely did not: the list's one entry is the first one's."""
    world.add_organisation("DX002")
    first = world.plan("text")
    send(world)
    second = doubtful(world, carriers, at=1)
    carriers.texts.found = [Receipt(row(world, first)["carrier_id"], State.SENT, "sent")]
    settle(world, clock)
    assert (row(world, first)["state"], row(world, second)["state"]) == ("sent", "failed")


def alike(world: World) -> None:
    """Make the two texts in doubt say the same."""
    with world.work.database.transaction() as conn:
        for row in conn.execute(sa.select(outbox.c.id)).all():
            body = world.work.vault.seal("same words", "outbox.body", row.id)
            conn.execute(sa.update(outbox).where(outbox.c.id == row.id).values(body=body))


def test_two_alike_in_doubt_and_one_listed_are_both_taken_for_sent(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    world.add_organisation("DX002")
    refs = [doubtful(world, carriers), doubtful(world, carriers, at=1)]
    alike(world)
    carriers.texts.found = [Receipt("SM1", State.SENT, "sent")]
    settle(world, clock)
    assert [row(world, ref)["state"] for ref in refs] == ["sent", "presumed"]
    assert row(world, refs[1])["reason"]["repaired"] == "cannot_be_told_apart"
    assert all(row(world, ref)["reserved_at"] for ref in refs)


def test_two_alike_in_doubt_and_both_listed_get_one_each(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    world.add_organisation("DX002")
    refs = [doubtful(world, carriers), doubtful(world, carriers, at=1)]
    alike(world)
    carriers.texts.found = [Receipt("SM1", State.SENT, "sent"), Receipt("SM2", State.DELIVERED, "delivered")]
    settle(world, clock)
    assert {row(world, ref)["carrier_id"] for ref in refs} == {"SM1", "SM2"}


def test_a_callback_with_our_reference_takes_the_id_back_from_a_guess(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    world.add_organisation("DX002")
    guessed, right = doubtful(world, carriers), doubtful(world, carriers, at=1)
    alike(world)
    carriers.texts.found = [Receipt("SM1", State.SENT, "sent")]
    settle(world, clock)
    assert row(world, guessed)["carrier_id"] == "SM1"
    assert outcomes.record_receipt(world.work, right, Receipt("SM1", State.DELIVERED, "delivered")) == "merged"
    assert (row(world, right)["carrier_id"], row(world, right)["state"]) == ("SM1", "delivered")
    assert (row(world, guessed)["carrier_id"], row(world, guessed)["state"]) == (None, "presumed")
    assert row(world, guessed)["reason"]["repaired"] == "id_was_anothers"


def test_a_carrier_that_is_away_proves_nothing(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = doubtful(world, carriers)

    def away(*_: object) -> None:
        raise CarrierAwayError("texts")

    with monkeypatch.context() as patch:
        patch.setattr(carriers.texts, "find", away)
        settle(world, clock, 600, step_s=20)
    assert row(world, ref)["state"] == "unknown"
    settle(world, clock, 30)
    assert row(world, ref)["state"] == "failed"


def test_a_reply_that_never_left_leaves_once_more(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    from services.texts import receive as inbound

    inbound.receive_text(world.work, world.text, world.text_from("alo"))  # the response broke off on its way
    reply = world.sent(purpose="reply")[0]
    settle(world, clock)
    assert (row(world, reply["ref"])["state"], row(world, reply["ref"])["reason"]["repaired"]) == (
        "planned",
        "not_listed",
    )
    assert send(world) == 1
    assert carriers.texts.sent[0].body == opened(world.work.vault, outbox.c.body, reply)


def test_a_reply_in_doubt_that_is_listed_stays_as_it_is(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    from services.texts import receive as inbound

    inbound.receive_text(world.work, world.text, world.text_from("alo"))
    carriers.texts.found = [Receipt("SM5", State.DELIVERED, "delivered")]
    settle(world, clock)
    assert [one["state"] for one in world.sent(purpose="reply")] == ["delivered"]
    assert send(world) == 0


@pytest.mark.parametrize("by", ["list", "callback", "callback before the worker died"])
def test_the_ladder_goes_on_after_a_text_that_left_though_its_last_receipt_never_comes(
    world: World, carriers: FakeCarriers, clock: FakeClock, by: str
) -> None:
    add_crowd(world, 1, [(add_campaign(world, "one"), world.office_id)])
    sent, sms = Receipt("SM7", State.SENT, "sent"), carriers.texts
    if by == "callback before the worker died":
        rows = dispatcher.claim_batch(world.work, world.text.id)[1]
        (order,) = clear.prepare(world.work, world.text, rows).orders
        outcomes.record_receipt(world.work, order.ref, sent)
    else:
        sms.results.append(TIMEOUT)
        send(world)
        sms.found = [sent] if by == "list" else []
        if by == "callback":
            outcomes.record_receipt(world.work, world.sent()[0]["ref"], sent)
    settle(world, clock)
    assert [one["state"] for one in world.sent()] == ["sent"]
    assert [one["state"] for one in world.rows(campaign_interviews)] == ["waiting"]


# Silence


def test_a_call_whose_last_callback_was_lost_is_over_within_two_minutes(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    ref = world.plan("call")
    send(world, "call")
    known = row(world, ref)["carrier_id"]
    outcomes.record_receipt(world.work, ref, Receipt(known, State.ANSWERED, "in-progress", sequence=2))
    carriers.calls.receipts[known] = Receipt(known, State.COMPLETED, "completed", duration_s=70)
    settle(world, clock)
    assert (row(world, ref)["state"], row(world, ref)["cost"]) == ("completed", Decimal(1400))
    assert row(world, ref)["reason"]["repaired"] == "receipt_fetched"
    assert repairs(world) == {"receipt_fetched": 1}


@pytest.mark.parametrize(("obeys", "state"), [(True, "completed"), (False, "completed")])
def test_an_endless_call_is_hung_up_and_its_line_is_free(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, obeys: bool, state: str
) -> None:
    ref = world.plan("call")
    send(world, "call")
    known = row(world, ref)["carrier_id"]
    outcomes.record_receipt(world.work, ref, Receipt(known, State.ANSWERED, "in-progress", sequence=2))
    carriers.calls.receipts[known] = Receipt(known, State.ANSWERED, "in-progress")

    def hang_up(_sender: object, carrier_id: str) -> None:
        carriers.calls.hung_up.append(carrier_id)
        if obeys:
            carriers.calls.receipts[carrier_id] = Receipt(carrier_id, State.COMPLETED, "completed", duration_s=1201)

    monkeypatch.setattr(carriers.calls, "hang_up", hang_up)
    settle(world, clock, 19 * 60, step_s=20)
    assert (row(world, ref)["state"], carriers.calls.hung_up) == ("answered", [])
    settle(world, clock, 3 * 60 + 20)
    assert row(world, ref)["state"] == state
    assert carriers.calls.hung_up
    assert row(world, ref)["reason"]["repaired"] == ("receipt_fetched" if obeys else "endless_call")


def test_a_text_without_a_receipt_is_asked_about_less_and_less_often(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.plan("text")
    send(world)
    asked: list[int] = []
    begun = clock.real()
    monkeypatch.setattr(
        carriers.texts, "fetch", lambda *_: asked.append(int((clock.real() - begun).total_seconds())) or None
    )
    settle(world, clock, 1500)
    assert asked == [95, 195, 395, 795]


def test_a_texts_lost_receipt_is_fetched(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    ref = world.plan("text")
    send(world)
    known = row(world, ref)["carrier_id"]
    carriers.texts.receipts[known] = Receipt(known, State.DELIVERED, "delivered")
    settle(world, clock)
    assert (row(world, ref)["state"], row(world, ref)["reason"]["repaired"]) == ("delivered", "receipt_fetched")


# Outcomes and retries


def test_technical_failures_wait_longer_each_time_and_spend_no_attempt(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    campaign = add_campaign(world, "one")
    one = contact(world, world.hash(), world.interviews[0], campaign, world.office_id)
    put(world, [one])
    waits = []
    for _ in range(5):
        carriers.texts.results.append(Refused(ErrorKind.LATER, "30003"))
        send(world)
        now = row(world, one["ref"])
        waits.append((now["due_at"] - clock.now()) // timedelta(minutes=1))
        assert (now["state"], now["attempt"], now["reserved_at"]) == ("planned", 1, None)
        clock.advance(now["due_at"] - clock.now())
    assert waits == [15, 30, 60, 120, 120]


def test_tries_end_with_the_deadline(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    campaign = add_campaign(world, "one")
    deadline = clock.now() + timedelta(minutes=10)
    one = contact(world, world.hash(), world.interviews[0], campaign, world.office_id, deadline_at=deadline)
    put(world, [one])
    carriers.texts.results.extend([Refused(ErrorKind.LATER, "30003")] * 2)
    send(world)
    clock.advance(timedelta(minutes=15))
    send(world)
    assert row(world, one["ref"])["state"] == "failed"


def test_a_code_nobody_knows_is_kept_counted_and_shown(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(Refused(ErrorKind.LATER, "99999", UNLISTED))
    ref = world.plan("text")
    send(world)
    with world.work.database.transaction() as conn:
        last = sender_rows.all_tallies(conn)[0]
    assert (last.code, last.listed, last.n, last.sender) == ("99999", False, 1, "texts")
    assert row(world, ref)["error_code"] == "99999"


def test_errors_of_receipts_are_counted_too(world: World) -> None:
    ref = world.plan("text")
    send(world)
    broken = Receipt(None, State.UNDELIVERED, "undelivered", "31999", ErrorKind.LATER, extra={"code": UNLISTED})
    for _ in range(2):  # the same receipt twice is one
        outcomes.record_receipt(world.work, ref, broken)
    assert [(one["code"], one["listed"], one["n"]) for one in world.rows(tallies)] == [("31999", False, 1)]


def add_number(world: World, number: str, organisation: UUID) -> None:
    world.add_organisation("tmp", number)
    with world.work.database.transaction() as conn:
        conn.execute(
            sa.insert(organisation_phones).values(
                organisation_id=organisation, phone_hash=world.hash(number), rank=1, valid=True, note=""
            )
        )


def test_a_dead_number_gives_way_to_the_next_and_then_to_staff(world: World, carriers: FakeCarriers) -> None:
    second = "+84901000099"
    add_number(world, second, world.interview()["organisation_id"])
    dead = Refused(ErrorKind.NUMBER, "21211")
    carriers.texts.results.extend([dead, dead])
    world.plan("text")
    send(world)
    assert world.tasks() == []  # there is another number
    world.plan("text", number=second)
    send(world)
    assert world.tasks() == ["wrong_number"] * 2, "the second one was another organisation's only number, too"


@pytest.mark.parametrize("quicker", ["receipt", "answer"])
def test_a_refusal_that_is_reported_too_keeps_its_cause(world: World, carriers: FakeCarriers, quicker: str) -> None:
    """Kannel answers "not routable" and sends a receipt of a rejection, which names no cause, in either order."""
    ref = world.plan("text", state=State.SENDING)
    receipt = Receipt(None, State.FAILED, "16", "rejected", ErrorKind.LATER)
    answer = Refused(ErrorKind.NUMBER, "not_routable")
    if quicker == "receipt":
        outcomes.record_receipt(world.work, ref, receipt)
    outcomes.settle(world.work, row(world, ref)["id"], answer)
    if quicker == "answer":
        outcomes.record_receipt(world.work, ref, receipt)
    left = row(world, ref)
    assert (left["state"], left["error_code"], left["error_kind"]) == ("failed", "not_routable", "number")
    assert world.tasks() == ["wrong_number"]


def test_a_dead_number_takes_the_contacts_of_everybody_who_has_it(world: World, carriers: FakeCarriers) -> None:
    world.add_organisation("DX002", LEADER)
    carriers.texts.results.append(Refused(ErrorKind.NUMBER, "21211"))
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, burst=1, rate_per_s=Decimal(1))
    world.plan("text")
    own, other = world.plan("call"), world.plan("call", at=1)
    send(world)
    assert (row(world, own)["state"], row(world, other)["state"]) == ("withdrawn", "withdrawn")
    assert world.tasks() == ["wrong_number"] * 2


def test_the_carriers_late_answer_wins_over_a_guess(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    """A hand-over answered after the list was read: its id had been given to a twin."""
    world.add_organisation("DX002")
    guessed = doubtful(world, carriers)
    late = world.plan("text", at=1, state=State.SENDING)
    carriers.texts.found = [Receipt("SM7", State.SENT, "sent")]
    with world.work.database.transaction() as conn:
        real = clock.real() + timedelta(hours=1)
        conn.execute(sa.update(outbox).where(outbox.c.ref == late).values(lease_until=real))
    settle(world, clock, 90)
    assert row(world, guessed)["carrier_id"] == "SM7"
    outcomes.settle(world.work, row(world, late)["id"], Accepted("SM7"))
    assert (row(world, late)["carrier_id"], row(world, late)["state"]) == ("SM7", "sent")
    assert row(world, guessed)["state"] == "presumed"
