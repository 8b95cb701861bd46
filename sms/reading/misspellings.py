"""Slips of the thumb: letters that look like figures, and a level's words with one letter wrong.

Narrow on purpose: a word that could be two levels, or a short word that turns one around, is asked back. It must not
know which turn a text belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sms.reading import vocabulary as words

_WORD = r"(?<![^\W_])"
_LETTER_O = re.compile(rf"(?<=\d)o+(?![^\W\d_])|{_WORD}o+(?=\d)")  # 3oo, o5
_LETTER_L = re.compile(rf"{_WORD}[li]+(?=\d)")  # l2
_NAME_L = re.compile(rf"({_WORD}c(?:[âa]u)?\s*)[li](?=\s*[=:.)-]|\s+\d)")  # Cl=2, cau l: 2
SHORTEST = 4
"""Letters of a word that may be misspelt: in shorter ones one letter makes another word (bat, rat)."""
LOOK_LIKE_ONE = frozenset({"l", "i"})


def figures(text: str) -> str:
    """The normal `text` with letters that stand for figures among figures: `3oo` is 300, `l2` is 12, `Cl=2` is C1=2."""
    text = _NAME_L.sub(r"\g<1>1", text)
    text = _LETTER_O.sub(lambda match: "0" * len(match[0]), text)
    return _LETTER_L.sub(lambda match: "1" * len(match[0]), text)


Phrases = Iterable[tuple[Sequence[str], str]]
"""The words of a choice, and its key."""


def meant(typed: Sequence[str], phrases: Phrases) -> tuple[str, ...]:
    """Keys of the choices that `typed` may be a misspelling of; one key only where it cannot be another choice.

    One letter wrong, left out, doubled or swapped in a longer word, spaces left out, or wrong diacritics.
    """
    near = _near(typed, phrases)
    if len(near) > 1:
        return tuple(near)
    return tuple(key for key, sure in near.items() if sure)


def alike(typed: Sequence[str], phrases: Phrases) -> frozenset[str]:
    """Keys of the choices that `typed` is at most one letter away from, in whatever word but one written with marks:
    `có đồng ý` is no slip for ko đồng ý."""
    marked = [token != words.bare(token) for token in typed]
    near = _near(typed, phrases, marked)
    return frozenset(near)


def _near(typed: Sequence[str], phrases: Phrases, meant_so: Sequence[bool] = ()) -> dict[str, bool]:
    """Key of each choice one letter away → whether that is a slip that leaves no doubt. `meant_so`: which words of
    `typed` are no slip."""
    spelled = [words.bare(token) for token in typed]
    near: dict[str, bool] = {}
    if not spelled or not all(token.isalpha() for token in spelled):
        return near
    for phrase, key in phrases:
        if _of_other_marks(typed, phrase):
            continue
        for form in _forms([words.bare(word) for word in phrase]):
            if meant_so and len(form) == len(spelled) and _differ_only(spelled, form, meant_so):
                continue
            if len("".join(form)) > SHORTEST and one_apart(" ".join(spelled), " ".join(form)):
                near[key] = near.get(key, False) or _slipped(spelled, form)
    return near


def _of_other_marks(typed: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether `typed` is `phrase` but for its marks, and not one of the marks it has is right: a name, Hải Long."""
    if len(typed) != len(phrase) or any(words.bare(t) != words.bare(p) for t, p in zip(typed, phrase, strict=True)):
        return False
    marked = [words.exactly(t, p) for t, p in zip(typed, phrase, strict=True) if t != words.bare(t)]
    return bool(marked) and not any(marked)


def _differ_only(typed: Sequence[str], form: Sequence[str], among: Sequence[bool]) -> bool:
    """Whether the words that differ are some of those told by `among`, and there are some."""
    wrong = [sure for t, m, sure in zip(typed, form, among, strict=True) if t != m]
    return bool(wrong) and all(wrong)


def _forms(phrase: list[str]) -> Iterable[list[str]]:
    yield phrase
    if phrase[:1] == ["khong"]:
        yield from ([short, *phrase[1:]] for short in ("k", "ko"))


def _slipped(typed: Sequence[str], meant_words: Sequence[str]) -> bool:
    """Whether the difference is a slip that leaves no doubt: in a longer word, a doubled letter, a lost space."""
    if "".join(typed) == "".join(meant_words):
        return True
    if len(typed) != len(meant_words):
        return False
    wrong = [(t, m) for t, m in zip(typed, meant_words, strict=True) if t != m]
    return len(wrong) == 1 and (len(wrong[0][1]) >= SHORTEST or _single(wrong[0][0]) == _single(wrong[0][1]))


def _single(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def one_apart(one: str, other: str) -> bool:
    """Whether at most one letter is wrong, too many, missing, or two neighbours have changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[:2][::-1] and a[2:] == b[2:]
    return a == b or swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
