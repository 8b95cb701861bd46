"""Reads which of a question's options the words of a text choose, and which number they count.

Whatever leaves a doubt is `Unclear`. It must not know wishes about contacts nor which turn a text belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sms import typed as typed_answers
from sms import typos, words
from survey.answers import Key, Said, Unclear
from survey.questionnaire import NUMBERS, Kind, Question

LONGEST_NUMBER = 12
"""Digits; anything longer is a phone number or a slip."""
_PHONE = re.compile(r"0\d{8,}")
"""Somebody's number, sent so that we may call it: never what is counted."""

_GAP = "\0"


def chosen(typed: Sequence[str], number: int | None, question: Question | None, language: str) -> Said:
    """What the words `typed` choose or count; `number`: the question's number was named with them."""
    if not typed:
        return Unclear("empty" if number is None else "no_answer")
    keys, rest = _labelled(list(typed), question)
    core = [token for token in rest if not words.polite(token)]
    if not keys and len(core) == 1 and core[0] in words.HOMOGRAPHS and not _selected(rest, core[0]):
        return Unclear("homograph", _perhaps(words.HOMOGRAPHS[core[0]], question))
    kind = question.kind if question is not None else "select_one"
    if len(core) == 1 and core[0] in typos.LOOK_LIKE_ONE and not keys:
        sure = question is not None and question.kind == "select_one" and question.role != "consent"
        return Key("1") if sure else Unclear("homograph", "1")
    unknown = False
    for at, token in enumerate(rest):
        found = _numbers(rest, at, language, kind)
        if found is None:
            return Unclear("grouping", token)
        keys += found
        unknown = unknown or not (found or words.polite(token) or _around(token, question))
    if kind == "select_multiple" and keys:
        return Unclear("words") if unknown else Key("".join(sorted(set(keys))))
    said = _settled(keys, unknown, question, kind in NUMBERS)
    return said if question is None or question.kind != "select_one" else _respelled(said, typed, question)


def _perhaps(number: int, question: Question | None) -> str:
    """What a word that may be `number` is asked back as: the choice it may mean, "" where it can be none."""
    if question is None or not question.choices:
        return str(number)
    if number == 0 and question.refusing_value is not None:
        return next((choice.key for choice in question.choices if choice.value == question.refusing_value), "")
    return str(number) if question.choice_for_key(str(number)) else ""


def _respelled(said: Said, typed: Sequence[str], question: Question) -> Said:
    """The choice that misspelt words mean; a spelled number is none where it may be such words (hai ong, hai long)."""
    phrases = list(_phrases(question))
    if isinstance(said, Key) and not any(token[0].isdecimal() for token in typed):
        places = [at for at, token in enumerate(typed) if not words.polite(token)]
        others = typos.alike(typed[places[0] :] if places else typed, phrases) - {said.digits}
        return Unclear("two_answers", ", ".join((said.digits, *sorted(others)))) if others else said
    if not isinstance(said, Unclear) or said.code != "words" or question.role == "consent":
        return said
    core = [token for token in typed if not words.polite(token)]
    found = set(typos.meant(core, phrases)) | set(typos.meant(_trimmed(typed), phrases))
    if len(found) > 1:
        return Unclear("two_answers", ", ".join(sorted(found)))
    return Key(found.pop()) if found else said


def _trimmed(typed: Sequence[str]) -> Sequence[str]:
    """`typed` without polite words before and after; one within may be part of an answer (y kien)."""
    places = [at for at, token in enumerate(typed) if not words.polite(token)]
    return typed[places[0] : places[-1] + 1] if places else typed


def _around(token: str, question: Question | None) -> bool:
    """Whether `token` may stand beside an answer to `question`: what is counted, its unit in the question's own words,
    or a word between several choices."""
    if question is None or question.kind == "select_one":
        return False
    if question.kind == "select_multiple":
        return token in words.JOINING
    asked = {word for written in (*question.label.values(), *question.text.values()) for word in words.phrase(written)}
    return token in words.COUNTED or (token.isalpha() and any(words.same(token, word) for word in asked))


def _settled(keys: Sequence[str], unknown: bool, question: Question | None, whole: bool) -> Said:
    if len(set(keys)) > 1 or (whole and len(keys) > 1):
        return Unclear("two_answers", ", ".join(dict.fromkeys(keys)))
    if keys and not unknown:
        return Key(keys[0])
    if question is None:
        return Unclear("not_asked")
    return Unclear("words" if unknown else "no_answer")


def _labelled(typed: list[str], question: Question | None) -> tuple[list[str], list[str]]:
    """Keys of the choices whose words stand in `typed`, longest first, and `typed` without those words."""
    keys: list[str] = []
    for phrase, key in sorted(_phrases(question), key=lambda pair: -len(pair[0])):
        while (at := words.find(typed, phrase)) is not None:
            keys.append(key)
            typed = [*typed[:at], _GAP, *typed[at + len(phrase) :]]  # words on both sides never join
    return keys, [token for token in typed if token != _GAP]


def _phrases(question: Question | None) -> Iterator[tuple[tuple[str, ...], str]]:
    for choice in question.choices if question else ():
        for written in {*choice.label.values(), *choice.text.values()}:
            if phrase := words.phrase(written):
                yield phrase, choice.key
            if phrase == ("không",):
                yield words.phrase("không có"), choice.key
        if choice.no_opinion:
            yield from ((phrase, choice.key) for phrase in words.NO_OPINION)


def _numbers(typed: Sequence[str], at: int, language: str, kind: Kind) -> list[str] | None:
    """The numbers that the token at `at` writes, in plain digits; None: grouped so that it could be two numbers."""
    token = typed[at]
    if token in words.HOMOGRAPHS and _follows_selector(typed, at):
        return [str(words.HOMOGRAPHS[token])]
    if token.isdecimal() and kind == "select_multiple":
        return list(token) if len(token) <= LONGEST_NUMBER else []
    if token.isdecimal():
        return [] if len(token) > LONGEST_NUMBER or _PHONE.fullmatch(token) else [_short(token)]
    if token[0].isdecimal() and token[-1].isdecimal():
        if kind == "decimal":
            number = typed_answers.decimal(token)
            return None if number is None else [number]
        if kind != "integer":
            return [_short(part) for part in re.split("[.,]", token)]
        return [token.replace(".", "")] if re.fullmatch(r"[1-9]\d{0,2}(\.\d{3})+", token) else None
    spelled = words.number(token, language)
    return [] if spelled is None else [str(spelled)]


def _short(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _selected(typed: Sequence[str], token: str) -> bool:
    return _follows_selector(typed, list(typed).index(token))


def _follows_selector(typed: Sequence[str], at: int) -> bool:
    return at > 0 and typed[at - 1] in words.SELECTORS
