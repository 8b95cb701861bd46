"""A phone network in one process, and the witness of whom it reached: it notes every contact that must not have been.

It knows the world by its rows, and what people said by being told; it must not know how we decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from carriers.errors import CarrierAwayError
from contact import ladder, settings
from contact.calendar import day_start
from contact.caps import EXEMPT
from contact.delivery import Accepted, Departed, ErrorKind, InboundText, Receipt, Refused, SendResult, State, Unknown
from contact.sender import SenderRow
from contact.settings import RoundSettings
from store.tables.campaigns import campaigns
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from tests.services.world import World

MODES = ("takes", "takes", "throttled", "later", "unheard", "unanswered", "misconfigured", "dead_number")
"""What a sender's carrier does with a request; `unheard`: it never came, `unanswered`: taken, its answer got lost."""
ANSWERS_SOMEBODY = ("reply", "receipt", "opt_out_confirmation")
OVER = ("complete", "refused", "answered")
LIVE = (State.SENT, State.RINGING, State.ANSWERED)
NEXT: dict[str, dict[State, tuple[State, ...]]] = {
    "text": {State.SENT: (State.DELIVERED, State.UNDELIVERED, State.FAILED)},
    "call": {
        State.SENT: (State.RINGING, State.NO_ANSWER, State.BUSY, State.FAILED),
        State.RINGING: (State.ANSWERED, State.NO_ANSWER, State.MACHINE),
        State.ANSWERED: (State.COMPLETED,),
    },
}
"""How a contact goes on at the carrier."""


@dataclass
class Reached:
    """One text or call the carrier took."""

    ref: str
    to: str
    medium: str
    body: str
    at: datetime
    carrier_id: str | None
    """None: a carrier like Kannel, which gives no id and cannot be asked."""
    state: State = State.SENT
    turn: int = 0
    """Turns of the dialogue that were given out."""

    @property
    def over(self) -> bool:
        """Nothing more becomes of it."""
        return self.state not in NEXT[self.medium]

    def receipt(self) -> Receipt:
        """What the carrier says of it now."""
        return Receipt(self.carrier_id, self.state, str(self.state))


