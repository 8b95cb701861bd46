"""A week of the village: people, phones and the real use cases on a stepped clock, and what came of it.

It must not decide anything for people (`tests.village.person`) nor for us (`services`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa

from contact.caps import EXEMPT
from services.campaign import campaigns, planning
from services.campaign import next_step as advance
from services.delivery import sweeps
from services.interview import recording as interviews
from services.senders import senders
from services.sending import dispatcher
from services.work import Work
from store.campaign import campaigns as campaign_rows
from store.interview import interviews as interview_rows
from store.interview.interviews import answers_of
from store.tables.interviews import interviews as interview_table
from store.tables.outbox import outbox
from survey.form.plan import is_relevant, plan_of
from survey.form.questionnaire import Questionnaire
from tests.bench import population
from tests.bench.population import Town
from tests.doubles import START, FakeClock, FakeIds
from tests.faults import plant
from tests.village.ear import Ear
from tests.village.model import Chance
from tests.village.person import Person
from tests.village.phones import Phones, Scripts, Timeline

DAYS = 7
PULSE_S = 300
"""How often the workers look for what is due; in earnest more often."""
RATE = 100
"""Contacts a second and sender: nobody waits for a slot."""
SWEEP_S = 3600
FAULTS = ("no-echo", "no-repeat", "no-resume", "no-call-again", "no-ring-back")
TEXT = "no-text"
"""Without texts: the campaign is one of calls only."""


@dataclass(frozen=True)
class Outcome:
    """What came of a week."""

    willing: int
    finished: int
    begun: int
    open_questions: int
    """Questions that the willing left without an answer."""
    contacts: int
    """Texts and calls that we started and that count against the caps."""
    others: int
    """Calls that were asked for."""
    minutes: float
    answers: int
    differ: int
    """Stored answers that are not what the person thinks."""
    wrong: Sequence[str]
    """What must not be: a stored answer that differs from what was meant and heard said back, or was never given."""
    stuck: Counter[str]
    """Questions at which unfinished interviews of the willing stand."""

    @property
    def unfinished(self) -> float:
        """Share of the willing who have not finished, in %."""
        return 100 * (1 - self.finished / self.willing)

    @property
    def contacts_each(self) -> float:
        """Contacts we started, a complete interview."""
        return self.contacts / max(1, self.finished)

    @property
    def minutes_each(self) -> float:
        """Minutes of call, a complete interview."""
        return self.minutes / max(1, self.finished)

    @property
    def differing(self) -> float:
        """Stored answers that are not what the person thinks, of a thousand."""
        return 1000 * self.differ / max(1, self.answers)


class Week:
    """One week; `live` it once."""

    def __init__(self, work: Work, form: Questionnaire, people: int, seed: int) -> None:
        """`work`: of an empty database, as the machine. `seed`: of everything people do."""
        clock = FakeClock(START, START)
        time, scripts = Timeline(clock), Scripts()
        work = replace(work, clock=clock, ids=FakeIds(), voice=scripts)
        self.form, self.time = form, time
        self.town: Town = population.found(work, form, people)
        everybody = {number: Person(Chance(seed, place), Ear(form)) for place, number in enumerate(self.town.numbers)}
        self.phones = Phones(self.town, everybody, time, scripts)
        self.work = self.phones.work = replace(work, carriers=self.phones)
        self.phones.serves = self._serve
        for sender in (self.town.text, self.town.call):
            senders.pace(self.work, sender.name, "test", rate_per_s=Decimal(RATE), burst=RATE)

    def live(self, without: str = "", days: int = DAYS) -> Outcome:
        """Launch a campaign and let the days pass, `without` one thing; what came of it."""
        with ExitStack() as stack:
            if without and without != TEXT:
                stack.enter_context(plant(without))
            self._launch("call_only" if without == TEXT else "reminder")
            self._pulse()
            self._sweep()
            self.time.run(START + timedelta(days=days))
            return self._outcome()

    def _launch(self, kind: str) -> None:
        campaign = campaigns.draft(self.work, "2026", "QB", "an", kind=kind)
        campaigns.launch(self.work, campaign, len(self.town.numbers), "an")
        while planning.plan_page(self.work, campaign):
            pass

    # Workers

    def _pulse(self) -> None:
        self.time.after(PULSE_S, self._pulse)
        with self.work.database.transaction() as conn:
            due = campaign_rows.due_campaigns(conn, self.work.clock.now())
        for campaign_id in due:
            advance.advance(self.work, campaign_id)
        self._serve()

    def _sweep(self) -> None:
        self.time.after(SWEEP_S, self._sweep)
        sweeps.free_leases(self.work)

    def _serve(self) -> None:
        for sender_id in (self.town.text.id, self.town.call.id):
            while True:
                sender, rows, _ = dispatcher.claim_batch(self.work, sender_id)
                for row in rows:
                    assert sender is not None
                    dispatcher.send(self.work, sender, row)
                if not rows:
                    break

    # What came of it

    def _outcome(self) -> Outcome:
        willing = finished = begun = left = answers = differ = 0
        wrong: list[str] = []
        stuck: Counter[str] = Counter()
        for number, interview_id in zip(self.town.numbers, self.town.interviews, strict=True):
            person = self.phones.people[number]
            status, given, missing = self._of(interview_id)
            answers += len(given)
            differ += sum(value != self._thinks(person, name) for name, value in given.items())
            wrong += [f"{number}: {fault}" for fault in faults(person, given)]
            if not person.willing:
                continue
            willing += 1
            finished += status == "complete"
            begun += status != "pending"
            left += len(missing)
            stuck.update([f"{status}: {missing[0] if missing else ''}"] if status != "complete" else [])
        contacts = Counter(self._contacts())
        return Outcome(
            willing, finished, begun, left, contacts[False], contacts[True], self.phones.seconds / 60,
            answers, differ, wrong, stuck,
        )  # fmt: skip

    def _thinks(self, person: Person, name: str) -> str:
        return person.opinion(person.ear.question(name))

    def _of(self, interview_id: UUID) -> tuple[str, dict[str, str], list[str]]:
        """Status, stored answers, and questions without one."""
        with self.work.database.transaction() as conn:
            status = conn.scalar(sa.select(interview_table.c.status).where(interview_table.c.id == interview_id))
            held = interview_rows.lock(conn, interview_id)
            assert held is not None
            given = {name: answer.value for name, answer in answers_of(conn, interview_id).items()}
        state = interviews.state_of(self.form, held)
        missing = [
            item.name for item in plan_of(self.form).spoken
            if item.name not in given and is_relevant(item, state.answers)
        ]  # fmt: skip
        return str(status), given, missing

    def _contacts(self) -> list[bool]:
        """For each text or call that left and answers no text of theirs: whether it was asked for."""
        columns = outbox.c.purpose, outbox.c.sent_at
        with self.work.database.transaction() as conn:
            rows = conn.execute(sa.select(*columns).where(outbox.c.sent_at.is_not(None))).all()
        return [row.purpose in EXEMPT for row in rows if row.purpose != "reply"]


def faults(person: Person, given: dict[str, str]) -> list[str]:
    """Stored answers that the person's ledger contradicts."""
    found = [f"{name} is stored and was never given" for name in given if name not in person.meant]
    differing = {name: value for name, value in given.items() if person.confirmed.get(name, value) != value}
    said = person.confirmed
    return found + [f"{name}: {value} stored, {said[name]} was heard said back" for name, value in differing.items()]
