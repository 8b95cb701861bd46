"""Moves off the straight way: back to an answer, another time, is it right, is all well, is it the right person.

It must not know what the words of an aside are (`survey.engine.side_question_forms`), nor how a key reached us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from survey.answers import Heard, Word
from survey.engine import moves
from survey.engine import side_question_forms as asides
from survey.engine.draft import Draft
from survey.engine.effects import (
    Appointed,
    Connected,
    Echo,
    NotAChoice,
    Noted,
    NothingBefore,
    OptedOut,
    PersonAt,
    Wanted,
    WrongPerson,
)
from survey.form.values import from_keys


def take_key(draft: Draft, heard: Heard, digits: str) -> None:
    """A key for an aside: it counts for the prompt that waits only; a late or doubled one repeats the prompt."""
    name = heard.question or ""
    kind, about = asides.parts(name)
    if heard.turn != draft.state.turn or name != draft.state.asked or not draft.prompt_is_open() or not draft.can_ask():
        moves.repeat(draft)
        return
    value = from_keys(asides.ASIDES[kind], digits)
    if value is None and kind == asides.RIGHT and draft.state.tries + 1 == asides.TRIES:
        moves.rekey(draft, draft.plan.by_name[about])  # who keys on has not said that it is right
    elif value is None:
        moves.failed_attempt(draft, partial(NotAChoice, name))
    elif kind == asides.WHICH:
        _change(draft, value)
    else:
        draft.effects.append(Noted())
        _CHOSEN[kind](draft, about, value)


def go_back(draft: Draft) -> None:
    """Ask the last question answered in this contact again, or the one before the one that is asked again now.

    Nothing of an earlier contact is reached: somebody else may hold the phone.
    """
    kind, about = asides.parts(draft.state.asked or "")
    if kind in (asides.WHEN, asides.WHICH, asides.WHO, asides.STOP, asides.REFUSE):
        draft.effects.append(Noted())
        _return(draft)
        return
    if kind == asides.PERSON:
        moves.return_to_prompt(draft)
        return
    name = about or kind
    ahead = _given_before(draft, name, itself=bool(about))
    if ahead == 0:
        draft.effects.append(NothingBefore())
        moves.ask_again(draft)
    elif kind == asides.RIGHT:
        moves.rekey(draft, draft.plan.by_name[about])
    else:
        moves.revise(draft, draft.plan.by_name[draft.state.given[ahead - 1]])


def _given_before(draft: Draft, name: str, *, itself: bool) -> int:
    """How many answers of this contact stand before the one to `name`, or with it (`itself`); all where it is none."""
    if name not in draft.state.given:
        return len(draft.state.given)
    at = draft.state.given.index(name)
    return at + 1 if itself else at


def another_time(draft: Draft) -> None:
    """The person wants to go on later: a call asks when; what came in whole is handed in."""
    if draft.state.status == "complete":
        moves.finish(draft)
    elif draft.state.status == "refused" and not draft.can_ask():
        moves.end(draft, "refused")
    elif draft.channel != "voice" or draft.state.asked is None or asides.parts(draft.state.asked)[0] == asides.WHEN:
        moves.close_contact(draft)
    else:
        if draft.state.status == "refused":  # asked back, she means another time instead
            draft.take_refusal_back()
        draft.effects.append(Noted())
        moves.ask_aside(draft, asides.WHEN)


def not_me(draft: Draft) -> None:
    """Somebody else has picked up a call: who it is, as far as we need to know."""
    if draft.channel == "voice":
        draft.effects.append(Noted())
        moves.ask_aside(draft, asides.WHO)
    else:
        moves.repeat(draft)


def person(draft: Draft, word: Word, *, late: bool) -> None:
    """A person is wanted: put through where the channel can, and back to the prompt afterwards; else a call asks when
    they should ring."""
    if word == "transfer":
        draft.effects.append(Wanted("transfer"))
        return
    if word in ("connected", "unconnected"):
        draft.effects.append(Connected(word == "connected"))
    if word != "connected":
        draft.effects.append(Wanted("person"))
    asked = draft.state.asked
    waits_behind = asides.behind(asked) != asked
    if late:
        moves.repeat(draft)
    elif word == "connected" and waits_behind:
        moves.return_to_prompt(draft)
    elif word == "connected" or draft.channel != "voice" or asked is None or waits_behind:
        moves.ask_again(draft)
    else:
        moves.ask_aside(draft, f"{asides.PERSON}:{asked}")


def _return(draft: Draft) -> None:
    """From an aside to where the person was: the end, or the open question."""
    if draft.state.status == "complete":
        moves.ask_aside(draft, asides.END)
        return
    if draft.state.status == "refused" and draft.can_ask():
        draft.take_refusal_back()
    moves.move_on(draft, draft.place)


def _right(draft: Draft, about: str, value: str) -> None:
    item = draft.plan.by_name[about]
    if value == "yes":
        moves.is_right(draft, item)
    else:
        moves.rekey(draft, item)


def _when(draft: Draft, _: str, value: str) -> None:
    if value in ("now", "never"):
        _return(draft) if value == "now" else moves.ask_aside(draft, asides.STOP)
        return
    when, at = asides.time_chosen(value, draft.now)
    draft.clear_prompt()
    draft.effects.append(Appointed(when, at.isoformat()))


def _stop(draft: Draft, _: str, value: str) -> None:
    if value == "no":
        _return(draft)
    else:
        draft.clear_prompt()
        draft.effects.append(OptedOut())


def _refuse(draft: Draft, _: str, value: str) -> None:
    if value == "no":
        _return(draft)
    else:
        moves.end(draft, "refused")


def _end(draft: Draft, _: str, value: str) -> None:
    if value == "submit":
        moves.finish(draft)
    elif value == "change":
        moves.ask_aside(draft, asides.WHICH)
    else:
        draft.effects.extend(Echo(name, draft.answers[name].value, listed=True) for name in draft.state.given)
        moves.ask_aside(draft, asides.END)


def _who(draft: Draft, _: str, value: str) -> None:
    if value == "stay":
        _return(draft)
    else:
        draft.clear_prompt()
        draft.effects.append(WrongPerson(value))


def _change(draft: Draft, number: str) -> None:
    """The question that bears this number, if it was answered in this call."""
    items = (draft.plan.by_name[name] for name in draft.state.given)
    item = next((item for item in items if str(item.question.number) == number), None)
    if item is None:
        moves.failed_attempt(draft, partial(NotAChoice, asides.WHICH))
    else:
        moves.revise(draft, item)


def _person(draft: Draft, _: str, value: str) -> None:
    if value != "soon":
        when: asides.Visit = "tomorrow_morning" if value == "tomorrow_morning" else "tomorrow_afternoon"
        draft.effects.append(PersonAt(when, asides.visit(when, draft.now).isoformat()))
    moves.return_to_prompt(draft)


_CHOSEN: Mapping[str, Callable[[Draft, str, str], None]] = {
    asides.RIGHT: _right,
    asides.WHEN: _when,
    asides.STOP: _stop,
    asides.REFUSE: _refuse,
    asides.END: _end,
    asides.WHO: _who,
    asides.PERSON: _person,
}
