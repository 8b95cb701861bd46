"""The interview engine: (questionnaire, interview, input, now) → (interview, effects), the same on every channel.

Pure and total: it raises nothing at interview time, stores only what is bound to an open question, and knows no words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType

from survey.answers import Channel, Entry, Heard, Key, Said, Silence, Spoken, Unclear
from survey.engine import moves, side_questions
from survey.engine import side_question_forms as asides
from survey.engine.draft import Draft, start
from survey.engine.effects import AlreadyAnswered, Doubtful, Effect, Finished, NotAChoice, OutOfRange, Unheard, Wanted
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
    draft = start(plan_of(form), interview, heard.channel, now)
    if interview.over or (interview.handing_in and not _is_current(draft, heard)):
        draft.effects.append(Finished())
    else:
        _take(draft, heard)
        if heard.channel == "voice":
            moves.count_idle(draft)
    _change_language(draft, form, heard.said)
    return Step(draft.state, tuple(draft.effects))


def _change_language(draft: Draft, form: Questionnaire, said: Said) -> None:
    """Go on in the language asked for, where the form has it."""
    if isinstance(said, Spoken) and said.word == "language" and written(said.about) in form.languages:
        draft.state = draft.state._replace(language=said.about)


def rebuild(form: Questionnaire, events: Iterable[Event], language: str | None = None) -> Interview:
    """Fold kept events, in order of `seq`, back into the interview. Events that changed nothing may be missing."""
    interview = new_interview(form, language)
    for event in events:
        before = interview._replace(seq=event.seq - 1)
        if isinstance(event.happened, Opened):
            interview = _open(form, before, event.happened, event.at).interview
        else:
            interview = hear(form, before, event.happened, event.at).interview
    return interview


def _open(form: Questionnaire, interview: Interview, opened: Opened, now: datetime) -> Step:
    draft = start(plan_of(form), interview, opened.channel, now)
    if interview.over or interview.handing_in:
        draft.clear_prompt()
        draft.effects.append(Finished())
    else:
        moves.open_contact(draft, opened.earlier)
    return Step(draft.state, tuple(draft.effects))


def _take(draft: Draft, heard: Heard) -> None:
    said = heard.said
    if draft.state.silent and not isinstance(said, Silence):  # somebody is there
        draft.state = draft.state._replace(silent=0)
    if isinstance(said, Key):
        _take_key(draft, heard, said)
    elif isinstance(said, Entry):
        _take_entry(draft, heard, said)
    elif isinstance(said, Spoken):
        _take_word(draft, heard, said)
    else:
        _take_nothing(draft, heard, said)


def _is_current(draft: Draft, heard: Heard) -> bool:
    """Whether the input answers the prompt that is waiting now, and no other question."""
    return (
        heard.turn == draft.state.turn
        and draft.state.asked is not None
        and (heard.question is None or heard.question == draft.state.asked)
    )


def _revises(draft: Draft, heard: Heard) -> bool:
    """Whether the input answers a question that is asked again because the person went back to it."""
    return draft.revising and _is_current(draft, heard)


def _is_late(draft: Draft, heard: Heard) -> bool:
    """Bound to a prompt that is no longer the current one (turn 0 is bound to none)."""
    return heard.turn not in (0, draft.state.turn)


def _bound_item(draft: Draft, heard: Heard) -> Item | None:
    """The question an answer belongs to; None when that is not certain (then it belongs to none)."""
    if heard.turn > draft.state.turn:
        return None
    name = heard.question
    if name is None and heard.turn == draft.state.turn:
        name = draft.state.asked
    return None if name is None else draft.plan.by_name.get(name)


def _take_key(draft: Draft, heard: Heard, key: Key) -> None:
    if asides.is_aside(heard.question):
        side_questions.take_key(draft, heard, key.digits)
        return
    item = _bound_item(draft, heard)
    if item is None:
        moves.repeat(draft)
    elif item.name in draft.answers and not (heard.correction or _revises(draft, heard)):
        moves.already_answered(draft, item)
    elif not draft.may_answer(item):
        moves.repeat(draft)
    else:
        _take_answer(draft, heard, item, judge_key(item, key.digits, draft.answers, draft.today))


def _take_answer(draft: Draft, heard: Heard, item: Item, value: str | Invalid) -> None:
    if not isinstance(value, Invalid):
        current = _is_current(draft, heard)
        moves.store(draft, item, value, heard.channel)
        draft.remember(item)
        if current and draft.state.status != "refused":
            moves.go_on_after(draft, item)
        else:
            moves.go_on_from(draft, item)
    elif _is_current(draft, heard):
        effect = NotAChoice if value.code == "not_a_choice" else OutOfRange
        moves.failed_attempt(draft, partial(effect, item.name))
    else:
        moves.repeat(draft)


def _take_nothing(draft: Draft, heard: Heard, said: Silence | Unclear) -> None:
    """Silence or unclear words: a try at the current question, nothing at all when they come late."""
    if _is_current(draft, heard):
        moves.failed_attempt(
            draft, Unheard if isinstance(said, Silence) else lambda tries: Doubtful(said.code, said.understood)
        )
        return
    if heard.question is not None and heard.question in draft.answers:
        draft.effects.append(AlreadyAnswered(heard.question))
    elif isinstance(said, Unclear) and draft.state.asked is not None and not _is_late(draft, heard):
        draft.effects.append(Doubtful(said.code, said.understood))
    moves.repeat(draft)


def _take_word(draft: Draft, heard: Heard, said: Spoken) -> None:
    late = _is_late(draft, heard)
    if said.word == "later":
        moves.repeat(draft) if late else side_questions.another_time(draft)
    elif said.word == "back" and draft.state.asked is not None:
        moves.repeat(draft) if late else side_questions.go_back(draft)
    elif said.word == "not_me":
        moves.repeat(draft) if late else side_questions.not_me(draft)
    elif said.word == "skip":
        _skip(draft, heard)
    elif said.word == "language" and not late and _explains(draft):
        moves.open_contact(draft, draft.state.earlier)
    elif said.word in ("person", "transfer", "connected", "unconnected"):
        side_questions.person(draft, said.word, late=late)
    elif said.word in ("call", "help"):
        draft.effects.append(Wanted(said.word))
        _repeat_after_word(draft, late)
    elif draft.state.asked is None and not late:
        moves.open_contact(draft, draft.state.earlier)
    else:
        _repeat_after_word(draft, late)


def _explains(draft: Draft) -> bool:
    """Whether a call is at its opening: who calls, and why, is then told in the language just chosen."""
    return draft.channel == "voice" and draft.current is not None and draft.current is draft.plan.consent


def _skip(draft: Draft, heard: Heard) -> None:
    """Without an answer to the question that waits; consent cannot be skipped."""
    item = draft.plan.by_name.get(draft.state.asked or "")
    if item is None or item is draft.plan.consent or not _is_current(draft, heard):
        moves.repeat(draft)
    else:
        moves.leave_open(draft, item)


def _repeat_after_word(draft: Draft, late: bool) -> None:
    """The current question again: as a new turn when the word was said now, unchanged when it came late."""
    if late:
        moves.repeat(draft)
    else:
        moves.ask_again(draft)


def _take_entry(draft: Draft, heard: Heard, entry: Entry) -> None:
    """Several answers at once, in form order, so that branching is settled before what depends on it."""
    for name in sorted(entry.answers.keys() - draft.plan.by_name.keys()):
        draft.effects.append(Doubtful("unknown_question", question=name))
    for item in draft.plan.items:
        value = entry.answers.get(item.name, "")
        if value and draft.state.status != "refused":
            _enter_one(draft, heard, item, value)
    if heard.channel in ASKED:
        _go_on_from_entry(draft)
    elif draft.state.status != "refused":
        _close_entry(draft, entry.final)


def _go_on_from_entry(draft: Draft) -> None:
    """Whoever was asked hears on: the prompt that waits again, or the next question after the last one stored."""
    here = {name for name, answer in draft.answers.items() if answer.seq == draft.state.seq}
    stored = [item for item in draft.plan.items if item.name in here]
    if stored:
        moves.go_on_from(draft, stored[-1])
    else:
        moves.repeat(draft)


def _enter_one(draft: Draft, heard: Heard, item: Item, given: str) -> None:
    kept = draft.answers.get(item.name)
    if kept is not None and not heard.correction:
        if kept.value != given:
            draft.effects.append(AlreadyAnswered(item.name))
        return
    value = judge_value(item, given, draft.answers, draft.today)
    if not (draft.may_answer(item) if heard.channel in ASKED else draft.applies(item)):
        draft.effects.append(Doubtful("not_applicable", given, item.name))
    elif isinstance(value, Invalid):
        draft.effects.append(Doubtful(value.code, given, item.name))
    else:
        moves.store(draft, item, value, heard.channel)
        if heard.channel in ASKED:
            draft.remember(item)


def _close_entry(draft: Draft, final: bool) -> None:
    """A submitted form ends the interview; otherwise a prompt that waits moves on once its question is settled."""
    if final:
        moves.finish(draft, consent_needed=False)
    elif draft.state.status != "pending":
        moves.settle(draft)
