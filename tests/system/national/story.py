"""The course of a national run: import, the reference turn, launch, progress until everything is quiet, verdict."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from contact.calendar import day, same_all_week
from contact.caps import Caps
from contact.ladder import Ladder, LadderStep
from contact.settings import RoundSettings
from demo import sample_people as village
from demo.data_directory import free_port
from demo.network_process import ACCOUNT, CALL_NUMBER, TEXT_NUMBER, NetworkProcess, simulated
from demo.sample_people import SamplePerson
from demo.scenario import SAMPLES
from runtime.container import machine_work
from runtime.embedded import SUPERUSER, Postgres
from runtime.processes import ROOT, crew, environment, servers
from runtime.settings import Settings
from services.campaign import campaigns, progress
from services.campaign import status as campaign_status
from services.interview import questionnaires
from services.registry import offices
from services.rounds import rounds
from services.work import Work
from store.messages import senders
from tests.system.national import country, verdict
from tests.system.national.course import Course
from tests.system.national.figures import Figures, Plan
from tests.system.national.meters import MEASURED, Meters, Reading, growth, spent
from tests.system.national.reference import ALL_AT_ONCE, MANNERS, Control, Cost

START = datetime(2026, 4, 5, 23, 0, tzinfo=UTC)
"""Monday 6 April 2026, 06:00 in Viet Nam."""
LASTS = timedelta(days=5)
ROUND = "quoc-gia"
ACTOR = "cli:national"
SECOND = "cli:national-second"
MINUTE = 60
HOURS = day("06:00-22:00")
LADDER = Ladder(
    (
        LadderStep("text", "invitation", 0),
        LadderStep("call", "call", 60 * MINUTE),
        LadderStep("text", "reminder", 60 * MINUTE),
        LadderStep("call", "call", 60 * MINUTE),
    ),
    retry_s=15 * MINUTE,
)
"""The usual rungs, close enough for one day."""
RULES = RoundSettings(
    hours=same_all_week(HOURS, HOURS, sunday_mornings=False),
    caps=replace(Caps(), contacts_a_day=4, answered_calls_a_day=2, replies_a_day=60),
    ladder=LADDER,
)
"""Caps that just let the ladder through: one contact too many is seen."""
CONTROLS = 480
EVE = START - timedelta(days=1)
BY_HAND = 60.0
"""Business seconds a real second while people of the control office answer by hand: they must have read."""
HEAD_START = timedelta(seconds=20)
"""Real time for the parts to start before the business day does."""
LOOK_S = 15.0
"""A look reads the memory of every process and the campaign of a whole country."""
LINES = 120
RESTORED_S = 900.0
"""Real seconds the network may take to read its journal when a stopped run goes on."""

Say = Callable[[str], None]


def travel(plan: Plan, say: Say) -> Figures:
    """The whole run, or what is left of one that was stopped; FileNotFoundError when there is none to go on with."""
    if plan.resume:
        course = Course.read(plan.home)
        course.rate = plan.rate or course.rate
        plan = replace(plan, organisations=course.organisations, seed=course.seed)
    else:
        course = None
        shutil.rmtree(plan.home, ignore_errors=True)
        plan.home.mkdir(parents=True)
        plan.home.chmod(0o711)
    figures = Figures(plan)
    ports = course.ports if course else (free_port(), free_port())
    with servers(_settings(plan, ports)) as complete:
        course = course or _begin(plan, complete, ports, say)
        _leg(complete, course, figures, say)
    return figures


def _begin(plan: Plan, complete: Settings, ports: tuple[int, int], say: Say) -> Course:
    """A country prepared, and what requests by hand cost before it lives."""
    took_s = _prepare(plan, complete, say)
    controls = _controls(plan, _people(complete))
    by_hand: dict[str, list[Cost]] = {}
    with _running(complete, EVE, BY_HAND, timedelta()) as (live, _, meters):
        _by_hand(live, meters, controls[::2], by_hand)
    say(f"by hand (gateway and database, µs CPU): {by_hand}")
    rate = plan.clock_rate(by_hand[ALL_AT_ONCE][0].per_s)
    course = Course(plan.organisations, plan.seed, ports, rate, START, by_hand, took_s)
    course.write(plan.home)
    return course


def _leg(complete: Settings, course: Course, figures: Figures, say: Say) -> None:
    """The country's day from where it is to its end, or until the time for this leg is over."""
    plan, people = figures.plan, _people(complete)
    controls = _controls(plan, people)
    theirs = {person.interview_id for person in controls}
    others = [person for person in people if person.interview_id not in theirs]
    course.legs += 1
    head_start = HEAD_START if course.campaign is None else timedelta()
    with _running(complete, course.at, course.rate, head_start) as (live, network, meters):
        figures.finished = _run(live, network, meters, others, course, figures, say)
        if figures.finished:
            _by_hand(live, meters, controls[1::2], course.by_hand)
    figures.take(course)


