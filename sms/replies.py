"""Reads what a person typed: an answer, a word that always works, an opt-out, or something doubtful.

A score is never guessed: whatever leaves a doubt comes back as `Unclear` with a code. It must not know which turn
the text belongs to (`sms.binding`) nor what becomes of it (the engine).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sms import contact_wishes, handwritten, machine_texts, typos, words
from sms import typed as typed_answers
from survey.answers import Key, Said, Spoken, Unclear
from survey.questionnaire import NUMBERS, Kind, Question

Opt = Literal["stop", "hold", "start"]
LONGEST_NUMBER = 12
"""Digits; anything longer is a phone number or a slip."""
_PHONE = re.compile(r"0\d{8,}")
"""Somebody's number, sent so that we may call it: never what is counted."""

_GAP = "\0"

NAMED = re.compile(
    r"(?<![^\W_])(?:c(?:[âa]u(?:\s+(?:s[ốo]|h[ỏo]i))?)?|question|q)\s*(\d{1,2})(?!\d)(?![^\W\d_])[\s:=.,)/-]*"
)
"""The number of a question, as people write it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says. `number` is the "C3" it names; `digest` recognises the same text again.

    `opt`: "stop" is an opt-out, "hold" a word that may be one (hold every contact, ask back once), "start" takes an
    opt-out back. `correction`: the text says that it replaces the answer to `number`.
    """

    said: Said
    number: int | None = None
    opt: Opt | None = None
    correction: bool = False
    digest: str = ""


def glance(body: str) -> Reading:
    """What must be known to bind `body` before its words can be read: the number it names, and its digest."""
    text = typos.figures(words.normal(body))
    named = _named(text)
    return Reading(
        Unclear("not_asked"), min(named) if len(named) == 1 else None, digest=words.digest(words.tokens(body))
    )


def read(body: str, question: Question | None, language: str = "vi") -> Reading:
    """What `body` says in reply to `question` (None: unknown yet). Never raises.

    Codes of `Unclear`: empty · words (not understood) · no_answer (polite words only) · two_answers · several
    (several questions at once) · other_question (names another one) · homograph (a number or another word) ·
    grouping (1,200 or 2.5) · date (no day, or several) · range (1-3) · not_asked · perhaps_stop.
    """
    written = handwritten.by_hand(body, question)
    if machine_texts.says_nothing(written):
        return Reading(Unclear("no_answer"), digest=words.digest(words.tokens(body)))
    reading = _whole(written, question, language)
    first, rest = handwritten.first_line(written)
    if first and reading.opt is None and isinstance(reading.said, Unclear) and handwritten.is_signature(rest, question):
        above = _whole(first, question, language)
        reading = reading if isinstance(above.said, Unclear) else above
    return replace(reading, digest=words.digest(words.tokens(body)))


def _whole(written: str, question: Question | None, language: str) -> Reading:
    text = words.normal(written)
    typed = words.tokens(text)
    reading = _opted(text, typed) or _spoken(typed) or _answer(text, question, language)
    if question is not None and question.kind == "text" and not reading.opt and _is_answer(reading):
        return replace(reading, said=_free(written, typed))
    return reading


def _is_answer(reading: Reading) -> bool:
    """Whether it answers the question that was asked, as far as words can tell."""
    said = reading.said
    return isinstance(said, Key) or (isinstance(said, Unclear) and said.code not in ("other_question", "several"))


def _free(body: str, typed: Sequence[str]) -> Said:
    """Free text is what was written; nothing but polite words is no answer."""
    if not typed or all(words.polite(token) for token in typed):
        return Unclear("no_answer" if typed else "empty")
    said = typed_answers.free(body, NAMED)
    return Key(said) if said else Unclear("no_answer")


def _opted(text: str, typed: Sequence[str]) -> Reading | None:
    """What it says about being contacted. `đừng gọi` is an opt-out, `dung goi` may be one or "right, call": held."""
    asked = words.wish(words.tokens(NAMED.sub(" ", text)))
    if words.START.says(asked):
        return Reading(Spoken("start"), opt="start")
    wish = contact_wishes.wish(text)
    if wish == "stop":
        return Reading(Spoken("stop"), opt="stop")
    maybe = words.MAYBE_STOP.says(asked) and (len(asked) > 1 or words.alone(typed))
    if wish == "hold" or maybe or words.HOLD.says(asked):
        return Reading(Unclear("perhaps_stop", " ".join(asked)), opt="hold")
    return Reading(Spoken("later")) if wish == "later" else None


def settles(body: str) -> Literal["stop", "go_on"] | None:
    """What `body` says to the question whether all contacts shall end: yes, no, or neither."""
    typed = words.tokens(body)
    core = [token for token in typed if token in words.CONFIRMED or token in words.DENIED or not words.polite(token)]
    if core and all(token in words.CONFIRMED for token in core):
        return "stop"
    return "go_on" if words.DENIED.says(core) else None


def _spoken(typed: Sequence[str]) -> Reading | None:
    typed = [token for token in typed if token != "?"] or typed  # a word that works may be asked for
    core = [token for token in typed if not words.polite(token)]
    forms = (core[:1] if len(set(core)) == 1 else core, words.wish(typed))
    word = next((word for word, written in words.SPOKEN.items() if any(map(written.says, forms))), None)
    whole = [token for token in typed if words.bare(token) in ("tieng", "anh") or not words.polite(token)]
    language = next((code for code, written in words.LANGUAGES.items() if written.says(whole)), None)
    if language is not None:
        return Reading(Spoken("language", language))
    return None if word is None else Reading(Spoken(word))


def _answer(text: str, question: Question | None, language: str) -> Reading:
    text = typos.figures(text)
    named = _named(text)
    if len(named) > 1:
        return Reading(Unclear("several"))
    number = next(iter(named), None)
    if number is not None and question is not None and question.number != number:
        return Reading(Unclear("other_question", str(number)), number)
    typed = words.tokens(NAMED.sub(" ", text))
    correcting = number is not None and any(token in words.CORRECTING for token in typed)
    if correcting:
        typed = tuple(token for token in typed if token not in words.CORRECTING)
    if question is not None and question.kind == "date" and typed:
        day = typed_answers.day(_bare_of(text, correcting))
        return Reading(Unclear("date") if day is None else Key(day), number, correction=correcting)
    if question is not None and question.kind == "select_multiple" and typed_answers.is_range(text):
        return Reading(Unclear("range"), number)
    return Reading(_chosen(typed, number, question, language), number, correction=correcting)


def _bare_of(text: str, correcting: bool) -> str:
    """`text` without the question's number, and without the words that correct."""
    rest = NAMED.sub(" ", text)
    return " ".join(w for w in rest.split() if w not in words.CORRECTING) if correcting else rest


def _named(text: str) -> set[int]:
    return {int(match[1]) for match in NAMED.finditer(text)}


def _chosen(typed: Sequence[str], number: int | None, question: Question | None, language: str) -> Said:
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
