"""The week in which staff change the rules under way: hours, ladder, lines, and which sender is preferred."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from contact import settings
from contact.calendar import day, same_all_week
from contact.delivery import State
from contact.ladder import DEFAULT, Ladder, LadderStep
from services.rounds import rounds
from services.senders import failover, senders
from store.messages import senders as sender_rows
from store.tables.outbox import outbox
from store.tables.outbox import senders as sender_table
from tests.services.week.machine import SENDERS, Week

_EVENING, _NARROW = day("17:00-20:30"), day("08:00-10:00", "14:00-16:00")
HOURS = {
    "usual": settings.default().hours,
    "decree": settings.preset("decree").hours,
    "evenings": same_all_week(_EVENING, _EVENING, sunday_mornings=False),
    "narrow": same_all_week(_NARROW, _NARROW, sunday_mornings=True),
}
LADDERS = {
    "usual": DEFAULT,
    "calls first": Ladder((LadderStep("call", "call", 0), LadderStep("text", "invitation", 3600))),
    "one text": Ladder((LadderStep("text", "invitation", 0),)),
    "calls": Ladder((LadderStep("call", "call", 0, attempts=2), LadderStep("call", "call", 7200, other_time=True))),
}


class ChangingWeek(Week):
    """A week with the staff's changes; every invariant of the week holds by the rules as they stand now."""

    @rule(hours=st.sampled_from(sorted(HOURS)), ladder=st.sampled_from(sorted(LADDERS)))
    def change_rules(self, hours: str, ladder: str) -> None:
        """Hours and ladder of the round change: both apply to whatever has not left."""
        self.net.rules = replace(self.net.rules, hours=HOURS[hours], ladder=LADDERS[ladder])
        rounds.change_settings(self.work, "2026", self.net.rules, "an", "thử")

    @rule(lines=st.integers(1, 4), name=st.sampled_from(("line", "second-line")))
    def change_lines(self, lines: int, name: str) -> None:
        """A sender of calls gets fewer lines, or more."""
        senders.pace(self.work, name, "an", lines=lines)

    @rule(name=st.sampled_from(SENDERS))
    def prefer(self, name: str) -> None:
        """The operator prefers a sender, with a reason: planning takes it from now on."""
        for other in SENDERS:
            senders.weigh(self.work, other, 100 if other == name else 50, "thử", "an")

    @rule()
    def fail_over(self) -> None:
        """Due contacts of a failed sender go to one that can do the same, replies stay where they were written."""
        before = {row["id"]: row["sender_id"] for row in self.world.rows(outbox) if row["campaign_id"] is None}
        failover.reassign(self.work)
        after = {row["id"]: row["sender_id"] for row in self.world.rows(outbox) if row["campaign_id"] is None}
        assert before == after, "a reply changed its sender"
        with self.work.database.transaction() as conn:
            known = {row.id: row for row in sender_rows.all_rows(conn)}
            base = {row.id: row.base_weight for row in conn.execute(sa.select(sender_table))}
        for row in self.world.rows(outbox, state=State.PLANNED):
            at = known[row["sender_id"]]
            if row["campaign_id"] and row["due_at"] <= self.clock.now() and failover._failed(at, base[at.id]):
                fit = [s for s in known.values() if not s.paused_reason and s.weight > 0]
                stand_in = [s.name for s in fit if failover._can_stand_in(s, at)]
                assert not stand_in, f"a contact waits at {at.name}, which has failed, beside {stand_in}"

    @invariant()
    def weights_stay_between_nothing_and_what_was_set(self) -> None:
        for row in self.world.rows(sender_table):
            assert 0 <= row["weight"] <= row["base_weight"], row["name"]
