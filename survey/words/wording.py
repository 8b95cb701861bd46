"""What respondents hear and read besides the form, by code and language: `say` turns (code, parameters) into words.

It must not know when something is said (the channel decides) nor the words of staff pages (the catalogue has those).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Final

from survey.words.kinds import KIND_WORDS
from survey.words.side_questions import ASIDE
from survey.words.spoken import SPOKEN
from survey.words.written import WRITTEN

DEFAULT_LANGUAGE = "vi"
WORDS: Final[Mapping[str, Mapping[str, str]]] = {**SPOKEN, **ASIDE, **WRITTEN, **KIND_WORDS}
"""Code → language → template. Codes that begin with `text.` are read, all others are heard."""


def say(code: str, language: str, tries: int = 0, **params: object) -> str:
    """The words of `code` in `language` (Vietnamese where that language has none), with `params` put in.

    `tries` picks the words for the first, second … wrong or silent try where `code` has several; after the last of
    them the last stays. Raises KeyError for an unknown code or a missing parameter: a fault of the program, not of
    the person on the phone.
    """
    words = WORDS[_code_of_try(code, tries)]
    return words.get(language, words[DEFAULT_LANGUAGE]).format(**params)


def digits(number: str) -> str:
    """A telephone number as it is read out: figure by figure. `0214 3840 123` → `0 2 1 4 3 8 4 0 1 2 3`."""
    return " ".join(character for character in number if character.isalnum())


@cache
def _code_of_try(code: str, tries: int) -> str:
    last_first = (f"{code}.{n}" for n in range(tries, 0, -1))
    return next((known for known in last_first if known in WORDS), code)


def parameters(code: str) -> frozenset[str]:
    """The names of the parameters that the words of `code` need, in any language."""
    return frozenset(name for words in WORDS[code].values() for _, name, _, _ in Formatter().parse(words) if name)


@cache
def version() -> str:
    """Short digest of all words here: kept with a consent, it says what the person was told."""
    return hashlib.sha256(json.dumps(WORDS, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
