"""Finds the turn a text answers: the one that could be read when it was sent, or the question it names.

A bare "2" carries no turn, so what each phone was shown is kept and looked at here. It must not know the store,
the clock or the questionnaire; whether a question is still open is for the engine to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Literal, TypeGuard

from characters.cleaning import plain
from sms.reading import vocabulary as words
from sms.reading.replies import Reading, glance, read
from survey.answers import Heard, Spoken, Unclear
from survey.form.questionnaire import Question

READING_TIME = timedelta(seconds=6)
"""Nobody gets, reads and answers a text faster than this (our own assumption); all times are of one clock."""

CROSSING = timedelta(seconds=45)
"""A text that we begin and an answer to the one before may pass each other within this time (our own assumption):
ten seconds each way, and somebody who was already typing."""

TALKING, LONG_CROSSING = timedelta(minutes=30), timedelta(minutes=15)
"""Asked once more so soon after it was asked, a question may have an answer under way, and for as long as this:
carriers are at times minutes late, in both directions (our own assumptions)."""

SITTING = timedelta(hours=1)
"""Prompts further apart than this belong to two sittings (our own assumption)."""

_CODE = re.compile(r"(\d{4,})(?:\s*[:=.,)-]\s*|\s+)(\S.*)", re.DOTALL)

KEEP = 12
"""How many prompts a phone's list keeps: older ones are beyond anybody's memory."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One prompt that stood on a phone's screen: `question` asked as `turn` of `interview` from `visible_at` on.

    `number` is the "C3" in the text. `body_digest` is the digest of the text this prompt was the reply to,
    "" when we began; it tells a text sent twice from an answer to this prompt. `lag`: seconds from the carrier's stamp
    on that text to our taking it in, where it had one.
    """

    interview: str
    question: str
    turn: int
    number: int | None
    visible_at: datetime
    body_digest: str = ""
    lag: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `visible_at` in ISO form."""
        return {
            "interview": self.interview,
            "question": self.question,
            "turn": self.turn,
            "number": self.number,
            "visible_at": self.visible_at.isoformat(),
            "body_digest": self.body_digest,
            **({} if self.lag is None else {"lag": self.lag}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Shown:
        """What `to_dict` wrote."""
        return cls(**{**data, "visible_at": datetime.fromisoformat(data["visible_at"])})


@dataclass(frozen=True, slots=True)
class Bound:
    """The text answers `shown`; `correction` when it says that it replaces an earlier answer."""

    shown: Shown
    correction: bool = False


@dataclass(frozen=True, slots=True)
class Repetition:
    """The text before, sent again before the next question (`shown`) can have been read: nothing new was said."""

    shown: Shown


@dataclass(frozen=True, slots=True)
class AskBack:
    """It cannot be told what the text answers. `unknown_number`: it names a question that was never shown;
    `two_interviews`: each of the prompts in `among` may be meant; `crossed`: it and a text that we began passed each
    other. `shown` is what to ask again."""

    code: Literal["unknown_number", "two_interviews", "crossed"]
    shown: Shown
    among: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing was ever shown to this phone."""


Binding = Bound | Repetition | AskBack | Nothing


def remember(shown: Sequence[Shown], prompt: Shown) -> tuple[Shown, ...]:
    """The phone's list with `prompt` in front, newest first, not longer than `KEEP`."""
    return (prompt, *shown)[:KEEP]


def unasked(prompt: Shown, at: datetime) -> Shown:
    """The prompt of a reply that was not given at once but leaves by itself `at`: to who reads it, it comes unasked."""
    return replace(prompt, visible_at=at, body_digest="")


def forget(shown: Sequence[Shown], interview: str) -> tuple[Shown, ...]:
    """The list without a finished interview's prompts, so that its last one draws no more answers."""
    return tuple(s for s in shown if s.interview != interview)


def asked_in_sitting(shown: Sequence[Shown], interview: str, now: datetime) -> int:
    """How many numbered questions of `interview` this phone was shown in the sitting under way at `now`."""
    numbers: set[int] = set()
    since = now
    for prompt in sorted((s for s in shown if s.interview == interview), key=lambda s: s.visible_at, reverse=True):
        if since - prompt.visible_at > SITTING:
            break
        since = prompt.visible_at
        numbers |= {prompt.number} if prompt.number is not None else set()
    return len(numbers)


def bind(reading: Reading, shown: Sequence[Shown], sent_at: datetime, *, unsure: bool = False) -> Binding:
    """Which of the prompts in `shown` (any order) the text answers. Never raises.

    `unsure`: the newest reply is not known to have left, so that its question may not have been seen.
    """
    if not shown:
        return Nothing()
    newest_first = sorted(shown, key=lambda s: (s.visible_at, s.turn), reverse=True)
    readable = [s for s in newest_first if s.visible_at + READING_TIME <= sent_at]
    newest = newest_first[0]
    before = newest_first[1:2]  # what the text that drew the newest prompt could answer
    if readable[:1] in (before, []) and newest not in readable and _again(reading, newest):
        return Repetition(newest)
    if not readable and len(newest_first) >= KEEP:  # sent before all that is remembered: what it answers is forgotten
        return AskBack("crossed", newest)
    if not readable:  # quicker than anybody reads, and nothing older it could belong to
        readable = newest_first[-1:]
    if reading.number is not None:
        return _by_number(reading, readable)
    return _visible(readable, sent_at, unsure=unsure and readable[0] is newest)


def _again(reading: Reading, newest: Shown) -> bool:
    return bool(newest.body_digest) and newest.body_digest == reading.digest


def _by_number(reading: Reading, readable: Sequence[Shown]) -> Binding:
    named = _one_each([s for s in readable if s.number == reading.number])
    if not named:
        return AskBack("unknown_number", readable[0])
    if len(named) > 1:
        return AskBack("two_interviews", readable[0], named)
    return Bound(named[0], reading.correction)


def _visible(readable: Sequence[Shown], sent_at: datetime, *, unsure: bool) -> Binding:
    """The newest prompt, unless it came unasked while another interview was waiting, crossed an answer, or may not
    have been seen."""
    waiting = _one_each(readable)
    if len(waiting) > 1 and not readable[0].body_digest:
        return AskBack("two_interviews", readable[0], waiting)
    doubtful = _crossed(readable, sent_at) or (unsure and _asked_once(readable))
    return AskBack("crossed", readable[0]) if doubtful else Bound(readable[0])


def _asked_once(readable: Sequence[Shown]) -> bool:
    """Whether the newest prompt was a reply, and no other asked the same before it: asked twice, there is no doubt."""
    return bool(readable[0].body_digest) and not any(_alike(prompt, readable[0]) for prompt in readable[1:2])


def _crossed(readable: Sequence[Shown], sent_at: datetime) -> bool:
    """Whether a text of ours that came unasked and the answer to an older one passed each other on the way.

    Then this may answer the older question still; or, where that answer has drawn the newest question meanwhile, the
    text that asked it once more, which lies on the phone perhaps unread. Our next reply ends the doubt.
    """
    asked = list(takewhile(lambda prompt: _alike(prompt, readable[0]), readable))
    first, before = asked[-1], readable[len(asked) :]
    replies = sum(bool(prompt.body_digest) for prompt in asked)
    if not before or replies > 1:
        return False
    if not first.body_digest:
        return replies == 0 and sent_at - first.visible_at < CROSSING
    return first.visible_at - before[0].visible_at < _may_cross(before)


def _may_cross(before: Sequence[Shown]) -> timedelta:
    """How long after the newest of `before` came unasked an answer may still be one to the same question of earlier."""
    asked = before[0]
    earlier = next((prompt for prompt in before[1:] if _alike(prompt, asked)), None)
    if asked.body_digest or earlier is None:
        return timedelta(0)
    return LONG_CROSSING if asked.visible_at - earlier.visible_at < TALKING else CROSSING


def _alike(one: Shown, other: Shown) -> bool:
    return (one.interview, one.question) == (other.interview, other.question)


def _one_each(prompts: Sequence[Shown]) -> tuple[Shown, ...]:
    """The newest prompt of each interview, newest first."""
    first: dict[str, Shown] = {}
    for prompt in prompts:
        first.setdefault(prompt.interview, prompt)
    return tuple(first.values())


def hear(
    body: str,
    shown: Sequence[Shown],
    sent_at: datetime,
    question_of: Callable[[Shown], Question | None],
    language: str = "vi",
    *,
    unsure: bool = False,
    otherwise: datetime | None = None,
    sure: bool = True,
) -> tuple[Reading, Binding]:
    """Reads `body` against the question it is bound to: first the number it names, then the binding, then the words.

    `unsure` as in `bind`; `question_of` looks up a prompt's question in the questionnaire its interview is pinned to.
    `otherwise`: the text may have been sent at this later time instead, unless we are `sure` that it was held up.
    """
    binding = bind(glance(body), shown, sent_at, unsure=unsure)
    if otherwise is not None:
        binding = _of_two(glance(body), binding, bind(glance(body), shown, otherwise, unsure=unsure), sure)
    asked = question_of(binding.shown) if isinstance(binding, Bound | AskBack) else None
    reading = read(body, asked, language)
    if isinstance(binding, Bound) or (_is_crossed(binding) and isinstance(reading.said, Spoken)):
        binding = Bound(binding.shown, reading.correction)  # a word that always works answers no question
    return reading, binding


def goes_on(reading: Reading, bound: Binding, shown: Sequence[Shown], sent_at: datetime, words_asked: bool) -> bool:
    """Whether the text is the further part of the one before: sent before our reply to that could be read, and no
    answer by itself. `words_asked`: what it is bound to asks for words of one's own, which it would add to."""
    newest = max(shown, key=lambda s: (s.visible_at, s.turn), default=None)
    if newest is None or not newest.body_digest or sent_at >= newest.visible_at + READING_TIME:
        return False
    if isinstance(reading.said, Unclear):
        return not isinstance(bound, Repetition | Nothing)
    earlier = isinstance(bound, Bound) and bound.shown is not newest
    return words_asked and earlier and not isinstance(reading.said, Spoken)


def _of_two(reading: Reading, early: Binding, late: Binding, sure: bool) -> Binding:
    """The binding of a text that was sent at one of two times: where both give the same question, or the text names
    it, there is no doubt. A text is never dropped as a repetition that may be none: we ask."""
    if isinstance(early, Nothing) or isinstance(late, Nothing):
        return late
    if isinstance(early, Bound | AskBack) and type(early) is type(late) and _alike(early.shown, late.shown):
        return late
    if isinstance(early, Repetition) and isinstance(late, Repetition):
        return late
    if reading.number is not None and isinstance(late, Bound):
        return late
    return early if sure and isinstance(early, Bound) else AskBack("crossed", late.shown)


def code_in_front(body: str) -> tuple[str, str]:
    """The code that `body` begins with and the words behind it: `700001: 2` → (`700001`, `2`); "" for no code."""
    found = _CODE.match(plain(words.normal(body)))
    return (found[1], found[2].strip()) if found else ("", "")


def code_alone(body: str) -> str:
    """All that `body` says but for courtesies, in plain letters, as a code or a name is compared."""
    return " ".join(words.bare(token) for token in words.tokens(body) if not words.polite(token))


def _is_crossed(binding: Binding) -> TypeGuard[AskBack]:
    return isinstance(binding, AskBack) and binding.code == "crossed"


def heard(reading: Reading, binding: Bound | AskBack, source_id: str) -> Heard:
    """The input for the engine, from the text with the carrier's id `source_id`. What is asked back stores nothing."""
    prompt = binding.shown
    if isinstance(binding, Bound):
        return Heard("sms", source_id, reading.said, prompt.turn, prompt.question, binding.correction)
    understood = "" if reading.number is None else f"C{reading.number}"
    return Heard("sms", source_id, Unclear(binding.code, understood), prompt.turn, prompt.question)
