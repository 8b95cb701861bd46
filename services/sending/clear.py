"""The moment of sending: a page of claimed rows is cleared under the locks phones → interviews → rows, written, marked
`sending`.

Nothing is sent here. What may leave is decided in `services.sending.policy`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.abilities import NOT_ABLE
from contact.caps import EXEMPT, Caps, Counts
from contact.delivery import State
from contact.purpose import Purpose
from contact.sender import SenderRow
from contact.settings import RoundSettings
from services.consent import abilities
from services.follow_up import resumptions
from services.sending import campaign_texts
from services.sending.policy import Facts, Go, Hold, Retime, Withdraw, clear
from services.work import Work
from sms.binding import Shown
from sms.texting import Text
from store.campaign import campaigns as campaign_rows
from store.campaign.replanning import LADDER_CHANGED
from store.interview import interviews as interview_rows
from store.interview.interviews import HeldInterview
from store.messages import contact_history, departing_page, outbox
from store.messages.departing_page import DepartingRow, Departure, PagePhone, RoundTerms

ON_ITS_WAY = timedelta(seconds=1)
"""Real time from its slot to the carrier, generously: a minute and more on a clock that runs fast."""
SENDING_LEASE = timedelta(seconds=45)
"""Real time; longer than any carrier may keep us waiting (`carriers.http_results`)."""
NOT_REACHED = frozenset({*NOT_ABLE.values(), "number_gone"})
"""Why a call that was asked for does not leave, without anybody having said so."""
LOOK_BACK = timedelta(hours=25)
"""Business time within which contacts may count towards "a day" (`Caps.since`)."""


@dataclass(frozen=True, slots=True)
class Order:
    """One contact cleared to leave."""

    outbox_id: UUID
    ref: str
    number: str
    body: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """What leaves of a page, in its order; and rows not looked at, that share a phone or an interview with one that
    was: their caps depend on what became of it."""

    orders: list[Order]
    waiting: list[UUID]


@dataclass(frozen=True, slots=True)
class _Contact:
    """One row of a page under its locks, and what its phone and its organisation had so far."""

    departure: Departure
    phone: PagePhone
    interview: HeldInterview | None
    had: Counts

    @property
    def row(self) -> DepartingRow:
        """The row itself."""
        return self.departure.row


@dataclass(frozen=True, slots=True)
class _Going:
    """One that may leave, and when it does: business time and real time."""

    contact: _Contact
    verdict: Go
    at: datetime
    real: datetime


def make_ready(work: Work) -> None:
    """Load what is slow once per process (the holidays), before slots are taken that would pass meanwhile."""
    _settings(None).calendar_at("").open("text", work.clock.now())


def prepare(work: Work, sender: SenderRow, rows: Sequence[UUID], slots: Sequence[datetime] = ()) -> Cleared:
    """Clear a page of claimed rows in one transaction, write their texts and mark them `sending`.

    `slots`: the real times the first, second … of those cleared will leave at, where that is not now. What may leave
    then is asked as of that moment, not of this one.
    """
    with work.database.transaction() as conn:
        held, waiting = _lock(conn, sender, rows, work.clock.now())
        going: list[_Going] = []
        for contact in held:
            now = work.clock.real()
            real = max([now, *slots[len(going) : len(going) + 1]])
            at = work.clock.after(real - now)
            verdict = _verdict(conn, contact, at, work.clock.after(real - now + ON_ITS_WAY))
            if isinstance(verdict, Go):
                going.append(_Going(contact, verdict, at, real))
            else:
                _put_off(work, conn, contact.row, verdict, at)
        return Cleared(_sign_off(work, conn, sender, going), waiting)


def _lock(
    conn: Connection, sender: SenderRow, rows: Sequence[UUID], now: datetime
) -> tuple[list[_Contact], list[UUID]]:
    """Lock a page's phones, interviews and rows, in this order: what may be cleared now, and rows that have to wait."""
    of = {phone.row_id: phone for phone in departing_page.lock_phones(conn, rows)}
    alone, waiting = _apart([of[row] for row in rows if row in of])
    interviews = interview_rows.lock_all(conn, [phone.interview_id for phone in alone if phone.interview_id])
    departures = departing_page.lock_rows(conn, [phone.row_id for phone in alone], sender.id)
    ours = [phone for phone in alone if phone.row_id in departures and _is_ours(departures[phone.row_id].row)]
    had = contact_history.counts(conn, [phone.row_id for phone in ours], now - LOOK_BACK, now)
    return [
        _Contact(
            departures[phone.row_id],
            phone,
            None if phone.interview_id is None else interviews.get(phone.interview_id),
            had[phone.row_id],
        )
        for phone in ours
    ], waiting


def _apart(page: Sequence[PagePhone]) -> tuple[list[PagePhone], list[UUID]]:
    """One row for each phone and each interview, and the others."""
    alone: list[PagePhone] = []
    waiting: list[UUID] = []
    before: set[bytes | UUID] = set()
    for phone in page:
        shared = _shared(phone)
        if shared & before:
            waiting.append(phone.row_id)
        else:
            alone.append(phone)
        before |= shared
    return alone, waiting


def _shared(phone: PagePhone) -> set[bytes | UUID]:
    """What two rows of one page may not have in common."""
    return {phone.hash} if phone.interview_id is None else {phone.hash, phone.interview_id}


def _is_ours(row: DepartingRow) -> bool:
    return row.state == State.CLAIMED