@dataclass
class Network:
    """Carrier of texts and calls for every sender."""

    world: World
    reached: list[Reached] = field(default_factory=list)
    modes: dict[str, str] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    """Numbers whose owners told us to stop, and we have taken it in."""
    inbox: list[InboundText] = field(default_factory=list)
    """Texts people sent whose delivery to us got lost; the carrier lists them."""
    wrong: list[str] = field(default_factory=list)
    """What must not have happened."""
    rules: RoundSettings = field(default_factory=settings.default)
    """The round's settings, as staff last changed them."""
    written_to: dict[str, set[str]] = field(default_factory=dict)
    """Number → addresses of ours its owner has written to."""

    def text(self, sender: SenderRow) -> Network:
        """See `services.ports.Carriers`."""
        return self

    def call(self, sender: SenderRow) -> Network:
        """See `services.ports.Carriers`."""
        return self

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """See `services.ports.TextCarrier`."""
        return self._asked(sender, "text", to, body, ref)

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        """See `services.ports.CallCarrier`."""
        return self._asked(sender, "call", to, "", ref)

    def _asked(self, sender: SenderRow, medium: str, to: str, body: str, ref: str) -> SendResult:
        self._witness(sender, medium, to, ref)
        mode = self.modes.get(sender.name, "takes")
        if mode in ("takes", "unanswered"):
            one = self.take(medium, to, body, ref, named=sender.can_reconcile)
            return Accepted(one.carrier_id) if mode == "takes" else Unknown("timeout")
        return {
            "throttled": Refused(ErrorKind.THROTTLED, "20429"),
            "later": Refused(ErrorKind.LATER, "30003"),
            "unheard": Unknown("timeout"),
            "misconfigured": Refused(ErrorKind.CONFIGURATION, "20003"),
            "dead_number": Refused(ErrorKind.NUMBER, "21211"),
        }[mode]

    def take(self, medium: str, to: str, body: str, ref: str, *, named: bool = True) -> Reached:
        """The carrier has it: it reaches the person. `named`: the carrier gives it an id."""
        if any(one.ref == ref for one in self.reached):
            self.wrong.append(f"twice: {medium} {ref}")
        prefix = "SM" if medium == "text" else "CA"
        carrier_id = f"{prefix}{len(self.reached) + 1:032x}" if named else None
        one = Reached(ref, to, medium, body, self.world.work.clock.now(), carrier_id)
        self.reached.append(one)
        return one

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """See `services.ports`."""
        self._reachable(sender)
        return next((one.receipt() for one in self.reached if one.carrier_id == carrier_id), None)

    def find(self, sender: SenderRow, to: str, *more: object) -> Sequence[Receipt]:
        """See `services.ports`: texts by their words and since when, calls by since when."""
        self._reachable(sender)
        body, since = (more[0], more[1]) if sender.medium == "text" else ("", more[0])
        assert isinstance(since, datetime)
        return [
            one.receipt()
            for one in self.reached
            if (one.medium, one.to, one.body) == (sender.medium, to, body) and one.at >= since
        ]

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        """See `services.ports.TextCarrier`."""
        self._reachable(sender)
        return [text for text in self.inbox if text.to_number == sender.address]

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """See `services.ports`."""
        self._reachable(sender)
        return [
            Departed(one.to, one.at, one.receipt(), one.body)
            for one in self.reached
            if one.medium == sender.medium and one.at >= since
        ]

    def hang_up(self, sender: SenderRow, carrier_id: str) -> None:
        """See `services.ports.CallCarrier`."""
        for one in self.reached:
            if one.carrier_id == carrier_id and not one.over:
                one.state = State.COMPLETED

    def _reachable(self, sender: SenderRow) -> None:
        if not sender.can_reconcile:
            self.wrong.append(f"{sender.name} was asked, which cannot be asked")
        if self.modes.get(sender.name, "takes") != "takes":
            raise CarrierAwayError(sender.name)

    def _witness(self, sender: SenderRow, medium: str, to: str, ref: str) -> None:
        """Whether this contact may be asked for at this moment: every reason why not is noted."""
        row = self._row(ref)
        purpose = row["purpose"]
        if to in self.stopped and purpose != "opt_out_confirmation":
            self.wrong.append(f"after a stop: {purpose}")
        if medium == "call" and any(one.to == to and one.medium == "call" and not one.over for one in self.reached):
            self.wrong.append("two calls at once")
        if purpose == "reply" and sender.address not in self.written_to.get(to, ()):
            self.wrong.append(f"a reply from {sender.name}, to which nobody wrote")
        if purpose in ANSWERS_SOMEBODY:
            return
        if row["status"] in OVER and purpose != "thank_you":
            self.wrong.append(f"after the end: {purpose} to one who is {row['status']}")
        if row["campaign_state"] != "running" or {f"office:{row['office_id']}", f"medium:{medium}"} & set(row["holds"]):
            self.wrong.append(f"held back: {purpose} of a campaign that is {row['campaign_state']}, {row['holds']}")
        if purpose not in EXEMPT:
            self._witness_limits(medium, to, row)
            self._witness_step(medium, row)

    def _witness_step(self, medium: str, row: sa.RowMapping) -> None:
        """What leaves is a rung of the ladder as it stands now."""
        steps = ladder.from_dict(row["ladder"]).steps
        step = steps[row["step"] - 1] if row["step"] <= len(steps) else None
        if step is None or (step.medium, step.purpose) != (medium, row["purpose"]) or row["attempt"] < 1:
            self.wrong.append(f"no rung of the ladder: step {row['step']}, {medium} {row['purpose']}")

    def _witness_limits(self, medium: str, to: str, row: sa.RowMapping) -> None:
        now, usual = self.world.work.clock.now(), self.rules
        if not usual.calendar.open("text" if medium == "text" else "call", now):
            self.wrong.append(f"out of hours: {medium} at {now}")
        counted = self._counted()
        today = Counter(one.medium for one in counted if one.to == to and one.at >= day_start(now))
        caps = usual.caps
        if today.total() >= caps.contacts_a_day or (medium == "text" and today["text"] >= caps.texts_a_day):
            self.wrong.append(f"over the day's caps: {medium} after {dict(today)}")
        talked = [one for one in counted if one.to == to and one.at >= day_start(now) and one.turn]
        if medium == "call" and len(talked) >= caps.answered_calls_a_day:
            self.wrong.append("a call after an answered one")
        of = {r["ref"] for r in self.world.sent(interview_id=row["interview_id"])}
        if sum(one.ref in of for one in counted) >= caps.contacts_a_round:
            self.wrong.append("over the round's cap")

    def _counted(self) -> list[Reached]:
        """What was reached and counts as a contact we started; what the carrier says has failed may be tried again."""
        purposes = {row["ref"]: row["purpose"] for row in self.world.rows(outbox)}
        return [one for one in self.reached if purposes[one.ref] not in EXEMPT and one.state != State.FAILED]

    def _row(self, ref: str) -> sa.RowMapping:
        query = (
            sa.select(
                outbox,
                interviews.c.status,
                campaigns.c.state.label("campaign_state"),
                campaigns.c.holds,
                campaigns.c.ladder,
            )
            .outerjoin(interviews, interviews.c.id == outbox.c.interview_id)
            .outerjoin(campaigns, campaigns.c.id == outbox.c.campaign_id)
            .where(outbox.c.ref == ref)
        )
        with self.world.work.database.transaction() as conn:
            return conn.execute(query).mappings().one()
