"""The interview engine: (questionnaire, interview, input, now) → (interview, effects), the same on every channel.

Pure and total: it raises nothing at interview time, stores only what is bound to an open question, and knows no words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from survey.answers import Channel, Entry, Heard, Key, Said, Silence, Spoken, Unclear
from survey.engine import side_question_forms as asides
from survey.engine import side_questions as between
from survey.engine.effects import AlreadyAnswered, Doubtful, Effect, Finished, NotAChoice, OutOfRange, Unheard, Wanted
from survey.engine.moves import Course, start
from survey.engine.state import Interview
from survey.form.plan import Invalid, Item, judge_key, judge_value, plan_of
from survey.form.questionnaire import Questionnaire
from survey.words.languages import written

ASKED: frozenset[Channel] = frozenset({"voice", "sms"})
"""Channels on which somebody was asked and waits for words: consent comes first there, and nothing ends in silence."""


@dataclass(frozen=True, slots=True)
class Step:
    """The interview after one event, and what should happen now, in order."""

    interview: Interview
    effects: tuple[Effect, ...]


NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Opened:
    """A contact began, or took the interview up again, on `channel`; `earlier` as in `begin`."""

    channel: Channel
    earlier: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened as event `seq` of an interview, at business time `at`."""

    seq: int
    at: datetime
    happened: Opened | Heard


def new_interview(form: Questionnaire, language: str | None = None) -> Interview:
    """An interview that has not begun, pinned to `form`, in `language` (the form's default one unless given)."""
    return Interview(questionnaire=form.sha256, language=language or form.default_language)


def begin(
    form: Questionnaire, interview: Interview, channel: Channel, now: datetime, earlier: Mapping[str, str] = NOTHING
) -> Step:
    """Open the first contact: Welcome, notes, and the first question (consent). Begun already: the same as `resume`.

    `earlier`: the organisation's numbers of last time by question, with which a call notices a slipped key.
    """
    return _open(form, interview, Opened(channel, earlier), now)


def resume(
    form: Questionnaire, interview: Interview, channel: Channel, now: datetime, earlier: Mapping[str, str] = NOTHING
) -> Step:
    """Open a further contact: Resumed (Welcome while consent is missing), then the next open question as a new turn.

    A partial interview becomes active again and its open questions get their tries again; after the end: Finished.
    `earlier` as in `begin`.
    """
    return _open(form, interview, Opened(channel, earlier), now)


def hear(form: Questionnaire, interview: Interview, heard: Heard, now: datetime) -> Step:
    """Take one input. Only an input bound to an open question is stored; a late or repeated one changes nothing else.

    `now` is the business time of the event; only `today()` of a form reads it, the engine's own rules are of order.
    """
    course = start(plan_of(form), interview, heard.channel, now)
    if interview.over or (interview.handing_in and not _is_current(course, heard)):
        course.effects.append(Finished())
    else:
        _take(course, heard)
        if heard.channel == "voice":
            course.count_idle()
    course.language = _language_after(form, interview, heard.said)
    return Step(course.interview(), tuple(course.effects))


def _language_after(form: Questionnaire, interview: Interview, said: Said) -> str:
    """The language asked for, where the form has it; else the one spoken so far."""
    if isinstance(said, Spoken) and said.word == "language" and written(said.about) in form.languages:
        return said.about
    return interview.language


def rebuild(form: Questionnaire, events: Iterable[Event], language: str | None = None) -> Interview:
    """Fold kept events, in order of `seq`, back into the interview. Events that changed nothing may be missing."""
    interview = new_interview(form, language)
    for event in events:
        before = replace(interview, seq=event.seq - 1)
        if isinstance(event.happened, Opened):
            interview = _open(form, before, event.happened, event.at).interview
        else:
            interview = hear(form, before, event.happened, event.at).interview
    return interview


def _open(form: Questionnaire, interview: Interview, opened: Opened, now: datetime) -> Step:
    course = start(plan_of(form), interview, opened.channel, now)
    if interview.over or interview.handing_in:
        course.hush()
        course.effects.append(Finished())
    else:
        course.open_contact(opened.earlier)
    return Step(course.interview(), tuple(course.effects))


def _take(course: Course, heard: Heard) -> None:
    said = heard.said
    course.silent *= isinstance(said, Silence)  # else somebody is there
    if isinstance(said, Key):
        _take_key(course, heard, said)
    elif isinstance(said, Entry):
        _take_entry(course, heard, said)
    elif isinstance(said, Spoken):
        _take_word(course, heard, said)
    else:
        _take_nothing(course, heard, said)


def _is_current(course: Course, heard: Heard) -> bool:
    """Whether the input answers the prompt that is waiting now, and no other question."""
    return (
        heard.turn == course.turn
        and course.asked is not None
        and (heard.question is None or heard.question == course.asked)
    )


def _revises(course: Course, heard: Heard) -> bool:
    """Whether the input answers a question that is asked again because the person went back to it."""
    return course.revising and _is_current(course, heard)


def _is_late(course: Course, heard: Heard) -> bool:
    """Bound to a prompt that is no longer the current one (turn 0 is bound to none)."""
    return heard.turn not in (0, course.turn)


