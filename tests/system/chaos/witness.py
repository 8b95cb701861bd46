"""What the network's journal says happened, against the database: lost, invented, doubled, too often, stuck.

The journal is read from its file, so that no part under test can colour it. Every check gives its violations.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from sqlalchemy import select

from contact.caps import EXEMPT
from contact.settings import RoundSettings
from demo import checks as usual
from demo.checks import contacts, ref_of
from demo.sample_people import SamplePerson, topic_name
from services.calls import dialogue as calls
from services.interview import recording as interviews
from services.sending.policy import ANSWERS_SOMEBODY
from services.work import Work
from store.tables.interviews import answers, inbound
from store.tables.interviews import interviews as interview_table
from store.tables.outbox import outbox
from tests.system.chaos import people as village

Entry = Mapping[str, Any]
NOT_LEFT = ("planned", "claimed", "withdrawn")
OVER = ("completed", "busy", "failed", "no-answer", "canceled")
FAILED_AT_CARRIER = ("failed", "canceled", "undelivered")
STUCK = ("claimed", "sending", "handed", "unknown", "planned")


def read(journal: Path) -> list[dict[str, Any]]:
    """Every whole line; one a kill has torn is passed over."""
    found = []
    for line in journal.read_text("utf-8", "replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


@dataclass
class Meant:
    """What one person answered to one question: every act has the same `value`; `owed` says that we must have it."""

    value: str
    owed: bool = False
    media: set[str] = field(default_factory=set)


def meant(journal: Sequence[Entry], apology: str) -> dict[str, dict[str, Meant]]:
    """Number → topic → what was meant and sent. A text is owed once it is on the carrier's list, a key once its
    webhook was answered with anything but the apology."""
    found: dict[str, dict[str, Meant]] = defaultdict(dict)
    person = {e["sid"]: e["to"] for e in journal if e["kind"] == "call.accepted"}
    person |= {e["sid"]: e["sender"] for e in journal if e["kind"] == "call.inbound"}
    keys: dict[str, Entry] = {}
    for e in journal:
        if e["kind"] == "message.inbound" and e["topic"]:
            _note(found[e["sender"]], e, "sms", owed=True)
        elif e["kind"] == "call.keys":
            keys[e["sid"]] = e
            if e["topic"]:
                _note(found[person[e["sid"]]], e, "voice", owed=False)
        elif e["kind"] == "webhook.sent" and _took(e, keys.get(e["about"]), apology):
            key = keys[e["about"]]
            _note(found[person[key["sid"]]], key, "voice", owed=True)
    return found


def _took(sent: Entry, key: Entry | None, apology: str) -> bool:
    """Whether this request carried that key's answer and was answered as taken."""
    if key is None or not key["topic"] or sent["url"] != urldefrag(key["url"])[0]:
        return False
    return 200 <= (sent["status"] or 0) < 300 and sent["answer"] != apology


def _note(of: dict[str, Meant], e: Entry, medium: str, *, owed: bool) -> None:
    entry = of.setdefault(e["topic"], Meant(e["value"]))
    entry.owed |= owed
    entry.media.add(medium)


def digest(document: str) -> str:
    """How the journal names the document of an answer."""
    return blake2b(document.encode(), digest_size=8).hexdigest()


@dataclass
class Stored:
    """The database's answers by interview, and how each interview stands."""

    answers: dict[Any, dict[str, str]]
    status: dict[Any, str]


def stored(work: Work) -> Stored:
    """What the database holds."""
    with work.database.transaction() as conn:
        rows = conn.execute(select(answers.c.interview_id, answers.c.question, answers.c.value)).all()
        status = {row.id: row.status for row in conn.execute(select(interview_table.c.id, interview_table.c.status))}
    found: dict[Any, dict[str, str]] = defaultdict(dict)
    for row in rows:
        found[row.interview_id][row.question] = row.value
    return Stored(found, status)


def examine(
    work: Work,
    held: Stored,
    journal: Sequence[Entry],
    people: Sequence[SamplePerson],
    settings: RoundSettings = village.SETTINGS,
) -> dict[str, list[str]]:
    """Every check by name → its violations; `settings` are those of the round. While things are under way, `held` must
    have been read before the journal: else an answer that came in between looks as if nobody had said it."""
    said = meant(journal, digest(calls.apology(work)))
    left = _left(work)
    started = [e for e in journal if not _answers_somebody(e, left)]
    return {
        "answers": [line for person in people for line in _answers(person, said, held)],
        "twice": usual.twice(journal),
        "hours": usual.outside_hours(started, settings.calendar),
        "caps": usual.over_caps([e for e in started if not _is_exempt(e, left)], settings.caps),
        "resumed": _resumed_too_often(started, left),
        "opt_out": _after_opt_out(work, started, left),
        "at_once": _at_once(started),
        "ladder": _beyond_ladder(started, left),
        "left": _not_known_to_have_left(journal, left),
        "stuck": _stuck(work),
        "events": _differences(work),
    }


