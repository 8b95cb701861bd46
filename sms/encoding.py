"""How a text travels: GSM-7 or UCS-2, how many units and segments, where the parts break, and plain letters.

It must not know what a text says or who gets it. Alphabet and sizes: 3GPP TS 23.038 and 23.040.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Encoding = Literal["gsm7", "ucs2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Characters behind an escape: two units, never split over parts."""

_GSM = _BASIC | _EXTENSION

_SINGLE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
_PART: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}

_PLAIN = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "₫": "d",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "`": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "•": "-",
        "×": "x",
        "&": "+",
        "#": "",
        "\t": " ",
        "\u200b": "",
        "\u2060": "",
        "\ufeff": "",
    }
)
"""Letters and signs without a decomposition of their own. `&` and `#` are refused by domestic brand-name routes."""

_MARKS = re.compile("[\u0300-\u036f]+")
"""The diacritics of Vietnamese, all at once; rarer ones are looked for letter by letter."""


@dataclass(frozen=True, slots=True)
class TextMeasure:
    """How a text travels: `units` are septets (GSM-7) or UTF-16 units (UCS-2); an empty text has no segment."""

    encoding: Encoding
    units: int
    segments: int


def measure(text: str) -> TextMeasure:
    """What sending `text` takes, NFC first (NFD would double Vietnamese). Never raises."""
    encoding, units = _units(text)
    if units <= _SINGLE[encoding]:
        return TextMeasure(encoding, units, 1 if units else 0)
    return TextMeasure(encoding, units, len(parts(text)))


def parts(text: str) -> tuple[str, ...]:
    """The parts `text` (NFC) travels in; together they are the text. Escapes and surrogate pairs stay whole."""
    encoding, units = _units(text)
    whole = unicodedata.normalize("NFC", text)
    if units <= _SINGLE[encoding]:
        return (whole,) if whole else ()
    return _broken(whole, _width(encoding), _PART[encoding])


def unsplit(text: str, phrases: Sequence[str]) -> str:
    """`text` with blanks before those of `phrases` that the end of a part would cut: old handsets show parts alone.

    The end of the text is looked at, where options stand; a phrase longer than a part stays as it is.
    """
    text = unicodedata.normalize("NFC", text)
    for phrase in phrases if len(parts(text)) > 1 else ():
        at = text.rfind(unicodedata.normalize("NFC", phrase))
        ends = accumulate(map(len, parts(text)))
        cut = next((end for end in ends if at < end < at + len(phrase)), None)
        if at > 0 and cut is not None and len(parts(phrase)) == 1:
            text = f"{text[:at]}{' ' * (cut - at)}{text[at:]}"
    return text


def plain(text: str) -> str:
    """`text` without diacritics and typographic signs: Vietnamese and English become GSM-7, one septet a letter."""
    spread = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_PLAIN)))
    if spread.isascii():
        return spread.translate(_PLAIN)
    return "".join(c for c in spread if not unicodedata.combining(c)).translate(_PLAIN)


def _units(text: str) -> tuple[Encoding, int]:
    whole = unicodedata.normalize("NFC", text)
    if _GSM.issuperset(whole):
        return "gsm7", len(whole) + sum(map(whole.count, _EXTENSION))
    return "ucs2", len(whole.encode("utf-16-le", "surrogatepass")) // 2


def _width(encoding: Encoding) -> Callable[[str], int]:
    if encoding == "gsm7":
        return lambda c: 2 if c in _EXTENSION else 1
    return lambda c: 2 if ord(c) > 0xFFFF else 1


def _broken(text: str, width: Callable[[str], int], room: int) -> tuple[str, ...]:
    found: list[str] = []
    start = used = 0
    for at, character in enumerate(text):
        if used + width(character) > room:
            found.append(text[start:at])
            start, used = at, 0
        used += width(character)
    return (*found, text[start:])
