"""What is asked between the questions of a form: is this number right, when shall we call, is all well, who is there.

Each aside is a small question of its own, so that it is spoken, keyed and bound like any other. Data only; it must not
know the course of an interview.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final, Literal

from survey.form.questionnaire import Choice, Question, Questionnaire

RIGHT, WHEN, END, WHICH, WHO, STOP = ".right", ".when", ".end", ".which", ".who", ".stop"
PERSON, NEXT, REFUSE = ".person", ".next", ".refuse"
"""Names that no form can have. RIGHT carries the question it is about: `.right:members`; PERSON the prompt that waits
behind it: `.person:q1`, `.person:.end`; NEXT is asked between two interviews of one call and carries the one it
offers."""
TRIES = 2
"""Wrong or silent tries before an aside is taken as settled: nothing that was said depends on it."""
ZONE = timezone(timedelta(hours=7))
"""Vietnam: no summer time, and no file to read."""

When = Literal["hour", "evening", "tomorrow_morning", "tomorrow_evening"]
Visit = Literal["tomorrow_morning", "tomorrow_afternoon"]
"""When a person from the office is wanted, other than as soon as may be: at 8 or at 14 o'clock."""


def _aside(name: str, *choices: tuple[str, str, str]) -> Question:
    """A question of the house: `choices` are value, Vietnamese and English words, under keys from 1 on."""
    options = tuple(Choice(value, {"vi": vi, "en": en}, str(n)) for n, (value, vi, en) in enumerate(choices, 1))
    return Question(name, "select_one" if options else "integer", {}, choices=options)


ASIDES: Final[Mapping[str, Question]] = {
    RIGHT: _aside(RIGHT, ("yes", "Đúng", "If that is right"), ("no", "Bấm lại", "To key it in again")),
    WHEN: _aside(
        WHEN,
        ("now", "Trả lời tiếp bây giờ", "To go on now"),
        ("evening", "Tối nay", "This evening"),
        ("tomorrow_morning", "Sáng mai", "Tomorrow morning"),
        ("tomorrow_evening", "Tối mai", "Tomorrow evening"),
        ("never", "Xin đừng gọi nữa", "Not to be called any more"),
    ),
    STOP: _aside(
        STOP,
        ("yes", "Đúng, xin thôi hẳn", "To have no more calls and texts"),
        ("no", "Bấm nhầm, xin nghe tiếp", "To go on after all"),
    ),
    REFUSE: _aside(
        REFUSE,
        ("yes", "Đúng, không muốn trả lời", "If that is right"),
        ("no", "Bấm nhầm, xin nghe tiếp", "To go on after all"),
    ),
    NEXT: _aside(NEXT, ("now", "Trả lời luôn", "To answer now")),
    END: _aside(
        END,
        ("submit", "Nộp phiếu", "To hand in your form"),
        ("hear", "Nghe lại các câu đã trả lời", "To hear your answers"),
        ("change", "Sửa một câu", "To change an answer"),
    ),
    WHICH: _aside(WHICH),
    WHO: _aside(
        WHO,
        ("wrong_number", "Số máy này không phải của đơn vị", "If this is not the organisation's phone"),
        ("left_office", "Không còn làm lãnh đạo đơn vị", "If you no longer lead it"),
        ("stay", "Nghe tiếp", "To go on"),
    ),
    PERSON: _aside(
        PERSON,
        ("soon", "Càng sớm càng tốt", "As soon as possible"),
        ("tomorrow_morning", "Sáng mai", "Tomorrow morning"),
        ("tomorrow_afternoon", "Chiều mai", "Tomorrow afternoon"),
    ),
}


def is_aside(name: str | None) -> bool:
    """Whether `name` is an aside's and no question of a form."""
    return name is not None and name.startswith(".")


def parts(name: str) -> tuple[str, str]:
    """Which aside, and the question it is about ("" for none): `.right:members` → (`.right`, `members`)."""
    kind, _, about = name.partition(":")
    return kind, about


def behind(name: str | None) -> str | None:
    """The prompt that waits behind `name`: `.person:q1` → `q1`; itself for any other."""
    kind, about = parts(name or "")
    return about if kind == PERSON else name


def question_of(form: Questionnaire, name: str) -> Question | None:
    """What `name` asks: an aside or a question of `form`; None for neither."""
    return ASIDES.get(parts(name)[0]) if is_aside(name) else form.question(name)


def time_chosen(when: str, now: datetime) -> tuple[When, datetime]:
    """The business time that a choice of WHEN means at `now`, and what it is really called by then.

    Evening is 19:00, morning 08:00 in Vietnam; from 18:30 on "this evening" is in an hour, and after 20:00 tomorrow.
    """
    local = now.astimezone(ZONE)
    evening = local.replace(hour=19, minute=0, second=0, microsecond=0)
    if when == "tomorrow_morning":
        return "tomorrow_morning", (evening + timedelta(hours=13)).astimezone(now.tzinfo)
    if when == "evening" and local < evening - timedelta(minutes=30):
        return "evening", evening.astimezone(now.tzinfo)
    if when == "evening" and local < evening + timedelta(hours=1):
        return "hour", now + timedelta(hours=1)
    return "tomorrow_evening", (evening + timedelta(days=1)).astimezone(now.tzinfo)


def visit(when: Visit, now: datetime) -> datetime:
    """The business time at which a person from the office is wanted, chosen at `now`."""
    at = now.astimezone(ZONE).replace(hour=8 if when == "tomorrow_morning" else 14, minute=0, second=0, microsecond=0)
    return (at + timedelta(days=1)).astimezone(now.tzinfo)