def _answers(person: SamplePerson, said: Mapping[str, Mapping[str, Meant]], held: Stored) -> Iterator[str]:
    meant_by = {topic: m for number in person.numbers for topic, m in said.get(number, {}).items()}
    has = {topic_name(person.questionnaire, q): v for q, v in held.answers.get(person.interview_id, {}).items()}
    for topic in sorted({*meant_by, *has}):
        wanted, found = meant_by.get(topic), has.get(topic)
        if wanted is None:
            yield f"{person.registry_code} {topic}: {found!r} is stored, nobody said it"
        elif found is None and wanted.owed:
            status = held.status[person.interview_id]
            yield f"{person.registry_code} {topic}: {wanted.value!r} by {sorted(wanted.media)} is lost ({status})"
        elif found is not None and found != wanted.value:
            yield f"{person.registry_code} {topic}: {found!r} is stored, {wanted.value!r} was meant"


def _at_once(journal: Sequence[Entry]) -> list[str]:
    """Calls of ours to a phone that another call of ours still rings or talks to."""
    live: dict[str, str] = {}
    faults = []
    for e in journal:
        if e["kind"] == "call.accepted" and e["direction"] == "outbound-api":
            if e["to"] in live:
                faults.append(f"call {e['sid']} while {live[e['to']]} was under way")
            live[e["to"]] = e["sid"]
        elif e["kind"] == "call.status" and e["status"] in OVER:
            live = {to: sid for to, sid in live.items() if sid != e["sid"]}
    return faults


def _left(work: Work) -> dict[str, Entry]:
    """Reference → row of everything that left or was to leave."""
    names = ("ref", "state", "error_code", "campaign_id", "interview_id", "step", "medium", "purpose", "sent_at")
    with work.database.transaction() as conn:
        rows = conn.execute(select(*(outbox.c[name] for name in names))).mappings()
        return {row["ref"]: dict(row) for row in rows}


def _answers_somebody(e: Entry, left: Mapping[str, Entry]) -> bool:
    """A reply that left by itself, because the text it answers was found by a sweep: no contact we started."""
    row = left.get(ref_of(e)) if e.get("callback") else None
    return row is not None and row["purpose"] in ANSWERS_SOMEBODY


def _is_exempt(e: Entry, left: Mapping[str, Entry]) -> bool:
    """A contact that does not count against the caps, nor is a step of the ladder."""
    return left.get(ref_of(e), {}).get("purpose") in EXEMPT


def _resumed_too_often(journal: Sequence[Entry], left: Mapping[str, Entry]) -> list[str]:
    """Organisations rung to take a dropped call up again more often than calls of ours had reached them."""
    rung: Counter[tuple[Any, bool]] = Counter()
    for e in contacts(journal):
        row = left.get(ref_of(e))
        if row is not None and row["medium"] == "call":
            rung[row["interview_id"], row["purpose"] == "resumption"] += 1
    return [f"{who}: {n} resumptions" for (who, again), n in rung.items() if again and n > rung[who, False]]


def _after_opt_out(work: Work, journal: Sequence[Entry], left: Mapping[str, Entry]) -> list[str]:
    """Opt-outs that never came in, and contacts cleared to leave after one had: from its first webhook we answered
    on; where there was none, from when a sweep found it."""
    said = [e for e in journal if e["kind"] == "message.inbound" and e["body"].upper() in usual.OPT_OUTS]
    answered = {e["about"]: e for e in reversed(journal) if e["kind"] == "webhook.sent" and e["status"] == 200}
    with work.database.transaction() as conn:
        query = select(inbound.c.carrier_id, inbound.c.received_at)
        found = {row.carrier_id: row.received_at for row in conn.execute(query)}
    faults: list[str] = []
    known: dict[str, datetime] = {}
    for e in said:
        if e["sid"] in found:
            at = usual.at(answered[e["sid"]]) if e["sid"] in answered else found[e["sid"]]
            known[e["sender"]] = min(at, known.get(e["sender"], at))
        else:
            faults.append(f"{e['sid']}: an opt-out is lost")
    return faults + _cleared_since(known, journal, left)


