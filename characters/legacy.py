"""Detects and converts legacy Vietnamese encodings (TCVN3, VNI, VIQR, Windows-1258) and wrongly decoded UTF-8.

TCVN3 (the fonts .Vn…), VNI, VIQR, Windows-1258, UTF-8 read as Latin, letters lost as "?". A text is recognised when
words of it cannot be Vietnamese as they stand and all of them are Vietnamese syllables in one of these encodings.
It must not know what a text is about; it converts nothing unasked.
Source of the letters: TCVN 5712:1993 (VN3), VNI's table for Windows, RFC 1456 (VIQR), code page 1258.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

TCVN3: Mapping[str, str] = dict(
    zip(
        "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\xadøõö÷ùýúûüþ¡¢£¤¥¦§",
        "áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
"""A letter of the fonts .Vn…, as Latin-1 shows it → the letter; a font of capitals shows small ones as capitals."""

_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301\u0300\u0309\u0303\u0323"
_CIRCUMFLEX, _BREVE, _HORN = "\u0302\u0306\u031b"
_VNI_MARKS: Mapping[str, str] = {
    **dict(zip("ùøûõï", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)),
    **{"â": _CIRCUMFLEX, "ê": _BREVE},
    **{m: _CIRCUMFLEX + tone for m, tone in zip("áàåãä", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)},
    **{m: _BREVE + tone for m, tone in zip("éèúüë", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)},
}
"""A mark of VNI, written after its vowel → combining marks."""
_VNI_LETTERS: Mapping[str, str] = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI = re.compile(
    "(?P<vowel>[aeouyôö])(?P<mark>[ùøûõïâáàåãäêéèúüë])|(?P<letter>[ôöñæóòî])",
    re.IGNORECASE,
)
_VIQR_MARKS: Mapping[str, str] = {
    "'": _ACUTE, "`": _GRAVE, "?": _HOOK, "~": _TILDE, ".": _DOT, "^": _CIRCUMFLEX, "(": _BREVE, "+": _HORN, "*": _HORN,
}  # fmt: skip
_VIQR = re.compile(r"(?P<d>[dD][dD])|(?P<vowel>[aeiouy])(?P<marks>[+*^(]['`?~.]?|['`?~.])", re.IGNORECASE)

_ONSET = "(?:ngh|ng|nh|gh|gi|g|kh|k|ch|c|ph|p|th|tr|t|b|d|đ|h|l|m|n|r|s|v|x)?"
_CODA = "(?:ch|c|m|ng|nh|n|p|t)"
_SYLLABLE = re.compile(
    rf"(?:{_ONSET}(?:(?:oa|oă|oe|uâ|uê|uyê|uy|iê|uô|ươ|oo|[aăâeêioôơuư]){_CODA}"
    "|oai|oay|oao|oeo|uây|uyu|uya|uôi|ươi|ươu|iêu|ia|iu|ua|ưa|uơ|uê|uy|oa|oe|ai|ay|ao|au|âu|ây|eo|êu|oi|ôi|ơi|ui|ưi|ưu"
    rf"|[aeêioôơuưy])|yê(?:u|{_CODA})|y{_CODA}"
    rf"|qu(?:[aăâeêiyơô]{_CODA}|yê{_CODA}|ây|ai|ay|ao|eo|êu|yu|au|[aeêioôơy]))"
)
"""The syllables of Vietnamese without their tone, a few more than there are."""
_STOPPED = re.compile("(?:c|ch|p|t)$")
_SEVERAL = re.compile("[aăâeêioôơuưy]{2}$")
_TONE_LAST = re.compile("(?:oa|oe|uy|uê|uơ|qu.|gi.)$")
_TONES = frozenset((_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT))
_OWN = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
"""Letters that only Unicode's Vietnamese has: a word with one of them is no older encoding."""
_WORD = re.compile(r"[A-Za-z\xa1-\xff]+")
_STRANGE = re.compile("[\x80-\x9f\xa1-\xbfÄÅÆÇËÎÏÐÑÖ×ØÛÜÞßäåæçëîïðñö÷øûüþÿ\ufffdŒœŠšŸŽžƒ‚„†‡ˆ‰‹›˜™€√∆бГЖД]")
_SIGN_BEHIND = re.compile(r"[+*^(?&\\]|dd|DD")
_ESCAPED = re.compile(
    r"&#(?:x[0-9a-f]{2,6}|\d{2,7});|\\u[0-9a-f]{4}|&[aeiouyd](?:acute|grave|tilde|circ);", re.IGNORECASE
)
"""Letters that a program wrote as HTML or as source text."""
_MISREAD = re.compile("·[ª∫]|√[^\\s\\d]|ƒë|∆[∞°]|б[»є]|Г[\xa0-\xbfЁ-џ]|Ж[°Ў]|Д[‘ѓ]")
"""UTF-8 read as Mac Roman or as Windows-1251."""
_SUSPECT = re.compile(
    "[a-zà-ÿ][ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝ]|[aâeêoôõýy][ìò]|[aeAE][ùõâáàãêéèúÙÕÂÁÀÃÊÉÈÚ]|[oOuUyYôÔ][ùõÙÕ]|[oO][âÂ]|[yY][âáàãÁÀÃ]"
)
"""What no Vietnamese text holds; everything without it needs no closer look."""
_MOJIBAKE = re.compile("á[º»].|[ÃÂ][\x80-\xbf ]|Æ[°¡¯\xa0 ]|Ä[\x80-\x9f‘’ƒ©¨]|Å[©¨]|Ì[€\x81ƒ‰£›]|Ã[^\\sa-zA-Z]")
_LOST_LETTERS = re.compile(
    r"[A-ZÀ-Ỹ]\?(?=[^\W\d_])(?!\w+=)|[a-zà-ỹ]\?(?=[^\W\d_A-ZÀ-Ý])(?!\w+=)|(?:^|\s)\?(?=[a-z])|\ufffd"
)
"""A question mark where a letter was; not the one between a question and the next, nor that of an address."""
_SIGNS = re.compile("[\xa1-\xbf×÷]")
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
CONVERTIBLE = ("tcvn3", "vni", "utf8", "cp1258")
"""Encodings that `convert` knows, surest first."""


