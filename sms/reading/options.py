"""Reads which of a question's options a text chooses: by key, by the words that we print, or by both at once.

Whatever leaves a doubt is `Unclear`. It must not know wishes about contacts nor which turn a text belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sms.reading import misspellings as typos
from sms.reading import vocabulary as words
from sms.reading.option_words import Found, OptionWords, Piece, option_words
from survey.answers import Key, Said, Unclear
from survey.form.questionnaire import Question

LONGEST_NUMBER = 12
"""Digits; anything longer is a phone number or a slip."""
LONGEST_CHOICE = 8
"""Figures of several choices written in one; anything longer may be a phone number."""
_PHONE = re.compile(r"0\d{8,}")
"""Somebody's number, sent so that we may call it."""
_NEAR_NO = frozenset({"chu", "chau"})
"""Forms of address that are one slip away from `chua`, not yet: before an option they may turn it around."""
_TITLES = words.Lexicon("chú", "anh", "bác", "ông", "bà", "cậu", "cô", "chị", "dì")
_NO = frozenset({("không",), ("khong",)})
_CHOOSING = words.Lexicon("chọn", "bấm", "nhấn", "lấy", "phải")
_ALL = words.Lexicon("cả")
"""Before a single figure it means so many, all of them: cả 4."""
_NAMES_TOO = frozenset({("hai", "long")})
"""Words of options that are a person's name as well, when somebody with a title stands before them: chú Hải Long."""


def chosen(typed: Sequence[str], number: int | None, question: Question | None, language: str) -> Said:
    """What the words `typed` choose; `number`: the question's number was named with them.

    Codes of `Unclear` as in `sms.reading.replies.read`.
    """
    if not typed:
        return Unclear("empty" if number is None else "no_answer")
    options = option_words(question)
    pieces = _narrowed(_pieces(words.apart(typed), options))
    if doubt := _alike(pieces) or _another_word(pieces, question) or _denied(pieces):
        return doubt
    if _is_slip_for_one(pieces):
        sure = question is not None and question.rules.chosen == "one" and question.role != "consent"
        return Key("1") if sure else Unclear("homograph", "1")
    keys: list[str] = []
    unknown = False
    for at in range(len(pieces)):
        found = _keys(pieces, at, question, language)
        keys += found
        unknown = unknown or not (found or _says_nothing(pieces, at, question))
    if question is not None and question.rules.chosen == "several" and keys:
        doubtful = (
            unknown or _turned(pieces) or (len(keys) == 1 and any(p in _ALL for p in pieces if isinstance(p, str)))
        )
        return Unclear("words") if doubtful else Key("".join(sorted(set(keys))))
    said = _settled(keys, unknown, question)
    if question is None or question.rules.chosen != "one":
        return said
    said = _respelled(said, pieces, options, question)
    return Unclear("words") if isinstance(said, Key) and _turned(pieces) else said


def _narrowed(pieces: list[Piece]) -> list[Piece]:
    """Words that may stand for several options, where a figure beside them says which: `1=Dua`."""
    figures = {piece for piece in pieces if isinstance(piece, str) and piece.isdecimal()}
    return [
        Found(piece.words, piece.keys & figures or piece.keys) if isinstance(piece, Found) else piece
        for piece in pieces
    ]


def _pieces(typed: Sequence[str], options: OptionWords) -> list[Piece]:
    """`typed` as pieces, without the stars of bold letters and without what introduces an answer, unless an option is
    called so."""
    kept = [token for token in typed if token != "*"] or list(typed)
    whole = options.within(kept)
    places = words.introduction(kept)
    rest = [token for at, token in enumerate(kept) if at not in places]
    if not places or not rest or _begins_with_option(whole, places[-1]):
        return whole
    return options.within(rest)


def _begins_with_option(pieces: Sequence[Piece], last: int) -> bool:
    """Whether an option of several words stands before the place `last` in the words of `pieces`."""
    at = 0
    for piece in pieces:
        if at > last:
            return False
        if isinstance(piece, Found) and len(piece.words) > 1:
            return True
        at += 1 if isinstance(piece, str) else len(piece.words)
    return False


def _denied(pieces: Sequence[Piece]) -> Unclear | None:
    """The doubt about what is refused, is a name, or asks back: `không chọn 2`, chị Hai, hài lòng chi (with what?)."""
    marked = any(word != words.bare(word) for word in _words(pieces))  # else `chi` may be chị
    for before, piece in pairwise(pieces):
        refused = isinstance(before, Found) and before.words in _NO
        if refused and isinstance(piece, str) and piece in _CHOOSING:
            return Unclear("words")
        if isinstance(before, Found) and piece == "chi" and marked:
            return Unclear("words")
    core = _core(pieces)
    if len(core) != 1 or not isinstance(core[0], str) or core[0].isdecimal():
        return None
    at = list(pieces).index(core[0])
    before = pieces[at - 1] if at else ""
    return Unclear("words") if isinstance(before, str) and before in _TITLES else None


def _alike(pieces: Sequence[Piece]) -> Unclear | None:
    """The doubt about words that stand for several options."""
    several = next((piece for piece in pieces if isinstance(piece, Found) and len(piece.keys) > 1), None)
    return None if several is None else Unclear("alike", ", ".join(sorted(several.keys)))


def _another_word(pieces: Sequence[Piece], question: Question | None) -> Unclear | None:
    """The doubt about one word that may be a number, or another word."""
    core = _core(pieces)
    if len(core) != 1 or not isinstance(core[0], str) or core[0] not in words.HOMOGRAPHS:
        return None
    if _follows_selector(pieces, list(pieces).index(core[0])):
        return None
    return Unclear("homograph", _perhaps(words.HOMOGRAPHS[core[0]], question))


