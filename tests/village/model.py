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

FIELD = "field practice: automatic calls to untrained villagers fail between a quarter of the time and nearly always"
OWN = "our own assumption"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number of the model, what it says, and where it comes from."""

    value: float
    meaning: str
    source: str = OWN


MODEL: Final[Mapping[str, Assumption]] = {
    # who they are
    "willing": Assumption(0.88, "share of people who would answer everything if they can"),
    "writes": Assumption(0.40, "share who read texts and answer them", "old keypad phones, ages 50–75: the lesser part"),
    "reads": Assumption(0.25, "share who read texts and never write one"),
    "returns_calls": Assumption(0.50, "share who ring back a number they missed", "field practice: missed calls are free"),
    "quick": Assumption(0.35, "share who press as soon as they have heard their option, later before it"),
    "clumsiness_spread": Assumption(0.5, "σ of the log-normal factor on all slips of one person (median 1)"),
    "impatience_spread": Assumption(0.5, "σ of the log-normal factor on hanging up of one person (median 1)"),
    # whether a call is taken
    "taken_morning": Assumption(0.40, "chance to take a call before 12:00", "farmers: in the fields"),
    "taken_afternoon": Assumption(0.45, "chance to take a call from 12:00 to 17:00", "farmers: in the fields"),
    "taken_evening": Assumption(0.65, "chance to take a call after 17:00", "farmers: at home"),
    "taken_spread": Assumption(0.25, "± of that chance between persons, evenly spread"),
    "taken_announced": Assumption(0.10, "more, once a text of ours was read", "field practice: an announced call is trusted"),
    "taken_expected": Assumption(0.95, "chance to take a call one has asked for a moment ago"),
    "taken_appointed": Assumption(0.85, "chance to take a call at the time one chose"),
    "busy": Assumption(0.06, "taken, but no time now: asks for another time if told how, else hangs up"),
    "rings_back": Assumption(0.80, "chance that one who returns calls returns this one"),
    "rings_back_minutes": Assumption(25, "median minutes until then"),
    # keys
    "fails": Assumption(0.03, "chance of a wrong or silent try at a short sentence, first time, for somebody in practice", FIELD),
    "fails_a_second": Assumption(0.010, "more for each second of the longest sentence above 3 s", FIELD),
    "fails_again": Assumption(0.5, "factor with each repetition of the same question", "field practice: three tries, then on"),
    "fails_new": Assumption(1.5, "more (as a factor) before the first answer; fades by e with every 3 answers", FIELD),
    "fails_noise": Assumption(0.06, "more on a noisy line"),
    "most_fails": Assumption(0.9, "never more than this"),
    "silent": Assumption(0.55, "share of failed tries in which nothing is pressed"),
    "star": Assumption(0.15, "share in which * is pressed, by one who was told of it; the rest is a wrong key"),
    "slips": Assumption(0.015, "chance to press the key beside the one meant"),
    "bounces": Assumption(0.02, "chance that a key counts twice, 0.3 s apart", "worn keypads"),
    "too_early": Assumption(0.02, "chance that a quick person presses while the echo is still spoken: the key is lost"),
    "noisy": Assumption(0.15, "share of calls on a noisy line"),
    "notices": Assumption(0.92, "chance to notice an echo that is not what was meant"),
    "notices_noisy": Assumption(0.70, "the same on a noisy line"),
    "hears_again": Assumption(0.05, "chance to have all answers read before handing in"),
    # the end of a call
    "hangs_up_a_second": Assumption(0.0005, "chance to hang up in a second at the beginning of a call"),
    "tires_s": Assumption(300, "that chance doubles after so many seconds heard", "field practice: four minutes are long"),
    "hangs_up_a_try": Assumption(0.02, "more with each failed try at a question, times the tries"),
    "wary": Assumption(3, "factor on hanging up before consent, for one who was not told of the call", "wary of strangers"),
    "line_drops_a_second": Assumption(0.0003, "battery, coverage, money of the network", "hilly communes"),
    "rings_after_drop": Assumption(0.6, "chance that one who returns calls rings after the line dropped"),
    "puts_off": Assumption(0.15, "chance to choose another time when that is offered"),
    # texts
    "reads_minutes": Assumption(30, "median minutes until a text is read"),
    "answers_text": Assumption(0.6, "chance that one who writes answers a text that came unasked"),
    "answers_next": Assumption(0.96, "chance to answer the next text of a sitting"),
    "answers_later": Assumption(0.90, "the same from the sixth on", "field practice: five questions a sitting"),
    "types_s": Assumption(75, "median seconds from a text to its answer in a sitting"),
    "types_wrong": Assumption(0.01, "chance to type another option's figure"),
    "types_unclear": Assumption(0.05, "chance of a text nobody can read (those of the reply table); halves each time"),
    "notices_written": Assumption(0.97, "chance to notice a written echo that is not what was meant"),
    "asks_for_call": Assumption(0.30, "chance to write GOI when going on by call is offered"),
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
