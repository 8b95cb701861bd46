"""A storm's figures beside those of the same seed in calm weather, over the questions that both have answered.

Comparable are answers, not organisations: what a person thinks is keyed by (handset, topic), but faults decide when and
by which channel somebody is reached, so one run may reach a question that the other does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from scoring.answers import Sheets
from scoring.cube import Cell, Cube, Forms, Stratum
from scoring.methods import METHODS
from scoring.rules import DEFAULT

Answers = Mapping[str, Mapping[str, str]]
"""Organisation's code → question → value."""


def common(stormy: Answers, calm: Answers) -> set[tuple[str, str]]:
    """(organisation, question) that both runs answered."""
    both = stormy.keys() & calm.keys()
    return {(who, question) for who in both for question in stormy[who].keys() & calm[who].keys()}


def of(answers: Answers, forms: Mapping[str, str], sheets: Sheets, which: set[tuple[str, str]]) -> dict[str, Any]:
    """The figures of every method over the answers `which`; `forms`: organisation → questionnaire."""
    cells: Counter[tuple[str, str, str]] = Counter()
    for who, question in which:
        cells[forms[who], question, answers[who][question]] += 1
    counted = Counter(forms[who] for who in {who for who, _ in which})
    cube = Cube(
        tuple(Forms(_stratum(form), "complete", n) for form, n in counted.items()),
        tuple(Cell(_stratum(form), "complete", question, value, n) for (form, question, value), n in cells.items()),
    )
    return {name: method.compute(cube, sheets, DEFAULT).value for name, method in METHODS.items()}


def _stratum(form: str) -> Stratum:
    return Stratum(form, "", "", True, "", "")


def differences(stormy: Answers, calm: Answers, forms: Mapping[str, str], sheets: Sheets) -> list[str]:
    """What a storm has changed: answers that differ, figures that differ, and too little left to compare."""
    both = common(stormy, calm)
    found = [
        f"{who} {question}: {stormy[who][question]!r} in the storm, {calm[who][question]!r} without"
        for who, question in sorted(both)
        if stormy[who][question] != calm[who][question]
    ]
    one, two = of(stormy, forms, sheets, both), of(calm, forms, sheets, both)
    found += [f"{name}: {one[name]} in the storm, {two[name]} without" for name in one if one[name] != two[name]]
    everything = sum(map(len, calm.values()))
    if len(both) < everything / 2:
        found.append(f"only {len(both)} of {everything} answers are in both")
    return found
