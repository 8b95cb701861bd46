"""After a restore: what carriers list since the database was last whole is made good, in the order it happened; then
things may leave again.

Texts that came in go through the ordinary door, what left is tied to its rows. Of a carrier that has no list nobody can
tell: staff release its sender. It must not know how the database came to be older.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from carriers.errors import CarrierAwayError
from characters.cleaning import storable
from contact.campaign_states import CampaignState
from contact.delivery import Departed, InboundText
from contact.sender import SenderRow
from services.campaign import next_step
from services.continuity import MARGIN
from services.recovery import unrecorded_contacts
from services.refusal import Refusal
from services.texts import unfit as unfit_texts
from services.unfit import isolation
from services.work import Work
from store import audit
from store.campaign import campaigns
from store.messages import continuity as rows
from store.messages import inbound as inbound_rows
from store.messages import senders
from store.messages.continuity import UnreadSender

LISTS_LAG = timedelta(seconds=60)
"""Real time for which a carrier's list may lack what it has taken."""
PAGE = 500


@dataclass(slots=True)
class Made:
    """What was made good for one sender: texts taken in, contacts that left by what became of them, and what is left to
    try again."""

    sender: str
    texts: int = 0
    contacts: Counter[str] = field(default_factory=Counter)
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Happened:
    """One thing that a carrier tells, at our business time."""

    at: datetime
    sender: SenderRow
    what: InboundText | Departed

    @property
    def place(self) -> tuple[datetime, bool]:
        """Its place in the order of things; of one second a text comes before its answer."""
        return self.at, isinstance(self.what, Departed)


def read_carriers(work: Work) -> Sequence[Made]:
    """Read the lists of every sender that is held and has one, and let it go again. What was made good.

    A carrier that is away keeps its sender held, and with it everything: what it lists may be a stop.
    """
    with work.database.transaction() as conn:
        due = [row for row in rows.unread(conn) if _is_ripe(work, row)]
        known = {sender.id: sender for sender in senders.all_rows(conn)}
    until = work.clock.now()
    lists = {row.id: _listed(work, known[row.id], row.unread_since) for row in due}
    read = {sender_id: listed for sender_id, listed in lists.items() if listed is not None}
    made = _make_good(work, [one for listed in read.values() for one in listed])
    for row in due:
        found = made.setdefault(row.id, Made(row.name))
        if row.id in read and not found.waiting:
            _let_go(work, row, found, until if known[row.id].medium == "text" else None)
    return list(made.values())


def replay(work: Work, name: str, heard: Sequence[InboundText], left: Sequence[Departed], actor: str) -> Made:
    """Make good what the log of a sender's carrier tells; the sender stays held. Raises Refusal for an unknown one, and
    for one that is not held."""
    sender, row = _held(work, name)
    since = row.unread_since
    happened = [one for one in _happened(work, sender, heard, left) if one.at >= since]
    fresh = [one for one in happened if isinstance(one.what, Departed) or not _was_heard(work, sender, one.what)]
    made = _make_good(work, fresh).get(sender.id, Made(name))
    _tell(work, actor, "restore.replayed", name, made)
    return made


def release(work: Work, name: str, actor: str, *, all_read: bool = False) -> int:
    """Let a sender go whose carrier cannot be read. What was due by it is in doubt from now on, counts against the caps
    and is never sent again; not so when its whole log was replayed (`all_read`). Rows in doubt.

    Raises Refusal for an unknown sender and for one that is not held.
    """
    sender, row = _held(work, name)
    doubtful = 0 if all_read else _presume_due(work, sender)
    with work.database.transaction() as conn:
        rows.mark_read(conn, sender.id, row.unread_since)
        detail = {"in_doubt": doubtful, "all_read": all_read}
        audit.append(conn, at=work.clock.now(), actor=actor, action="restore.released", subject=name, detail=detail)
    return doubtful


def _is_ripe(work: Work, row: UnreadSender) -> bool:
    """Whether its carrier can be asked, and lists by now all that left before the hold."""
    return row.can_reconcile and row.held_at <= work.clock.real() - work.scaled(LISTS_LAG)


def _listed(work: Work, sender: SenderRow, since: datetime) -> list[_Happened] | None:
    """The carrier's list for one sender, in our time; None: the carrier cannot be reached."""
    floor = since - max(_offset(sender), timedelta(0))
    try:
        if sender.medium == "call":
            return _happened(work, sender, [], work.carriers.call(sender).list_departed(sender, floor))
        carrier = work.carriers.text(sender)
        heard = list(carrier.list_inbound(sender, floor)) if sender.can_receive else []
        return _happened(work, sender, _unheard(work, sender, heard), carrier.list_departed(sender, floor))
    except CarrierAwayError:
        return None