def _cleared_since(known: Mapping[str, datetime], journal: Sequence[Entry], left: Mapping[str, Entry]) -> list[str]:
    """Contacts whose phone had opted out, by `known`, when they were cleared; a row put back has no such moment
    and is another check's matter."""
    cleared = {e["sid"]: left[ref_of(e)]["sent_at"] for e in contacts(journal) if ref_of(e) in left}
    return [
        f"{usual.medium(e)} {e['sid']} after its person opted out"
        for e in contacts(journal)
        if e["to"] in known and (at := cleared.get(e["sid"])) is not None and at > known[e["to"]]
    ]


def _not_known_to_have_left(journal: Sequence[Entry], left: Mapping[str, Entry]) -> list[str]:
    """Contacts the network took that the database holds for never sent."""
    faults = []
    for e in contacts(journal):
        row = left.get(ref_of(e))
        if row is None:
            faults.append(f"{usual.medium(e)} {e['sid']}: no row of ours")
        elif row["state"] in NOT_LEFT or row["error_code"] == "not_listed":
            faults.append(f"{usual.medium(e)} {e['sid']}: accepted, but {row['state']} {row['error_code']}")
    return faults


def _beyond_ladder(journal: Sequence[Entry], left: Mapping[str, Entry]) -> list[str]:
    """Steps that reached one organisation more often than the ladder has attempts; technical failures spend none."""
    last = {e["sid"]: e["status"] for e in journal if e["kind"] in ("message.status", "call.status")}
    steps: Counter[tuple[Any, Any, int]] = Counter()
    for e in contacts(journal):
        row = left.get(ref_of(e))
        if row is None or _is_exempt(e, left):
            continue
        if row["campaign_id"] and last.get(e["sid"]) not in FAILED_AT_CARRIER:
            steps[row["campaign_id"], row["interview_id"], row["step"]] += 1
    allowed = {number: step.attempts for number, step in enumerate(village.LADDER.steps, start=1)}
    return [f"{who}: step {step} reached {n} times" for (_, who, step), n in steps.items() if n > allowed[step]]


def _stuck(work: Work) -> list[str]:
    """Rows that are neither over nor waiting for their time, and campaigns that did not end."""
    live_call = (outbox.c.medium == "call") & outbox.c.state.in_(("sent", "ringing", "answered"))
    with work.database.transaction() as conn:
        query = select(outbox.c.medium, outbox.c.purpose, outbox.c.state, outbox.c.error_code, outbox.c.id)
        rows = conn.execute(query.where(outbox.c.state.in_(STUCK) | live_call)).all()
    return [f"{row.medium} {row.purpose} {row.id} is {row.state} {row.error_code}" for row in rows]


def _differences(work: Work) -> list[str]:
    """Interviews whose state is not the fold of their events."""
    with work.database.transaction() as conn:
        ids = list(conn.scalars(select(interview_table.c.id)))
    found = []
    for interview_id in ids:
        with work.database.transaction() as conn:
            found += [f"{interview_id}: {line}" for line in interviews.differences(conn, interview_id)]
    return found


def doubled_replies(journal: Sequence[Entry]) -> int:
    """Replies given again while nothing showed that the carrier had them: somebody may read one twice. No violation."""
    replies = (e for e in journal if e["kind"] == "message.accepted" and e["direction"] == "outbound-reply")
    return sum(n - 1 for n in Counter(e["callback"] for e in replies if e["callback"]).values())


def apologies(journal: Sequence[Entry], work: Work) -> int:
    """Requests of calls that were answered with the apology: the key was not taken, and the person heard so."""
    sorry = digest(calls.apology(work))
    return sum(e["kind"] == "webhook.sent" and e.get("answer") == sorry for e in journal)


def leaks(home: Path, people: Sequence[SamplePerson]) -> list[str]:
    """Logs of ours that know somebody's number."""
    numbers = {number.removeprefix("+84") for person in people for number in person.numbers}
    logs = [log for log in (home / "logs").glob("*.log") if log.name != "simulator.log"]
    logs += home.glob("*/postgres.log")
    said = {log: log.read_text("utf-8", "replace") for log in logs}
    return [f"{log.name} knows a number" for log, text in said.items() if any(number in text for number in numbers)]
