"""The row "village": who of the willing finishes in a week, and what each part of the dialogue is worth.

Each part is taken away in turn, in a week of the same people (docs/village.md). It must not measure CPU.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from demo.respondents_page import sample
from tests.bench.house import House
from tests.bench.measuring import Row
from tests.village.week import TEXT, Outcome, Week

FORM = "HTX-NN"
SEED = 20261122
PEOPLE, QUICK = 300, 80
MOST_UNFINISHED = 5.0
"""% of the willing who may be left unfinished."""

Loss = Callable[[Outcome], float]
LOSSES: dict[str, tuple[str, Loss]] = {
    "no-echo": ("answers that are not what was meant, of 1,000", lambda came: came.differing),
    "no-repeat": ("% of the willing who do not finish", lambda came: came.unfinished),
    "no-resume": ("minutes of call a complete", lambda came: came.minutes_each),
    "no-call-again": ("% of the willing who do not finish", lambda came: came.unfinished),
    "no-ring-back": ("contacts a complete", lambda came: came.contacts_each),
    TEXT: ("minutes of call a complete", lambda came: came.minutes_each),
}
"""What is taken away → the figure in which that must be seen."""
NOTHING = 0.01
"""Stands for no loss at all, so that a ratio can be told."""


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "village"."""
    people = QUICK if quick else PEOPLE
    whole = lived(house, people)
    yield Row(
        "Village: willing who do not finish / most allowed", "%", [whole.unfinished], [MOST_UNFINISHED], 1.0,
        note=told(whole), faults=tuple(whole.wrong),
    )  # fmt: skip
    for fault, (figure, loss) in LOSSES.items():
        came = lived(house, people, fault)
        faults = () if loss(came) > loss(whole) else (f"{fault} shows no loss",)
        values = [max(NOTHING, loss(whole))], [max(NOTHING, loss(came))]
        yield Row(f"Village, {fault}: {figure}", "", *values, None, note=told(came), faults=faults)


def lived(house: House, people: int, without: str = "") -> Outcome:
    """What comes of a week of `people`, without something."""
    with house.opened("bench_village") as work:
        return Week(work, sample(FORM), people, int(os.environ.get("ALO_VILLAGE_SEED", SEED))).live(without)


def told(came: Outcome) -> str:
    """The figures of a week."""
    return (
        f"{came.finished} of {came.willing} willing finish; {came.contacts_each:.2f} contacts and "
        f"{came.minutes_each:.1f} minutes a complete; {came.open_questions} questions open; "
        f"{came.differing:.1f} of 1,000 answers differ from what was meant"
    )
