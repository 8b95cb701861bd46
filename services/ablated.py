"""What the dialogue is without one of its parts, so that it can be measured what each part is worth (docs/village.md).

Nothing changes unless a fault is planted (`services.planted`); it must not decide anything of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.planted import is_planted
from survey import asides
from survey.answers import Heard, Key, Said, Silence, Spoken, Unclear
from survey.effects import Echo, Effect
from survey.interview import Interview
from survey.questionnaire import Question

SKIPPED = Spoken("skip")


def told(effects: Sequence[Effect]) -> Sequence[Effect]:
    """What is said or written of `effects`: without "no-echo" all of it."""
    return [effect for effect in effects if not isinstance(effect, Echo)] if is_planted("no-echo") else effects


def taken(said: Said, question: Question | None) -> Said:
    """What is heard of `said`: with "no-repeat" a try that is no answer leaves its question open at once."""
    if not is_planted("no-repeat") or question is None or asides.is_aside(question.name):
        return said
    wrong = isinstance(said, Key) and question.kind == "select_one" and question.choice_for_key(said.digits) is None
    return SKIPPED if wrong or isinstance(said, Silence | Unclear) or said == Spoken("repeat") else said


def heard(given: Heard, question: Question | None) -> Heard:
    """The same for what a text says."""
    return replace(given, said=taken(given.said, question)) if is_planted("no-repeat") else given


def standing(before: Interview) -> Interview:
    """What is left open: with "no-repeat" it does not come back at the end of the call."""
    return replace(before, given_up=(*before.given_up, *before.left_open)) if is_planted("no-repeat") else before


def opened(before: Interview, fresh: Interview) -> Interview:
    """What a new contact opens: the interview as it stands; with "no-resume" one from the beginning."""
    return replace(fresh, turn=before.turn, seq=before.seq) if is_planted("no-resume") else before
