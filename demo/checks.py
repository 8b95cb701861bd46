"""What the handsets meant against what is stored, and what the network's journal shows: twice, at night, too often.

Every check gives the list of its violations; an empty list is the only pass.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from sqlalchemy import Connection, func, select

from contact.calendar import ZONE, Calendar, Medium
from contact.caps import EXEMPT, Caps
from demo.sample_people import SamplePerson, topic_name
from services.work import Work
from store.tables.interviews import answers, interviews
from store.tables.outbox import outbox

Ledger = Mapping[str, Mapping[str, Mapping[str, Any]]]
Entries = Sequence[Mapping[str, Any]]
OPT_OUTS = ("STOP", "TU CHOI")
TALKED = "completed"


def differences(work: Work, people: Iterable[SamplePerson], ledger: Ledger) -> list[str]:
    """Questions where the stored answer is not what the handset last meant and sent, in both directions."""
    with work.database.transaction() as conn:
        rows = conn.execute(select(answers.c.interview_id, answers.c.question, answers.c.value)).all()
    stored: dict[Any, dict[str, str]] = defaultdict(dict)
    for row in rows:
        stored[row.interview_id][row.question] = row.value
    faults = []
    for person in people:
        if person.persona != "answers_online":
            meant = _meant_by_topic(person, ledger)
            faults += [f"{person.organisation}: {line}" for line in _compare(meant, _stored_by_topic(person, stored))]
    return faults


def _stored_by_topic(person: SamplePerson, stored: Mapping[Any, Mapping[str, str]]) -> dict[str, str]:
    return {topic_name(person.questionnaire, q): v for q, v in stored.get(person.interview_id, {}).items()}


def _meant_by_topic(person: SamplePerson, ledger: Ledger) -> dict[str, str]:
    return {topic: str(entry["value"]) for number in person.numbers for topic, entry in ledger.get(number, {}).items()}


def _compare(meant: Mapping[str, str], stored: Mapping[str, str]) -> list[str]:
    return [
        f"{topic}: meant {meant.get(topic)!r}, stored {stored.get(topic)!r}"
        for topic in sorted({*meant, *stored})
        if meant.get(topic) != stored.get(topic)
    ]


def contacts(journal: Entries) -> list[Mapping[str, Any]]:
    """Texts and calls we started, as the network took them over; replies in a webhook answer are not among them."""
    started = ("message.accepted", "call.accepted")
    return [e for e in journal if e["kind"] in started and e["direction"] == "outbound-api"]


def ref_of(contact: Mapping[str, Any]) -> str:
    """Our reference in the callback's URL; "" without one."""
    return urldefrag(str(contact.get("callback") or ""))[0].rpartition("/")[2]


def counted_contacts(work: Work, journal: Entries) -> list[Mapping[str, Any]]:
    """The journal without contacts that do not count against the caps (`contact.caps.EXEMPT`): a call that was asked
    for, one that broke off taken up again. They have ceilings of their own."""
    query = select(outbox.c.ref).where(outbox.c.purpose.in_(EXEMPT))
    with work.database.transaction() as conn:
        exempt = set(conn.scalars(query))
    return [e for e in journal if ref_of(e) not in exempt]


def medium(entry: Mapping[str, Any]) -> Medium:
    """Text or call."""
    return "call" if entry["kind"].startswith("call") else "text"


def at(entry: Mapping[str, Any]) -> datetime:
    """Business time of an entry."""
    return datetime.fromisoformat(entry["business"])


def twice(journal: Entries) -> list[str]:
    """References the network was given more than once."""
    seen = Counter((medium(e), e["callback"]) for e in contacts(journal))
    return [f"{kind} {callback} accepted {n} times" for (kind, callback), n in seen.items() if n > 1]


def outside_hours(journal: Entries, calendar: Calendar) -> list[str]:
    """Contacts that reached the network when their medium was closed."""
    return [
        f"{medium(e)} at {at(e).astimezone(ZONE):%a %H:%M}"
        for e in contacts(journal)
        if not calendar.open(medium(e), at(e))
    ]


def over_caps(journal: Entries, caps: Caps) -> list[str]:
    """Phones contacted more often than the caps allow, by local day and in all."""
    days: Counter[tuple[str, Any]] = Counter((e["to"], at(e).astimezone(ZONE).date()) for e in contacts(journal))
    round_: Counter[str] = Counter(e["to"] for e in contacts(journal))
    faults = [f"{n} contacts on {day}" for (_, day), n in days.items() if n > caps.contacts_a_day]
    faults += [f"{n} contacts in the round" for n in round_.values() if n > caps.contacts_a_round]
    return faults + _answered_too_often(journal, caps)


def _answered_too_often(journal: Entries, caps: Caps) -> list[str]:
    to = {e["sid"]: e["to"] for e in contacts(journal) if medium(e) == "call"}
    ends = {e["sid"]: e for e in journal if e["kind"] == "call.status" and e["status"] == TALKED and e["sid"] in to}
    days = Counter((to[sid], at(e).astimezone(ZONE).date()) for sid, e in ends.items())
    return [f"{n} answered calls on {day}" for (_, day), n in days.items() if n > caps.answered_calls_a_day]


def after_opt_out(journal: Entries) -> list[str]:
    """Contacts that were started after the person had asked to be left alone."""
    stopped: dict[str, int] = {}
    for e in journal:
        if e["kind"] == "message.inbound" and e["body"].upper() in OPT_OUTS:
            stopped.setdefault(e["sender"], e["seq"])
    late = [e for e in contacts(journal) if e["seq"] > stopped.get(e["to"], e["seq"])]
    return [f"{medium(e)} after number …{e['to'][-2:]} opted out" for e in late]


def unplayed(journal: Entries, answered: Mapping[str, int]) -> list[str]:
    """What the demonstration is to show and did not: an empty night's journal breaks no rule and proves nothing."""
    faults = [f"nobody finished by {channel}" for channel in ("sms", "voice", "online") if not answered.get(channel)]
    stopped = any(e["kind"] == "message.inbound" and e["body"].upper() in OPT_OUTS for e in journal)
    return faults if stopped else [*faults, "nobody opted out"]


def finished(conn: Connection) -> int:
    """Interviews that are complete, on whatever channel."""
    return conn.scalar(select(func.count()).where(interviews.c.status.in_(("complete", "answered")))) or 0


def answered_by_channel(conn: Connection) -> dict[str, int]:
    """Complete interviews by the channel of their last answer."""
    query = select(interviews.c.channel, func.count().label("n")).where(interviews.c.status == "complete")
    return {row.channel: row.n for row in conn.execute(query.group_by(interviews.c.channel))}
