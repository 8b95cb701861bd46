"""A seeded country: lists of invented organisations by province, and how the people behind the numbers use phones."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from typing import Any

from demo.sample_people import SamplePerson
from demo.samples.sample_list import HEADER
from files.areas import PROVINCES

CONTROL = "doi-chung"
"""The office whose people are the reference: no campaign contacts them."""
KINDS = {("HTX", "NN"): 60, ("HTX", "PNN"): 32, ("QTD", ""): 8}
PERSONAS = {
    "quick": 40, "silent_first": 6, "wrong_keys": 6, "hangs_up": 5, "text_only": 10, "voice_only": 8, "opts_out": 3,
    "busy": 6, "no_answer": 12, "dead_number": 3, "refuses": 6,
}  # fmt: skip
"""Weights of our own: seven in ten answer, on one channel or the other."""
STYLES = {"bare": 7, "numbered": 2, "words": 1}


def offices(organisations: int) -> list[tuple[str, str]]:
    """Code and area of the provinces' offices: all of them for a whole country, fewer for a small one."""
    wanted = max(2, min(len(PROVINCES), organisations // 250))
    return [(f"tinh-{area}", area) for area in sorted(PROVINCES)[:wanted]]


def write_list(path: Path, seed: int, office: int, size: int) -> None:
    """The list of office number `office`: mobiles of their own; every tenth organisation has a second number."""
    chance = Random(f"{seed}:{office}")
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for place in range(size):
            kind, sector = chance.choices(list(KINDS), list(KINDS.values()))[0]
            tail = f"{office:02d}{place:05d}"
            number = f"090{tail}; 091{tail}" if place % 10 == 9 else f"090{tail}"
            title = "Quỹ tín dụng nhân dân" if kind == "QTD" else "Hợp tác xã"
            member = chance.choice(("Có", "Không"))
            row = (number, "", f"{title} Mẫu {office:02d} {place:05d}", kind, sector, f"Người Mẫu {place}", "Giám đốc")
            writer.writerow([*row, "", f"Xã Mẫu {place % 40}", "Thôn 1", 9, "01/02/2010", member, "Hoạt động"])


def handsets(people: list[SamplePerson], seed: int) -> list[dict[str, Any]]:
    """Every phone: the first with the person, further ones in a drawer; drawn from the seed and the number."""
    found = []
    for person in people:
        chance = Random(f"{seed}:{person.numbers[0]}")
        persona = chance.choices(list(PERSONAS), list(PERSONAS.values()))[0]
        style = chance.choices(list(STYLES), list(STYLES.values()))[0]
        for place, number in enumerate(person.numbers):
            given = {"number": number, "scope": person.questionnaire, "seed": seed, "style": style}
            found.append(given | {"persona": persona if place == 0 else "no_answer"})
    return found
