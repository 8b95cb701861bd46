"""The rows of bulk work: planning, sending, scoring, importing, each in a process of its own beside the bare work.

Both sides begin with the same database, copied anew for each round where they write.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
import xlsxwriter

from demo.samples.sample_list import HEADER
from services.campaign import campaigns, planning
from store.tables.registry import offices
from tests.bench import population
from tests.bench.house import Done, House
from tests.bench.measuring import Row, interleave
from tests.survey.forms import long_form

NATIONAL = 35_000
"""Organisations of the whole country."""
MORE = "ALO_BENCH_ORGANISATIONS"
"""Names another number for planning and the broker, say 1000000; measured once then."""
FORMS, SCORED = 56_000, 20
"""A million answers."""
CLIENT_MB = 150
IMPORT_MB = 200
SENT, FREELY, PATIENT = 2400, 1000, 10_000
"""Texts of one round; a rate that is more than a worker can do, with a burst by which no slot is ever too late: what
is measured is the work on a text, not the waiting for slots."""
PACED, RATE, BURST = 600, 60, 10
"""The same at a sender's pace: small pages, claimed four times a second."""


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "planning", "dispatch", "scoring" and "import"."""
    makers: dict[str, Callable[[House, bool], Iterator[Row]]] = {
        "planning": _planning,
        "dispatch": _dispatch,
        "scoring": _scoring,
        "import": _import,
    }
    for name, maker in makers.items():
        if name in wanted:
            yield from maker(house, quick)


class Sides:
    """A task of ours and the bare one, run by turns, and what they said."""

    def __init__(self, house: House, database: str, *, anew: bool) -> None:
        """`anew`: each round begins with a copy of `database`; else all rounds read it."""
        self.house, self.database, self.anew = house, database, anew
        self.ours: list[Done] = []
        self.bare: list[Done] = []
        house.tidy(database)

    def row(
        self, name: str, own: Sequence[str], bare: Sequence[str], *, must: float | None, aim: float | None = None,
        rounds: int = 3,
    ) -> Row:  # fmt: skip
        """CPU microseconds a unit; units are what the bare side did, and both must have done as many."""
        pair = interleave(lambda: self._run(own, self.ours), lambda: self._run(bare, self.bare), rounds)
        units = self.bare[0].said["units"]
        did = {done.said["units"] for done in (*self.ours, *self.bare)}
        faults = () if did == {units} and units else (f"{sorted(did)} units done",)
        return Row(name, "µs CPU", *pair, must, aim, f"{units} units, {self._seconds()}", faults)

    def peak_mb(self) -> float:
        """The most memory one of our processes took."""
        return max(done.said["peak_mb"] for done in self.ours)

    def _seconds(self) -> str:
        own, bare = (min(done.seconds for done in side) for side in (self.ours, self.bare))
        return f"{own:.1f} s beside {bare:.1f} s"

    def _run(self, task: Sequence[str], kept: list[Done]) -> float:
        url = self.house.database("bench_round", self.database) if self.anew else self.house.url(self.database)
        kept.append(self.house.task(task[0], self.house.settings(url, ALO_CLOCK=self.house.steady), *task[1:]))
        return kept[-1].cpu_s / max(1, int(kept[-1].said["units"])) * 1e6


def within(row: Row, peak_mb: float, most_mb: int) -> Row:
    """The row with its limit of memory."""
    faults = (*row.faults, *([f"{peak_mb:.0f} MB"] if peak_mb > most_mb else []))
    return replace(row, note=f"{row.note}, {peak_mb:.0f} MB of {most_mb}", faults=faults)


def _planning(house: House, quick: bool) -> Iterator[Row]:
    campaign, _ = launched(house, "bench_plan", national(quick))
    sides = Sides(house, "bench_plan", anew=True)
    own, bare = ["plan", campaign], ["bare_plan", campaign]
    rounds = 1 if MORE in os.environ else 3
    yield sides.row("Planning / INSERT … SELECT", own, bare, must=3.0, aim=1.5, rounds=rounds)


def national(quick: bool) -> int:
    """How many organisations are planned."""
    return int(os.environ.get(MORE, NATIONAL // 7 if quick else NATIONAL))


def launched(house: House, name: str, count: int) -> tuple[str, str]:
    """A campaign for `count` organisations, launched and not yet planned; its id and that of its sender of texts.

    Beyond a country's number they are copies of each other, made by the database: a little fewer than `count`.
    """
    times = -(-count // NATIONAL)
    with house.opened(name) as work:
        town = population.found(work, long_form(SCORED), count // times)
        with house.as_superuser(name) as connection:
            count = population.multiply(connection, times)
        campaign = campaigns.draft(work, "2026", "QB", "bench")
        campaigns.approve(work, campaign, count, "another")
        campaigns.launch(work, campaign, count, "bench")
    return str(campaign), str(town.text.id)


def _dispatch(house: House, quick: bool) -> Iterator[Row]:
    sender = _due(house, "bench_send", SENT // 3 if quick else SENT, FREELY, PATIENT)
    own, bare = ["dispatch", sender], ["bare_dispatch"]
    yield Sides(house, "bench_send", anew=True).row(
        "Sending, stub carrier / two commits", own, bare, must=2.0, aim=1.33
    )
    yield _two_dispatchers(house, sender, 3 if quick else 5)
    paced = ["dispatch", _due(house, "bench_paced", PACED // 3 if quick else PACED, RATE, BURST)]
    yield Sides(house, "bench_paced", anew=True).row(f"The same at {RATE} a second", paced, bare, must=None)


def _due(house: House, name: str, count: int, rate: int, burst: int) -> str:
    """A database with so many planned texts that are due; their sender."""
    campaign, sender = launched(house, name, count)
    with house.opened(name, new=False) as work:
        planning.plan(work, UUID(campaign))
    with house.as_superuser(name) as connection:
        connection.execute("UPDATE outbox SET due_at = created_at")
        connection.execute("UPDATE senders SET rate_per_s = %s, burst = %s", [rate, burst])
    return sender


def _two_dispatchers(house: House, sender: str, rounds: int) -> Row:
    """CPU a text when two send at once beside one alone: what they cost each other by waiting and conflicts."""
    did: set[int] = set()

    def side(dispatchers: int) -> float:
        url = house.database("bench_round", "bench_send")
        given = ("dispatch", house.settings(url, ALO_CLOCK=house.steady), sender)
        with ThreadPoolExecutor(dispatchers) as pool:
            done = [future.result() for future in [pool.submit(house.task, *given) for _ in range(dispatchers)]]
        sent = sum(int(one.said["units"]) for one in done)
        did.add(sent)
        # The database is counted by whoever ends last, together with its own process; the other's process comes on top.
        last = max(done, key=lambda one: one.seconds)
        return (last.cpu_s + sum(one.own_cpu_s for one in done if one is not last)) / max(1, sent) * 1e6

    pair = interleave(lambda: side(2), lambda: side(1), rounds)
    faults = () if len(did) == 1 and 0 not in did else (f"{sorted(did)} texts sent",)
    return Row("Sending, CPU a text: two dispatchers / one", "µs CPU", *pair, 1.2, 1.05, f"{max(did)} texts", faults)


_FILLED = """
UPDATE interviews SET
  status = CASE WHEN r.n % 10 < 8 THEN 'complete' WHEN r.n % 10 = 8 THEN 'partial' ELSE 'pending' END,
  channel = CASE WHEN r.n % 10 = 9 THEN '' ELSE (ARRAY['sms', 'voice', 'online'])[r.n % 3 + 1] END,
  state = CASE WHEN r.n % 10 < 9 THEN jsonb_build_object('q', questionnaire_sha256, 's', 'active', 'l', 'vi', 't', 20,
    'a', NULL, 'n', 0, 'v', jsonb_build_object(), 'o', '[]'::jsonb, 'e', 20, 'g', '[]'::jsonb) END
