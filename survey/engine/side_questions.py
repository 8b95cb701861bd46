"""Moves off the straight way: back to an answer, another time, is it right, is all well, is it the right person.

It must not know what the words of an aside are (`survey.engine.side_question_forms`), nor how a key reached us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from survey.answers import Heard, Word
from survey.engine import side_question_forms as asides
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
from survey.engine.moves import Course
from survey.form.values import from_keys


def take_key(course: Course, heard: Heard, digits: str) -> None:
    """A key for an aside: it counts for the prompt that waits only; a late or doubled one repeats the prompt."""
    name = heard.question or ""
    kind, about = asides.parts(name)
    if heard.turn != course.turn or name != course.asked or not course.stands() or not course.can_ask():
        course.repeat()
        return
    value = from_keys(asides.ASIDES[kind], digits)
    if value is None and kind == asides.RIGHT and course.tries + 1 == asides.TRIES:
        course.rekey(course.plan.by_name[about])  # who keys on has not said that it is right
    elif value is None:
        course.miss(partial(NotAChoice, name))
    elif kind == asides.WHICH:
        _change(course, value)
    else:
        course.effects.append(Noted())
        _CHOSEN[kind](course, about, value)


def go_back(course: Course) -> None:
    """Ask the last question answered in this contact again, or the one before the one that is asked again now.

    Nothing of an earlier contact is reached: somebody else may hold the phone.
    """
    kind, about = asides.parts(course.asked or "")
    if kind in (asides.WHEN, asides.WHICH, asides.WHO, asides.STOP, asides.REFUSE):
        course.effects.append(Noted())
        _return(course)
        return
    if kind == asides.PERSON:
        course.take_up()
        return
    name = about or kind
    ahead = course.given.index(name) + bool(about) if name in course.given else len(course.given)
    if ahead == 0:
        course.effects.append(NothingBefore())
        course.ask_again()
    elif kind == asides.RIGHT:
        course.rekey(course.plan.by_name[about])
    else:
        course.revise(course.plan.by_name[course.given[ahead - 1]])


def another_time(course: Course) -> None:
    """The person wants to go on later: a call asks when; what came in whole is handed in."""
    if course.status == "complete":
        course.finish()
    elif course.status == "refused" and not course.can_ask():
        course.end("refused")
    elif course.channel != "voice" or course.asked is None or asides.parts(course.asked)[0] == asides.WHEN:
        course.close_contact()
    else:
        if course.status == "refused":  # asked back, she means another time instead
            course.take_refusal_back()
        course.effects.append(Noted())
        course.ask_aside(asides.WHEN)


def not_me(course: Course) -> None:
    """Somebody else has picked up a call: who it is, as far as we need to know."""
    if course.channel == "voice":
        course.effects.append(Noted())
        course.ask_aside(asides.WHO)
    else:
        course.repeat()


def person(course: Course, word: Word, *, late: bool) -> None:
    """A person is wanted: put through where the channel can, and back to the prompt afterwards; else a call asks when
    they should ring."""
    if word == "transfer":
        course.effects.append(Wanted("transfer"))
        return
    if word in ("connected", "unconnected"):
        course.effects.append(Connected(word == "connected"))
    if word != "connected":
        course.effects.append(Wanted("person"))
    asked = course.asked
    waits_behind = asides.behind(asked) != asked
    if late:
        course.repeat()
    elif word == "connected" and waits_behind:
        course.take_up()
    elif word == "connected" or course.channel != "voice" or asked is None or waits_behind:
        course.ask_again()
    else:
        course.ask_aside(f"{asides.PERSON}:{asked}")


def _return(course: Course) -> None:
    """From an aside to where the person was: the end, or the open question."""
    if course.status == "complete":
        course.ask_aside(asides.END)
        return
    if course.status == "refused" and course.can_ask():
        course.take_refusal_back()
    course.move_on(course.place)


def _right(course: Course, about: str, value: str) -> None:
    item = course.plan.by_name[about]
    if value == "yes":
        course.is_right(item)
    else:
        course.rekey(item)


def _when(course: Course, _: str, value: str) -> None:
    if value in ("now", "never"):
        _return(course) if value == "now" else course.ask_aside(asides.STOP)
        return
    when, at = asides.time_chosen(value, course.now)
    course.hush()
    course.effects.append(Appointed(when, at.isoformat()))


def _stop(course: Course, _: str, value: str) -> None:
    if value == "no":
        _return(course)
    else:
        course.hush()
        course.effects.append(OptedOut())


def _refuse(course: Course, _: str, value: str) -> None:
    if value == "no":
        _return(course)
    else:
        course.end("refused")


def _end(course: Course, _: str, value: str) -> None:
    if value == "submit":
        course.finish()
    elif value == "change":
        course.ask_aside(asides.WHICH)
    else:
        course.effects.extend(Echo(name, course.answers[name].value, listed=True) for name in course.given)
        course.ask_aside(asides.END)


def _who(course: Course, _: str, value: str) -> None:
    if value == "stay":
        _return(course)
    else:
        course.hush()
        course.effects.append(WrongPerson(value))


def _change(course: Course, number: str) -> None:
    """The question that bears this number, if it was answered in this call."""
    items = (course.plan.by_name[name] for name in course.given)
    item = next((item for item in items if str(item.question.number) == number), None)
    if item is None:
        course.miss(partial(NotAChoice, asides.WHICH))
    else:
        course.revise(item)


def _person(course: Course, _: str, value: str) -> None:
    if value != "soon":
        when: asides.Visit = "tomorrow_morning" if value == "tomorrow_morning" else "tomorrow_afternoon"
        course.effects.append(PersonAt(when, asides.visit(when, course.now).isoformat()))
    course.take_up()


_CHOSEN: Mapping[str, Callable[[Course, str, str], None]] = {
    asides.RIGHT: _right,
    asides.WHEN: _when,
    asides.STOP: _stop,
    asides.REFUSE: _refuse,
    asides.END: _end,
    asides.WHO: _who,
    asides.PERSON: _person,
}
