"""The week as a machine of rules: time passes, dispatchers work and die, carriers and people do as they like.

After every step the invariants must hold, and at the end everything is repaired and can be brought to its end.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contact.campaign_states import UNDER_WAY, CampaignState
from contact.delivery import FINAL, InboundText, Receipt, State
from contact.sender import SenderRow
from services.calls import dialogue as calls
from services.calls.dialogue import UnknownCallError
from services.campaign import campaigns, planning
from services.campaign import next_step as advance
from services.delivery import outcomes, sweeps, unknown
from services.delivery import unconfirmed as silence
from services.interview import recording as interviews
from services.refusal import Refusal
from services.senders import failover, senders
from services.sending import clear, dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.campaign import campaigns as campaign_rows
from store.tables import metadata
from store.tables.campaigns import campaign_interviews
from store.tables.campaigns import campaigns as campaign_table
from store.tables.outbox import outbox
from store.tables.outbox import senders as sender_table
from store.unit_of_work import Database
from tests.doubles import START, FakeClock, FakeIds
from tests.services.nation import nation
from tests.services.week.network import LIVE, MODES, NEXT, Network, Reached
from tests.services.world import LEADER, World, _insert_sender

PEOPLE = (LEADER, "+84901000002", "+84901000003", "+84902000001", "+84902000002")
STOPS, STARTS = ("STOP", "TU CHOI"), ("START",)
WORDS = ("1", "2", "1 2 1", "alo", "goi lai", "dung", *STOPS, *STARTS)
VERBS = ("pause", "resume", "resume", "resume", "hold", "let_go", "let_go", "let_go") * 2 + ("stop",)
SENDERS = ("texts", "spare", "kannel", "line", "second-line")
"""Two of each ability with failover, and one like Kannel: it gives no ids and cannot be asked."""
KINDS = ("reminder", "call_only", "text_only", "thank_you")
FATES = ("whole", "whole", "whole", "dies_claimed", "dies_sending", "dies_settling")
"""How far a dispatcher comes with one row."""
AHEAD = (State.PLANNED, State.CLAIMED, State.SENDING, State.UNKNOWN)
ASKED = ("not_listed", "found_in_list", "cannot_be_told_apart")
INDEX = st.integers(0, 1000)


class Week(RuleBasedStateMachine):
    """See the module."""

    def __init__(self, work: Work, owner: Database) -> None:
        super().__init__()
        self._owner, self._base = owner, work

    @initialize()
    def begin(self) -> None:
        """Two provinces, six organisations, two of them on one phone, and a campaign under way on a Wednesday."""
        with self._owner.transaction() as conn:
            for table in reversed(metadata.sorted_tables):
                conn.execute(sa.delete(table))
        self.clock = FakeClock(START, START)
        self.world: World = nation(replace(self._base, clock=self.clock, ids=FakeIds()))
        self.world.add_organisation("DX009", LEADER)
        self.net = Network(self.world)
        self.world.work = replace(self.world.work, carriers=self.net)
        self.kannel = self._more(self.world.text, "kannel", "8088", can_reconcile=False)
        self._more(self.world.text, "spare", "+842471000005")
        self._more(self.world.line, "second-line", "+842471000006")
        for name in SENDERS:
            senders.pace(self.work, name, "test", rate_per_s=Decimal(1000), burst=100)
            senders.weigh(self.work, name, 100 if name in ("texts", "line") else 50, "test", "test")
        self.receipts: list[tuple[str, Receipt]] = []
        self.claimed: list[tuple[SenderRow, UUID]] = []
        self.texts: list[InboundText] = []
        self.campaigns: list[UUID] = []
        self.launches("reminder", None)
        self.pulse()  # everybody is entered
        self.pulse()  # and the campaign runs

    def _more(self, like: SenderRow, name: str, address: str, *, can_reconcile: bool = True) -> SenderRow:
        sender = replace(
            like, id=self.work.ids.new(), name=name, address=address, weight=0, can_reconcile=can_reconcile
        )
        with self.work.database.transaction() as conn:
            _insert_sender(conn, sender, self.work)
        return sender

    @property
    def work(self) -> Work:
        """What the use cases work with."""
        return self.world.work

    # Ours: the pulse, dispatchers, sweeps

    @rule(minutes=st.sampled_from((1, 5, 20, 60, 180, 360, 720)))
    def time_passes(self, minutes: int) -> None:
        """Nobody does anything: our hosts are down."""
        self.clock.advance(timedelta(minutes=minutes))

    @rule(hours=st.sampled_from((1, 2, 4)), times=st.integers(1, 5), chance=INDEX)
    def hours_of_work(self, hours: int, times: int, chance: int) -> None:
        """The usual course: what is due leaves, something becomes of most of it, most receipts come."""
        luck = random.Random(chance)
        for _ in range(times):
            self.clock.advance(timedelta(hours=hours))
            for name in SENDERS:
                self.serves(name)
            for one in list(self.net.reached):
                while not one.over and luck.random() < 0.6:
                    self._goes_on(one, luck.randrange(3))
                    self._answers(one, luck)
            luck.shuffle(self.receipts)
            for n in range(len(self.receipts) - 1, -1, -1):
                self.callback(n, luck.choice(("gone", "gone", "again", "lost")))
            if luck.random() < 0.5:
                self.repairs()

    @rule()
    def pulse(self) -> None:
        failover.reassign(self.work)
        with self.work.database.transaction() as conn:
            planned, due = (
                campaign_rows.ids_in(conn, CampaignState.PLANNING),
                campaign_rows.due_campaigns(conn, self.clock.now()),
            )
        for campaign_id in planned:
            planning.plan_page(self.work, campaign_id)
        for campaign_id in due:
            advance.advance(self.work, campaign_id)
        campaigns.finish_campaigns(self.work)

    @rule(name=st.sampled_from(SENDERS))
    def claims(self, name: str) -> None:
        """A dispatcher claims, and what it has stays claimed until it is used, or its lease ends."""
        with self.work.database.transaction() as conn:
            sender_id = conn.scalar(sa.select(sender_table.c.id).where(sender_table.c.name == name))
        sender, rows, _ = dispatcher.claim_batch(self.work, sender_id)
        self.claimed += [(sender, row) for row in rows if sender is not None]

    @rule(at=INDEX, fate=st.sampled_from(FATES))
    def uses(self, at: int, fate: str) -> None:
        """A dispatcher takes a row it had claimed, perhaps long ago, and dies on the way or does not."""
        if not self.claimed:
            return
        sender, row = self.claimed.pop(at % len(self.claimed))
        if fate == "whole":
            dispatcher.send(self.work, sender, row)
            return
        orders = [] if fate == "dies_claimed" else clear.prepare(self.work, sender, [row]).orders
        for order in orders if fate == "dies_settling" else []:
            dispatcher._hand_over(self.work, sender, order)

    @rule(name=st.sampled_from(SENDERS))
    def serves(self, name: str) -> None:
        """A dispatcher sends all that is due."""
        self.pulse()
        kept, self.claimed = self.claimed, []
        self.claims(name)
        while self.claimed:
            self.uses(0, "whole")
        self.claimed = kept

    @rule()
    def repairs(self) -> None:
        sweeps.free_leases(self.work)
        unknown.ask_about_doubtful(self.work)
        silence.ask_about_silent(self.work)
        failover.recover(self.work)
        if self.net.modes.get("texts", "takes") == "takes":
            sweeps.fetch_missed_texts(self.work)
            for text in self.net.inbox:
                self._heard(text)
            self.net.inbox = []

    # The carriers'

    @rule(name=st.sampled_from(SENDERS), mode=st.sampled_from(MODES))
    def carrier_does(self, name: str, mode: str) -> None:
        self.net.modes[name] = mode
        if mode == "takes":
            senders.resume(self.work, name, "test")

    @rule(at=INDEX, how=INDEX)
    def goes_on(self, at: int, how: int) -> None:
        """Something becomes of a text or a call; its receipt is under way."""
        live = [one for one in self.net.reached if not one.over]
        if live:
            self._goes_on(live[at % len(live)], how)

    def _answers(self, one: Reached, luck: random.Random) -> None:
        """What people do who were reached: some keys, or a text."""
        if one.state == State.DELIVERED and luck.random() < 0.2:
            self.texts_us(one.to, luck.choice(("1", "1 2 1", "1 1 1 1 1 1")), "taken")
        while one.state == State.ANSWERED and luck.random() < 0.8:
            before = one.turn
            self._press(one, one.turn, luck.choice("112"))
            if one.turn == before:
                return

    def _goes_on(self, one: Reached, how: int) -> None:
        ways = NEXT[one.medium][one.state]
        one.state = ways[how % len(ways)]
        self.receipts.append((one.ref, one.receipt()))
        if one.state == State.ANSWERED:
            calls.first(self.work, one.ref, str(one.carrier_id), "human")
            one.turn = 1

    @rule(at=INDEX, then=st.sampled_from(("gone", "gone", "again", "lost")))
    def callback(self, at: int, then: str) -> None:
        """A receipt comes, in any order, perhaps once more later, or never."""
        if not self.receipts:
            return
        place = at % len(self.receipts)
        ref, receipt = self.receipts[place]
        if then != "lost":
            outcomes.record_receipt(self.work, ref, receipt)
        if then != "again":
            self.receipts.pop(place)

    # The people's

    @rule(who=st.sampled_from(PEOPLE), body=st.sampled_from(WORDS), way=st.sampled_from(("taken", "unseen", "missed")))
    def texts_us(self, who: str, body: str, way: str) -> None:
        """Somebody writes; our answer is taken, or its response gets lost, or their text never comes."""
        self._write(self.world.text_from(body, who), way)

    @rule(who=st.sampled_from(PEOPLE), body=st.sampled_from(WORDS), way=st.sampled_from(("taken", "unseen")))
    def texts_kannel(self, who: str, body: str, way: str) -> None:
        """The same to the short code; what its box holds is handed over some time: it cannot be missed."""
        self._write(replace(self.world.text_from(body, who), to_number=self.kannel.address), way)

    def _write(self, text: InboundText, way: str) -> None:
        self.texts.append(text)
        self.net.written_to.setdefault(text.from_number, set()).add(text.to_number)
        if way == "missed":
            self.net.inbox.append(text)
        else:
            self._receive(text, way)

    @rule(at=INDEX)
    def comes_again(self, at: int) -> None:
        """A text that was delivered, or got lost, comes once more."""
        if not self.texts:
            return
        text = self.texts[at % len(self.texts)]
        self.net.inbox = [other for other in self.net.inbox if other != text]
        self._receive(text, "taken")

    def _receive(self, text: InboundText, way: str) -> None:
        sender = self.kannel if text.to_number == self.kannel.address else self.world.text
        reply = inbound.receive_text(self.work, sender, text)
        if not reply.repeated:
            self._heard(text)
        there = any(one.ref == reply.ref for one in self.net.reached)  # the same response again is one to the carrier
        if reply.body is not None and reply.ref is not None and way == "taken" and not there:
            one = self.net.take("text", text.from_number, reply.body, reply.ref, named=sender.can_reconcile)
            self.receipts.append((one.ref, one.receipt()))

    def _heard(self, text: InboundText) -> None:
        if text.body in STOPS:
            self.net.stopped.add(text.from_number)
        elif text.body in STARTS:
            self.net.stopped.discard(text.from_number)

    @rule(at=INDEX, digits=st.sampled_from(("1", "2", "0", "9", "*", None)), late=st.booleans())
    def presses(self, at: int, digits: str | None, late: bool) -> None:
        """A key in a call that talks, perhaps for a turn that was answered already."""
        talking = [one for one in self.net.reached if one.state == State.ANSWERED]
        if not talking:
            return
        one = talking[at % len(talking)]
        self._press(one, max(1, one.turn - 1) if late else one.turn, digits)

    def _press(self, one: Reached, turn: int, digits: str | None) -> None:
        try:
            calls.pressed(self.work, one.ref, turn, digits)
        except UnknownCallError:  # the dialogue has ended
            return
        one.turn = max(one.turn, turn + 1)

    # The staff's

    @rule(kind=st.sampled_from(KINDS), office=st.sampled_from((None, "HN")))
    def launches(self, kind: str, office: str | None) -> None:
        if len(self.campaigns) > 2:
            return
        try:
            made = campaigns.draft(self.work, "2026", office, "an", kind=kind)
            campaigns.launch(self.work, made, campaigns.preview(self.work, made).contacted, "an")
        except Refusal:  # nobody to contact, or nothing to contact them by
            return
        self.campaigns.append(made)

    @rule(at=INDEX, verb=st.sampled_from(VERBS))
    def commands(self, at: int, verb: str) -> None:
        """Staff pause, hold a province, go on or stop; what does not suit the state is refused."""
        campaign_id = self.campaigns[at % len(self.campaigns)]
        part = {"office": "HN"} if verb in ("hold", "let_go") else {}
        command = {"pause": campaigns.pause, "hold": campaigns.pause, "stop": campaigns.stop}
        try:
            command.get(verb, campaigns.resume)(self.work, campaign_id, "an", **part)
        except Refusal:
            return

    # What must hold

    @invariant()
    def nobody_was_reached_who_must_not_be(self) -> None:
        assert self.net.wrong == [], "; ".join(self.net.wrong)

    @invariant()
    def rows_are_whole(self) -> None:
        """One open contact an organisation and campaign, one row a step and attempt, nothing that no repair finds."""
        rows = self.world.rows(outbox)
        of_campaign = [row for row in rows if row["campaign_id"]]
        keys = [(row["campaign_id"], row["interview_id"], row["step"], row["attempt"]) for row in of_campaign]
        assert len(keys) == len(set(keys))
        ahead = [(row["campaign_id"], row["interview_id"]) for row in of_campaign if row["state"] in AHEAD]
        assert len(ahead) == len(set(ahead)), "two contacts of one campaign ahead of one organisation"
        unaskable = [row["error_code"] for row in rows if row["sender_id"] == self.kannel.id]
        assert not set(unaskable) & set(ASKED), "a doubt ended by asking who cannot be asked"
        for row in rows:
            assert row["state"] != State.PRESUMED or row["sent_at"], "presumed, and never handed over"
            assert row["state"] not in (State.CLAIMED, State.SENDING) or row["lease_until"], "held without an end"
            assert row["state"] != State.PLANNED or row["reserved_at"] is None, "reserved and not sent"
        open_rows = {(r["campaign_id"], r["interview_id"]) for r in of_campaign if r["state"] in (*AHEAD, *LIVE)}
        under_way = {row["id"] for row in self.world.rows(campaign_table) if row["state"] in UNDER_WAY}
        for place in (row for row in self.world.rows(campaign_interviews) if row["campaign_id"] in under_way):
            key = (place["campaign_id"], place["interview_id"])
            followed = place["state"] == "ended" or place["next_at"] or key in open_rows
            assert followed, "nobody will decide what comes next"

    def teardown(self) -> None:
        """Whatever happened: two minutes of repairs leave nothing in doubt, and stopping everything ends everything."""
        if not hasattr(self, "campaigns"):
            return
        for name in SENDERS:
            self.carrier_does(name, "takes")
        for one in self.net.reached:
            if one.medium == "call" and not one.over:
                one.state = State.COMPLETED
        for _ in range(8):  # two minutes
            self.clock.advance(timedelta(seconds=15))
            self.repairs()
        stuck = [row for row in self.world.rows(outbox) if row["state"] in (*AHEAD[1:], State.HANDED)]
        assert not stuck, [(row["medium"], row["state"]) for row in stuck]
        calls_on = [r for r in self.world.rows(outbox, medium="call") if r["state"] not in (*FINAL, State.PLANNED)]
        assert not calls_on, [(row["state"], row["reason"]) for row in calls_on]
        for row in self.world.rows(campaign_table):
            if row["state"] in UNDER_WAY:
                campaigns.stop(self.work, row["id"], "an")
        campaigns.finish_campaigns(self.work)
        assert {row["state"] for row in self.world.rows(campaign_table)} <= {"draft", "stopped", "done"}
        assert self.net.wrong == [], "; ".join(self.net.wrong)
        with self.work.database.transaction() as conn:  # answers are what the events say
            assert all(interviews.differences(conn, one) == [] for one in self.world.interviews)