FROM (SELECT id, row_number() OVER (ORDER BY id) * 7919 % 100003 AS n FROM interviews) r WHERE r.id = interviews.id;
INSERT INTO answers (interview_id, question, value, points, channel, seq, at)
SELECT i.id, 'q' || q, (ARRAY['5', '3', '1', 'none'])[(hashtext(i.code || q) & 3) + 1], 5, i.channel, q,
  TIMESTAMPTZ '2026-11-18 02:00:00Z' FROM interviews i, generate_series(1, {questions}) q WHERE i.status <> 'pending'
"""


def answered(house: House, database: str, questions: int) -> int:
    """Nine organisations in ten have answered so many questions each; how many answers that makes."""
    with house.as_superuser(database) as connection:
        for statement in _FILLED.format(questions=questions).split(";"):
            connection.execute(statement)
        return int(connection.execute("SELECT count(*) FROM answers").fetchone()[0])


def _scoring(house: House, quick: bool) -> Iterator[Row]:
    with house.opened("bench_score") as work:
        population.found(work, long_form(SCORED), FORMS // 10 if quick else FORMS)
    answers = str(answered(house, "bench_score", SCORED))
    sides = Sides(house, "bench_score", anew=False)
    own, bare = ["score", answers], ["bare_score", answers]
    row = sides.row("Scoring a million answers / GROUP BY", own, bare, must=1.5, aim=1.2, rounds=5)
    yield within(row, sides.peak_mb(), CLIENT_MB)


def _import(house: House, quick: bool) -> Iterator[Row]:
    path = house.home / "list.xlsx"
    _write_list(path, NATIONAL // 7 if quick else NATIONAL)
    with house.opened("bench_import") as work, work.database.transaction() as conn:
        conn.execute(sa.insert(offices), [population.office(work.ids.new())])
    sides = Sides(house, "bench_import", anew=True)
    own, bare = ["import_list", str(path)], ["bare_import", str(path)]
    row = sides.row("Import / calamine + phonenumbers + COPY", own, bare, must=2.0, aim=1.3)
    yield within(row, sides.peak_mb(), IMPORT_MB)


def _write_list(path: Path, count: int) -> None:
    """A province's list of `count` good rows."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Danh sách")
    sheet.write_row(0, 0, HEADER)
    for index in range(count):
        kind, sector = population.KINDS[index % 3]
        row = (
            f"0{population.number(index)[3:]}", "mat-khau", f"Hợp tác xã Nông nghiệp Mẫu số {index}", kind, sector,
            f"Nguyễn Văn {index}", "Giám đốc", f"mau{index}@example.org", f"Xã Mẫu {index % 100}", f"Thôn {index % 9}",
            7 + index % 300, f"{1 + index % 28:02d}/{1 + index % 12:02d}/2005", "Có", "Hoạt động",
        )  # fmt: skip
        sheet.write_row(index + 1, 0, row)
    book.close()
