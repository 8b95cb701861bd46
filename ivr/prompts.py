"""Spoken sentences as prompts, named by their content: any gateway serves the same recording for the same words.

It must not know when a sentence is said, where recordings lie or who spoke them.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache

from ivr.script import Say
from survey.words import wording
from survey.words.languages import written

DEFAULT_VOICE = "default"


@lru_cache(maxsize=4096)
def prompt_id(text: str, language: str, voice: str = DEFAULT_VOICE) -> str:
    """The id of `text` as spoken in `language` by `voice`: 32 hex digits, safe in file names and URLs.

    Spacing and Unicode form of the words do not matter: the same sentence is recorded once.
    """
    words = " ".join(unicodedata.normalize("NFC", text).split())
    content = "\x1f".join((language, voice, words))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


SYLLABLES_A_SECOND = 3.0
"""Slow, clear Vietnamese speech; each syllable is a word of its own in writing [assumed]."""


def spoken_seconds(text: str) -> float:
    """About how long `text` takes to say, in seconds."""
    return len(text.split()) / SYLLABLES_A_SECOND


def say(text: str, language: str, voice: str = DEFAULT_VOICE) -> Say:
    """`text` spoken in `language`."""
    return Say(text, language, prompt_id(text, language, voice))


def offer_language(language: str, voice: str = DEFAULT_VOICE) -> Say:
    """How `language` is offered by key: said in it, for who needs it may understand no other."""
    return say(wording.say(f"choose.{language}", written(language)), language, voice)
