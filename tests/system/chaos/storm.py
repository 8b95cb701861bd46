"""One storm: waves of campaigns under all faults, kills at seeded moments, then quiet and the witness's verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from contact.settings import RoundSettings
from demo import sample_people as usual_village
from demo.checks import contacts
from demo.sample_people import SamplePerson
from demo.scenario import SAMPLES
from scoring.answers import Sheets
from scoring.points import sheet
from services.campaign import campaigns
from services.interview import questionnaires
from services.registry import imports, offices
from services.rounds import rounds
from store.messages import senders
from tests.system.chaos import people, witness
from tests.system.chaos.kills import KINDS
from tests.system.chaos.stage import START, Stage, staged

ROUND = "thu-2026"
ACTOR = "cli:chaos"
LASTS = timedelta(days=3)
"""Longer than any storm on any machine: at sixty times real time more than an hour."""
FAULTS: Mapping[str, Any] = {
    "duplicate": 0.08, "lost_answer": 0.06, "delay": 0.1, "reorder": 0.08, "lose": 0.08, "lose_inbound": 0.03,
    "forge": 0.05, "forge_inbound": 0.05, "forge_voice": 0.05,
    "throttle": 0.05, "error_after_accept": 0.05, "truncate": 0.05, "drop": 0.04, "slow": 0.1,
    "delay_s": 60, "slow_s": 1.5,
}  # fmt: skip
WAVE_EVERY_S = 45.0
RATE_PER_S, LINES = 0.8, 10
CALM_SPEED, CALM_WAVE_EVERY_S = 4.0, 16.0
LAST_KILLS = 8
"""With so few left no further wave is launched, unless there is nothing to do."""
PATIENCE_S = 25.0
"""How long a kill waits for a busy moment before another kind takes its turn."""
QUIET_LIMIT_S = 1500.0
LOOK_S = 0.004


@dataclass(frozen=True)
class Plan:
    """What a storm is made of. `kills`: of each kind; `gap_s`: real seconds between two kills."""

    seed: int
    kills: int = 10
    organisations: int = 16
    pairs: int = 2
    """How many times two of them share a phone."""
    gap_s: tuple[float, float] = (0.3, 2.0)
    kinds: Sequence[str] = tuple(KINDS)
    faults: Mapping[str, Any] = field(default_factory=lambda: dict(FAULTS))
    speed: float = 1.0
    planted: str = ""
    rate_per_s: float = RATE_PER_S
    """Texts and calls a real second, each: slow, so that there is work at all times."""
    lines: int = LINES
    waves: int = 0
    """Without kills; with them as many as it takes."""
    wave_every_s: float = WAVE_EVERY_S
    rules: RoundSettings = people.SETTINGS
    personas: Mapping[str, int] = field(default_factory=lambda: dict(people.PERSONAS))


@dataclass
class Report:
    """What was done and found."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    passed_by: Counter[str] = field(default_factory=Counter)
    """Turns in which a kind found no busy moment."""
    violations: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    """Organisation's code → questionnaire."""
    sheets: Sheets = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    waves: int = 0
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was violated."""
        return not any(self.violations.values())


class Storm:
    """The course of one storm on a running stage."""

    def __init__(self, stage: Stage, plan: Plan, say: Callable[[str], None]) -> None:
        self._stage, self._plan, self._say = stage, plan, say
        self._chance = Random(plan.seed)
        self._report = Report(plan.seed)
        self._began = time.monotonic()

    def run(self) -> Report:
        """Prepare, storm, wait for quiet, judge. Raises TimeoutError when parts do not come back."""
        self._prepare()
        if self._plan.kills:
            self._rage()
        else:
            self._sail()
        self._stage.wait_ready()
        quiet = self._settle()
        self._judge(quiet)
        self._report.seconds = round(time.monotonic() - self._began, 1)
        return self._report

    def hunt(
        self, seen_by: frozenset[str], limit_s: float, enough: Callable[[Report], bool] = lambda report: False
    ) -> Report:
        """Launch wave after wave, without kills, and look until one of `seen_by` is violated, it is `enough`, or the
        time is up."""
        self._prepare()
        launched = time.monotonic()
        while time.monotonic() < launched + limit_s:
            if self._report.waves < self._plan.waves:
                self._launch()
            time.sleep(self._plan.wave_every_s)
            self._judge(quiet=True)
            for check, lines in self._report.violations.items():
                self._report.violations[check] = [line for line in lines if check in seen_by and not may_come(line)]
            self._report.seconds = round(time.monotonic() - launched, 1)
            if not self._report.passed or enough(self._report):
                break
        return self._report

    def _prepare(self) -> None:
        work, plan = self._stage.work, self._plan
        for path in SAMPLES:
            questionnaires.publish(work, path, ACTOR)
        known = rounds.newest_questionnaires(work)
        rounds.open_round(work, ROUND, "Thử", "2025", "thử", START, START + LASTS, known, ACTOR, plan.rules)
        with work.database.transaction() as conn:
            for row in senders.all_rows(conn):
                rate, lines = plan.rate_per_s * plan.speed, plan.lines if row.medium == "call" else 0
                senders.change(conn, row.id, rate_per_s=Decimal(str(rate)), burst=max(2, int(rate)), lines=lines)
        if plan.faults:
            self._stage.faults = {"seed": plan.seed, **plan.faults}
            self._stage.network.set_faults(self._stage.faults)
        while work.clock.now() < START:
            time.sleep(0.05)

    def _launch(self) -> None:
        """The next office: its list comes in, its people move in, its campaign begins."""
        stage, wave, work = self._stage, self._report.waves, self._stage.work
        code = people.office(wave)
        offices.add_office(work, code, f"Lien minh HTX tinh {wave}", "province", "15", "0214 388 8000", ACTOR)
        path = stage.home / f"{code}.csv"
        people.write_list(path, self._plan.seed, wave, self._plan.organisations, self._plan.pairs)
        imports.import_registry(work, code, path, ACTOR)
        mine = [p for p in usual_village.read_people(work) if p.numbers[0].startswith(f"+8490{wave:02d}")]
        known = usual_village.forms(work, mine)
        handsets, topics = people.handsets(mine, self._plan.seed, self._plan.personas), usual_village.topics(known)
        stage.village["handsets"] += handsets
        stage.village["topics"] = [*{t["topic"]: t for t in [*stage.village["topics"], *topics]}.values()]
        stage.network.settle(handsets, topics)
        campaign_id = campaigns.draft(work, ROUND, code, ACTOR)
        campaigns.launch(work, campaign_id, campaigns.preview(work, campaign_id).contacted, ACTOR)
        self._report.waves += 1

    def _sail(self) -> None:
        """The same waves without kills."""
        for _ in range(self._plan.waves):
            self._launch()
            time.sleep(self._plan.wave_every_s / self._plan.speed)
            self._stage.revive()

    def _rage(self) -> None:
        """Kill until every kind has had its number, launching waves so that there is always work in hand."""
        turns = [kind for kind in self._plan.kinds for _ in range(self._plan.kills)]
        self._chance.shuffle(turns)
        next_wave, idle = time.monotonic(), False
        while turns:
            self._stage.wait_ready()
            if idle or (time.monotonic() >= next_wave and len(turns) > LAST_KILLS):
                self._launch()
                next_wave = time.monotonic() + self._plan.wave_every_s
            self._pause(self._chance.uniform(*self._plan.gap_s))
            kind = turns.pop(0)
            idle = not self._strike(kind)
            if idle:
                self._report.passed_by[kind] += 1
                turns.insert(min(len(turns), 3), kind)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._stage.revive()
            time.sleep(0.05)

    def _strike(self, kind: str) -> bool:
        """Wait for a busy moment of `kind` and kill in it; False when none came."""
        until, revived = time.monotonic() + PATIENCE_S, time.monotonic()
        while time.monotonic() < until:
            target = KINDS[kind](self._stage, self._report.kills[kind])
            if target is not None:
                target.kill()
                self._report.kills[kind] += 1
                self._report.in_flight[kind] += target.in_flight
                at = f"{time.monotonic() - self._began:6.1f} s"
                self._say(f"{at}  kill {kind} {self._report.kills[kind]}: {target.in_flight} {target.doing}")
                return True
            if time.monotonic() - revived > 0.5:
                self._stage.revive()
                revived = time.monotonic()
            time.sleep(LOOK_S)
        return False

    def _settle(self) -> bool:
        """Wait until every campaign is through, nobody is busy any more, and every text said until then has been
        looked for by a sweep, bounded."""
        until, quiet_since = time.monotonic() + QUIET_LIMIT_S, None
        while time.monotonic() < until:
            self._stage.revive()
            quiet_since = (quiet_since or self._stage.work.clock.now()) if self._is_quiet() else None
            if quiet_since and (not self._plan.faults or self._swept_until() > quiet_since):
                return True
            time.sleep(0.5)
        return False

    def _is_quiet(self) -> bool:
        open_campaigns = self._stage.rows("SELECT count(*) AS n FROM campaigns WHERE state <> 'done'")
        doubtful = self._stage.rows(
            "SELECT count(*) AS n FROM outbox WHERE state IN ('claimed', 'sending', 'handed', 'unknown', 'planned')"
        )
        if not open_campaigns or not doubtful or open_campaigns[0]["n"] + doubtful[0]["n"]:
            return False
        self._stage.wait_ready()
        return self._stage.network.idle()

    def _swept_until(self) -> datetime:
        """Up to when (business time) missed texts have been fetched for every number that takes any."""
        rows = self._stage.rows("SELECT min(inbound_swept_at) AS at FROM senders WHERE medium = 'text' AND can_receive")
        return rows[0]["at"] if rows and rows[0]["at"] else START

    def _judge(self, quiet: bool) -> None:
        stage, report = self._stage, self._report
        everybody: list[SamplePerson] = usual_village.read_people(stage.work)
        held = witness.stored(stage.work)
        journal = witness.read(stage.journal)
        report.violations = witness.examine(stage.work, held, journal, everybody, self._plan.rules)
        report.violations["quiet"] = [] if quiet else ["campaigns did not come to their end"]
        report.violations["logs"] = witness.leaks(stage.home, everybody)
        report.answers = {p.registry_code: held.answers.get(p.interview_id, {}) for p in everybody}
        report.forms = {p.registry_code: p.questionnaire for p in everybody}
        report.sheets = {sha256: sheet(form) for sha256, form in usual_village.forms(stage.work, everybody).items()}
        report.counts = {
            "people": len(everybody),
            "answers": sum(map(len, report.answers.values())),
            "complete": sum(status == "complete" for status in held.status.values()),
            "contacts": len(contacts(journal)),
            "apologies": witness.apologies(journal, stage.work),
            "doubled replies": witness.doubled_replies(journal),
            "journal lines": len(journal),
        }


def run(home: Path, plan: Plan, say: Callable[[str], None] = print) -> Report:
    """Play one storm in the emptied directory `home`."""
    say(f"seed {plan.seed}: {plan.kills} kills of each of {', '.join(plan.kinds) if plan.kills else 'none'}")
    with staged(home, plan.seed, plan.speed, plan.planted) as stage:
        return Storm(stage, plan, say).run()


def may_come(line: str) -> bool:
    """Whether a violation found while things are under way may yet go away: what is missing may come."""
    return "is lost" in line


def calm(report: Report) -> Plan:
    """The same waves of the same seed without kills and faults, quicker."""
    return Plan(report.seed, 0, faults={}, speed=CALM_SPEED, waves=report.waves, wave_every_s=CALM_WAVE_EVERY_S)


def told(report: Report) -> str:
    """The report in lines."""
    lines = [
        f"seed {report.seed}: {dict(report.kills)} in {report.seconds} s, {report.waves} waves, {report.counts}",
        f"  work in flight at the kills: {dict(report.in_flight)}; idle turns: {dict(report.passed_by)}",
    ]
    for check, found in report.violations.items():
        lines.append(f"  {'✗' if found else '✓'} {check}" + (f": {len(found)}" if found else ""))
        lines += [f"      {line}" for line in found[:12]]
    return "\n".join(lines)