def _perhaps(number: int, question: Question | None) -> str:
    """What a word that may be `number` is asked back as: the choice it may mean, "" where it can be none."""
    if question is None or not question.choices:
        return str(number)
    if number == 0 and question.refusing_value is not None:
        return next((choice.key for choice in question.choices if choice.value == question.refusing_value), "")
    return str(number) if question.choice_for_key(str(number)) else ""


def _is_slip_for_one(pieces: Sequence[Piece]) -> bool:
    core = _core(pieces)
    return len(core) == 1 and core[0] in typos.LOOK_LIKE_ONE


def _core(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if isinstance(piece, Found) or not words.polite(piece)]


def _turned(pieces: Sequence[Piece]) -> bool:
    """Whether the words of an option, with no figure beside them, may be turned around or be a name by what stands
    before them: `chu hai long` is a slip for chưa, or Mr Long."""
    if any(isinstance(piece, str) and piece[0].isdecimal() for piece in pieces):
        return False
    return any(_is_turned(before, piece.words) for before, piece in pairwise(pieces) if isinstance(piece, Found))


def _is_turned(before: Piece, option: tuple[str, ...]) -> bool:
    """Whether what stands `before` the words of an option may belong to them."""
    return isinstance(before, str) and (before in _NEAR_NO or (before in _TITLES and option in _NAMES_TOO))


def _says_nothing(pieces: Sequence[Piece], at: int, question: Question | None) -> bool:
    """Whether the word at `at` may stand beside an answer: courtesies, `and` between several, the sign of `1=Co`."""
    piece = pieces[at]
    if isinstance(piece, Found) or words.polite(piece):
        return True
    if piece == "=" and 0 < at < len(pieces) - 1:
        after = pieces[at + 1]
        return isinstance(after, Found) and pieces[at - 1] in after.keys
    return question is not None and question.rules.chosen == "several" and piece in words.JOINING


def _settled(keys: Sequence[str], unknown: bool, question: Question | None) -> Said:
    if len(set(keys)) > 1:
        return Unclear("two_answers", ", ".join(dict.fromkeys(keys)))
    if keys and not unknown:
        return Key(keys[0])
    if question is None:
        return Unclear("not_asked")
    return Unclear("words" if unknown else "no_answer")


def _respelled(said: Said, pieces: list[Piece], options: OptionWords, question: Question) -> Said:
    """The option that misspelt words mean."""
    if isinstance(said, Key):
        return _perhaps_slipped(said, pieces, options)
    if not isinstance(said, Unclear) or said.code != "words" or question.role == "consent":
        return said
    phrases = options.phrases()
    core = _core(pieces)
    if core and _is_turned(pieces[max(pieces.index(core[0]) - 1, 0)], tuple(map(words.bare, _words(core)))):
        return said
    trimmed = pieces[pieces.index(core[0]) : len(pieces) - pieces[::-1].index(core[-1])] if core else pieces
    found = set(typos.meant(_words(core), phrases)) | set(typos.meant(_words(trimmed), phrases))
    if len(found) > 1:
        return Unclear("two_answers", ", ".join(sorted(found)))
    return Key(found.pop()) if found else said


def _perhaps_slipped(said: Key, pieces: list[Piece], options: OptionWords) -> Said:
    """A spelled number is none where it may be other words with a slip (hai ong, hai long), nor is an option with a
    form of address that may belong to it (chu hai long, chưa hài lòng). The words of one option are no slip."""
    core = _core(pieces)
    if any(isinstance(piece, str) and piece[0].isdecimal() for piece in core) or not core:
        return said
    start = pieces.index(core[0])
    exact = len(core) == 1 and isinstance(core[0], Found)
    others = frozenset() if exact else typos.alike(_words(pieces[start:]), options.phrases())
    others |= typos.alike(_words(pieces[start - 1 :]), options.phrases()) if start else frozenset()
    others -= {said.digits}
    return Unclear("two_answers", ", ".join((said.digits, *sorted(others)))) if others else said


def _words(pieces: Sequence[Piece]) -> list[str]:
    return [word for piece in pieces for word in ((piece,) if isinstance(piece, str) else piece.words)]


def _keys(pieces: Sequence[Piece], at: int, question: Question | None, language: str) -> list[str]:
    """The keys that the piece at `at` says, in plain digits."""
    piece = pieces[at]
    if isinstance(piece, Found):
        return sorted(piece.keys)
    if piece in words.HOMOGRAPHS and _follows_selector(pieces, at):
        return [str(words.HOMOGRAPHS[piece])]
    if piece.isdecimal():
        return _figures(piece, question)
    if piece[0].isdecimal() and piece[-1].isdecimal():
        parts = re.split("[.,]", piece)
        return [key for part in parts for key in _figures(part, question)] if _all_keys(parts, question) else []
    spelled = words.number(piece, language)
    return [] if spelled is None else [str(spelled)]


def _figures(token: str, question: Question | None) -> list[str]:
    if question is not None and question.rules.chosen == "several":
        # No key is 0: a figure with one is a number, not several choices side by side.
        return list(token) if len(token) <= LONGEST_CHOICE and "0" not in token else []
    return [] if len(token) > LONGEST_NUMBER or _PHONE.fullmatch(token) else [_short(token)]


def _all_keys(parts: Sequence[str], question: Question | None) -> bool:
    """Whether each of several figures may be a key: of several choices none is a 0, nor a number with one."""
    return question is None or question.rules.chosen != "several" or not any("0" in part for part in parts)


def _short(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _follows_selector(pieces: Sequence[Piece], at: int) -> bool:
    before = pieces[at - 1] if at else ""
    return isinstance(before, str) and before in words.SELECTORS
