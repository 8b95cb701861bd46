"""The kinds of people (and lines) of the simulation, as a table of how each treats a call and a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ringing = Literal["answers", "busy", "no-answer", "failed", "machine", "hand"]
Texting = Literal["answers", "ignores", "dead", "answers after hanging up"]
Taker = Literal["person", "mumbler", "beep", "silence", "music", "fax"]
"""Who or what takes a call: people, one of them hard to tell from a machine; machines by how their greeting ends."""


@dataclass(frozen=True, slots=True)
class Persona:
    """How somebody treats what reaches the phone. Nothing here says what they think: that is their truth."""

    rings: Ringing = "answers"
    first_ring: Ringing | None = None
    """What the first call meets instead, if anything else."""
    taker: Taker = "person"
    texts: Texting = "answers"
    silent_first: bool = False
    """Says nothing when a topic is asked for the first time: always the first topic, then about every third.

    Nor does such a person say anything after a beep."""
    wrong_keys: bool = False
    """Gives a key that means nothing when about every second topic is asked for the first time."""
    hangs_up: bool = False
    """Hangs up in the first call it answers, after two to four topics."""
    opts_out: bool = False
    """Answers the first text with a wish to be left alone."""
    agrees: bool = True
    landline: bool = False
    """Takes calls only; the carrier refuses texts to it."""


PERSONAS: dict[str, Persona] = {
    "quick": Persona(),
    "silent_first": Persona(silent_first=True),
    "wrong_keys": Persona(wrong_keys=True),
    "hangs_up": Persona(hangs_up=True, texts="answers after hanging up"),
    "text_only": Persona(rings="no-answer"),
    "voice_only": Persona(texts="ignores"),
    "landline": Persona(texts="ignores", landline=True),
    "opts_out": Persona(rings="no-answer", opts_out=True),
    "busy": Persona(first_ring="busy", texts="ignores"),
    "no_answer": Persona(rings="no-answer", texts="ignores"),
    "machine": Persona(rings="machine", taker="beep", texts="ignores"),
    "machine_silence": Persona(rings="machine", taker="silence", texts="ignores"),
    "machine_music": Persona(rings="machine", taker="music", texts="ignores"),
    "fax": Persona(rings="machine", taker="fax", texts="ignores"),
    "mumbles": Persona(taker="mumbler"),
    "dead_number": Persona(rings="failed", texts="dead"),
    "answers_online": Persona(rings="no-answer", texts="ignores"),
    "refuses": Persona(agrees=False),
    "by_hand": Persona(rings="hand", texts="ignores"),
}
"""By the names that POST /simulator/handsets takes. `by_hand` does nothing by itself: held, or it rings out."""
