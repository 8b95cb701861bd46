"""The moves that the engine is made of: each takes the draft of one event a step further.

They must not know what kind of input caused them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey.answers import Channel
from survey.engine import side_question_forms as asides
from survey.engine.draft import Draft
from survey.engine.effects import (
    AlreadyAnswered,
    Ask,
    Consent,
    Echo,
    Effect,
    Ended,
    Ending,
    Far,
    GoneBack,
    LeftOpen,
    MayPause,
    Noted,
    Resumed,
    Tell,
    Unheard,
    Wanted,
    Welcome,
)
from survey.engine.state import Status
from survey.form.plan import Item
from survey.form.values import is_far

MAX_TRIES = 3
"""Wrong or silent tries on one question before it is left open (field practice)."""
MOST_IDLE = 12
"""Prompts of a call in a row without any answer before it ends: somebody listens again and again, or only a key is
pressed. The call is paid for by the minute, and line and person are held."""
OPTIONAL_TRIES = 2
"""The same for a question that need not be answered: silence may well be the answer."""


def is_read_back(item: Item, channel: Channel) -> bool:
    """Whether a call reads the answer back: several keys were pressed, any of which may have slipped."""
    return channel == "voice" and item.question.rules.takes_figures


# Moves


def open_contact(draft: Draft, earlier: Mapping[str, str]) -> None:
    """A new contact: explain or greet, then the next open question as a new turn. Nothing was said in it yet.

    `earlier`: what the organisation answered to numbers last time, by question.
    """
    draft.state = draft.state._replace(given=(), earlier=dict(earlier), silent=0, rekeyed={}, idle=0)
    if draft.state.status == "partial":  # somebody is there again: every open question gets its tries again
        draft.state = draft.state._replace(left_open=(), given_up=())
    consent = draft.plan.consent
    first = not draft.answers or (consent is not None and draft.is_unanswered(consent))
    draft.effects.append(Welcome() if first else Resumed())
    item = draft.next_item()
    if item is None:
        finish(draft)
    else:
        _tell_between(draft, -1 if first else draft.plan.place_before(item.at), item.at)
        _ask(draft, item.name, "active")


def move_on(draft: Draft, after: int) -> None:
    """Ask the next open question, telling the notes met since place `after`; end when nothing is open or all is
    refused."""
    if draft.state.status == "refused":
        end(draft, "refused")
        return
    item = draft.next_item()
    if item is None:
        _wind_up(draft)
        return
    if draft.may_pause():
        draft.effects.append(MayPause())
    fresh = after < item.at and not draft.revising
    _tell_between(draft, after if fresh else draft.plan.place_before(item.at), item.at)
    _ask(draft, item.name, "active")


def ask_again(draft: Draft) -> None:
    """The current prompt as a new turn, keeping its tries."""
    if _leave_to_others(draft):
        return
    if draft.state.asked is not None:
        draft.state = draft.state._replace(turn=draft.state.turn + 1)
        _say_again(draft)


def repeat(draft: Draft) -> None:
    """The current prompt once more as the same turn: nothing changes. A closed contact stays closed."""
    if _leave_to_others(draft):
        return
    if draft.state.asked is not None:
        _say_again(draft)
    elif draft.state.status == "partial":
        draft.effects.append(Ended("partial"))
    elif draft.state.status == "active":
        draft.effects.append(Wanted("later"))


def already_answered(draft: Draft, item: Item) -> None:
    """Tell that nothing was stored. The current prompt stays, unless its own question was settled elsewhere."""
    draft.effects.append(AlreadyAnswered(item.name))
    if draft.state.asked is None:
        repeat(draft)
    else:
        go_on_from(draft, item)


def store(draft: Draft, item: Item, value: str, channel: Channel) -> None:
    """Commit an answer and say it back. A refused consent ends the interview; a call asks it back first."""
    draft.keep(item, value, channel)
    if item.question.role == "consent":
        _settle_consent(draft, value != item.question.refusing_value)
    else:
        draft.effects.append(Echo(item.name, value))


def go_on_from(draft: Draft, item: Item) -> None:
    """After an answer to `item`: stay at the current prompt while it waits, else ask the next question."""
    if draft.state.status == "refused":
        return
    if draft.prompt_is_open():
        repeat(draft)
    else:
        move_on(draft, item.at if draft.current is None else draft.current.at)


def go_on_after(draft: Draft, item: Item) -> None:
    """After an answer to the prompt itself: a call reads a number back, else the next question follows."""
    if not is_read_back(item, draft.channel):
        move_on(draft, item.at)
        return
    value, last = draft.answers[item.name].value, draft.state.earlier.get(item.name)
    if last is not None and is_far(value, last):
        earlier = {name: kept for name, kept in draft.state.earlier.items() if name != item.name}  # asked once only
        draft.state = draft.state._replace(earlier=earlier)
        draft.effects.append(Far(item.name))
    if draft.next_item() is None and not draft.still_open():
        # whoever hangs up while the last number is read back has answered everything
        draft.state = draft.state._replace(status="complete")
    ask_aside(draft, f"{asides.RIGHT}:{item.name}")


def settle(draft: Draft) -> None:
    """After answers from elsewhere: end when nothing is open, go on when the current prompt is settled."""
    if draft.state.asked is not None and not draft.prompt_is_open():
        move_on(draft, draft.place)
    elif not any(draft.is_unanswered(item) for item in draft.plan.items):
        finish(draft)


def failed_attempt(draft: Draft, effect: Callable[[int], Effect]) -> None:
    """A wrong or silent try at the current prompt: say so and ask again, or go on without it after the last."""
    item = draft.current
    draft.state = draft.state._replace(tries=draft.state.tries + 1)
    if draft.state.tries < _most_tries(draft, item):
        draft.effects.append(effect(draft.state.tries))
        ask_again(draft)
    elif asides.is_aside(draft.state.asked):
        leave_aside(draft)
    elif item is None or item is draft.plan.consent or (effect is Unheard and draft.nobody_there(item)):
        close_contact(draft)  # silence is not consent, and no refusal either
    else:
        leave_open(draft, item)


def leave_open(draft: Draft, item: Item) -> None:
    """Go on without an answer to the current question: a required one comes back once, an optional one never.
    One that was asked again keeps the answer it had."""
    if draft.revising:
        draft.effects.append(Echo(item.name, draft.answers[item.name].value))
    else:
        second_chance = item.question.required and item.name not in draft.state.left_open
        draft.effects.append(LeftOpen(item.name, second_chance))
        if second_chance:
            draft.state = draft.state._replace(left_open=(*draft.state.left_open, item.name))
        else:
            draft.state = draft.state._replace(given_up=(*draft.state.given_up, item.name))
    move_on(draft, item.at)


def rekey(draft: Draft, item: Item) -> None:
    """The number read back is not right: key it again; after the last round go on without it, as after any other
    try, and once more when it came back."""
    rounds = draft.state.rekeyed.get(item.name, 0) + 1
    draft.state = draft.state._replace(rekeyed={**draft.state.rekeyed, item.name: rounds})
    if rounds % MAX_TRIES:
        revise(draft, item)
        return
    draft.take_back(item)
    if rounds > MAX_TRIES:
        draft.state = draft.state._replace(left_open=(*draft.state.left_open, item.name))  # it has come back already
    leave_open(draft, item)


def is_right(draft: Draft, item: Item) -> None:
    """The number read back is right: should it be changed later, its rounds begin anew."""
    rekeyed = {name: rounds for name, rounds in draft.state.rekeyed.items() if name != item.name}
    draft.state = draft.state._replace(rekeyed=rekeyed)
    move_on(draft, item.at)


def revise(draft: Draft, item: Item) -> None:
    """Ask an answered question again as a new turn; its answer stays until another is given."""
    draft.effects.append(GoneBack())
    _ask(draft, item.name)


def close_contact(draft: Draft) -> None:
    """End the contact, not the interview: nothing waits for an answer until somebody answers late or we resume."""
    draft.clear_prompt()
    draft.effects.append(Wanted("later"))


def count_idle(draft: Draft) -> None:
    """After an input of a call: when too many prompts in a row brought no answer, the call ends, and what is whole
    counts. An input that asked nothing new (late, doubled) counts for nothing."""
    if draft.state.turn == draft.before.turn:
        return
    if any(answer.seq == draft.state.seq for answer in draft.answers.values()):
        if draft.state.idle:
            draft.state = draft.state._replace(idle=0)
        return
    draft.state = draft.state._replace(idle=draft.state.idle + 1)
    if draft.state.idle < MOST_IDLE or draft.state.asked is None:
        return
    draft.effects = [effect for effect in draft.effects if not isinstance(effect, Ask)]
    if draft.state.status == "complete":
        finish(draft)
    elif draft.state.status == "refused":
        end(draft, "refused")
    else:
        close_contact(draft)


def finish(draft: Draft, consent_needed: bool = True) -> None:
    """End the interview: complete when nothing applicable is open, else partial (it may be resumed)."""
    last = draft.plan.items[-1].at if draft.plan.items else -1
    _tell_between(draft, last, len(draft.plan.items) + len(draft.plan.notes))
    end(draft, "partial" if draft.still_open(consent_needed) else "complete")


# Moves between the questions


def ask_aside(draft: Draft, name: str) -> None:
    """Ask something of the house as a new turn (`survey.engine.side_question_forms`)."""
    _ask(draft, name)


def leave_aside(draft: Draft) -> None:
    """Nobody answers an aside: what was keyed stands, the form is handed in, another time is ours to choose."""
    kind = asides.parts(draft.state.asked or "")[0]
    if kind == asides.END:
        finish(draft)
    elif kind == asides.WHICH:
        ask_aside(draft, asides.END)
    elif kind in (asides.WHEN, asides.WHO, asides.STOP):
        close_contact(draft)
    elif kind == asides.PERSON:
        return_to_prompt(draft)
    else:
        move_on(draft, draft.place)


def return_to_prompt(draft: Draft) -> None:
    """The prompt behind this one again, as a new turn; the next open question when others have settled it."""
    draft.state = draft.state._replace(asked=asides.behind(draft.state.asked), tries=0)
    if draft.prompt_is_open() and draft.can_ask():
        draft.state = draft.state._replace(turn=draft.state.turn + 1)
        _say_again(draft)
    else:
        move_on(draft, draft.place)


# Parts of moves


def _ask(draft: Draft, name: str, status: Status | None = None) -> None:
    turn = draft.state.turn + 1
    draft.state = draft.state._replace(status=status or draft.state.status, turn=turn, asked=name, tries=0)
    draft.effects.append(Ask(name, turn))


def _say_again(draft: Draft) -> None:
    kind, about = asides.parts(draft.state.asked or "")
    if kind != asides.PERSON and about in draft.answers:
        draft.effects.append(Echo(about, draft.answers[about].value))
    draft.effects.append(Ask(draft.state.asked or kind, draft.state.turn, draft.state.tries))


def _most_tries(draft: Draft, item: Item | None) -> int:
    if asides.is_aside(draft.state.asked):
        return asides.TRIES
    return MAX_TRIES if item is None or item.question.required or draft.revising else OPTIONAL_TRIES


def _wind_up(draft: Draft) -> None:
    """Nothing is open: a call offers to hear the answers before they are handed in; the form counts from here."""
    if draft.channel != "voice" or not draft.state.given or draft.still_open():
        finish(draft)
    else:
        draft.state = draft.state._replace(status="complete")
        ask_aside(draft, asides.END)


def _tell_between(draft: Draft, after: int, before: int) -> None:
    if draft.plan.notes:
        draft.effects.extend(Tell(name) for name in draft.plan.notes_between(after, before, draft.answers))


def _leave_to_others(draft: Draft) -> bool:
    """Go on from a prompt of another channel that this one cannot ask. Whether there was one."""
    if draft.state.asked is None or draft.can_ask():
        return False
    move_on(draft, draft.place)
    return True


def _settle_consent(draft: Draft, given: bool) -> None:
    """A single key may be a slip: a call asks a refusal back, which stands from that key on all the same."""
    draft.effects.append(Consent(given))
    if not given and draft.channel == "voice":
        draft.state = draft.state._replace(status="refused")
        draft.effects.append(Noted())
        ask_aside(draft, asides.REFUSE)
    elif not given:
        end(draft, "refused")


def end(draft: Draft, ending: Ending) -> None:
    """End the interview."""
    draft.state = draft.state._replace(status=ending)
    draft.clear_prompt()
    draft.effects.append(Ended(ending))
