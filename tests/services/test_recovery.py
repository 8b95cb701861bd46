"""After a restore: nobody is contacted twice, nobody after a stop, and answers that were lost are heard again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from carriers.errors import CarrierAwayError
from contact.delivery import Departed, Receipt, State
from contact.sender import SenderRow
from services import continuity
from services.campaign import next_step as advance
from services.delivery import sweeps, unknown
from services.keys.sealed_columns import opened
from services.recovery import after_restore as recovery
from services.refusal import Refusal
from services.senders import senders as sender_service
from services.senders.senders import NewSender
from services.sending import clear, dispatcher
from services.work import Work
from store.messages import contact_history
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox, senders
from store.tables.staff import audit
from store.unit_of_work import Database
from tests.doubles import FakeCarriers, FakeClock
from tests.services.crowd import add_campaign, add_crowd, number
from tests.services.rolled_back import lists_text, remembering, snapshot, writes
from tests.services.world import LEADER, World, build


@dataclass
class House:
    """A world whose database can be put back, with carriers that list."""

    world: World
    carriers: FakeCarriers
    clock: FakeClock
    owner: Database

    def backup(self) -> None:
        """Keep the database as it stands; half an hour passes in which nothing is kept."""
        self.since = self.clock.now()
        self._back = snapshot(self.owner)
        self.clock.advance(timedelta(minutes=30))

    def restore(self) -> None:
        """Put it back, and hold everything; the lists are complete by now."""
        self._back()
        self.clock.advance(timedelta(minutes=5))
        continuity.hold(self.work, self.since - timedelta(minutes=1), "restored", "test")
        self.clock.advance(timedelta(minutes=2))

    @property
    def work(self) -> Work:
        return self.world.work

    def send(self) -> int:
        """Whatever may leave leaves."""
        return sum(dispatcher.dispatch(self.work, one.id, 0.2) for one in (self.world.text, self.world.line))

    def read(self) -> Mapping[str, recovery.Made]:
        return {one.sender: one for one in recovery.read_carriers(self.work)}

    def go_on(self) -> None:
        """What every day brings afterwards: doubts are asked about, things are sent."""
        for _ in range(3):
            unknown.ask_about_doubtful(self.work)
            self.send()
            self.clock.advance(timedelta(minutes=2))

    def times(self, to: str = LEADER) -> int:
        """How often somebody was contacted."""
        return sum(one.to == to for one in (*self.carriers.texts.sent, *self.carriers.calls.sent))


@pytest.fixture
def house(work: Work, clock: FakeClock, owner: Database) -> House:
    work, carriers = remembering(work, clock)
    return House(build(work), carriers, clock, owner)


def held(house: House) -> list[str]:
    return [one.sender for one in continuity.unread(house.work)]


def counted(house: House) -> int:
    """Texts that count against the caps of the next one."""
    ref, now = house.world.plan("text"), house.clock.now()
    with house.work.database.transaction() as conn:
        found = contact_history.counts(conn, [row(house, ref)["id"]], now - timedelta(days=1), now)
    return len(next(iter(found.values())).texts_at)


def row(house: House, ref: str) -> sa.RowMapping:
    return house.world.sent(ref=ref)[0]


# Nothing leaves


def test_nothing_is_claimed_cleared_or_planned_while_carriers_must_be_read(house: House) -> None:
    campaign = add_campaign(house.world, "crowd")
    rows = add_crowd(house.world, 2, [(campaign, house.world.office_id)])
    house.world.plan("call")
    continuity.hold(house.work, house.clock.now(), "restored", "test")
    with house.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.id == rows[1]).values(state="claimed"))
        conn.execute(sa.update(campaign_interviews).values(state="waiting", next_at=house.clock.now()))
    assert house.send() == 0
    assert clear.prepare(house.work, house.world.text, [rows[1]]).orders == []
    assert advance.advance(house.work, campaign) == 0
    assert {one["state"] for one in house.world.sent()} == {"planned"}
    assert (house.carriers.texts.sent, house.carriers.calls.sent) == ([], [])


def test_texts_that_come_in_are_answered_meanwhile(house: House) -> None:
    house.send()
    continuity.hold(house.work, house.clock.now(), "restored", "test")
    reply = writes(house.world, house.carriers, house.clock, "STOP", LEADER)
    assert house.world.consent_of() == "stopped"
    assert reply.body


def test_without_the_hold_everybody_gets_it_twice(house: House) -> None:
    """The fault that all of this is against."""
    house.world.plan("text")
    house.backup()
    house.send()
    house.restore()
    with house.owner.transaction() as conn:
        conn.execute(sa.update(senders).values(unread_since=None))
    house.go_on()
    assert house.times() == 2


# What left is tied to its row


@pytest.mark.parametrize(("medium", "state"), [("text", "delivered"), ("call", "no_answer")])
def test_what_left_after_the_backup_never_leaves_again(house: House, medium: str, state: str) -> None:
    ref = house.world.plan(medium)
    house.backup()
    left_at = house.clock.now()
    house.send()
    house.restore()
    assert row(house, ref)["state"] == "planned"
    made = house.read()[{"text": "texts", "call": "line"}[medium]]
    assert made.contacts == {"tied": 1}
    found = row(house, ref)
    assert (found["state"], found["sent_at"], found["reserved_at"]) == (state, left_at, left_at)
    assert found["carrier_id"]
    assert held(house) == []
    house.go_on()
    assert house.times() == 1


def test_a_row_that_was_claimed_or_in_a_workers_hands_at_the_backup_never_leaves_again(house: House) -> None:
    campaign = add_campaign(house.world, "crowd")
    rows = add_crowd(house.world, 2, [(campaign, house.world.office_id)])
    house.backup()
    house.send()
    house.restore()
    with house.owner.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.id == rows[0]).values(state="claimed", lease_until=house.since))
        conn.execute(
            sa.update(outbox).where(outbox.c.id == rows[1]).values(
                state="sending", lease_until=house.since, sent_at=house.since, sent_real_at=house.since
            )
        )  # fmt: skip
    sweeps.free_leases(house.work)
    house.read()
    house.go_on()
    assert [house.times(number(n)) for n in (0, 1)] == [1, 1]


def test_what_the_database_knows_to_have_left_is_left_alone(house: House) -> None:
    ref = house.world.plan("text")
    house.send()
    before = row(house, ref)
    house.backup()
    house.restore()
    continuity.hold(house.work, house.since - timedelta(hours=1), "restored", "test")
    house.clock.advance(timedelta(minutes=2))
    assert house.read()["texts"].contacts == {"known": 1}
    assert row(house, ref) == before


def test_reading_again_changes_nothing(house: House) -> None:
    house.world.plan("text")
    house.backup()
    house.send()
    writes(house.world, house.carriers, house.clock, "1", LEADER)
    house.restore()
    house.read()
    before = house.world.sent()
    continuity.hold(house.work, house.since, "restored", "test")
    house.clock.advance(timedelta(minutes=2))
    assert house.read()["texts"].contacts == {"known": 2}
    assert house.world.sent() == before


def test_a_step_that_was_planned_after_the_backup_is_planned_again_and_tied(house: House) -> None:
    """The ladder had gone on: text, then a call two days later. Neither happens twice."""
    campaign = add_campaign(house.world, "crowd")
    add_crowd(house.world, 1, [(campaign, house.world.office_id)])
    house.backup()
    house.send()
    for _ in range(200):
        advance.advance(house.work, campaign)
        house.send()
        if house.carriers.calls.sent:
            break
        house.clock.advance(timedelta(hours=1))
    assert house.times(number(0)) == 2
    house.restore()
    made = house.read()
    assert (made["texts"].contacts, made["line"].contacts) == ({"tied": 1}, {"tied": 1})
    rows = house.world.sent(campaign_id=campaign)
    assert [(one["step"], one["state"]) for one in rows] == [(1, "delivered"), (2, "no_answer")]


def test_what_no_row_stands_for_is_entered_and_counts_against_the_caps(house: House) -> None:
    house.backup()
    house.carriers.texts.departed.append(
        Departed(LEADER, house.clock.now(), Receipt("SM77", State.DELIVERED, "delivered"), "Moi ong ba tra loi")
    )
    house.restore()
    assert house.read()["texts"].contacts == {"entered": 1}
    (entered,) = house.world.sent()
    assert (entered["state"], entered["carrier_id"], entered["campaign_id"]) == ("delivered", "SM77", None)
    assert entered["interview_id"] == house.world.interviews[0]
    assert counted(house) == 1


def test_words_that_the_carrier_no_longer_keeps_are_matched_by_number_and_time(house: House) -> None:
    ref = house.world.plan("text")
    house.backup()
    house.send()
    house.carriers.texts.departed[0] = replace(house.carriers.texts.departed[0], body="")
    house.restore()
    house.read()
    assert row(house, ref)["state"] == "delivered"
    assert row(house, ref)["body"] is None or opened(house.work.vault, outbox.c.body, row(house, ref))


def test_what_is_due_next_week_is_not_taken_for_what_left(house: House) -> None:
    ref = house.world.plan("text")
    with house.owner.transaction() as conn:
        conn.execute(sa.update(outbox).values(due_at=house.clock.now() + timedelta(days=7)))
    house.backup()
    receipt = Receipt("SM77", State.DELIVERED, "delivered")
    house.carriers.texts.departed.append(Departed(LEADER, house.clock.now(), receipt, "something else"))
    house.restore()
    assert house.read()["texts"].contacts == {"entered": 1}
    assert row(house, ref)["state"] == "planned"


# What came in


def test_a_lost_stop_is_heard_before_anything_leaves(house: House) -> None:
    house.world.plan("text")
    house.world.plan("call")
    house.backup()
    dispatcher.dispatch(house.work, house.world.text.id, 0.2)
    house.clock.advance(timedelta(minutes=3))
    writes(house.world, house.carriers, house.clock, "STOP", LEADER)
    house.restore()
    assert house.world.consent_of() == "unasked"
    house.read()
    assert house.world.consent_of() == "stopped"
    house.go_on()
    assert (len(house.carriers.texts.sent), len(house.carriers.calls.sent)) == (1, 0)


def test_a_lost_answer_is_bound_to_the_lost_question_and_its_reply_is_not_sent_again(house: House) -> None:
    house.world.plan("text")
    house.backup()
    house.send()
    house.clock.advance(timedelta(minutes=3))
    reply = writes(house.world, house.carriers, house.clock, "1", LEADER)
    assert reply.body
    answered = house.world.answers()
    assert answered
    house.restore()
    assert house.world.answers() == {}
    assert house.read()["texts"].contacts == {"tied": 2}
    assert house.world.answers() == answered
    house.go_on()
    assert house.times() == 1
    house.clock.advance(timedelta(minutes=3))
    writes(house.world, house.carriers, house.clock, "2", LEADER)
    assert len(house.world.answers()) == len(answered) + 1, "the conversation goes on where it was"


def test_an_answer_that_nobody_ever_answered_is_answered_once(house: House) -> None:
    house.world.plan("text")
    house.backup()
    house.send()
    house.clock.advance(timedelta(minutes=3))
    lists_text(house.carriers, house.world, house.clock, "2", LEADER)
    house.restore()
    assert house.read()["texts"].texts == 1
    house.go_on()
    assert house.times() == 2


# When a sender goes


def test_a_carrier_that_is_away_keeps_everything_held(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.world.plan("call")
    house.backup()
    house.restore()

    def away(*_more: object) -> None:
        raise CarrierAwayError("20003")

    monkeypatch.setattr(house.carriers.texts, "list_departed", away)
    house.read()
    assert held(house) == ["one-way", "texts"]
    assert house.send() == 0
    monkeypatch.undo()
    house.read()
    assert (held(house), house.send()) == ([], 1)


def test_lists_are_not_believed_before_they_can_be_complete(house: House) -> None:
    continuity.hold(house.work, house.clock.now(), "restored", "test")
    assert recovery.read_carriers(house.work) == []
    house.clock.advance(timedelta(seconds=61))
    assert len(recovery.read_carriers(house.work)) == 3


def test_the_usual_sweep_leaves_an_unread_list_to_it(house: House) -> None:
    house.backup()
    lists_text(house.carriers, house.world, house.clock, "STOP", LEADER)
    house.restore()
    assert sweeps.fetch_missed_texts(house.work) == 0
    house.read()
    house.clock.advance(timedelta(minutes=2))
    assert sweeps.fetch_missed_texts(house.work) == 0
    assert house.world.consent_of() == "stopped"


def without_a_list(house: House) -> SenderRow:
    with house.owner.transaction() as conn:
        of_texts = senders.c.id == house.world.text.id
        conn.execute(sa.update(senders).where(of_texts).values(can_reconcile=False, carrier="kannel"))
    return replace(house.world.text, can_reconcile=False, carrier="kannel")


def test_without_a_list_staff_let_it_go_and_what_was_due_counts_and_is_never_sent(house: House) -> None:
    without_a_list(house)
    ref = house.world.plan("text")
    house.backup()
    house.send()
    house.restore()
    house.read()
    assert held(house) == ["texts"]
    assert house.send() == 0
    assert recovery.release(house.work, "texts", "test") == 1
    assert held(house) == []
    found = row(house, ref)
    assert (found["state"], found["reserved_at"]) == ("unknown", house.clock.now())
    house.go_on()
    assert row(house, ref)["state"] == "presumed"
    assert house.times() == 1
    assert counted(house) == 1


def test_without_a_list_a_step_the_ladder_had_planned_since_counts_too(house: House) -> None:
    without_a_list(house)
    campaign = add_campaign(house.world, "crowd")
    (only,) = add_crowd(house.world, 1, [(campaign, house.world.office_id)])
    with house.owner.transaction() as conn:
        conn.execute(sa.delete(outbox).where(outbox.c.id == only))
        conn.execute(sa.update(campaign_interviews).values(step=0, state="waiting", next_at=house.clock.now()))
    house.backup()
    advance.advance(house.work, campaign)
    house.send()
    assert house.times(number(0)) == 1
    house.restore()
    house.read()
    assert recovery.release(house.work, "texts", "test") == 1
    house.go_on()
    assert house.times(number(0)) == 1


def test_a_log_makes_good_what_no_list_can(house: House) -> None:
    without_a_list(house)
    house.world.plan("text")
    house.backup()
    house.send()
    house.clock.advance(timedelta(minutes=3))
    stop = replace(house.world.text_from("STOP"), at=house.clock.now())
    house.restore()
    house.read()
    told = [replace(one, receipt=replace(one.receipt, carrier_id=None)) for one in house.carriers.texts.departed]
    made = recovery.replay(house.work, "texts", [stop], told, "test")
    assert (made.texts, made.contacts) == (1, {"tied": 1})
    again = recovery.replay(house.work, "texts", [replace(stop, carrier_id="other")], told, "test")
    assert (again.texts, again.contacts) == (0, {"known": 1})
    assert recovery.release(house.work, "texts", "test", all_read=True) == 0
    house.go_on()
    assert house.times() <= 2  # the invitation, and the word that the stop was heard
    assert house.world.consent_of() == "stopped"


def test_a_number_that_was_added_after_the_backup_is_read_too(house: House) -> None:
    house.backup()
    house.restore()
    new = NewSender(
        "lost", "twilio", "text", "+84900000777", "twilio", "AC1", "https://api.example", True, True, False
    )  # fmt: skip
    sender_service.add(house.work, new, "test")
    held = {one.sender: one.since for one in continuity.unread(house.work)}
    assert held["lost"] == min(held.values()) == house.since - timedelta(minutes=1)


def test_a_number_that_is_added_while_nothing_is_held_is_free(house: House) -> None:
    new = NewSender(
        "fresh", "twilio", "text", "+84900000777", "twilio", "AC1", "https://api.example", True, True, False
    )  # fmt: skip
    sender_service.add(house.work, new, "test")
    assert not continuity.is_held(house.work)


def test_what_is_not_held_cannot_be_let_go(house: House) -> None:
    for name, code in (("texts", "restore.not_held"), ("nobody", "sender.unknown")):
        with pytest.raises(Refusal) as refused:
            recovery.release(house.work, name, "test")
        assert refused.value.code == code


# An older database is found


@dataclass
class Outside:
    """Marks that outlive the database."""

    kept: dict[UUID, int] = field(default_factory=dict)

    def greatest(self) -> Mapping[UUID, int]:
        return dict(self.kept)

    def note(self, marks: Mapping[UUID, int]) -> None:
        self.kept |= {one: mark for one, mark in marks.items() if mark > self.kept.get(one, 0)}


@pytest.fixture
def marked(house: House) -> House:
    house.world.work = replace(house.work, marks=Outside())
    continuity.watch(house.work)
    return house


def test_a_database_that_is_older_than_what_left_is_found_before_anything_leaves(marked: House) -> None:
    marked.world.plan("text")
    marked.backup()
    marked.send()
    marked._back()
    assert marked.send() == 0, "not even before the watch"
    assert continuity.watch(marked.work)
    assert held(marked) == ["line", "one-way", "texts"]
    with marked.work.database.transaction() as conn:
        since = set(conn.scalars(sa.select(senders.c.unread_since)))
    assert since == {marked.since - continuity.MARGIN}
    assert [one["detail"]["why"] for one in marked.world.rows(audit, action="restore.held")] == ["older_than_seen"]
    marked.clock.advance(timedelta(minutes=7))
    marked.read()
    assert not continuity.watch(marked.work), "told once"
    marked.go_on()
    assert marked.times() == 1


def test_lost_texts_are_not_taken_in_before_what_they_answer_where_nobody_has_watched_yet(marked: House) -> None:
    marked.world.plan("text")
    marked.backup()
    marked.send()
    marked.clock.advance(timedelta(minutes=3))
    writes(marked.world, marked.carriers, marked.clock, "1", LEADER)
    answered = marked.world.answers()
    marked._back()
    marked.clock.advance(timedelta(minutes=5))
    assert sweeps.fetch_missed_texts(marked.work) == 0
    marked.clock.advance(timedelta(minutes=2))
    marked.read()
    assert marked.world.answers() == answered
    assert answered


def test_a_database_in_which_nothing_left_since_is_found_by_the_watch(marked: House) -> None:
    marked.backup()
    assert not continuity.watch(marked.work)
    marked._back()
    assert continuity.watch(marked.work)


def test_the_same_database_is_never_held(marked: House) -> None:
    marked.world.plan("text")
    for _ in range(3):
        marked.send()
        assert not continuity.watch(marked.work)
    assert marked.times() == 1


def test_senders_of_another_database_say_nothing(marked: House) -> None:
    marked.work.marks.note({marked.work.ids.new(): 7})
    assert not continuity.watch(marked.work)