def _offset(sender: SenderRow) -> timedelta:
    return timedelta(seconds=sender.clock_offset_s or 0)


def _unheard(work: Work, sender: SenderRow, heard: Sequence[InboundText]) -> list[InboundText]:
    with work.database.transaction() as conn:
        told = [text.carrier_id for text in heard if storable(text.carrier_id) == text.carrier_id]
        known = inbound_rows.known(conn, sender.id, told)
    return [text for text in heard if text.carrier_id not in known]


def _was_heard(work: Work, sender: SenderRow, text: InboundText) -> bool:
    """Whether a text of a log is here: a log does not tell the id it had."""
    if text.at is None:
        return False
    with work.database.transaction() as conn:
        near = inbound_rows.bodies_near(
            conn, sender.id, work.vault.lookup(text.from_number), text.at, unrecorded_contacts.SLACK
        )
    return any(work.vault.open(row.body, "inbound.body", row.id) == text.body for row in near)


def _happened(work: Work, sender: SenderRow, heard: Sequence[InboundText], left: Sequence[Departed]) -> list[_Happened]:
    offset, now = _offset(sender), work.clock.now()
    found = [_Happened(now if text.at is None else text.at + offset, sender, text) for text in heard]
    return found + [_Happened(one.at + offset, sender, replace(one, at=one.at + offset)) for one in left]


def _make_good(work: Work, happened: Sequence[_Happened]) -> dict[UUID, Made]:
    """Everything in the order it happened, each by itself."""
    made: dict[UUID, Made] = {}
    for one in sorted(happened, key=lambda one: one.place):
        found = made.setdefault(one.sender.id, Made(one.sender.name))
        if isinstance(one.what, InboundText):
            then = replace(work, clock=unrecorded_contacts.Then(work.clock, one.at))
            taken = unfit_texts.take_in_listed(then, one.sender, [one.what])
            found.texts += sum(not reply.repeated for reply in taken.done)
            found.waiting += len(taken.waiting)
        else:
            _tie(work, one, one.what, found)
    return made


def _tie(work: Work, one: _Happened, what: Departed, found: Made) -> None:
    tied = isolation.each(
        work, "departed", [what], lambda left: unrecorded_contacts.tie(work, one.sender, left),
        key=lambda left: f"{one.sender.id}:{left.receipt.carrier_id or one.at.isoformat()}",
        aside=unrecorded_contacts.set_aside(work, one.sender),
    )  # fmt: skip
    found.contacts.update(tied.done)
    found.waiting += len(tied.waiting)


def _let_go(work: Work, row: UnreadSender, made: Made, until: datetime | None) -> None:
    with work.database.transaction() as conn:
        rows.mark_read(conn, row.id, row.unread_since, None if until is None else until - MARGIN)
    _tell(work, "machine:recovery", "restore.read", row.name, made)


def _tell(work: Work, actor: str, action: str, name: str, made: Made) -> None:
    detail = {"texts": made.texts, **made.contacts, "waiting": made.waiting}
    with work.database.transaction() as conn:
        audit.append(conn, at=work.clock.now(), actor=actor, action=action, subject=name, detail=detail)


def _held(work: Work, name: str) -> tuple[SenderRow, UnreadSender]:
    with work.database.transaction() as conn:
        sender = senders.by_name(conn, name)
        row = next((row for row in rows.unread(conn) if row.name == name), None)
    if sender is None:
        raise Refusal("sender.unknown", name=name)
    if row is None:
        raise Refusal("restore.not_held", name=name)
    return sender, row


def _presume_due(work: Work, sender: SenderRow) -> int:
    """Put in doubt what would have left by now, and what the ladders would have planned meanwhile. Rows."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        running = campaigns.ids_in(conn, CampaignState.RUNNING)
    for campaign_id in running:
        while next_step.go_on(work, campaign_id):
            pass
    doubtful = 0
    while True:
        with work.database.transaction() as conn:
            due = rows.due_of(conn, sender.id, now, PAGE)
        done = sum(unrecorded_contacts.presume(work, sender, row.phone_hash, row.id) for row in due)
        doubtful += done
        if not done:
            return doubtful
