"""The main job from list to index, step by step, with progress: import → open → launch → answers → online → score."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from contact import ladder
from contact.settings import RoundSettings
from demo import checks as witness
from demo import sample_people
from demo.data_directory import START
from demo.network_process import NetworkProcess
from demo.sample_people import SamplePerson
from files.reports import ImportReport
from runtime.first_senders import seed_senders
from runtime.processes import ROOT
from runtime.settings import Settings
from scoring.methods import METHODS
from services.campaign import campaigns
from services.campaign import status as campaign_status
from services.campaign.campaigns import Preview
from services.campaign.status import CampaignStatus
from services.interview import questionnaires
from services.registry import imports, offices
from services.results import scores
from services.results.scores import ScoreReport
from services.rounds import rounds
from services.work import Work

ACTOR = "cli:demo"
PLACE = ROOT / "questionnaires"
SAMPLES = tuple(PLACE / f"{name}.xlsx" for name in ("HTX-NN", "HTX-PNN", "QTD"))
SAMPLE_LIST = PLACE / "sample-village.xlsx"
OFFICE = "tinh-mau"
ROUND = "mau-2026"
ROUND_LASTS = timedelta(days=4)
ONLINE_AFTER = timedelta(hours=7)
LIMIT_S = 300.0
"""Real seconds from launch after which the demonstration gives up."""
LOOK_S = 1.5

Say = Callable[..., None]


@dataclass(slots=True)
class Outcome:
    """Everything the demonstration found; `violations` by check, all empty when it passed."""

    imported: ImportReport
    preview: Preview
    status: CampaignStatus
    scores: dict[str, ScoreReport]
    answered_by_channel: dict[str, int]
    compared: int
    violations: dict[str, list[str]] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether no check found a violation."""
        return not any(self.violations.values())


def run(work: Work, settings: Settings, network: NetworkProcess, say: Say) -> Outcome:
    """Play the whole story on running parts. Raises TimeoutError when the campaign does not come to its end."""
    imported = _prepare(work, settings, say)
    people = sample_people.read_people(work)
    known = sample_people.forms(work, people)
    network.connect_numbers(settings.base_url)
    network.settle(sample_people.handsets(people), sample_people.topics(known))
    _wait_for(work, START)
    campaign_id, preview = _launch(work, say)
    _watch(work, settings, network, campaign_id, people, say)
    return _conclude(work, network, campaign_id, people, imported, preview)


def _prepare(work: Work, settings: Settings, say: Say) -> ImportReport:
    offices.add_office(work, OFFICE, "Liên minh HTX tỉnh Mẫu", "province", "15", "0214 388 8000", ACTOR)
    for path in SAMPLES:
        published = questionnaires.publish(work, path, ACTOR)
        say("demo.published", code=published.code, version=published.version)
    report = imports.import_registry(work, OFFICE, SAMPLE_LIST, ACTOR)
    again = imports.import_registry(work, OFFICE, SAMPLE_LIST, ACTOR)
    say("demo.imported", **_counts(report), again=again.counts.get("added", 0) + again.counts.get("changed", 0))
    opened = rounds.open_round(
        work,
        ROUND,
        "Chỉ số hài lòng cấp tỉnh của HTX (MẪU)",
        "2025",
        "Nghị quyết 61/NQ-LMHTXVN (mẫu)",
        START,
        START + ROUND_LASTS,
        rounds.newest_questionnaires(work),
        ACTOR,
        RoundSettings(ladder=ladder.BRIEF),
    )
    say("demo.opened", organisations=opened.organisations)
    seed_senders(work, settings)
    return report


def _counts(report: ImportReport) -> dict[str, Any]:
    return {"added": report.counts.get("added", 0), "refused": report.counts.get("refused", 0)}


def _wait_for(work: Work, moment: datetime) -> None:
    while work.clock.now() < moment:
        time.sleep(0.05)


def _launch(work: Work, say: Say) -> tuple[UUID, Preview]:
    campaign_id = campaigns.draft(work, ROUND, OFFICE, ACTOR, title="Nhắc lần 1 (mẫu)")
    preview = campaigns.preview(work, campaign_id)
    campaigns.launch(work, campaign_id, preview.contacted, ACTOR)
    say("demo.launched", contacted=preview.contacted)
    return campaign_id, preview


def _watch(
    work: Work, settings: Settings, network: NetworkProcess, campaign_id: UUID, people: list[SamplePerson], say: Say
) -> None:
    """Show progress until the campaign is done and nobody has more to say; hand in the online answers on the way."""
    until = time.monotonic() + LIMIT_S
    online_due = START + ONLINE_AFTER
    while time.monotonic() < until:
        time.sleep(LOOK_S)
        now = work.clock.now()
        if now >= online_due:
            _hand_in_online(work, settings, people, say)
            online_due = START + ROUND_LASTS * 100
        found = campaign_status.status(work, campaign_id)
        say("demo.progress", at=now, **_progress(work, found))
        if found.state == "done" and network.idle():
            return
    raise TimeoutError("campaign")


def _progress(work: Work, found: CampaignStatus) -> dict[str, Any]:
    with work.database.transaction() as conn:
        finished = witness.finished(conn)
    return {
        "texts": sum(found.texts.values()),
        "calls": sum(found.calls.values()),
        "planned": found.texts.get("planned", 0) + found.calls.get("planned", 0),
        "finished": finished,
        "ended": found.interviews.get("ended", 0),
    }


def _hand_in_online(work: Work, settings: Settings, people: list[SamplePerson], say: Say) -> None:
    """Some leaders answered the online form meanwhile: its export comes in as a file, as offices get it."""
    path = settings.alo_data_dir / "online.csv"
    write_online(work, path, people)
    report = imports.import_online(work, ROUND, path, ACTOR)
    say("demo.online", count=sum(1 for p in people if p.persona == "answers_online"), refused=len(report.faults))


def write_online(work: Work, path: Path, people: list[SamplePerson]) -> None:
    """An export of the online survey: one row a leader who answered there, one column a question."""
    online = [p for p in people if p.persona == "answers_online"]
    known = sample_people.forms(work, online)
    names = sorted({q.name for form in known.values() for q in form.questions if q.asked})
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["Mã tổ chức", "Phiếu", "Trạng thái", "Thời gian", *names])
        for person in online:
            form = known[person.questionnaire]
            values = {q.name: q.choices[0].value if q.choices else "3" for q in form.questions if q.asked}
            row = [values.get(name, "") for name in names]
            writer.writerow([person.registry_code, form.code, "Đã trả lời", "06/04/2026 13:00", *row])


def _conclude(
    work: Work,
    network: NetworkProcess,
    campaign_id: UUID,
    people: list[SamplePerson],
    imported: ImportReport,
    preview: Preview,
) -> Outcome:
    ledger, journal = network.ledger(), network.journal()
    with work.database.transaction() as conn:
        channels = witness.answered_by_channel(conn)
    rules = RoundSettings()
    outcome = Outcome(
        imported,
        preview,
        campaign_status.status(work, campaign_id),
        {method: scores.score(work, ROUND, method, in_blocks=False) for method in METHODS},
        channels,
        sum(len(topics) for topics in ledger.values()),
    )
    outcome.violations = {
        "answers": witness.differences(work, people, ledger),
        "twice": witness.twice(journal),
        "hours": witness.outside_hours(journal, rules.calendar),
        "caps": witness.over_caps(witness.counted_contacts(work, journal), rules.caps),
        "opt_out": witness.after_opt_out(journal),
        "played": witness.unplayed(journal, channels),
    }
    return outcome