def detect(text: str) -> str:
    """What `text` is instead of Vietnamese in Unicode; "" when it may be just that, or another language.

    One of `CONVERTIBLE`, "viqr", or "lost": letters are gone and nothing brings them back.
    """
    if not is_suspect(text):
        return ""
    if text.isascii():
        if _ESCAPED.search(text) or ("?" in text and _LOST_LETTERS.search(text)):
            return "lost"
        return "viqr" if _is_viqr(text) else ""
    return _detect(text)


def is_suspect(text: str) -> bool:
    """Whether `detect` has to look closer: a quick look for the many texts that are plainly Vietnamese."""
    if text.isascii():
        return _SIGN_BEHIND.search(text) is not None
    if _STRANGE.search(text) or "?" in text or "&" in text or "\\" in text:
        return True
    return not _OWN.search(text) and _SUSPECT.search(text) is not None


@lru_cache(maxsize=2048)
def _detect(text: str) -> str:
    if _ESCAPED.search(text) or _MISREAD.search(text):
        return "lost"
    if _MOJIBAKE.search(text):
        if convert(text, "utf8") != text:
            return "utf8"
        return "lost" if _is_broken_utf8(text) else ""
    words = _WORD.findall(text)
    odd = [word for word in words if _is_odd(word)]
    explained = {name: _count_explained(name, odd, words) for name in CONVERTIBLE if odd and name != "utf8"}
    best = max(explained, key=lambda name: explained[name], default="")
    if best and explained[best]:
        return best
    return "lost" if _LOST_LETTERS.search(text) else ""


def _count_explained(encoding: str, odd: Sequence[str], words: Sequence[str]) -> int:
    """How many odd words are Vietnamese in `encoding`; 0 unless it is most of them (names of the highlands follow other
    rules). A single one counts only when it holds signs inside or stands among Vietnamese words: "Loïc" is a name."""
    explained = [word for word in odd if _is_marked_syllable(convert(word, encoding))]
    signs = any(_SIGNS.search(word) for word in explained)
    if len(explained) < (0.5 if signs else 0.6) * len(odd) or not explained:
        return 0
    others = [word for word in words if word not in odd]
    alone = len(explained) == 1 and not signs
    if alone and not (others and all(_is_syllable(word) or not _VOWEL.search(word) for word in others)):
        return 0
    return len(explained)


def _is_broken_utf8(text: str) -> bool:
    """Whether several letters look like UTF-8 read as Latin although they cannot be put together any more."""
    return len(_MOJIBAKE.findall(text)) > 1


def _is_odd(word: str) -> bool:
    """Whether a word has letters beyond ASCII and still cannot be Vietnamese."""
    return not word.isascii() and any(c.isalpha() and c.isascii() for c in word) and not _is_syllable(word)


def _is_marked_syllable(word: str) -> bool:
    return _is_syllable(word) and not word.isascii()


@lru_cache(maxsize=4096)
def _is_syllable(word: str) -> bool:
    spread = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in spread if c in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in spread if c not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(bare):
        return False
    if tones and _STOPPED.search(bare):
        return tones[0] in (_ACUTE, _DOT)
    # "xão", never "xaõ": the last of several vowels carries the tone only in a few endings.
    last = unicodedata.normalize("NFD", unicodedata.normalize("NFC", spread)[-1])
    return not (any(c in _TONES for c in last) and _SEVERAL.search(bare) and not _TONE_LAST.search(bare))


def _is_viqr(text: str) -> bool:
    """At least two letters with marks, one of them more than a tone, and every marked word is a syllable."""
    marked = [found for found in _VIQR.finditer(text) if not _ends_word(text, found)]
    if len(marked) < 2 or not any(found["d"] or found["marks"][0] in "+*^(" for found in marked):
        return False
    words = [word for word in re.findall(r"[A-Za-z'`?~.^(+*-]+", text) if _VIQR.search(word)]
    return all(any(_is_syllable(read) for read in _viqr_readings(word)) for word in words)