def _by_hand(live: Settings, meters: Meters, people: list[SamplePerson], found: dict[str, list[Cost]]) -> None:
    """What requests cost when the server is never idle, and when they come one by one as a country's do."""
    for place, (manner, pace) in enumerate(MANNERS.items()):
        control = Control(machine_work(live), live, meters, people[place :: len(MANNERS)], pace)
        found.setdefault(manner, []).append(control.measure())


@contextmanager
def _running(
    settings: Settings, start: datetime, rate: float, head_start: timedelta
) -> Iterator[tuple[Settings, NetworkProcess, Meters]]:
    """Gateway, workers, beat and network on a clock that shows `start` after `head_start` (real).

    The network comes last and goes first: it finds a gateway whenever somebody writes.
    """
    clock = f"{start.isoformat()}@{rate}@{(datetime.now(UTC) + head_start).isoformat()}"
    live = settings.with_values(alo_clock=clock)
    home = settings.alo_data_dir
    with crew(live), simulated(live, RESTORED_S) as network:
        network.connect_numbers(live.base_url)
        with Meters(home, Postgres(home / "postgres").url(SUPERUSER)) as meters:
            yield live, network, meters


def _controls(plan: Plan, people: list[SamplePerson]) -> list[SamplePerson]:
    """The people of the control office: it is the last one."""
    prefix = f"+8490{len(country.offices(plan.organisations)):02d}"
    return [person for person in people if person.numbers[0].startswith(prefix)]


def _settings(plan: Plan, ports: tuple[int, int]) -> Settings:
    given: dict[str, Any] = {
        "alo_data_dir": plan.home, "alo_port": ports[0], "alo_log_level": "WARNING",
        "alo_clock": f"{EVE.isoformat()}@1@{datetime.now(UTC).isoformat()}",
        "twilio_account_sid": ACCOUNT, "twilio_auth_token": "national", "twilio_sms_from": TEXT_NUMBER,
        "twilio_voice_from": CALL_NUMBER, "twilio_api_base_url": f"http://127.0.0.1:{ports[1]}",
        "kannel_send_url": "", "public_base_url": "",
    }  # fmt: skip
    return Settings(**given)


def _people(settings: Settings) -> list[SamplePerson]:
    work = machine_work(settings)
    people = village.read_people(work)
    work.database.close()
    return people


