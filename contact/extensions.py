"""Separates extension numbers (`máy lẻ 12`, `ext 12`, `(12)`) from phone numbers; they are never dialled.

It must not know which numbers there are.
"""

from __future__ import annotations

import re

_WORDS = (
    r"(?:s[ốo]\s*)?(?:m[áa]y\s*)?(?:l[ẻe]|n[ộo]i\s*b[ộo]|nh[áa]nh|ph[ụu])|m[áa]y\s*con"
    r"|ml|ph[íi]m|ext(?:ension|en|n)?|x|line|(?:b[ấa]m|nh[ấa]n|quay)(?:\s*(?:ti[ếe]p|s[ốo]|ph[íi]m))*|[#*]"
)
_WITH_WORD = (
    rf"(?<![^\W\d_])(?:{_WORDS})(?![^\W\d_])[\s.:=\-]*(?:s[ốo]\s*)?"
    r"(?P<extension>[1-9]\d{0,4}|0)(?!\d)(?![\s.\-]+[1-9]\d)"
)
"""A word for it and one to five digits that are not the beginning of a longer number."""
_WORD_OR_MARK = re.compile(r"[^\W\d_]|[#*]")
_EXTENSION = re.compile(rf"[\s(\[:.\-]*{_WITH_WORD}[\s)\]]*", re.IGNORECASE)
_DETACHED = re.compile(rf"[;,/\n]+(?=[\s(]*{_WITH_WORD})", re.IGNORECASE)
_BARE = re.compile(r"(?P<number>.*\d\)?)(?:\s+-\s*|\s*-\s+|\s*\(\s*)(?P<extension>\d{1,5})\s*\)?|"
                   r"(?P<one_piece>[^-]*\d)-(?P<last>\d{1,5})")  # fmt: skip


def join_extensions(cell: str) -> str:
    """The cell with every named extension next to its number: `0214 3840 123; máy lẻ 12` is one."""
    return _DETACHED.sub(" ", cell) if _WORD_OR_MARK.search(cell) else cell


def split_extension(part: str) -> tuple[str, str]:
    """The part without a named extension, and the extension ("" when there is none)."""
    found = _EXTENSION.search(part) if _WORD_OR_MARK.search(part) else None
    if found is None:
        return part, ""
    rest = f"{part[: found.start()]} {part[found.end() :]}".strip()
    return (rest, found["extension"]) if re.search(r"\d", rest) else (part, "")


def split_bare_extension(part: str) -> tuple[str, str] | None:
    """(number, extension) where a short group follows a dash or stands in brackets and no word says what it is."""
    found = _BARE.fullmatch(part)
    if found is None:
        return None
    return found["number"] or found["one_piece"], found["extension"] or found["last"]
