"""Reads what a person typed: an answer, a word that always works, an opt-out, or something doubtful.

A score is never guessed: whatever leaves a doubt comes back as `Unclear` with a code. It must not know which turn
the text belongs to (`sms.binding`) nor what becomes of it (the engine).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sms.reading import contact_wishes, machine_texts, numerals, options, signatures_and_quotes
from sms.reading import (
    misspellings as typos,
)
from sms.reading import numbers_and_dates as typed_answers
from sms.reading import (
    vocabulary as words,
)
from sms.reading.kinds import READERS
from survey.answers import Key, Said, Spoken, Unclear
from survey.form.questionnaire import Question

Opt = Literal["stop", "hold", "start"]
NAMED = re.compile(
    r"(?<![^\W_])(?:c(?:[âa]u(?:\s+(?:s[ốo]|h[ỏo]i))?)?|question|q)\s*(\d{1,2})(?!\d)(?![^\W\d_])"
    r"(?:(?<=\d)[.,-]|[\s:=)/]|[.,-](?!\d))*"  # C3.2, but never the comma of C4: ,5 nor its minus
)
"""The number of a question, as people write it."""
_SMILE = re.compile(r"(?:[:;=]+['-]?[()]+|\^+_*\^+)(?=\s|$)")
"""A face drawn with signs: `=` and `^` mean something elsewhere."""


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
    written = signatures_and_quotes.by_hand(body, question)
    if machine_texts.says_nothing(written):
        return Reading(Unclear("no_answer"), digest=words.digest(words.tokens(body)))
    reading = _whole(written, question, language)
    first, rest = signatures_and_quotes.first_line(written)
    if (
        first
        and reading.opt is None
        and isinstance(reading.said, Unclear)
        and signatures_and_quotes.is_signature(rest, question)
    ):
        above = _whole(first, question, language)
        reading = reading if isinstance(above.said, Unclear) else above
    return replace(reading, digest=words.digest(words.tokens(body)))


def _whole(written: str, question: Question | None, language: str) -> Reading:
    text = words.normal(written)
    typed = words.split(text)
    reading = _word(typed, text, question, language) or _answer(text, question, language)
    if question is not None and question.rules.is_free_text and not reading.opt and _is_answer(reading):
        return replace(reading, said=_free(written, typed))
    return reading


def _word(typed: Sequence[str], text: str, question: Question | None, language: str) -> Reading | None:
    """A wish about contact, or a word that always works; what is printed as an option is that option."""
    word = _opted(text, typed) or _spoken(typed)
    if word is None or question is None or not question.choices or not _gives_way(word, typed):
        return word
    answer = _answer(text, question, language)
    return answer if isinstance(answer.said, Key) else word


def _gives_way(word: Reading, typed: Sequence[str]) -> bool:
    """Whether an option goes before `word`: never before a wish, before a doubt where the option's key stands beside it
    (`2=Khong tham gia`)."""
    return word.opt is None or (word.opt == "hold" and any(map(str.isdecimal, typed)))


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
    text = typos.figures(_SMILE.sub(" ", text))
    named = _named(text)
    if len(named) > 1:
        return Reading(Unclear("several"))
    number = next(iter(named), None)
    if number is not None and question is not None and question.number != number:
        return Reading(Unclear("other_question", str(number)), number)
    typed = words.split(NAMED.sub(" ", text))
    correcting = number is not None and any(token in words.CORRECTING for token in typed)
    if correcting and isinstance(whole := options.chosen(typed, number, question, language), Key):
        return Reading(whole, number)  # an option that is called so: có sửa
    if correcting:
        typed = tuple(token for token in typed if token not in words.CORRECTING)
    if question is not None and question.rules.chosen == "several" and typed_answers.is_range(text):
        return Reading(Unclear("range"), number)
    if question is not None and question.kind in READERS and typed:
        said = READERS[question.kind](_bare_of(text, correcting), question, language)
    else:
        said = options.chosen(typed, number, question, language)
        if isinstance(said, Unclear) and question is not None and question.numbered:  # two figures are spelled so too
            spelled = words.split(numerals.in_figures(_bare_of(text, correcting), language))
            again = options.chosen(spelled, number, question, language)
            said = again if isinstance(again, Key) else said
    return Reading(said, number, correction=correcting)


def _bare_of(text: str, correcting: bool) -> str:
    """`text` without the question's number, and without the words that correct."""
    rest = NAMED.sub(" ", text)
    return " ".join(w for w in rest.split() if w not in words.CORRECTING) if correcting else rest


def _named(text: str) -> set[int]:
    return {int(match[1]) for match in NAMED.finditer(text)}