def _prepare(plan: Plan, settings: Settings, say: Say) -> dict[str, float]:
    """Lists come in by `alo import`, questionnaires are published, the round is opened. What took how many seconds."""
    work, took_s = machine_work(settings), {}
    began = time.monotonic()
    offices.add_office(work, "trung-uong", "Lien minh HTX", "national", "", "024 3843 1768", ACTOR)
    places = country.offices(plan.organisations)
    sizes = [plan.organisations // len(places) + (n < plan.organisations % len(places)) for n in range(len(places))]
    everywhere = zip([*places, (country.CONTROL, "01")], [*sizes, CONTROLS], strict=True)
    for number, ((code, area), size) in enumerate(everywhere):
        offices.add_office(work, code, f"Lien minh HTX {code}", "province", area, "0214 388 8000", ACTOR)
        _import(plan, settings, number, code, size)
    took_s["import"] = time.monotonic() - began
    say(f"{plan.organisations:,} organisations of {len(places)} provinces imported in {took_s['import']:.0f} s")
    for path in SAMPLES:
        questionnaires.publish(work, path, ACTOR)
    began = time.monotonic()
    known = rounds.newest_questionnaires(work)
    begin, end = START - timedelta(days=2), START + LASTS
    rounds.open_round(work, ROUND, "Quốc gia (mẫu)", "2025", "mẫu", begin, end, known, ACTOR, RULES)
    took_s["open"] = time.monotonic() - began
    _tidy(plan)
    work.database.close()
    return took_s


def _tidy(plan: Plan) -> None:
    """What the runbook has the operator do after a national list came in."""
    with psycopg.connect(Postgres(plan.home / "postgres").url(SUPERUSER), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _import(plan: Plan, settings: Settings, number: int, code: str, size: int) -> None:
    path = plan.home / f"{code}.csv"
    country.write_list(path, plan.seed, number, size)
    command = [sys.executable, "-m", "cli.main", "import", str(path), "--office", code]
    done = subprocess.run(command, env=environment(settings), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"alo import {code} ({done.returncode}): {done.stdout[-500:]} {done.stderr[-500:]}")


def _run(
    settings: Settings, network: NetworkProcess, meters: Meters, others: list[SamplePerson], course: Course,
    figures: Figures, say: Say,
) -> bool:  # fmt: skip
    """Whether the day came to its end in this leg; then what came of it stands in `figures`."""
    work, plan = machine_work(settings), figures.plan
    _pace(work, plan.contacts_per_s(course.rate))
    if course.campaign is None:
        _move_in(work, network, others, plan)
        while work.clock.now() < START:
            time.sleep(0.1)
        course.campaign = _launch(work, plan, others)
    if not _watch(work, network, meters, course, figures, say):
        return False
    _conclude(work, network, others, course.campaign, figures, say)
    return True


def _move_in(work: Work, network: NetworkProcess, others: list[SamplePerson], plan: Plan) -> None:
    topics = village.topics(village.forms(work, others))
    for at in range(0, len(others), 2000):
        network.settle(country.handsets(others[at : at + 2000], plan.seed), topics if at == 0 else [])


def _pace(work: Work, rate: Decimal) -> None:
    """What an operator sets: the senders' pace."""
    with work.database.transaction() as conn:
        for row in senders.all_rows(conn):
            lines = LINES if row.medium == "call" else 0
            senders.change(conn, row.id, rate_per_s=rate, burst=max(1, int(rate)), lines=lines)


def _launch(work: Work, plan: Plan, others: list[SamplePerson]) -> UUID:
    """One national campaign over every province's organisations but the control's, approved by a second person."""
    codes = [code for code, _ in country.offices(plan.organisations)]
    campaign_id = campaigns.draft(
        work, ROUND, None, ACTOR, title="Quốc gia", audience={"office": codes}, seed=plan.seed
    )
    contacted = campaigns.preview(work, campaign_id).contacted
    campaigns.approve(work, campaign_id, contacted, SECOND)
    if campaigns.launch(work, campaign_id, contacted, ACTOR) != len(others):
        raise RuntimeError("not everybody is contacted")
    return campaign_id


def _watch(work: Work, network: NetworkProcess, meters: Meters, course: Course, figures: Figures, say: Say) -> bool:
    """Show progress and keep it until the campaign is done and the network rests. Whether it came to that in time."""
    assert course.campaign is not None
    plan, readings = figures.plan, figures.readings
    until = time.monotonic() + plan.limit_s
    readings.append(meters.read())
    while time.monotonic() < until:
        time.sleep(LOOK_S)
        readings.append(meters.read())
        course.add(*readings[-2:])
        course.at = work.clock.now()
        course.write(plan.home)
        found = campaign_status.status(work, course.campaign)
        if len(readings) % 2 == 0:
            say(_line(work, readings, found))
        if found.state == "done" and network.idle() and not verdict.stuck(work):
            return True
    return False


def _line(work: Work, readings: list[Reading], found: campaign_status.CampaignStatus) -> str:
    before, now = readings[max(0, len(readings) - 3)], readings[-1]
    turns, seconds = now.turns - before.turns, now.at - before.at
    cpu = {part: value / seconds for part, value in spent(before, now).items()}
    shares = " ".join(f"{part} {value:.2f}" for part, value in cpu.items())
    memory = " ".join(f"{part} {value:.0f}" for part, value in now.memory_mb.items())
    ended = found.interviews.get("ended", 0)
    return (
        f"{work.clock.now():%d/%m %H:%M} UTC  turns {now.turns:,} ({turns / seconds:.0f}/s)  ended {ended:,}"
        f"  cores: {shares}  MB: {memory}"
    )


def _conclude(
    work: Work, network: NetworkProcess, others: list[SamplePerson], campaign_id: UUID, figures: Figures, say: Say
) -> None:
    say("reading the journal")
    journal = verdict.read(figures.plan.home / "journal.jsonl")
    figures.requests = dict(journal.requests)
    figures.violations = verdict.examine(work, network, journal, others, RULES)
    figures.memory = {part: growth(figures.readings, part) for part in (*MEASURED, "simulator")}
    found = campaign_status.status(work, campaign_id)
    figures.contacts = {f"text {state}": n for state, n in found.texts.items()}
    figures.contacts |= {f"call {state}": n for state, n in found.calls.items()}
    looks: dict[str, Callable[[], object]] = {
        "campaign": lambda: campaign_status.status(work, campaign_id),
        "round": lambda: progress.round_progress(work, ROUND),
    }
    for name, look in looks.items():
        began = time.monotonic()
        look()
        figures.pages_ms[name] = round((time.monotonic() - began) * 1000, 1)
