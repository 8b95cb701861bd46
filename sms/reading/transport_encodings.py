"""Takes off what a gateway has wrapped a text in: base64, quoted-printable, or UTF-16 written in hexadecimal digits.

Only what is certain: the letters must come out as a text that somebody could have typed, and could not have been typed
as they are. It must not know what a text means.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import unicodedata
from collections.abc import Iterator

_BASE64 = re.compile(r"[A-Za-z0-9+/]{2,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{4}){2,}")
_QUOTED = re.compile(r"=(?:[CD][0-9A-F]=[89AB][0-9A-F]|E[0-9A-F](?:=[89AB][0-9A-F]){2}|F[0-7](?:=[89AB][0-9A-F]){3})")
"""A letter with a mark in quoted-printable; nobody types that."""
_LONGEST = 4096
_ODD = re.compile(r"[A-Z].*[a-z]|[a-z].*[A-Z]", re.DOTALL)
_SURE_LENGTH = 12
"""Letters of base64 without its closing signs, or figures alone, that nobody types; shorter ones stay as they are."""


def unwrapped(body: str) -> str:
    """The text that `body` carries, or `body` itself where that is not certain. Never raises."""
    if len(body) <= _LONGEST and body.isascii() and _QUOTED.search(body):
        return next(_printable(body), body)
    written = "".join(body.split())
    if not 4 <= len(written) <= _LONGEST or len(written) % 4 or not written.isascii() or " " in body.strip():
        return body
    if _HEX.fullmatch(written) and (not written.isdecimal() or len(written) >= _SURE_LENGTH):
        return next(_sixteen(bytes.fromhex(written)), body)
    if not _BASE64.fullmatch(written):
        return body
    certain = written.endswith("=") or (len(written) >= _SURE_LENGTH and _ODD.search(written) is not None)
    return next(_decoded(written), body) if certain else body


def _printable(body: str) -> Iterator[str]:
    try:
        text = quopri.decodestring(body.encode()).decode("utf-8")
    except UnicodeDecodeError:
        return
    if _typeable(text):
        yield text


def _decoded(written: str) -> Iterator[str]:
    try:
        raw = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return
    if base64.b64encode(raw).decode() != written:
        return
    yield from _sixteen(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    if _typeable(text):
        yield text


def _sixteen(raw: bytes) -> Iterator[str]:
    """`raw` as UTF-16, in the one order of bytes that makes a text of it."""
    orders = {b"\xfe\xff": ("utf-16-be",), b"\xff\xfe": ("utf-16-le",)}.get(raw[:2], ("utf-16-be", "utf-16-le"))
    found = []
    for order in orders:
        try:
            text = raw.decode(order).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        if _typeable(text):
            found.append(text)
    if len(found) == 1:
        yield found[0]


def _typeable(text: str) -> bool:
    """Whether these are letters, figures and marks as people here type them, and an answer or a word among them."""
    return bool(text.strip()) and all(map(_usual, text)) and any(c.isalnum() for c in text)


def _usual(character: str) -> bool:
    if character in "\n\r\t" or " " <= character <= "~" or character in "…–—‘’“”₫":
        return True
    return "LATIN" in unicodedata.name(character, "") or "\u0300" <= character <= "\u0323" or character > "\U0001f000"