def _bound_item(course: Course, heard: Heard) -> Item | None:
    """The question an answer belongs to; None when that is not certain (then it belongs to none)."""
    if heard.turn > course.turn:
        return None
    name = heard.question
    if name is None and heard.turn == course.turn:
        name = course.asked
    return None if name is None else course.plan.by_name.get(name)


def _take_key(course: Course, heard: Heard, key: Key) -> None:
    if asides.is_aside(heard.question):
        between.take_key(course, heard, key.digits)
        return
    item = _bound_item(course, heard)
    if item is None:
        course.repeat()
    elif item.name in course.answers and not (heard.correction or _revises(course, heard)):
        course.already_answered(item)
    elif not course.may_answer(item):
        course.repeat()
    else:
        _take_answer(course, heard, item, judge_key(item, key.digits, course.answers, course.today))


def _take_answer(course: Course, heard: Heard, item: Item, value: str | Invalid) -> None:
    if not isinstance(value, Invalid):
        current = _is_current(course, heard)
        course.store(item, value, heard.channel)
        course.remember(item)
        if current and course.status != "refused":
            course.go_on_after(item)
        else:
            course.go_on_from(item)
    elif _is_current(course, heard):
        effect = NotAChoice if value.code == "not_a_choice" else OutOfRange
        course.miss(partial(effect, item.name))
    else:
        course.repeat()


def _take_nothing(course: Course, heard: Heard, said: Silence | Unclear) -> None:
    """Silence or unclear words: a try at the current question, nothing at all when they come late."""
    if _is_current(course, heard):
        course.miss(Unheard if isinstance(said, Silence) else lambda tries: Doubtful(said.code, said.understood))
        return
    if heard.question is not None and heard.question in course.answers:
        course.effects.append(AlreadyAnswered(heard.question))
    elif isinstance(said, Unclear) and course.asked is not None and not _is_late(course, heard):
        course.effects.append(Doubtful(said.code, said.understood))
    course.repeat()


def _take_word(course: Course, heard: Heard, said: Spoken) -> None:
    late = _is_late(course, heard)
    if said.word == "later":
        course.repeat() if late else between.another_time(course)
    elif said.word == "back" and course.asked is not None:
        course.repeat() if late else between.go_back(course)
    elif said.word == "not_me":
        course.repeat() if late else between.not_me(course)
    elif said.word == "skip":
        _skip(course, heard)
    elif said.word == "language" and not late and _explains(course):
        course.open_contact(course.earlier)
    elif said.word in ("person", "transfer", "connected", "unconnected"):
        between.person(course, said.word, late=late)
    elif said.word in ("call", "help"):
        course.effects.append(Wanted(said.word))
        _repeat_after_word(course, late)
    elif course.asked is None and not late:
        course.open_contact(course.earlier)
    else:
        _repeat_after_word(course, late)


def _explains(course: Course) -> bool:
    """Whether a call is at its opening: who calls, and why, is then told in the language just chosen."""
    return course.channel == "voice" and course.current is not None and course.current is course.plan.consent


def _skip(course: Course, heard: Heard) -> None:
    """Without an answer to the question that waits; consent cannot be skipped."""
    item = course.plan.by_name.get(course.asked or "")
    if item is None or item is course.plan.consent or not _is_current(course, heard):
        course.repeat()
    else:
        course.leave_open(item)


def _repeat_after_word(course: Course, late: bool) -> None:
    """The current question again: as a new turn when the word was said now, unchanged when it came late."""
    if late:
        course.repeat()
    else:
        course.ask_again()


def _take_entry(course: Course, heard: Heard, entry: Entry) -> None:
    """Several answers at once, in form order, so that branching is settled before what depends on it."""
    for name in sorted(entry.answers.keys() - course.plan.by_name.keys()):
        course.effects.append(Doubtful("unknown_question", question=name))
    for item in course.plan.items:
        value = entry.answers.get(item.name, "")
        if value and course.status != "refused":
            _enter_one(course, heard, item, value)
    if heard.channel in ASKED:
        _go_on_from_entry(course)
    elif course.status != "refused":
        _close_entry(course, entry.final)


def _go_on_from_entry(course: Course) -> None:
    """Whoever was asked hears on: the prompt that waits again, or the next question after the last one stored."""
    here = {name for name, answer in course.answers.items() if answer.seq == course.seq}
    stored = [item for item in course.plan.items if item.name in here]
    if stored:
        course.go_on_from(stored[-1])
    else:
        course.repeat()


def _enter_one(course: Course, heard: Heard, item: Item, given: str) -> None:
    kept = course.answers.get(item.name)
    if kept is not None and not heard.correction:
        if kept.value != given:
            course.effects.append(AlreadyAnswered(item.name))
        return
    value = judge_value(item, given, course.answers, course.today)
    if not (course.may_answer(item) if heard.channel in ASKED else course.applies(item)):
        course.effects.append(Doubtful("not_applicable", given, item.name))
    elif isinstance(value, Invalid):
        course.effects.append(Doubtful(value.code, given, item.name))
    else:
        course.store(item, value, heard.channel)
        if heard.channel in ASKED:
            course.remember(item)


def _close_entry(course: Course, final: bool) -> None:
    """A submitted form ends the interview; otherwise a prompt that waits moves on once its question is settled."""
    if final:
        course.finish(consent_needed=False)
    elif course.status != "pending":
        course.settle()
