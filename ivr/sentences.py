"""Sentences as prompts: named by their content, so that each can be recorded once and heard in many calls.

It must not know when they are said nor whether there is a recording.
"""

from __future__ import annotations

from ivr.prompts import DEFAULT_VOICE, prompt_id
from ivr.script import Say
from survey.form.questionnaire import Question
from survey.words import wording
from survey.words.languages import written


def say(text: str, language: str, voice: str = DEFAULT_VOICE) -> Say:
    """`text` spoken in `language`."""
    return Say(text, language, prompt_id(text, language, voice))


def offer_language(language: str, voice: str = DEFAULT_VOICE) -> Say:
    """How `language` is offered by key: said in it, for who needs it may understand no other."""
    return say(wording.say(f"choose.{language}", written(language)), language, voice)


def keyed_words(question: Question, value: str, language: str) -> list[str]:
    """A keyed number or day as sentences that can all be recorded: figure by figure, a day by its parts."""
    if question.kind == "date":
        year, month, day = value.split("-")
        return [
            wording.say("keyed.day", language, day=int(day)),
            wording.say("keyed.month", language, month=int(month)),
            wording.say("keyed.year", language),
            *(wording.say(f"keyed.{figure}", language) for figure in year),
        ]
    return [wording.say(f"keyed.{'point' if figure == '.' else figure}", language) for figure in value]
