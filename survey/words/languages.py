"""Languages that are only heard: nobody writes or synthesises them for us, so that they live by recordings alone.

Their words are those of another language, which a narrator has before them and says in their own. Data only; it must
not know recordings nor how a language is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

BY_EAR: Final[Mapping[str, str]] = {"hmn": "vi"}
"""Code → the language of its written words: in it texts are written, and it is spoken where a recording is missing."""


def written(language: str) -> str:
    """The language in which whoever hears `language` reads."""
    return BY_EAR.get(language, language)