def _verdict(conn: Connection, contact: _Contact, at: datetime, arrives_at: datetime) -> Go | Withdraw | Retime | Hold:
    row, interview = contact.row, contact.interview
    terms = contact.departure.round
    settings = _settings(None if terms is None else terms.settings)
    facts = Facts(
        medium=row.medium,
        purpose=row.purpose,
        consent=contact.phone.consent,
        interview_status=interview.status if interview else "",
        campaign_state=row.campaign_state,
        round_open=_round_open(terms, interview, at),
        counts=_counts(conn, contact, settings.caps, at),
        on_hold=_on_hold(row),
        on_ladder=LADDER_CHANGED not in row.reason,
        deadline_at=row.deadline_at,
        arrives_at=arrives_at,
        overtaken=_overtaken(contact.departure),
        not_theirs=_not_theirs(row),
        erased=contact.phone.number is None,
        unable=row.unable or "",
        unread=row.unread,
        gone_on=resumptions.gone_on(row, interview),
    )
    return clear(facts, at, settings.calendar_at(row.office_code or ""), settings.caps)


def _round_open(terms: RoundTerms | None, interview: HeldInterview | None, now: datetime) -> bool:
    """Whether the round of this row is still open in the organisation's province."""
    if interview is not None and (interview.locked or now >= interview.deadline_at):
        return False
    return terms is None or (terms.state == "open" and now < terms.closes_at)


@lru_cache(maxsize=32)
def _settings(document: str | None) -> RoundSettings:
    """The settings of a round; of a contact without one the usual."""
    return round_settings.default() if document is None else round_settings.from_dict(json.loads(document))


def _overtaken(departure: Departure) -> bool:
    """Whether our number has sent the phone something newer since the row was written."""
    return any(Shown.from_dict(one).visible_at > departure.row.created_at for one in departure.shown)


def _not_theirs(row: DepartingRow) -> str:
    """Why the row's number is not its organisation's: it may have been given up, or left the list, while it waited."""
    if row.interview_id is None or row.link_valid:
        return ""
    return "number_gone" if row.link_valid is None else row.link_note or "wrong_number"


def _on_hold(row: DepartingRow) -> bool:
    parts = (f"office:{row.office_id}", f"sender:{row.sender_id}", f"medium:{row.medium}")
    return any(part in (row.holds or ()) for part in parts)


def _counts(conn: Connection, contact: _Contact, caps: Caps, now: datetime) -> Counts:
    row = contact.row
    lately = contact.had.lately(caps.since(now))
    phone, interview, purpose = row.phone_hash, row.interview_id, row.purpose
    if purpose not in EXEMPT:
        return lately
    dropped: datetime | None = None
    since: datetime | None = caps.since(now)
    if purpose == Purpose.RESUMPTION:
        since = dropped = contact_history.dropped_at(conn, phone, interview)
    elif purpose == Purpose.OPT_OUT_CONFIRMATION:
        since = contact_history.stopped_at(conn, phone)
    return replace(
        lately,
        same_purpose=contact_history.same_purpose(conn, purpose, phone, interview, since),
        since_drop_s=None if dropped is None else int((now - dropped).total_seconds()),
    )


def _sign_off(work: Work, conn: Connection, sender: SenderRow, going: Sequence[_Going]) -> list[Order]:
    """Write what the texts of a page say, and mark its rows: from here on they may have left."""
    bodies = _bodies(work, conn, sender, going)
    departing_page.mark(conn, sender.id, [_mark(work, one, body) for one, body in zip(going, bodies, strict=True)])
    return [_order(work, one.contact, body) for one, body in zip(going, bodies, strict=True)]


def _bodies(work: Work, conn: Connection, sender: SenderRow, going: Sequence[_Going]) -> Sequence[Text | None]:
    if sender.medium == "call":
        return [None] * len(going)
    page = [campaign_texts.DepartingText(one.contact.departure, one.contact.interview, one.at) for one in going]
    return campaign_texts.write_all(work, conn, sender, page)


def _mark(work: Work, one: _Going, body: Text | None) -> dict[str, Any]:
    return {
        "id": one.contact.row.id,
        "lease_until": one.real + work.scaled(SENDING_LEASE),
        "reserved_at": one.at if one.verdict.counted else None,
        "sent_at": one.at,
        "sent_real_at": one.real,
        "body": None if body is None else work.vault.seal(body.body, "outbox.body", one.contact.row.id),
        "segments": None if body is None else body.segments,
    }


def _order(work: Work, contact: _Contact, body: Text | None) -> Order:
    if contact.phone.number is None:
        raise ValueError("an erased number cannot be contacted")  # the policy takes such a row back
    number = work.vault.open(contact.phone.number, "phones.number", contact.phone.hash)
    return Order(contact.row.id, contact.row.ref, number, "" if body is None else body.body)


def _put_off(work: Work, conn: Connection, row: DepartingRow, verdict: Withdraw | Retime | Hold, now: datetime) -> None:
    """The row does not leave now: withdrawn with its reason, re-timed, or simply returned."""
    if isinstance(verdict, Withdraw):
        outbox.change(
            conn, row.id, state=State.WITHDRAWN, reason={"code": verdict.code, **verdict.params},
            ended_at=now, lease_until=None,
        )  # fmt: skip
        if row.campaign_id and row.interview_id:
            campaign_rows.decide_again(conn, row.campaign_id, row.interview_id, now)
        if row.purpose == Purpose.CALL_BACK and verdict.code in NOT_REACHED and row.interview_id:
            abilities.break_promise(work, conn, row.interview_id, row.office_id)
    elif isinstance(verdict, Retime):
        outbox.change(
            conn, row.id, state=State.PLANNED, due_at=verdict.at, lease_until=None,
            reason={**row.reason, "retimed": verdict.code},
        )  # fmt: skip
    else:
        outbox.change(conn, row.id, state=State.PLANNED, lease_until=None)
