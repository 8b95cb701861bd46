"""Whether a password can be taken: long enough, typed the same everywhere, and not among those that are tried first.

Guessing is weighed by zxcvbn: lists of leaked passwords, keyboard rows, repeats, sequences and dates, with Vietnamese
words, this product and the member's own names added. It must not know how a password is hashed, and keeps none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from characters.cleaning import has_unseen
from services.refusal import Refusal
from services.staff.guessed_words import VIETNAMESE

SHORTEST = 12
LONGEST = 200
"""Characters. Argon2 is slow on purpose; nobody types more."""
LEAST_GUESSES = 8
"""Powers of ten of guesses that a password has to withstand: with argon2, years of one machine."""
_WEIGHED = 64
"""Characters that are weighed: the beginning can be guessed in no more tries than the whole."""
_REASONS: Mapping[str, str] = {
    "spatial": "password.keyboard",
    "repeat": "password.repeats",
    "sequence": "password.sequence",
    "date": "password.date",
    "regex": "password.date",
}
_BREAK = re.compile(r"[^a-z0-9]+")


def check(password: str, own: Iterable[str]) -> None:
    """Raise Refusal, with a code that says why, for a password that cannot be taken.

    `own`: what stands for this member: address, name, office.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal("password.length", least=SHORTEST, most=LONGEST)
    if has_unseen(password):
        raise Refusal("password.unseen")
    ours = {part for text in own for part in _parts(text)}
    for form in dict.fromkeys(_forms(password[:_WEIGHED])):
        _weigh(form, ours)


def _weigh(form: str, ours: set[str]) -> None:
    """Raise Refusal for a form that is guessed too soon."""
    from zxcvbn import zxcvbn  # here: its lists are 14 MB, which a process that sets no password need not hold

    weighed = zxcvbn(form, user_inputs=[*ours, *VIETNAMESE])
    if weighed["guesses_log10"] < LEAST_GUESSES:
        longest = max(weighed["sequence"], key=lambda match: len(match["token"]))
        raise Refusal(_reason(longest, ours))


def _reason(match: Mapping[str, Any], ours: set[str]) -> str:
    if match["pattern"] == "dictionary" and match["matched_word"] in ours:
        return "password.own"
    return _REASONS.get(match["pattern"], "password.common")


def _forms(password: str) -> Iterator[str]:
    """As typed, and without marks, and without what stands between words: whoever guesses tries these too."""
    yield password
    bare = _bare(password)
    yield bare
    yield _BREAK.sub("", bare)


def _parts(text: str) -> Iterator[str]:
    """What of a member's text may stand in a password: the whole, without blanks, its words."""
    bare = _bare(text)
    yield from filter(None, (bare, _BREAK.sub("", bare), bare.partition("@")[0]))
    yield from (word for word in _BREAK.split(bare) if len(word) > 1)


def _bare(text: str) -> str:
    """Lower case without marks. Not `characters.cleaning.folded`: that remembers what it was given."""
    spread = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    return "".join(character for character in spread if not unicodedata.combining(character))
