"""What the journal and the handsets' ledgers say against the database, read piece by piece: lost, twice, stuck."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from contact.settings import RoundSettings
from demo import checks as witness
from demo.network_process import NetworkProcess
from demo.sample_people import SamplePerson
from services.sending.policy import ANSWERS_SOMEBODY
from services.work import Work
from store.tables.outbox import outbox

KEPT = tuple(
    f'"kind": "{kind}"'.encode() for kind in ("message.accepted", "call.accepted", "call.status", "message.inbound")
)
WEBHOOK = b'"kind": "webhook.sent"'
STUCK = ("planned", "claimed", "sending", "handed", "unknown")


@dataclass
class Journal:
    """What is needed of a long journal: contacts, ends of calls, texts of people; requests by what they are."""

    entries: list[dict[str, Any]]
    requests: Counter[str]
    """text | key | receipt | failed → requests that reached us, and those that got no 2xx."""


def read(path: Path) -> Journal:
    """The journal in `path`, line by line."""
    found = Journal([], Counter())
    with path.open("rb") as file:
        for raw in file:
            head = raw[:64]
            if WEBHOOK in head:
                found.requests[_what(raw)] += 1
            elif any(kind in head for kind in KEPT):
                entry = json.loads(raw)
                if entry["kind"] != "message.accepted" or entry["direction"] == "outbound-api":
                    found.entries.append(entry)
    return found


def _what(raw: bytes) -> str:
    entry = json.loads(raw)
    if entry["status"] is None or entry["status"] >= 300:
        return "failed"
    return "receipt" if "/receipt/" in entry["url"] else "key" if "/voice/" in entry["url"] else "text"


def examine(
    work: Work, network: NetworkProcess, journal: Journal, people: Sequence[SamplePerson], rules: RoundSettings
) -> dict[str, list[str]]:
    """Every check by name → its violations."""
    differences = witness.differences(work, people, network.ledger())
    started = _started_by_us(work, journal.entries)
    return {
        "lost": [line for line in differences if line.endswith("stored None")],
        "other than meant": [line for line in differences if not line.endswith("stored None")],
        "twice": witness.twice(journal.entries),
        "outside the hours": witness.outside_hours(started, rules.calendar),
        "over the caps": witness.over_caps(witness.counted_contacts(work, started), rules.caps),
        "after an opt-out": witness.after_opt_out(journal.entries),
        "stuck": stuck(work),
    }


def _started_by_us(work: Work, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without replies that left by themselves, because a sweep found the text they answer."""
    query = select(outbox.c.ref).where(outbox.c.purpose.in_(ANSWERS_SOMEBODY), outbox.c.state != "handed")
    with work.database.transaction() as conn:
        replies = set(conn.scalars(query))
    return [e for e in entries if witness.ref_of(e) not in replies]


def stuck(work: Work) -> list[str]:
    """Rows that are neither over nor known to be with the carrier, and calls that never ended: counts."""
    live = (outbox.c.medium == "call") & outbox.c.state.in_(("sent", "ringing", "answered"))
    query = select(outbox.c.medium, outbox.c.purpose, outbox.c.state, func.count().label("n"))
    query = query.where(outbox.c.state.in_(STUCK) | live).group_by(outbox.c.medium, outbox.c.purpose, outbox.c.state)
    with work.database.transaction() as conn:
        return [f"{row.n} {row.medium} {row.purpose} {row.state}" for row in conn.execute(query)]
