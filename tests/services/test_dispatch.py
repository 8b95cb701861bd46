"""Dispatch: checks under the locks at the moment of sending, what carriers answer, pacing, dead workers."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from carriers.errors import CarrierAwayError
from contact.delivery import Accepted, ErrorKind, InboundText, Receipt, Refused, State, Unknown
from runtime.clock import FastClock
from services.delivery import outcomes, sweeps, unknown
from services.delivery import unconfirmed as silence
from services.keys.sealed_columns import opened
from services.sending import campaign_texts, dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.messages import senders as sender_rows
from store.tables.outbox import outbox, receipts, senders
from tests.doubles import FakeCarriers, FakeClock
from tests.services.world import LEADER, World, build
from tests.statements import noted


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def send_texts(world: World) -> int:
    return dispatcher.dispatch(world.work, world.text.id, 0.2)


def send_calls(world: World) -> int:
    return dispatcher.dispatch(world.work, world.line.id, 0.2)


def state(world: World, ref: str) -> str:
    return str(world.sent(ref=ref)[0]["state"])


def test_a_text_that_leaves_is_sent_reserved_and_shows_its_question(world: World, carriers: FakeCarriers) -> None:
    ref = world.plan("text")
    assert send_texts(world) == 1
    row = world.sent(ref=ref)[0]
    assert (row["state"], row["carrier_id"], row["segments"] >= 1) == ("sent", "SM" + "1".zfill(32), True)
    assert row["reserved_at"] == world.work.clock.now()
    assert opened(world.work.vault, outbox.c.body, row) == carriers.texts.sent[0].body
    assert [e["channel"] for e in world.events()] == ["sms"]


def test_an_answer_to_a_campaign_text_is_bound_to_its_question(world: World, clock: FakeClock) -> None:
    world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=5))
    inbound.receive_text(world.work, world.text, world.text_from("1"))
    assert world.answers() == {"consent": "yes"}


def test_a_phone_of_two_organisations_reads_which_one_is_asked(world: World, carriers: FakeCarriers) -> None:
    world.plan("text")
    send_texts(world)
    assert "HTX DX001" not in carriers.texts.sent[-1].body
    world.add_organisation("DX002")
    world.plan("text", at=1)
    send_texts(world)
    assert "HTX DX002" in carriers.texts.sent[-1].body
    world.add_organisation("DX003", number=None)
    with world.work.database.transaction() as conn:
        shown = campaign_texts.sample(world.work, conn, world.interview(2)["id"], world.text)
    assert "HTX DX003" not in shown.body


@pytest.mark.parametrize(("hour", "leaves"), [(6, False), (7, True), (12, True), (20, True), (21, False), (23, False)])
def test_texts_leave_inside_their_hours_only(world: World, clock: FakeClock, hour: int, leaves: bool) -> None:
    clock.set(datetime(2026, 11, 18, hour - 7 if hour >= 7 else hour + 17, 30, tzinfo=UTC) - timedelta(days=hour < 7))
    ref = world.plan("text")
    assert send_texts(world) == leaves
    row = world.sent(ref=ref)[0]
    if not leaves:
        assert (row["state"], row["reason"]["retimed"], row["attempt"]) == ("planned", "outside_hours", 0)
        assert row["due_at"] > clock.now()


@pytest.mark.parametrize(("rate", "minutes", "leaves"), [(1, 1, True), (900, 20, True), (900, 14, False)])
def test_what_would_arrive_after_its_window_waits_for_the_next_one(
    world: World, carriers: FakeCarriers, rate: int, minutes: int, leaves: bool
) -> None:
    """On a clock that runs fast a quarter of an hour passes between clearing and the carrier."""
    evening = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)  # 21:00
    anchor = datetime.now(UTC)
    with time_machine.travel(anchor, tick=False):
        running = replace(world.work, clock=FastClock(evening - timedelta(minutes=minutes), rate, anchor))
        ref = world.plan("text")
        _, claimed, _ = dispatcher.claim_batch(running, world.text.id)
        assert [dispatcher.send(running, world.text, row) for row in claimed] == [leaves]
    row = world.sent(ref=ref)[0]
    if not leaves:
        assert (row["reason"]["retimed"], row["attempt"]) == ("outside_hours", 0)
        assert row["due_at"] == datetime(2026, 11, 19, 0, 0, tzinfo=UTC)


def test_who_opted_out_after_planning_is_not_contacted(world: World, carriers: FakeCarriers) -> None:
    ref = world.plan("call")
    inbound.receive_text(world.work, world.text, world.text_from("TU CHOI"))
    send_calls(world)
    assert state(world, ref) == "withdrawn"
    assert carriers.calls.sent == []


def test_an_opt_out_between_claim_and_sending_still_counts(world: World, carriers: FakeCarriers) -> None:
    world.plan("call")
    sender, batch, _ = dispatcher.claim_batch(world.work, world.line.id)
    assert sender is not None
    inbound.receive_text(world.work, world.text, world.text_from("STOP"))
    assert not dispatcher.send(world.work, sender, batch[0])
    assert carriers.calls.sent == []


def test_the_third_contact_of_a_day_waits_for_the_next(world: World, clock: FakeClock) -> None:
    for _ in range(2):
        world.plan("text")
    assert send_texts(world) == 2
    ref = world.plan("text")
    assert send_texts(world) == 0
    row = world.sent(ref=ref)[0]
    assert row["reason"]["retimed"] == "caps.contacts_a_day"
    assert row["due_at"] == datetime(2026, 11, 19, 0, 0, tzinfo=UTC)
    clock.set(row["due_at"])
    clock.advance(timedelta(minutes=1))
    assert send_texts(world) == 1


def test_ten_dispatchers_cannot_break_the_cap(world: World, carriers: FakeCarriers) -> None:
    for _ in range(8):
        world.plan("text")
    _, rows, _ = dispatcher.claim_batch(world.work, world.text.id)
    barrier = threading.Barrier(len(rows))

    def go(row: object) -> None:
        barrier.wait()
        dispatcher.send(world.work, world.text, row)  # type: ignore[arg-type]  # a UUID of the batch

    threads = [threading.Thread(target=go, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows) == 8
    assert len(carriers.texts.sent) == 2


def test_two_dispatchers_never_send_one_row_twice(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    for n in range(6):
        number = f"+8490100010{n}"
        world.add_organisation(f"N{n}", number)
        world.plan("text", at=n + 1, number=number)
    threads = [threading.Thread(target=send_texts, args=(world,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(s.to for s in carriers.texts.sent) == [f"+8490100010{n}" for n in range(6)]


@pytest.mark.parametrize(
    ("result", "becomes", "reserved"),
    [
        (Accepted("SM9"), "sent", True),
        (Unknown("timeout"), "unknown", True),
        (Refused(ErrorKind.THROTTLED, "20429"), "planned", False),
        (Refused(ErrorKind.LATER, "30003"), "planned", False),
        (Refused(ErrorKind.NUMBER, "21211"), "failed", False),
        (Refused(ErrorKind.CONTENT, "30007"), "failed", False),
        (Refused(ErrorKind.OPTED_OUT, "21610"), "failed", False),
        (Refused(ErrorKind.CONFIGURATION, "20003"), "planned", False),
    ],
)
def test_what_the_carrier_answers(
    world: World, carriers: FakeCarriers, result: object, becomes: str, reserved: bool
) -> None:
    carriers.texts.results.append(result)  # type: ignore[arg-type]  # one of SendResult
    ref = world.plan("text")
    send_texts(world)
    row = world.sent(ref=ref)[0]
    assert (row["state"], row["reserved_at"] is not None) == (becomes, reserved)


def test_a_carrier_that_knows_of_an_opt_out_feeds_the_ledger(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(Refused(ErrorKind.OPTED_OUT, "21610"))
    queued = world.plan("call")
    world.plan("text")
    send_texts(world)
    assert world.ledger() == ["stopped"]
    assert state(world, queued) == "withdrawn"


def test_a_wrong_configuration_takes_the_sender_out_of_use(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(Refused(ErrorKind.CONFIGURATION, "20003"))
    world.plan("text")
    send_texts(world)
    assert world.rows(senders, name="texts")[0]["paused_reason"] == "carrier:20003"
    world.plan("text")
    assert send_texts(world) == 0


def test_a_dead_number_is_marked_and_becomes_a_task(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(Refused(ErrorKind.NUMBER, "21211"))
    world.plan("text")
    queued = world.plan("call")
    send_texts(world)
    assert world.tasks() == ["wrong_number"]
    assert state(world, queued) == "withdrawn"


def test_nothing_in_doubt_is_sent_again(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    carriers.texts.results.append(Unknown("timeout"))
    ref = world.plan("text")
    send_texts(world)
    for _ in range(5):
        clock.advance(timedelta(seconds=30))
        sweeps.free_leases(world.work)
        send_texts(world)
    assert len(carriers.texts.sent) == 1
    assert state(world, ref) == "unknown"


def test_a_row_in_doubt_that_the_carrier_lists_is_sent(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    carriers.texts.results.append(Unknown("timeout"))
    ref = world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=2))
    carriers.texts.found = [Receipt("SM77", State.SENT, "sent")]
    assert unknown.ask_about_doubtful(world.work) == 1
    assert (state(world, ref), world.sent(ref=ref)[0]["carrier_id"]) == ("sent", "SM77")


def test_a_row_in_doubt_that_the_carrier_does_not_list_gives_its_reservation_back(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    carriers.texts.results.append(Unknown("timeout"))
    ref = world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=1, seconds=1))
    assert unknown.ask_about_doubtful(world.work) == 0  # its list may lag: it is read once more
    assert state(world, ref) == "unknown"
    clock.advance(timedelta(seconds=20))
    assert unknown.ask_about_doubtful(world.work) == 1
    row = world.sent(ref=ref)[0]
    assert (row["state"], row["error_code"], row["reserved_at"]) == ("failed", "not_listed", None)
    assert row["reason"]["repaired"] == "not_listed"


def test_without_a_list_a_row_in_doubt_is_presumed_sent(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, can_reconcile=False)
    carriers.texts.results.append(Unknown("timeout"))
    ref = world.plan("text")
    send_texts(world)
    clock.advance(timedelta(seconds=90))
    assert unknown.ask_about_doubtful(world.work) == 0
    clock.advance(timedelta(seconds=15))
    assert unknown.ask_about_doubtful(world.work) == 1
    row = world.sent(ref=ref)[0]
    assert (row["state"], row["reserved_at"] is not None) == ("presumed", True)


def test_a_callback_ends_the_doubt(world: World, carriers: FakeCarriers) -> None:
    carriers.calls.results.append(Unknown("timeout"))
    ref = world.plan("call")
    send_calls(world)
    outcomes.record_receipt(world.work, ref, Receipt("CA5", State.RINGING, "ringing", sequence=1))
    assert (state(world, ref), world.sent(ref=ref)[0]["carrier_id"]) == ("ringing", "CA5")


def test_receipts_in_any_order_and_twice_end_the_same(world: World) -> None:
    ref = world.plan("text")
    send_texts(world)
    late = Receipt("SM" + "1".zfill(32), State.SENT, "sent")
    done = Receipt("SM" + "1".zfill(32), State.DELIVERED, "delivered")
    said = [outcomes.record_receipt(world.work, ref, r) for r in (done, late, done, late)]
    assert said == ["merged", "merged", "repeated", "repeated"]
    assert state(world, ref) == "delivered"
    assert len(world.rows(receipts)) == 2
    assert world.sent(ref=ref)[0]["cost"] == Decimal(350) * world.sent(ref=ref)[0]["segments"]


def test_a_receipt_with_an_unknown_reference_changes_nothing(world: World) -> None:
    assert outcomes.record_receipt(world.work, "x" * 22, Receipt("SM1", State.SENT, "sent")) == "unknown_ref"


def test_a_worker_that_died_before_sending_gives_its_rows_back(world: World, clock: FakeClock) -> None:
    ref = world.plan("text")
    dispatcher.claim_batch(world.work, world.text.id)
    assert state(world, ref) == "claimed"
    clock.advance(timedelta(seconds=61))
    assert sweeps.free_leases(world.work) == 1
    assert state(world, ref) == "planned"


def test_a_worker_that_died_while_sending_leaves_doubt(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = world.plan("text")

    def killed(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(outcomes, "settle_accepted", killed)
    with pytest.raises(SystemExit):
        send_texts(world)
    monkeypatch.undo()
    clock.advance(timedelta(seconds=91))
    assert sweeps.free_leases(world.work) == 1
    assert state(world, ref) == "unknown"
    send_texts(world)
    assert len(carriers.texts.sent) == 1


def test_lines_bound_the_calls_at_once(world: World, carriers: FakeCarriers) -> None:
    for n in range(6):
        number = f"+8490100020{n}"
        world.add_organisation(f"L{n}", number)
        world.plan("call", at=n + 1, number=number)
    send_calls(world)
    assert len(carriers.calls.sent) == world.line.lines
    ref = world.sent(state="sent")[0]["ref"]
    outcomes.record_receipt(world.work, ref, Receipt(None, State.COMPLETED, "completed", duration_s=61))
    assert send_calls(world) == 1
    assert world.sent(ref=ref)[0]["cost"] == Decimal(1400)


def test_a_receipt_is_three_statements(world: World) -> None:
    ref = world.plan("text")
    send_texts(world)
    with noted() as asked:
        outcomes.record_receipt(world.work, ref, Receipt(None, State.SENT, "sent"))
    assert len(asked) == 3, "the locks and what is known, the receipt, the row"


def test_the_sweep_takes_missed_texts_in_once(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=5))
    missed = world.text_from("1", carrier_id="SM" + "f" * 32)
    carriers.texts.inbound = [missed]
    assert sweeps.fetch_missed_texts(world.work) == 1
    assert world.answers() == {"consent": "yes"}
    with noted() as asked:
        assert sweeps.fetch_missed_texts(world.work) == 0
    assert not [statement for statement in asked if "INSERT" in statement], "what is known is not taken in again"
    assert inbound.receive_text(world.work, world.text, missed).repeated
    assert world.consent_of(LEADER) == "given"
    assert len(world.rows(outbox, purpose="reply")) == 1


def test_a_text_whose_webhook_is_only_late_is_left_to_it_and_taken_once(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=5))
    late = replace(world.text_from("1", carrier_id="SM" + "d" * 32), at=clock.now())
    carriers.texts.inbound = [late]
    clock.advance(timedelta(seconds=40))
    assert sweeps.fetch_missed_texts(world.work) == 0
    assert not inbound.receive_text(world.work, world.text, late).repeated
    clock.advance(timedelta(seconds=60))
    assert sweeps.fetch_missed_texts(world.work) == 0
    assert [row["state"] for row in world.rows(outbox, purpose="reply")] == ["handed"], "no second reply leaves"
    assert send_texts(world) == 0


def test_a_young_text_whose_webhook_never_comes_is_taken_by_a_later_sweep(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=5))
    lost = replace(world.text_from("1", carrier_id="SM" + "c" * 32), at=clock.now())
    asked_since: list[datetime] = []

    def listed(_sender: object, since: datetime) -> list[InboundText]:
        asked_since.append(since)
        return [lost]

    carriers.texts.list_inbound = listed  # type: ignore[method-assign, assignment]
    taken = []
    for _ in range(3):
        clock.advance(timedelta(seconds=35))
        taken.append(sweeps.fetch_missed_texts(world.work))
    assert taken == [0, 1, 0]
    assert lost.at is not None
    assert max(asked_since) < lost.at


def test_a_carrier_that_is_away_leaves_the_others_rows_to_be_asked(
    world: World, carriers: FakeCarriers, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    carriers.texts.results.append(Unknown("timeout"))
    carriers.calls.results.append(Unknown("timeout"))
    text, call = world.plan("text"), world.plan("call")
    send_texts(world)
    send_calls(world)
    clock.advance(timedelta(minutes=2))

    def away(*_: object) -> None:
        raise CarrierAwayError("texts")

    monkeypatch.setattr(carriers.texts, "find", away)
    carriers.calls.found = [Receipt("CA8", State.COMPLETED, "completed")]
    assert unknown.ask_about_doubtful(world.work) == 1
    assert (state(world, text), state(world, call)) == ("unknown", "completed")


def test_an_accepted_text_whose_id_was_lost_is_found_again(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    carriers.texts.results.append(Accepted(None))
    ref = world.plan("text")
    send_texts(world)
    clock.advance(timedelta(minutes=31))
    carriers.texts.found = [Receipt("SM88", State.DELIVERED, "delivered")]
    assert silence.ask_about_silent(world.work) == 1
    assert (state(world, ref), world.sent(ref=ref)[0]["carrier_id"]) == ("delivered", "SM88")


def test_a_reply_planned_by_the_sweep_leaves_as_it_was_written(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    carriers.texts.inbound = [world.text_from("TU CHOI", carrier_id="SM" + "e" * 32)]
    assert sweeps.fetch_missed_texts(world.work) == 1
    assert send_texts(world) == 1
    assert carriers.texts.sent[0].body == opened(world.work.vault, outbox.c.body, world.sent()[0])
    assert world.sent()[0]["purpose"] == "opt_out_confirmation"
