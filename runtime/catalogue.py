"""The one catalogue of words that staff read: (code, parameters) in, a sentence in Vietnamese or English out.

Words stand in `runtime/words/*.yaml` as `code: {vi: …, en: …}`; a further language may stand in files of its own. What
respondents hear and read is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
import yaml

PLACE = Path(__file__).parent / "words"
LANGUAGE_NAMES: Mapping[str, str] = {"vi": "Tiếng Việt", "en": "English"}
"""Code of a staff language → its own name, the usual one first."""
LANGUAGES = tuple(LANGUAGE_NAMES)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_READER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads the words in a tenth of the time, wherever PyYAML was built with it: every command waits for them."""

_log = structlog.get_logger()


class MissingWordsError(KeyError):
    """A code, a language of it, or a parameter its words ask for, is missing."""


class Catalogue:
    """Words by code and language. `strict` raises for a missing code; otherwise the code itself is shown."""

    def __init__(self, entries: Mapping[str, Mapping[str, str]], *, strict: bool = False) -> None:
        """`entries`: code → language → words with `{parameter}` places."""
        self.entries = entries
        self.strict = strict

    def words(self, code: str, lang: str = "vi", /, **params: Any) -> str:
        """The words for `code`. Dates and times are shown as in Viet Nam. Raises MissingWordsError when strict."""
        try:
            return self.entries[code][lang].format(**{name: display_value(value) for name, value in params.items()})
        except (KeyError, IndexError) as missing:
            if self.strict:
                raise MissingWordsError(f"{code} ({lang}): {missing}") from missing
            _log.warning("words_missing", code=code)
            return code


def display_value(value: Any) -> Any:
    """A parameter as staff read it: times in Vietnamese local time, day before month; the rest as it is."""
    if isinstance(value, datetime):
        local = value.astimezone(ZONE) if value.tzinfo else value
        return local.strftime("%H:%M %d/%m/%Y")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return value


def load(place: Path = PLACE) -> dict[str, dict[str, str]]:
    """Every entry of every file in `place`. Raises ValueError for a code that stands twice in one language."""
    entries: dict[str, dict[str, str]] = {}
    for path in sorted(place.glob("*.yaml")):
        for code, texts in (yaml.load(path.read_text("utf-8"), _READER) or {}).items():
            known = entries.setdefault(code, {})
            if known.keys() & texts.keys():
                raise ValueError(f"{path.name}: {code} stands twice")
            known.update(texts)
    return entries


@cache
def catalogue() -> Catalogue:
    """The catalogue of this process."""
    return Catalogue(load())


def words(code: str, lang: str = "vi", /, **params: Any) -> str:
    """The words for `code` from this process's catalogue."""
    return catalogue().words(code, lang, **params)
