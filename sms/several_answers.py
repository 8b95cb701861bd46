"""Reads several answers in one text: by number (`C1=2 C2 3`, `1a2b`) or in the order of the questions (`1 3 2`).

Only what is clear is an answer; the rest is asked back with what was understood. In order counts only for questions
that this phone was shown. It must not know the engine's course nor the store.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sms.binding import AskBack, Bound, Shown, remember
from sms.reading import misspellings as typos
from sms.reading import replies
from sms.reading import vocabulary as words
from survey.answers import Entry, Heard, Key, Said, Unclear
from survey.engine.effects import Doubtful, Echo, Effect
from survey.form.questionnaire import Question, Questionnaire
from survey.form.values import from_keys

_SEPARATORS = r"[\s,;./)&+-]*"
_LETTERED = re.compile(rf"(?:c(?:[âa]u)?\s*)?(\d{{1,2}})\s*[=:.)-]?\s*([a-f])(?![^\W\d_]){_SEPARATORS}")
_PAIRED = re.compile(rf"(\d{{1,2}})\s*[=:]\s*(\d+){_SEPARATORS}")
_HOURS = re.compile(r"(?<!\d)\d{1,2}:[0-5]\d(?!\d)")
"""7:30 is a time of day, no question's number with its answer."""
_GLUED = re.compile(r"(?<=\d)(?=c\s*\d)")
_JOINED = re.compile(r"(?:[\s,;.]+(?:va|và|con|còn|roi|rồi|thi|thì|and))+[\s,;.]*$")
FEWEST_IN_ORDER = 3
"""Two figures may be a doubt between them, or a question's number and its answer; three can be neither."""


