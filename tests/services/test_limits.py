"""Caps, opt-outs and calls at once: threads that start together try to break what the phone's lock protects."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact import caps, settings
from contact.delivery import Receipt, State
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.delivery import outcomes
from services.interview import recording as interviews
from services.keys.sealed_columns import opened
from services.sending import clear, dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.messages import outbox as outbox_rows
from store.tables.campaigns import campaigns
from store.tables.outbox import outbox
from store.tables.registry import phones
from store.tables.rounds import rounds
from tests.doubles import FakeCarriers, FakeClock
from tests.faults import plant
from tests.services.crowd import add_campaign, add_crowd, contact, number, put
from tests.services.test_ring_in import set_ring_in
from tests.services.world import LEADER, World, build

THREADS = 8


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def together(tasks: Sequence[Callable[[], object]]) -> None:
    """Run all at once, eight by eight, each group behind a barrier; raises what any of them raised."""
    failures: list[BaseException] = []

    def guarded(task: Callable[[], object], barrier: threading.Barrier) -> None:
        barrier.wait()
        try:
            task()
        except BaseException as failure:
            failures.append(failure)

    for start in range(0, len(tasks), THREADS):
        group = tasks[start : start + THREADS]
        barrier = threading.Barrier(len(group))
        threads = [threading.Thread(target=guarded, args=(task, barrier)) for task in group]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def claimed(world: World) -> list[tuple[UUID, str]]:
    """Every planned row, claimed: id and medium."""
    with world.work.database.transaction() as conn:
        planned = sa.update(outbox).where(outbox.c.state == State.PLANNED)
        found = conn.execute(planned.values(state=State.CLAIMED).returning(outbox.c.id, outbox.c.medium)).all()
    return [(row.id, row.medium) for row in found]


def sends(world: World, rows: Sequence[tuple[UUID, str]]) -> list[Callable[[], object]]:
    senders = {"text": world.text, "call": world.line}
    return [lambda row=row, medium=medium: dispatcher.send(world.work, senders[medium], row) for row, medium in rows]


def storm(world: World) -> None:
    """Six phones, each with four texts and three calls of two campaigns, from two senders of texts: all at once."""
    first, second = add_campaign(world, "one"), add_campaign(world, "two")
    add_crowd(world, 6, [(first, world.office_id), (second, world.office_id)])
    rows = []
    for n in range(6):
        for extra in range(6):
            medium = "call" if extra % 2 else "text"
            sender = world.line if medium == "call" else (world.text, world.one_way)[extra % 4 // 2]
            rows.append(
                contact(world, world.hash(number(n)), world.interviews[n + 1], (first, second)[extra % 2],
                        world.office_id, step=2 + extra, medium=medium, sender_id=sender.id)
            )  # fmt: skip
    put(world, rows)
    todo = claimed(world)
    random.Random(7).shuffle(todo)
    by_phone = {row["id"]: row["phone_hash"] for row in world.rows(outbox)}
    todo.sort(key=lambda row: by_phone[row[0]])  # neighbours in time are neighbours on a phone
    together(sends(world, todo))


def broken(carriers: FakeCarriers, ceilings: caps.Caps) -> list[str]:
    """Phones that got more than they may in one day."""
    texts = Counter(sent.to for sent in carriers.texts.sent)
    rings = Counter(sent.to for sent in carriers.calls.sent)
    return [
        phone
        for phone in texts | rings
        if texts[phone] + rings[phone] > ceilings.contacts_a_day
        or texts[phone] > ceilings.texts_a_day
        or rings[phone] > ceilings.answered_calls_a_day
    ]


def test_eight_threads_cannot_break_the_caps(world: World, carriers: FakeCarriers) -> None:
    storm(world)
    ceilings = settings.default().caps
    assert broken(carriers, ceilings) == []
    left = Counter(sent.to for sent in [*carriers.texts.sent, *carriers.calls.sent])
    assert left == {number(n): ceilings.contacts_a_day for n in range(6)}  # and nothing that was allowed is lost
    assert {row["state"] for row in world.rows(outbox)} == {"sent", "planned"}


def crowded_phone(world: World) -> None:
    """Eight organisations share one phone, so that their interviews' locks are no substitute for the phone's."""
    for n in range(2, THREADS + 1):
        world.add_organisation(f"DX{n:03d}")
    for at in range(THREADS):
        world.plan("text", at=at)
    together(sends(world, claimed(world)))


def slow_clearing(patch: pytest.MonkeyPatch) -> None:
    """As on a busy machine: some time passes between asking and marking."""
    decide = clear.clear

    def slowly(*args: object) -> object:
        verdict = decide(*args)  # type: ignore[arg-type]  # passed through
        threading.Event().wait(0.1)
        return verdict

    patch.setattr(clear, "clear", slowly)


def test_with_the_phones_lock_slowness_breaks_nothing(
    world: World, carriers: FakeCarriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_clearing(monkeypatch)
    crowded_phone(world)
    assert len(carriers.texts.sent) == 2


def test_without_the_phones_lock_the_caps_break(
    world: World, carriers: FakeCarriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault turns the promise red."""
    slow_clearing(monkeypatch)
    with plant("no-lock-order"):
        crowded_phone(world)
    assert len(carriers.texts.sent) > 2


