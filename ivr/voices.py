"""Which voices a call may speak with, and recordings put in place of synthesised words where there are some.

It must not know where recordings lie; a sentence without one is said by the platform's own voice, never left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ivr.prompts import DEFAULT_VOICE, offer_language, prompt_id
from ivr.script import Gather, Play, Prompt, Say, Script, Verb
from survey.words.languages import BY_EAR, written

NORTH, CENTRAL, SOUTH = "north", "central", "south"
PLACEHOLDER = "placeholder"
"""Synthetic sounds in the place of a narrator of a language without synthesis: heard on simulated lines only."""
VOICES = (DEFAULT_VOICE, NORTH, CENTRAL, SOUTH, PLACEHOLDER)
"""Voices a recording may be made in: people trust, and follow, the accent of their own part of the country."""

_CENTRAL = frozenset(("38", "40", "42", "44", "46", "48", "51", "52", "56", "66", "68"))
_FIRST_OF_SOUTH = "75"

Find = Callable[[str], str | None]
"""Prompt id → the name of its recording, None when there is none."""


def voices_of(area_code: str) -> tuple[str, ...]:
    """The voices for a province of the 2025 scheme, best first; "" (the national office) has the default one only.

    From Thanh Hóa to Lâm Đồng the accent is taken as central, from Đồng Nai on as southern (our own assumption).
    """
    if not area_code:
        return (DEFAULT_VOICE,)
    if area_code in _CENTRAL:
        return (CENTRAL, DEFAULT_VOICE)
    return (SOUTH if area_code >= _FIRST_OF_SOUTH else NORTH, DEFAULT_VOICE)


def with_placeholders(voices: tuple[str, ...]) -> tuple[str, ...]:
    """`voices` of a simulated line."""
    return (*voices, PLACEHOLDER)


def other_language(language: str, voices: tuple[str, ...], find: Find) -> str:
    """The language to offer by key to who hears `language`: the written one of a language by ear, else a language by
    ear that can say its own offer; "" for none."""
    if language in BY_EAR:
        return written(language)
    return next((code for code in BY_EAR if _recorded(offer_language(code), voices, find)), "")


def _recorded(spoken: Say, voices: tuple[str, ...], find: Find) -> str | None:
    """The recording of a sentence in the best voice that has one; placeholders stand for languages by ear only."""
    fit = (voice for voice in voices if voice != PLACEHOLDER or spoken.language in BY_EAR)
    return next(filter(None, (find(prompt_id(spoken.text, spoken.language, voice)) for voice in fit)), None)


def voiced(script: Script, voices: tuple[str, ...], find: Find) -> Script:
    """`script` with each sentence that is recorded in one of `voices` (best first) played instead of said.

    A language by ear falls back, sentence by sentence, to the language of its words: recorded there, else synthesised.
    """

    def prompt(spoken: Prompt) -> Prompt:
        if not isinstance(spoken, Say):
            return spoken
        if found := _recorded(spoken, voices, find):
            return Play(found)
        if spoken.language not in BY_EAR:
            return spoken
        language = written(spoken.language)
        return prompt(replace(spoken, language=language, prompt_id=prompt_id(spoken.text, language)))

    def verb(each: Verb) -> Verb:
        if isinstance(each, Gather):
            return replace(each, prompts=tuple(map(prompt, each.prompts)))
        return prompt(each) if isinstance(each, Say) else each

    return Script(tuple(map(verb, script.verbs)))
