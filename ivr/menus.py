"""Keys of a call: how they are offered, gathered and read. `*` repeats and `0` asks for a person, everywhere.

It must not know what a key does to the interview (the engine) or which sentence stands around the menu.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.answers import Key, Said, Silence, Spoken, Unclear
from survey.questionnaire import Question

REPEAT = "*"
PERSON = "0"
NUMBER_END = "#"
TIMEOUT_S = 7
"""Quiet seconds before it counts as silence; Twilio's 5 are short for somebody who looks for the key."""
NUMBER_TIMEOUT_S = 8
"""Between two digits of a number."""


@dataclass(frozen=True, slots=True)
class Keys:
    """How keys are gathered for one question; the fields are those of `ivr.script.Gather`."""

    num_digits: int | None
    timeout_s: int
    finish_on_key: str


def keys_for(question: Question | None) -> Keys:
    """One key for a choice, so that a second, bouncing one is left over; several keys end with `#` or by quiet.

    In a decimal number `#` stands between the whole part and the decimals, so only quiet ends it: `*` repeats
    everywhere and cannot be the comma.
    """
    if question is not None and question.kind == "decimal":
        return Keys(None, NUMBER_TIMEOUT_S, "")
    if _wants_several(question):
        return Keys(None, NUMBER_TIMEOUT_S, NUMBER_END)
    longest = max((len(c.key) for c in question.choices), default=1) if question else 1
    return Keys(longest, TIMEOUT_S, "")


def read_key(digits: str | None, question: Question | None) -> Said:
    """What the pressed `digits` say in reply to `question`. Never raises.

    None or nothing is silence. In a number or a day `0` is a digit, and a `*` anywhere starts over; with no question
    only `*` and `0` mean something.
    """
    pressed = "".join((digits or "").split())
    if _wants_several(question):
        pressed = pressed.rstrip(NUMBER_END)
    if not pressed:
        return Silence()
    if _is_choice(pressed, question):
        return Key(pressed)
    if REPEAT in pressed:
        return Spoken("repeat")
    if pressed == PERSON and not _wants_number(question):
        return Spoken("person")
    return Key(pressed) if question is not None else Unclear("not_asked", pressed)


def _wants_number(question: Question | None) -> bool:
    return question is not None and question.kind in ("integer", "decimal", "date")


def _wants_several(question: Question | None) -> bool:
    return question is not None and question.kind != "select_one"


def _is_choice(key: str, question: Question | None) -> bool:
    return question is not None and question.choice_for_key(key) is not None
