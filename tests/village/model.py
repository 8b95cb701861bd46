"""How people of the village behave, as numbers: every one an assumption with where it comes from (docs/village.md).

Chance depends on the seed, the person and what it is about alone (question, attempt, day): taking something away from
the dialogue changes nothing in the people. It must not know what is done with a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

OWN = "our own guess"
MENUS = "guess after field reports: untrained villagers fail key menus between a quarter of the time and nearly always"
PRACTICE = "guess after field practice (four minutes a call, three tries a question, five questions a sitting by text)"
FIELDS = "guess: farmers, by day in the fields"
FREE = "guess: a missed call costs nothing and is a custom"
TRUST = "guess after field practice: an announced call is trusted, a strange one is not"
PHONES = "guess: worn keypads, hilly communes"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number of the model, what it says, and where it comes from."""

    value: float
    meaning: str
    source: str = OWN


MODEL: Final[Mapping[str, Assumption]] = {
    # who they are
    "willing": Assumption(0.88, "share of people who would answer everything if they can"),
    "writes": Assumption(0.4, "share who read texts and answer them"),
    "reads": Assumption(0.25, "share who read texts and never write one"),
    "returns_calls": Assumption(0.5, "share who ring back a number they missed", FREE),
    "quick": Assumption(0.35, "share who press once they have heard their option, later before it"),
    "clumsiness_spread": Assumption(0.5, "σ of one person's log-normal factor on wrong and silent tries and slips"),
    "impatience_spread": Assumption(0.5, "σ of one person's log-normal factor on hanging up"),
    # whether a call is taken
    "taken_morning": Assumption(0.4, "chance to take a call before 12:00", FIELDS),
    "taken_afternoon": Assumption(0.45, "from 12:00 to 17:00", FIELDS),
    "taken_evening": Assumption(0.65, "after 17:00", FIELDS),
    "taken_spread": Assumption(0.25, "± of these between persons, evenly spread"),
    "taken_announced": Assumption(0.1, "more, once a text of ours was read", TRUST),
    "taken_expected": Assumption(0.95, "chance to take a call asked for a moment ago"),
    "taken_appointed": Assumption(0.85, "chance to take a call at the time one chose"),
    "busy": Assumption(0.06, "taken, but no time: asks for another time if told how, else hangs up"),
    "rings_back": Assumption(0.8, "chance that one who returns calls returns this one", FREE),
    "rings_back_minutes": Assumption(25, "median minutes until then"),
    # keys
    "fails": Assumption(0.03, "wrong or silent try: short sentence, first time, in practice", MENUS),
    "fails_a_second": Assumption(0.01, "more for each second of the longest sentence above 3 s", MENUS),
    "fails_again": Assumption(0.5, "factor with each repetition of the question", PRACTICE),
    "fails_new": Assumption(1.5, "more, as a factor, before the first answer; fades by e with every 3 answers", MENUS),
    "fails_noise": Assumption(0.06, "more on a noisy line", PHONES),
    "most_fails": Assumption(0.9, "never more than this"),
    "silent": Assumption(0.55, "share of failed tries in which nothing is pressed"),
    "star": Assumption(0.15, "share in which * is pressed by one who was told of it; else a wrong key"),
    "slips": Assumption(0.015, "chance to press the key beside the one meant"),
    "bounces": Assumption(0.02, "chance that a key counts twice, 0.3 s apart", PHONES),
    "too_early": Assumption(0.02, "a quick person presses during the echo: the key is lost, she waits"),
    "noisy": Assumption(0.15, "share of calls on a noisy line", PHONES),
    "notices": Assumption(0.92, "chance to notice an echo that is not what was meant"),
    "notices_noisy": Assumption(0.7, "the same on a noisy line", PHONES),
    "hears_again": Assumption(0.05, "chance to have all answers read before handing in"),
    # the end of a call
    "hangs_up_a_second": Assumption(0.0005, "chance to hang up in a second at the beginning of a call"),
    "tires_s": Assumption(300, "that chance has doubled after so many seconds heard", PRACTICE),
    "hangs_up_a_try": Assumption(0.02, "more with a failed try at a question, times the tries"),
    "wary": Assumption(3, "factor on hanging up before consent, for one not told of the call", TRUST),
    "line_drops_a_second": Assumption(0.0003, "chance that the line drops in a second: battery, coverage", PHONES),
    "rings_after_drop": Assumption(0.6, "chance that one who returns calls rings after that", FREE),
    "puts_off": Assumption(0.15, "chance to choose another time when it is offered"),
    # texts
    "reads_minutes": Assumption(30, "median minutes until a text that came unasked is read"),
    "answers_text": Assumption(0.6, "chance that one who writes answers it"),
    "answers_next": Assumption(0.96, "chance to answer the next text of a sitting", PRACTICE),
    "answers_later": Assumption(0.9, "the same from the sixth on", PRACTICE),
    "types_s": Assumption(75, "median seconds from a text to its answer in a sitting"),
    "types_wrong": Assumption(0.01, "chance to type another option's figure"),
    "types_unclear": Assumption(0.05, "chance of a text nobody can read (of the reply table); halves each time"),
    "notices_written": Assumption(0.97, "chance to notice a written echo that is not what was meant"),
    "asks_for_call": Assumption(0.3, "share who write GOI when going on by call is offered"),
    "writes_later": Assumption(0.02, "chance to write “để sau” instead of an answer"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chance:
    """Everything that is random about one person."""

    seed: int
    person: int

    def of(self, *about: object) -> float:
        """A number in [0, 1) that depends on the seed, the person and what it is `about`."""
        text = "|".join(map(str, (self.seed, self.person, *about)))
        return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big") / 2**56

    def happens(self, name: str, *about: object) -> bool:
        """Whether the assumption `name`, a chance, comes true this time."""
        return self.of(name, *about) < MODEL[name].value

    def factor(self, name: str) -> float:
        """The person's own factor with median 1 and the log-normal spread `name`."""
        return math.exp(MODEL[name].value * self._normal(name))

    def about(self, name: str, *about: object) -> float:
        """A waiting time with the median `name`: a third to three times as long for most."""
        return MODEL[name].value * math.exp(0.7 * self._normal(name, *about))

    def _normal(self, *about: object) -> float:
        """Box and Muller's, from two draws."""
        first, second = self.of(*about, "r"), self.of(*about, "phi")
        return math.sqrt(-2 * math.log(1 - first)) * math.cos(2 * math.pi * second)


def table() -> list[str]:
    """The lines of the table in docs/village.md."""
    return [f"| `{name}` | {one.value:g} | {one.meaning} | {one.source} |" for name, one in MODEL.items()]
