"""Seeded villages for storms: lists to import and the people behind their numbers. Invented from a seed alone."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from contact.calendar import day, same_all_week
from contact.caps import Caps
from contact.ladder import Ladder, LadderStep
from contact.settings import RoundSettings
from demo.sample_people import SamplePerson
from demo.samples.sample_list import HEADER

MINUTE = 60
SHARED = 90_000
"""Numbers of shared phones end above it."""
PERSONAS = {
    "quick": 10, "silent_first": 3, "wrong_keys": 3, "hangs_up": 3, "text_only": 5, "voice_only": 6, "opts_out": 2,
    "busy": 2, "no_answer": 1, "dead_number": 1, "refuses": 2,
}  # fmt: skip
STYLES = {"bare": 6, "numbered": 2, "words": 2}
LADDER = Ladder(
    (
        LadderStep("text", "invitation", 0),
        LadderStep("call", "call", 45 * MINUTE),
        LadderStep("text", "reminder", 30 * MINUTE),
    ),
    retry_s=10 * MINUTE,
)
"""The usual rungs, closer together."""
HOURS = day("00:00-23:59")
"""A storm goes on for as many business days as its kills take on this machine."""
SETTINGS = RoundSettings(
    hours=same_all_week(HOURS, HOURS, sunday_mornings=False),
    caps=replace(Caps(), contacts_a_day=8, texts_a_day=4, answered_calls_a_day=2, replies_a_day=200),
    ladder=LADDER,
)
"""Caps that just let the ladder of two organisations with one phone through: hardly anything waits for the next day."""

HURRIED = replace(SETTINGS, ladder=replace(LADDER, steps=tuple(replace(s, gap_s=s.gap_s // 4) for s in LADDER.steps)))
"""The same with rungs minutes apart: what goes wrong between two of them is seen within seconds."""


def office(wave: int) -> str:
    """The code of the office whose people wave `wave` contacts."""
    return f"tinh-{wave:02d}"


def write_list(path: Path, seed: int, wave: int, size: int, pairs: int) -> None:
    """A list of `size` organisations with mobiles of their own; every eighth has a second number in a drawer.

    The last `pairs` times two share a phone two by two: a phone that nobody ever takes up.
    """
    chance = Random(f"{seed}:{wave}")
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for place in range(size):
            kind, sector = chance.choice((("HTX", "NN"), ("HTX", "PNN"), ("QTD", "")))
            alone = place < size - pairs * 2
            number = f"090{wave:02d}{place if alone else SHARED + (size - 1 - place) // 2:05d}"
            second = f"; 091{wave:02d}{place:05d}" if place % 8 == 7 and alone else ""
            name = f"{'Quỹ tín dụng nhân dân' if kind == 'QTD' else 'Hợp tác xã'} Thử {seed} {wave:02d} {place:03d}"
            member = chance.choice(("Có", "Không"))
            row = (number + second, "", name, kind, sector, f"Người Thử {place}", "Giám đốc", "", f"Xã Thử {place % 3}")
            writer.writerow([*row, f"Thôn {place}", 9, "01/02/2010", member, "Hoạt động"])


def handsets(people: list[SamplePerson], seed: int, personas: Mapping[str, int] = PERSONAS) -> list[dict[str, Any]]:
    """Every phone; who lives there (by the weights of `personas`) and how they type is drawn from seed and number."""
    found = []
    for person in people:
        chance = Random(f"{seed}:{person.numbers[0]}")
        persona = chance.choices(list(personas), list(personas.values()))[0]
        style = chance.choices(list(STYLES), list(STYLES.values()))[0]
        for place, number in enumerate(person.numbers):
            given = {"number": number, "scope": person.questionnaire, "seed": seed, "style": style}
            found.append(given | {"persona": "no_answer" if place or is_shared(number) else persona})
    return found


def is_shared(number: str) -> bool:
    """Whether two organisations of a list have this number."""
    return int(number[-5:]) >= SHARED
