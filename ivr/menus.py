"""Keys of a call: how they are offered, gathered and read; each has one meaning everywhere (docs/adr/0014).

`*` repeats, `0` asks for a person, `#` ends a number, `7` goes back, `8` means another time, `9` no opinion.

It must not know what a key does to the interview (the engine) or which sentence stands around the menu.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.kinds import keyed_kind
from survey.answers import Key, Said, Silence, Spoken, Unclear, Word
from survey.form.questionnaire import Choice, Question

REPEAT = "*"
PERSON = "0"
NUMBER_END = "#"
BACK = "7"
LATER = "8"
NO_OPINION = "9"
NOT_ME = "6"
"""While consent is asked: somebody else has picked up."""
LANGUAGE = "5"
"""While consent is asked: on in the other language that is offered."""
COMMANDS: Mapping[str, Word] = {PERSON: "person", BACK: "back", LATER: "later"}
"""In a number they follow a star, since they are digits there: `*7`."""
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
    """One key for a choice, so that a second, bouncing one is left over; several keys, and the number of a choice
    where some have two figures, end with `#` or by quiet.

    `#` ends no single key: whoever presses it after one is told to us, and `read_key` passes it over. In a decimal
    number `#` stands between the whole part and the decimals, so only quiet ends it: `*` repeats everywhere and cannot
    be the comma.
    """
    if question is None or (question.rules.chosen == "one" and not question.numbered):
        return Keys(1, TIMEOUT_S, "")
    return Keys(None, NUMBER_TIMEOUT_S, NUMBER_END if keyed_kind(question).ends_by_key else "")


def key_of(choice: Choice, question: Question) -> str:
    """The key that is told for `choice`: "no opinion" has the same one in every question, whatever its own is."""
    return key_among(choice, question.choices)


def key_among(choice: Choice, choices: Sequence[Choice]) -> str:
    """As `key_of`, of a question with these `choices`."""
    taken = next((other for other in choices if other.key == NO_OPINION), choice)
    return NO_OPINION if choice.no_opinion and taken == choice else choice.key


def read_key(digits: str | None, question: Question | None, other: str = "") -> Said:
    """What the pressed `digits` say in reply to `question`. Never raises.

    None or nothing is silence; `#` alone is left over from the answer before: the question is told again, and it is no
    try. A form's own key goes before ours. In a number or a day all figures are digits: there `*7`, `*8`, `*0` stand
    for 7, 8, 0, and a `*` anywhere else starts over. With no question only commands mean something. `other`: the
    language that was offered, "" for none.
    """
    pressed = "".join((digits or "").split())
    if not pressed:
        return Silence()
    pressed = pressed.strip(NUMBER_END)
    if not pressed:
        return Spoken("repeat")
    if question is not None and question.numbered:
        pressed = pressed.lstrip("0") or pressed
    if _is_choice(pressed, question):
        return Key(pressed)
    if question is not None and question.rules.takes_figures and not pressed.startswith(REPEAT):
        return Spoken("repeat") if REPEAT in pressed else Key(pressed)
    if other and pressed == LANGUAGE and question is not None and question.role == "consent":
        return Spoken("language", other)
    return _command(pressed, question) or (Key(pressed) if question is not None else Unclear("not_asked", pressed))


def _command(pressed: str, question: Question | None) -> Said | None:
    """What a key means that is none of the form's; None when it means nothing here."""
    bare = pressed.removeprefix(REPEAT) or REPEAT
    if bare in COMMANDS:
        return Spoken(COMMANDS[bare])
    if REPEAT in pressed and bare != NO_OPINION:
        return Spoken("repeat")
    if question is None:
        return None
    if bare == NOT_ME and question.role == "consent":
        return Spoken("not_me")
    return _no_opinion(question) if bare == NO_OPINION else None


def _no_opinion(question: Question) -> Said | None:
    """The form's own "no opinion", else no answer at all where none is needed."""
    own = next((choice.key for choice in question.choices if choice.no_opinion), "")
    if own:
        return Key(own)
    return None if question.required else Spoken("skip")


def takes_figures(question: Question) -> bool:
    """Whether figures are keyed, so that a star goes before the keys that mean the same everywhere."""
    return question.numbered or question.rules.takes_figures


def _is_choice(key: str, question: Question | None) -> bool:
    return question is not None and question.choice_for_key(key) is not None