def test_ring_against_ring(world: World, carriers: FakeCarriers) -> None:
    """Two campaigns, and somebody who asked to be called: one phone, one call at a time."""
    first, second = add_campaign(world, "one"), add_campaign(world, "two")
    phone, interview = world.hash(), world.interviews[0]
    put(
        world,
        [
            contact(world, phone, interview, first, world.office_id, medium="call"),
            contact(world, phone, interview, second, world.office_id, medium="call"),
            contact(world, phone, interview, first, world.office_id, medium="call", purpose="call_back", step=3),
        ],
    )
    together(sends(world, claimed(world)))
    assert len(carriers.calls.sent) == 1
    waiting = [row for row in world.rows(outbox) if row["state"] == "planned"]
    assert len(waiting) == 2
    assert all(row["due_at"] > world.work.clock.now() for row in waiting)
    assert all(row["attempt"] == 1 for row in waiting)


def rings_of_neighbours(world: World) -> None:
    """Eight organisations on one phone, each to be rung: their interviews' locks are no substitute for the phone's."""
    for n in range(2, THREADS + 1):
        world.add_organisation(f"DX{n:03d}")
    for at in range(THREADS):
        world.plan("call", at=at)
    together(sends(world, claimed(world)))


def test_neighbours_on_one_phone_are_rung_one_at_a_time(
    world: World, carriers: FakeCarriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_clearing(monkeypatch)
    rings_of_neighbours(world)
    assert len(carriers.calls.sent) == 1


def test_without_the_phones_lock_they_are_rung_at_once(
    world: World, carriers: FakeCarriers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault turns the promise red."""
    slow_clearing(monkeypatch)
    with plant("no-lock-order"):
        rings_of_neighbours(world)
    assert len(carriers.calls.sent) > 1


def test_nobody_is_rung_while_they_ring_us(world: World, carriers: FakeCarriers) -> None:
    """In a round that takes calls."""
    set_ring_in(world, "answer")
    ring_in.rang_in(world.work, world.line, LEADER, "CA" + "7" * 32)
    ref = world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert carriers.calls.sent == []
    assert world.sent(ref=ref)[0]["reason"]["retimed"] == "caps.call_running"


def stops_against_sends(world: World, carriers: FakeCarriers) -> tuple[list[str], int]:
    """Everybody is texted and stops at once; then somebody plans more for them without looking.

    Ends in which the row and the carrier disagree, and how many were texted after they had stopped.
    """
    add_crowd(world, 24, [(add_campaign(world, "one"), world.office_id)])
    rows = claimed(world)
    stops: list[Callable[[], object]] = [
        lambda n=n: inbound.receive_text(world.work, world.text, world.text_from("STOP", number(n))) for n in range(24)
    ]
    together([task for pair in zip(sends(world, rows), stops, strict=True) for task in pair])
    reached = {sent.to for sent in carriers.texts.sent}
    wrong = []
    for row in world.rows(outbox, purpose="reminder"):
        to = opened(world.work.vault, phones.c.number, world.rows(phones, hash=row["phone_hash"])[0])
        if row["state"] != ("sent" if to in reached else "withdrawn"):
            wrong.append(f"{row['state']}, reached: {to in reached}")
    put(world, [contact(world, world.hash(number(n)), world.interviews[n + 1], None, None) for n in range(24)])
    together(sends(world, claimed(world)))
    return wrong, len(carriers.texts.sent) - len(reached)


def test_opt_out_against_dispatch(world: World, carriers: FakeCarriers) -> None:
    """Whatever the order, a contact to somebody who stopped either had left before, or never leaves."""
    assert stops_against_sends(world, carriers) == ([], 0)


def test_that_proof_fails_when_the_opt_out_is_not_asked(world: World, carriers: FakeCarriers) -> None:
    with plant("skip-opt-out-check"):
        _, after = stops_against_sends(world, carriers)
    assert after > 0


def test_the_opt_out_is_asked_again_at_the_moment_of_sending(world: World, carriers: FakeCarriers) -> None:
    inbound.receive_text(world.work, world.text, world.text_from("STOP"))
    ref = world.plan("call")  # somebody planned it without looking
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert carriers.calls.sent == []
    row = world.sent(ref=ref)[0]
    assert (row["state"], row["reason"]["code"]) == ("withdrawn", "opted_out")


def test_without_that_question_they_are_rung(world: World, carriers: FakeCarriers) -> None:
    """The planted fault turns the promise red."""
    inbound.receive_text(world.work, world.text, world.text_from("STOP"))
    world.plan("call")
    with plant("skip-opt-out-check"):
        dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert len(carriers.calls.sent) == 1


def text_and_key(world: World, clock: FakeClock) -> None:
    """The consent is asked by text and by call, and answered by both at once."""
    world.plan("text")
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    clock.advance(timedelta(minutes=5))
    ref = world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    calls.first(world.work, ref, "CA" + "5" * 32, "human")
    text_first = threading.Event()

    def press() -> None:
        text_first.wait(0.05)
        calls.pressed(world.work, ref, 1, "1")

    together([press, lambda: inbound.receive_text(world.work, world.text, world.text_from("1"))])


def test_text_against_key(world: World, clock: FakeClock) -> None:
    """One of them wins, neither counts for the question after, and the events say so."""
    text_and_key(world, clock)
    assert world.answers() == {"consent": "yes"}
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[0]) == []


def test_without_turns_the_later_one_answers_what_it_never_heard(world: World, clock: FakeClock) -> None:
    """The planted fault turns the promise red."""
    with plant("ignore-turn"):
        text_and_key(world, clock)
    assert len(world.answers()) == 2


def test_two_organisations_on_one_phone_share_its_caps(world: World, carriers: FakeCarriers) -> None:
    world.add_organisation("DX002")
    for at in (0, 1, 0, 1):
        world.plan("text", at=at)
    together(sends(world, claimed(world)))
    assert len(carriers.texts.sent) == 2


def test_the_ceiling_of_a_round_is_the_organisations_own(world: World, clock: FakeClock) -> None:
    campaign = add_campaign(world, "long")
    phone = world.hash()
    put(world, [contact(world, phone, world.interviews[0], campaign, world.office_id, step=n) for n in range(10)])
    for _ in range(20):
        dispatcher.dispatch(world.work, world.text.id, 0.2)
        clock.advance(timedelta(hours=12))
    states = Counter(row["state"] for row in world.rows(outbox))
    assert states == {"sent": 8, "withdrawn": 2}


def change_settings(world: World, **changes: object) -> None:
    document = replace(settings.default(), **changes).to_dict()  # type: ignore[arg-type]  # fields of the settings
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings=document))


def test_a_ceiling_of_24_hours_re_times_to_the_minute(world: World, clock: FakeClock) -> None:
    change_settings(world, caps=caps.Caps(period="24h", contacts_a_day=1))
    campaign = add_campaign(world, "one")
    put(world, [contact(world, world.hash(), world.interviews[0], campaign, world.office_id, step=n) for n in (1, 2)])
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 1
    waiting = world.rows(outbox, state="planned")[0]
    assert waiting["due_at"] == clock.now() + timedelta(hours=24, seconds=1)
    assert (waiting["attempt"], waiting["reason"]["retimed"]) == (1, "caps.contacts_a_day")
    clock.advance(timedelta(hours=23, minutes=59))
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 0
    clock.advance(timedelta(minutes=2))
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 1


def test_a_province_has_days_of_its_own(world: World, clock: FakeClock) -> None:
    from contact.calendar import ZONE, day

    today = clock.now().astimezone(ZONE).date()
    change_settings(world, places={"QB": {today: {"call": day("08:00-20:00")}}})  # no texts there today
    campaign = add_campaign(world, "one")
    put(world, [contact(world, world.hash(), world.interviews[0], campaign, world.office_id)])
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 0
    row = world.rows(outbox)[0]
    assert row["reason"]["retimed"] == "outside_hours"
    assert row["due_at"].astimezone(ZONE).isoformat() == "2026-11-19T07:00:00+07:00"


def test_a_chosen_time_is_kept_outside_the_hours_and_a_pause_holds_it(world: World, clock: FakeClock) -> None:
    campaign = add_campaign(world, "one")
    clock.advance(timedelta(hours=13))  # 22:00
    row = contact(
        world, world.hash(), world.interviews[0], campaign, world.office_id, medium="call", purpose="call_back"
    )
    put(world, [row])
    _, batch, _ = dispatcher.claim_batch(world.work, world.line.id)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaigns).values(state="paused"))
    assert not dispatcher.send(world.work, world.line, batch[0])
    assert world.rows(outbox)[0]["state"] == "planned"
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaigns).values(state="running"))
    assert dispatcher.dispatch(world.work, world.line.id, 0.2) == 1
    assert world.rows(outbox)[0]["reserved_at"] is None  # asked for: no contact of ours


def test_call_backs_have_a_ceiling_of_their_own(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    campaign = add_campaign(world, "one")
    for n in range(3):
        put(world, [contact(world, world.hash(), world.interviews[0], campaign, world.office_id, medium="call",
                            purpose="call_back", step=n + 1)])  # fmt: skip
        dispatcher.dispatch(world.work, world.line.id, 0.2)
        for row in world.rows(outbox, state="sent"):
            outcomes.record_receipt(world.work, row["ref"], Receipt(None, State.NO_ANSWER, "no-answer"))
        clock.advance(timedelta(minutes=20))
    assert len(carriers.calls.sent) == 2
    waiting = world.rows(outbox, state="planned")[0]
    assert waiting["reason"]["retimed"] == "caps.call_backs_a_day"
    assert waiting["due_at"].isoformat() == "2026-11-19T00:30:00+00:00"  # not at midnight: half past seven there


def test_one_resumption_within_a_quarter_of_an_hour(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    ref = world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    outcomes.record_receipt(world.work, ref, Receipt(None, State.COMPLETED, "completed", duration_s=20))
    rows = [
        contact(world, world.hash(), world.interviews[0], None, None, medium="call", purpose="resumption")
        for _ in range(2)
    ]
    put(world, rows[:1])
    clock.advance(timedelta(minutes=10))
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert len(carriers.calls.sent) == 2
    outcomes.record_receipt(world.work, rows[0]["ref"], Receipt(None, State.NO_ANSWER, "no-answer"))
    put(world, rows[1:])
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert len(carriers.calls.sent) == 2
    assert world.sent(ref=rows[1]["ref"])[0]["reason"]["code"] == "caps.resumptions"


def test_what_cannot_leave_before_the_round_closes_is_withdrawn(world: World, clock: FakeClock) -> None:
    campaign = add_campaign(world, "one")
    clock.advance(timedelta(hours=13))  # 22:00, texts open at 7
    put(world, [contact(world, world.hash(), world.interviews[0], campaign, world.office_id,
                        deadline_at=clock.now() + timedelta(hours=3))])  # fmt: skip
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 0
    row = world.rows(outbox)[0]
    assert (row["state"], row["reason"]["code"]) == ("withdrawn", "no_time_left")


def test_phone_and_row_are_locked_in_that_order_by_one_statement(world: World) -> None:
    ref = world.plan("text")
    outbox_id = world.sent(ref=ref)[0]["id"]
    seen: list[str] = []
    with world.work.database.transaction() as conn:
        conn.execute(sa.select(phones).with_for_update()).all()

        def settle() -> None:
            with world.work.database.transaction() as other:
                row = outbox_rows.lock_with_phone(other, outbox_id)
                assert row is not None
                seen.append(row.state)

        waiting = threading.Thread(target=settle)
        waiting.start()
        waiting.join(0.3)
        assert seen == []  # it waits for the phone …
        conn.execute(sa.update(outbox).values(state=State.WITHDRAWN))  # … and so does not hold the row
    waiting.join(5)
    assert seen == ["withdrawn"]