def _ends_word(text: str, found: re.Match[str]) -> bool:
    """Whether the mark may be a full stop, a question mark or a bracket behind a word."""
    return found["marks"] in (".", "?", "(") and not text[found.end() : found.end() + 1].isalpha()


def _viqr_readings(word: str) -> tuple[str, ...]:
    """The word as VIQR, with and without the punctuation behind it."""
    bare = re.sub("([dD])-", r"\1", word).strip("-")
    return convert_viqr(bare), convert_viqr(bare[:-1]), convert_viqr(bare.rstrip(".?")).rstrip(".?")


def convert_viqr(text: str) -> str:
    """VIQR as Unicode; only for recognising it: "xa." is "xạ" or the end of a sentence."""

    def letter(found: re.Match[str]) -> str:
        if found["d"]:
            return "Đ" if found["d"][0] == "D" else "đ"
        marks = "".join(_VIQR_MARKS[mark] for mark in found["marks"])
        return unicodedata.normalize("NFC", found["vowel"] + marks)

    return _VIQR.sub(letter, text)


def convert(text: str, encoding: str) -> str:
    """`text`, which is in `encoding` (one of `CONVERTIBLE`), in Unicode; as it is where that cannot be."""
    return text if text.isascii() else _CONVERTERS[encoding](text)


def _from_tcvn3(text: str) -> str:
    return re.sub(r"[A-Za-z\xa1-\xff\xad]+", lambda word: _match_case(word[0], word[0].translate(_TCVN3)), text)


_TCVN3 = str.maketrans(dict(TCVN3))


def _match_case(was: str, word: str) -> str:
    """In a font of capitals the codes are those of small letters: a word of capitals is one in all its letters."""
    plain = [c for c in was if c.isascii() and c.isalpha()]
    return word.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else word


def _from_vni(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        base = found["vowel"] or found["letter"]
        low = base.lower()
        letter = _VNI_LETTERS.get(low, low)
        whole = unicodedata.normalize("NFC", letter + (_VNI_MARKS[found["mark"].lower()] if found["mark"] else ""))
        return whole.upper() if base.isupper() else whole

    return _VNI.sub(letter, text)


def _from_utf8(text: str) -> str:
    """UTF-8 that was read as Latin, once or several times."""
    for _ in range(3):
        data = _latin_bytes(re.sub("([ÃÂÆÅ]|á[º»]) ", "\\1\xa0", text.replace("Ä ", "Ä\x90")))
        try:
            read = data.decode("utf-8") if data is not None else text
        except UnicodeDecodeError:
            break
        if read == text:
            break
        text = read
    return unicodedata.normalize("NFC", text)


def _latin_bytes(text: str) -> bytes | None:
    """The bytes of a text that a program took for Latin-1 or Windows-1252; None when it has other letters."""
    found = bytearray()
    for letter in text:
        try:
            found += letter.encode("cp1252")
        except UnicodeEncodeError:
            if ord(letter) > 255:
                return None
            found.append(ord(letter))
    return bytes(found)


def _from_1258(text: str) -> str:
    data = _latin_bytes(text)
    return text if data is None else unicodedata.normalize("NFC", data.decode("cp1258", "replace"))


_CONVERTERS: Mapping[str, Callable[[str], str]] = {
    "tcvn3": _from_tcvn3,
    "vni": _from_vni,
    "utf8": _from_utf8,
    "cp1258": _from_1258,
}


def convert_together(cells: Sequence[T], encoding: str) -> list[T]:
    """The cells of one row with their texts converted when a word of one of them is Vietnamese in `encoding` only.

    Texts with letters that only Unicode has stay as they are: lists were put together from several.
    """
    if not any(isinstance(cell, str) and _speaks_for(encoding, cell) for cell in cells):
        return list(cells)
    return [
        type(cell)(convert(cell, encoding)) if isinstance(cell, str) and not _OWN.search(cell) else cell
        for cell in cells
    ]


def _speaks_for(encoding: str, text: str) -> bool:
    """Whether a text asks for the conversion that somebody has chosen: here one word is enough."""
    if text.isascii() or encoding == "utf8":
        return not text.isascii() and detect(text) == "utf8"
    return any(_is_odd(word) and _is_marked_syllable(convert(word, encoding)) for word in _WORD.findall(text))


def encoding_of_bytes(data: bytes) -> str:
    """The encoding of a text that is no UTF: one of `CONVERTIBLE`, or "" when its letters tell none."""
    lines = as_latin(data[:200_000]).splitlines()
    found = [encoding for line in lines if (encoding := detect(line)) in CONVERTIBLE]
    return max(CONVERTIBLE, key=found.count) if found else ""


def as_latin(data: bytes) -> str:
    """The bytes as Latin letters, which `convert` then reads: all of `CONVERTIBLE` have one byte a letter."""
    return data.decode("latin-1").translate(_CP1252)


_CP1252 = {code: letter for code in range(0x80, 0xA0) if (letter := bytes((code,)).decode("cp1252", "ignore"))}