@dataclass(frozen=True, slots=True)
class Several:
    """What a text says to several questions: values by name, what was understood ("C1=2 C3=1"), numbers in doubt.

    `code` says why nothing may be stored although it was understood.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    understood: str = ""
    doubts: tuple[str, ...] = ()
    correction: bool = False
    code: str = "several"

    @property
    def said(self) -> Said:
        """An entry of what is clear; else something to ask back."""
        return Entry(self.answers) if self.answers else Unclear(self.code, self.understood)


def _figures_in_order(typed: Sequence[str]) -> tuple[str, ...]:
    """The keys of a text that is nothing but three or more figures, not all the same; else nothing."""
    core = [token for token in typed if not words.polite(token)]
    keys = [part for token in core for part in re.split("[.,]", token)]
    if not all(len(key) == 1 and key.isdecimal() for key in keys) or len(set(keys)) < 2:
        return ()
    return tuple(keys) if len(keys) >= FEWEST_IN_ORDER else ()


def read(
    body: str, form: Questionnaire, asked: Question | None, shown: Collection[str], language: str
) -> Several | None:
    """What `body` says to several questions of `form`; None when it is no list. Never raises.

    `asked` is the question it was sent in reply to, `shown` the names of the questions this phone has been shown.
    """
    text = typos.figures(words.normal(body))
    named = _by_number(text)
    if named is not None:
        return _from_numbers(named, form, language, _corrects(text))
    keys = _figures_in_order(words.split(text))
    return _in_order(keys, form, asked, shown) if keys and asked else None


def within(
    body: str, form: Questionnaire, bound: Bound | AskBack, shown: Collection[str], language: str
) -> tuple[Several | None, Bound | AskBack]:
    """`read` of a text that was bound so: answers by number need no binding, so they end the doubt of a crossing."""
    if isinstance(bound, Bound):
        return read(body, form, form.question(bound.shown.question), shown, language), bound
    several = read(body, form, None, shown, language) if bound.code == "crossed" else None
    return (None, bound) if several is None else (several, Bound(bound.shown))


def heard(several: Several, prompt: Shown, source_id: str) -> Heard:
    """The input for the engine: one entry, one event; what is asked back is bound to the prompt that was read."""
    question = None if several.answers else prompt.question
    return Heard("sms", source_id, several.said, prompt.turn, question, several.correction)


def remember_answers(
    several: Several | None, effects: Sequence[Effect], form: Questionnaire, prompt: Shown, shown: Sequence[Shown]
) -> tuple[Shown, ...]:
    """`shown` with the answered questions that were told back by number beside `prompt`: so they may be corrected.

    They wait for no answer: nothing without their number is bound to them before it is to what was asked.
    """
    stored = [effect.question for effect in effects if isinstance(effect, Echo)] if several else []
    known = {(one.interview, one.question) for one in shown}
    for question in map(form.question, stored):
        if question is not None and (prompt.interview, question.name) not in known:
            since = min((one.visible_at for one in shown), default=prompt.visible_at)
            named = replace(prompt, question=question.name, number=question.number, turn=0, visible_at=since)
            shown = remember(shown, named)
    return tuple(shown)


def doubts(several: Several) -> tuple[Doubtful, ...]:
    """What to say about the numbers in doubt beside what was stored."""
    return tuple(Doubtful("in_list", question=number) for number in several.doubts if several.answers)


def _by_number(text: str) -> list[tuple[int, str]] | None:
    """(number, words) of every question the text names, when it names two or more and says nothing before them."""
    for shape in (_LETTERED, _PAIRED):
        found = [] if shape is _PAIRED and _HOURS.search(text) else shape.findall(text)
        rest = words.split(shape.sub(" ", text))
        if len({number for number, _ in found}) > 1 and all(map(_around, rest)) and not _particles_only(text, found):
            return [(int(number), said) for number, said in found]
    text = _GLUED.sub(" ", text)
    named = list(replies.NAMED.finditer(text))
    before = words.split(text[: named[0].start()]) if named else ("",)
    if len({int(match[1]) for match in named}) < 2 or not all(_around(token) for token in before):
        return None
    ends = [match.start() for match in named[1:]] + [len(text)]
    return [(int(match[1]), text[match.end() : end]) for match, end in zip(named, ends, strict=True)]


def _corrects(text: str) -> bool:
    """Whether it says before the first number that earlier answers are to be replaced."""
    before = re.split(r"\d", text, maxsplit=1)[0]
    return any(token in words.CORRECTING for token in words.split(before))


def _particles_only(text: str, found: Sequence[tuple[str, str]]) -> bool:
    """`1a 2a` may be "1 ạ, 2 ạ": polite, not lettered. A `C` before the number leaves no doubt."""
    return {said for _, said in found} == {"a"} and re.search(r"c\w*\s*\d", text) is None


def _around(token: str) -> bool:
    return words.polite(token) or token in words.CORRECTING


def _from_numbers(named: Sequence[tuple[int, str]], form: Questionnaire, language: str, correction: bool) -> Several:
    by_number = {question.number: question for question in form.questions if question.number is not None}
    said: dict[int, set[str | None]] = {}
    for number, written in named:
        question = by_number.get(number)
        said.setdefault(number, set()).add(None if question is None else _key(written, question, language))
    clear = {n: next(iter(keys)) for n, keys in said.items() if len(keys) == 1}
    return _several({n: key for n, key in clear.items() if key is not None}, by_number, tuple(said), correction)


def _several(
    keys: Mapping[int, str], by_number: Mapping[int, Question], named: Sequence[int], correction: bool
) -> Several:
    values = {n: from_keys(by_number[n], key) for n, key in keys.items()}
    sure = {n: value for n, value in values.items() if value is not None}
    return Several(
        {by_number[n].name: value for n, value in sure.items()},
        " ".join(f"C{n}={keys[n]}" for n in sorted(sure)),
        tuple(f"C{n}" for n in sorted(named) if n not in sure),
        correction,
    )


def _key(written: str, question: Question, language: str) -> str | None:
    """What is written for one question as its key; None in doubt. Words of one's own are taken alone, not in a list."""
    if question.rules.is_free_text:
        return None
    letter = written.strip()
    if question.rules.chosen == "one" and len(letter) == 1 and letter in "abcdef":
        at = "abcdef".index(letter)
        return question.choices[at].key if at < len(question.choices) else None
    said = replies.read(_JOINED.sub("", written), question, language).said
    return said.digits if isinstance(said, Key) else None


def _in_order(keys: Sequence[str], form: Questionnaire, asked: Question, shown: Collection[str]) -> Several | None:
    """Answers to `asked` and the questions after it; counted only where the phone was shown each of them."""
    following = [q for q in form.questions if q.number is not None and asked.number and q.number >= asked.number]
    meant = list(zip(following, keys, strict=False))
    if asked.rules.chosen != "one" or len(following) < len(keys) or _could_be_pairs(keys, asked):
        return None
    if any(question.rules.chosen != "one" or not question.choice_for_key(key) for question, key in meant):
        return None
    by_number = {question.number or 0: question for question in following}
    found = _several({q.number or 0: key for q, key in meant}, by_number, (), False)
    if all(question.name in shown for question, _ in meant):
        return found
    return Several(understood=found.understood, code="in_order")


def _could_be_pairs(keys: Sequence[str], asked: Question) -> bool:
    """`1 3 2 4` after C1 may be C1=3 and C2=4."""
    numbers = [str((asked.number or 0) + step) for step in range((len(keys) + 1) // 2)]
    return len(keys) % 2 == 0 and list(keys[::2]) == numbers
