"""Normalises From and To addresses of carriers: any spelling becomes one number, short code or name.

The network says whose number it is, so a national number of ten digits is never doubtful here; what people wrote into
lists is read by `contact.phone`. It must not know which addresses are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

import phonenumbers
from phonenumbers import PhoneNumberType

from characters.cleaning import plain
from contact.hints import PhoneKind
from contact.renumbering import OLD_MOBILES

Kind = Literal["mobile", "landline", "foreign", "code", "name", "withheld", "unreadable"]


@dataclass(frozen=True, slots=True)
class Address:
    """One address: `text` in its one form, of which `kind`; `raw` as the carrier wrote it.

    Kinds: mobile, landline (numbers of Vietnam in E.164), foreign (E.164 too), code (a short code or service number:
    digits alone), name (of letters, as brands have), withheld (the caller hides it), unreadable (`text` is `raw`).
    """

    raw: str
    text: str
    kind: Kind

    @property
    def person(self) -> PhoneKind:
        """mobile or landline where a person here has this number, else ""."""
        return self.kind if self.kind == "mobile" or self.kind == "landline" else ""

    @property
    def sender(self) -> str:
        """Who sent it: E.164 where that can be told, else what the carrier wrote."""
        return self.text if self.person or self.kind == "foreign" else self.raw


_MOBILE = r"(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)\d{7}"
_USUAL = re.compile(rf"(?:\+?84|0)({_MOBILE})", re.ASCII)
"""Nearly all are a mobile in one of three forms, and asking the library takes far longer."""
_SCHEME = re.compile(r"(sips?|tel|callto|smsto|sms|whatsapp|rcs):(?://)?", re.IGNORECASE)
_IN_ANGLES = re.compile(r"<([^<>]+)>")
_CONTEXT = re.compile(r";phone-context=\+(\d{1,4})", re.IGNORECASE)
_HOST = re.compile(r"[\d.]+\.[\d.]+|\[.*")
_SEPARATORS = re.compile(r"[\s.\-()]+")
_NUMBER = re.compile(r"(\+*)(\d{1,17})", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_.-][A-Za-z0-9_. &-]{1,10}")
_WITHHELD = frozenset({"anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "blocked"})
_WITHHELD_DIGITS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})
"""The words above, or some of them, as they stand on a keypad: how Twilio writes callers that hide."""
_LONGEST = 256
_HOME = "84"


def read_address(raw: str) -> Address:
    """The address that a carrier wrote as `raw`: bare or with "+" or "00", national, as a SIP, SIPS or tel URI with
    display name, host and parameters, percent-encoded, with a wrong "+", or from before 2018. Never raises."""
    usual = _USUAL.fullmatch(raw)
    return _read_cached(raw) if usual is None else Address(raw, f"+{_HOME}{usual[1]}", "mobile")


@lru_cache(maxsize=512)
def _read_cached(raw: str) -> Address:
    """Kept for a while: our own numbers come with every request, and are landlines or codes more often than not."""
    user, context = _user(plain(raw[:_LONGEST]))
    found = _NUMBER.fullmatch(_SEPARATORS.sub("", user))
    if found is None:
        return _word(raw, user)
    plus, digits = bool(found[1]), found[2]
    if digits in _WITHHELD_DIGITS:
        return Address(raw, raw, "withheld")
    return _number(raw, plus, digits, context)


def _user(text: str) -> tuple[str, str]:
    """What stands for the person or number in a URI or a plain address, and the country of its context, if any."""
    for _ in range(2):  # what is encoded on its way may be encoded once more
        text = unquote(text) if "%" in text else text
    inside = _IN_ANGLES.search(text)
    text = plain(inside[1] if inside else text)
    context = _CONTEXT.search(text)
    scheme = _SCHEME.match(text)
    core = text[scheme.end() :] if scheme else text
    user, at, _host = core.partition("@")
    user = re.split(r"[;?,]|/TYPE=", user, maxsplit=1)[0]
    if scheme is not None and scheme[1].lower().startswith("sip"):
        user = user.split(":", 1)[0]
        user = "" if not at and _HOST.fullmatch(user) else user
    return user.strip(), context[1] if context else ""


def _word(raw: str, user: str) -> Address:
    if user.lower() in _WITHHELD or not raw.strip():
        return Address(raw, raw, "withheld")
    if _NAME.fullmatch(user) and any(c.isalpha() for c in user):
        return Address(raw, user, "name")
    return Address(raw, raw, "unreadable")


def _number(raw: str, plus: bool, digits: str, context: str) -> Address:
    abroad = context not in ("", _HOME)
    for significant in () if abroad and not plus else _at_home(plus, digits, context):
        kind = _kind(significant)
        if kind:
            return Address(raw, f"+{_HOME}{significant}", kind)
    international = plus or digits.startswith("00")
    whole = f"{context}{digits}" if abroad and not plus else digits.lstrip("0")
    if _is_foreign(whole) and (international or abroad or not digits.startswith("0")):
        return Address(raw, f"+{whole}", "foreign")
    if len(digits) <= 10 and not digits.startswith("0"):
        return Address(raw, digits, "code")
    return Address(raw, _one_form(international, digits, whole), "unreadable")


def _one_form(international: bool, digits: str, whole: str) -> str:
    """A number that nobody can have, in one form all the same: ours may be one, and comes in all dresses too."""
    if digits.startswith("0") and not digits.startswith("00") and len(whole) in (9, 10):
        return f"+{_HOME}{whole}"
    known = bool(whole) and (international or whole.startswith(_HOME)) and len(whole) <= 15
    return f"+{whole}" if known else digits


def _at_home(plus: bool, digits: str, context: str) -> Iterator[str]:
    """Ways to read the digits as a number of Vietnam without its 0 (old mobiles as today's), the likeliest first."""
    for significant in _significant(plus, digits, context):
        if len(significant) == 10 and significant[:3] in OLD_MOBILES:
            yield OLD_MOBILES[significant[:3]] + significant[3:]
        yield significant


def _significant(plus: bool, digits: str, context: str) -> Iterator[str]:
    bare = digits.lstrip("0")
    zeros = len(digits) - len(bare)
    rest = bare[len(_HOME) :].lstrip("0") if bare.startswith(_HOME) else ""
    if zeros == 1 or context == _HOME:  # a national number, whatever "+" was put before it
        yield bare
    if rest and (plus or zeros or len(bare) >= 11):
        yield rest
    if zeros != 1 and len(bare) in (9, 10) and not (plus and _is_foreign(bare)):  # without its 0, or with a second one
        yield bare


def _kind(significant: str) -> Literal["mobile", "landline", ""]:
    if re.fullmatch(_MOBILE, significant):  # as `_USUAL` has it: one number is the same in every form
        return "mobile"
    try:
        number = phonenumbers.parse(f"+{_HOME}{significant}", None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number) or str(number.national_number) != significant:
        return ""
    match phonenumbers.number_type(number):
        case PhoneNumberType.MOBILE:
            return "mobile"
        case PhoneNumberType.FIXED_LINE:
            return "landline"
        case _:
            return ""


def _is_foreign(digits: str) -> bool:
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return False
    return str(number.country_code) != _HOME and phonenumbers.is_valid_number(number)
