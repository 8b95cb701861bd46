"""Normalises text: invisible characters are dropped, look-alike characters compared as equal.

Three steps, each on top of the last: `clean` is what we keep and show, `plain` how codes and numbers are read, `folded`
how words are looked up. It must not decide between two candidates (`characters.matching` says when it may not).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_KEPT_CONTROLS = "\t\n\r"
_UNSEEN = frozenset(
    chr(code)
    for first, last in (
        *((0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800)),
        *((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0100, 0xE01EF)),
    )
    for code in range(first, last + 1)
)
"""Characters that show nothing although Unicode counts them as letters, marks or signs (Default_Ignorable_Code_Point,
and the empty Braille cell)."""
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―⁃−﹘﹣－ー"), "-")
_QUOTES = {**dict.fromkeys(map(ord, "‘’‚‛′`´＇"), "'"), **dict.fromkeys(map(ord, "“”„‟″«»＂"), '"')}
_LOOK_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXo",
)
"""Cyrillic and Greek letters that nobody can tell from Latin ones."""
_ENCLOSING = dict.fromkeys((0x0488, 0x0489, *range(0x20DD, 0x20E1), *range(0x20E2, 0x20E5)))
"""Marks around a character, dropped: 1\ufe0f\u20e3 is a 1."""
_SPACES = re.compile(r"[^\S\n]+")
_ORDINARY = re.compile(r"[ -~\u00c0-\u024f\u1e00-\u1eff]*")
"""Texts of ASCII and whole Latin letters have nothing to clean but spaces: nearly all of a list's cells."""
_AMISS = re.compile(r"[^ -~\u00c0-\u024f\u1e00-\u1eff]|  |\A | \Z")
_UNSTORABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_MARKS = re.compile("[\u0300-\u036f]+")
_DROPPED = frozenset({"Cf", "Cs", "Cn", "Co"})


def storable(text: str) -> str:
    """`text` without what a database, UTF-8 or XML refuses: NUL and other controls, halves of pairs, non-characters."""
    return text if text.isascii() and text.isprintable() else _UNSTORABLE.sub("", text)


def clean(text: str) -> str:
    """`text` as it is kept and shown: NFC, nothing unseen, one kind of space, trimmed; line breaks stay.

    Byte order marks, soft hyphens, joiners, directional marks and unassigned characters are dropped; runs of spaces of
    any kind become one space.
    """
    if _ORDINARY.fullmatch(text):
        return " ".join(text.split())
    seen = "".join(c for c in text if c in _KEPT_CONTROLS or not _unseen(c))
    one_break = re.sub(r"\r\n?|[\u0085\u2028\u2029]", "\n", seen)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", one_break)).strip()


def on_one_line(text: str) -> str:
    """`text` that can be stored, as `clean`, its line breaks as spaces. The text itself where nothing is to be done."""
    if not _AMISS.search(text):
        return text
    single = " ".join(clean(storable(text)).split())
    return text if single == text else single  # held once, not twice


def has_unseen(text: str) -> bool:
    """Whether a character of `text` shows nothing, so that nobody could type it again from sight."""
    return not _ORDINARY.fullmatch(text) and any(_unseen(c) for c in text)


@lru_cache(maxsize=4096)
def _unseen(character: str) -> bool:
    if character in _UNSEEN:
        return True
    category = unicodedata.category(character)
    return category in _DROPPED or (category == "Cc" and character != "\x85")


def plain(text: str) -> str:
    """`text` as codes and numbers are read: `clean`, full-width as usual width, digits of any script as 0-9 (keycaps
    too), one kind of hyphen and quote, Latin letters for those that look the same."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()).replace("`", "'")
    if _ORDINARY.fullmatch(text):
        return unicodedata.normalize("NFKC", clean(text)).replace("`", "'")
    wide = unicodedata.normalize("NFKC", clean(text).translate({**_HYPHENS, **_QUOTES, **_ENCLOSING}))
    digits = "".join(c if (value := unicodedata.decimal(c, None)) is None else str(value) for c in wide)
    return clean(digits.translate({**_HYPHENS, **_QUOTES, **_LOOK_ALIKE}))


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """`text` as words are looked up: `plain`, lower case, without Vietnamese marks, đ as d, on one line."""
    if _ORDINARY.fullmatch(text):
        return " ".join(text.translate(_FOLDED).split())
    return _folded(plain(text))


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = _MARKS.sub("", spread)
    if not letters.isascii():
        letters = "".join(c for c in letters if not unicodedata.combining(c)).translate(_LOOK_ALIKE)
    return " ".join(letters.split())


_FOLDED = {
    code: _folded(plain(chr(code))) for code in (*range(0x21, 0x7F), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))
}
"""What `folded` makes of each character of an ordinary text but the space; each by itself, as none changes its
neighbours there."""

_TONE_PLACES = {
    f"o{second}": f"{first}{after}"
    for after, seconds in (("a", "àáảãạ"), ("e", "èéẻẽẹ"))
    for first, second in zip("òóỏõọ", seconds, strict=True)
} | {f"u{second}": f"{first}y" for first, second in zip("ùúủũụ", "ỳýỷỹỵ", strict=True)}
_TONES = re.compile(rf"(?<!q)({'|'.join(_TONE_PLACES)})(?!\w)")


def one_tone_place(text: str) -> str:
    """Lower-case `text` with each tone where older spelling puts it: "hoà" and "hòa" are one word, "hóa" is another."""
    # "toàn", "quý": before a further letter, or after q, there is only one way.
    return _TONES.sub(lambda found: _TONE_PLACES[found[0]], text)
