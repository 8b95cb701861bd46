"""Reads the answers that are more than a key: decimal numbers, days and free text, in the shapes people write them.

Whatever may mean two things is None, to be asked back. It must not know choices nor which turn a text belongs to.
"""

from __future__ import annotations

import re
import unicodedata

from sms.reading import vocabulary as words

_GROUPED_COMMA = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+,\d+")  # 1.234,5
_GROUPED_POINT = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+\.\d+")  # 1,234.5
_GROUPED_TWICE = re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3}){2,}|(?:,\d{3}){2,})")  # 1.234.567
_PLAIN = re.compile(r"\d+[.,]\d+")
_MAYBE_GROUPED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # 1.200 is a thousand and two hundred, or one and a fifth
_DAY = re.compile(
    r"(?<!\d)(?:ng(?:à|a)y\s*)?(\d{1,2})(?:\s*[/.-]\s*|\s*th(?:á|a)ng\s*|\s+)(\d{1,2})"
    r"(?:\s*[/.-]\s*|\s*n(?:ă|a)m\s*|\s+)(\d{4})(?!\d)"
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_RUN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
_RANGE = re.compile(r"\d\s*-\s*\d")


def decimal(token: str) -> str | None:
    """A number with points or commas in plain digits (`1234.5`); None where the marks may mean two things."""
    if _GROUPED_COMMA.fullmatch(token):
        return token.replace(".", "").replace(",", ".")
    if _GROUPED_POINT.fullmatch(token):
        return token.replace(",", "")
    if _GROUPED_TWICE.fullmatch(token):
        return re.sub("[.,]", "", token)
    if _PLAIN.fullmatch(token) and not _MAYBE_GROUPED.fullmatch(token):
        return token.replace(",", ".")
    return None


def day(text: str) -> str | None:
    """The one day that the normal `text` names, as ddmmyyyy (it may not exist); None for none, several, a year of two
    figures, or other words beside it."""
    found = {(y, m, d) for y, m, d in _ISO.findall(text)}
    rest = _ISO.sub(" ", text)
    for shape in (_DAY, _RUN):
        found |= {(y, m, d) for d, m, y in shape.findall(rest)}
        rest = shape.sub(" ", rest)
    others = [token for token in words.tokens(rest) if not (words.polite(token) or token in words.DAYS)]
    if len(found) != 1 or others:
        return None
    year, month, date = found.pop()
    return f"{date:0>2}{month:0>2}{year}"


def free(body: str, named: re.Pattern[str]) -> str:
    """The words of a text answer as they were written, without the question's own number in front (`named`)."""
    written = unicodedata.normalize("NFC", body).strip()
    label = named.match(written.casefold())
    return written[label.end() :].strip() if label and len(written.casefold()) == len(written) else written


def is_range(text: str) -> bool:
    """Whether two numbers stand around a dash: one and three, or one to three."""
    return _RANGE.search(text) is not None
