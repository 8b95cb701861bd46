"""Masks phone numbers in what staff write where others read it: reasons, titles, notes.

What may be a date, an amount, a code of a registry or a tax number stays. It must not know where the text goes, nor
whose a number is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from characters.cleaning import folded, plain
from contact.phone import read_cell

MASK = "[☎]"
"""What stands where a number stood."""
_MOST = 16
"""Digits of a number and what stands before it: 0084 and a landline."""
_O_FOR_ZERO = re.compile(r"(?<![^\W\d_])[oO](?=[\d.\- ]*\d{3})|(?<=\d)[oO](?=\d)")
_GROUP = re.compile(r"\d+")
_BETWEEN = re.compile(r"[\s.\-()_,/+'’`*;|~…=\\]{1,7}")
"""What may stand between two groups of digits of one number."""
_SIGNS = {
    "·": ".",
    "•": ".",
    "∙": ".",
    "⋅": ".",
    "‧": ".",
    "・": ".",
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
    "＋": "+",
    "\ufe0f": " ",
    "\u20e3": " ",
}
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:[., ]\d{3})+")
_UNIT = re.compile(r"\s*(?:đ\b|đồng|dong\b|vnd|vnđ|₫|%|tr\b|triệu|nghìn|ngàn|kg\b|ha\b|m2\b|m²|usd\b)", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d\b|\b(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}\b")
_CODE = re.compile(
    r"\b(?:mst|msdn|ma so(?: thue| dn| doanh nghiep| htx)?|ma(?: htx| don vi| to chuc)?|cmnd|cmt|cccd|can cuoc"
    r"|so tk|stk|tai khoan|gcn|dkkd|so dang ky|so hop dong|hd|hoa don|tax(?: code)?|code|iban|account|bhxh)"
    r"[\s:.#(]*(?:so|la)?[\s:.#(]*$"
)
"""What stands right before a number that is no phone's."""
_PHONE = re.compile(
    r"(?:sdt|dtdd|dt|dien thoai|so|goi|zalo|viber|tel|phone|mobile|may|lh|lien he|lien lac|nhan|alo|hotline)"
    r"[\s:.#(]*(?:so|la)?[\s:.#(]*$"
)
_WORD_BEFORE = re.compile(r"(?<![^\W_])[^\W\d_]{2,}$")
"""A word right before the digits ("sđt0912…"); a letter among digits is of something else (a digest, a code)."""
_WORD_AFTER = re.compile(r"(?:đ|(?![a-f]+(?![^\W\d_]))[^\W\d_]{2,})(?!\w)", re.IGNORECASE)
"""A word, or a đồng's sign, right behind them ("0912…nhé"); but no letters of a digest."""


@dataclass(frozen=True, slots=True)
class MaskedText:
    """`text` with `MASK` in the place of each of `count` numbers."""

    text: str
    count: int


def mask_numbers(text: str) -> MaskedText:
    """`text` without phone numbers, whatever stands between their digits; everything else as it was written."""
    level = _level(text)
    places = list(_numbers(level))
    parts, after = [], 0
    for start, end in places:
        parts += [text[after:start], MASK]
        after = end
    return MaskedText("".join([*parts, text[after:]]), len(places))


def _level(text: str) -> str:
    """`text` with plain digits and signs, each in its place."""
    level = "".join(map(_plain_character, text))
    return _O_FOR_ZERO.sub(lambda found: "0" * len(found[0]), level)


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(int(character))
    same = _SIGNS.get(character) or plain(character)
    if len(same) == 1:
        return same
    return " " if character.isspace() or not character.isprintable() else character


def _numbers(level: str) -> Iterator[tuple[int, int]]:
    """The places of numbers, in order."""
    for chain in _chains(level):
        at = 0
        while at < len(chain):
            size = _longest(level, chain[at:])
            if size:
                yield _with_signs(level, chain[at].start(), chain[at + size - 1].end())
            at += size or 1


def _chains(level: str) -> Iterator[list[re.Match[str]]]:
    """Groups of digits that stand close together."""
    dates = [found.span() for found in _DATE.finditer(level)]
    chain: list[re.Match[str]] = []
    for group in _GROUP.finditer(level):
        in_date = any(start <= group.start() < end for start, end in dates)
        gap = level[chain[-1].end() : group.start()] if chain else ""
        if chain and (in_date or not _BETWEEN.fullmatch(gap)):
            yield chain
            chain = []
        if not in_date:
            chain.append(group)
    if chain:
        yield chain


def _longest(level: str, groups: Sequence[re.Match[str]]) -> int:
    """How many of the first groups are one number; 0 when they are none."""
    for size in range(len(groups), 0, -1):
        digits = "".join(group[0] for group in groups[:size])
        if len(digits) <= _MOST and _is_number(level, digits, groups[0].start(), groups[size - 1].end()):
            return size
    return 0


def _is_number(level: str, digits: str, start: int, end: int) -> bool:
    """Whether digits that stand from `start` to `end` are a phone's, by themselves and by what stands around them."""
    joined = level[:start][-1:].isalpha() and not _WORD_BEFORE.search(level[:start])
    before = folded(level[max(0, start - 30) : start])
    joined = joined or (level[end : end + 1].isalpha() and not _WORD_AFTER.match(level, end))
    if joined or _CODE.search(before):
        return False
    if level[:start].rstrip(" (").endswith("+"):
        return 8 <= len(digits) <= 15
    national = re.sub(r"^(?:00)?84(?:0(?=\d{9}))?", "0", digits) if len(digits) > 10 else digits
    if national.startswith("0"):
        return len(national) >= 10 and _is_read(national)
    if _UNIT.match(level[end:]) or (_AMOUNT.fullmatch(level[start:end]) and digits.endswith("000")):
        return False
    told = bool(_PHONE.search(before))
    return (len(digits) == 9 or (told and len(digits) == 10)) and _is_read(f"0{digits}", "" if told else "mobile")


def _is_read(national: str, kind: str = "") -> bool:
    """Whether digits with their 0 are a number of today or of before, of a kind where one is told."""
    found = read_cell(national)
    return any(one.whole and kind in ("", one.kind or "mobile") for one in found)


def _with_signs(level: str, start: int, end: int) -> tuple[int, int]:
    """The place with the plus and brackets that belong to it."""
    lead = re.search(r"[(+][\s(+]*$", level[:start])
    if lead:
        start = lead.start()
    if level[start:end].count("(") > level[start:end].count(")") and level[end : end + 1] == ")":
        end += 1
    return start, end
