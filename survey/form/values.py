"""The canonical value of each kind of answer: read from keys or from a value, and shown to a person again.

What differs by kind stands in `survey.form.kinds`. It must not know constraints or branching (the plan judges those),
nor how a channel gathers keys.
"""

from __future__ import annotations

from collections.abc import Iterable

from survey.form.questionnaire import Choice, Question, Words


def from_keys(question: Question, keys: str) -> str | None:
    """The value that `keys` mean: a choice's key, several keys, a number (`12`, `12#5`, `12,5`), a day as ddmmyyyy,
    or the words of a text. None when they mean none."""
    match question.rules.chosen:
        case "one":
            choice = question.choice_for_key(keys)
            return None if choice is None else choice.value
        case "several":
            return _together(question, map(question.choice_for_key, keys))
        case _:
            return question.rules.canonical(keys)


def from_value(question: Question, value: str) -> str | None:
    """The canonical form of a `value` as staff, the online form and exports write it; None when it is none.

    Choices by their values (several with spaces between), numbers with a point or comma, days as yyyy-mm-dd or
    dd/mm/yyyy.
    """
    match question.rules.chosen:
        case "one":
            return value if question.choice(value) is not None else None
        case "several":
            return _together(question, map(question.choice, value.split()))
        case _:
            return question.rules.canonical(value)


def _together(question: Question, found: Iterable[Choice | None]) -> str | None:
    """The chosen values in the order of the form, each once; "no opinion" stands alone, nothing at all is no answer.
    None too where something names no choice."""
    chosen = list(found)
    picked = [choice for choice in question.choices if choice in chosen]
    if None in chosen or not picked or (len(picked) > 1 and any(choice.no_opinion for choice in picked)):
        return None
    return " ".join(choice.value for choice in picked)


def shown(question: Question, value: str, language: str, default_language: str, *, written: bool = False) -> str:
    """A stored value as a person hears it (or reads it, `written`): labels, `12,5`, `15/03/2026`."""

    def words_of(choice: Choice) -> str:
        def best(words: Words) -> str:
            return words.get(language) or words.get(default_language, "")

        return (best(choice.text) if written else "") or best(choice.label)

    if question.choices:
        chosen = [question.choice(name) for name in value.split()]
        return ", ".join(_small(words_of(choice)) for choice in chosen if choice is not None)
    return question.rules.shown(value, language)


FAR_TIMES, FAR_BY = 2, 5
"""A number is far from another when it is over twice as large, or under half, and differs by more than this."""


def is_far(value: str, other: str) -> bool:
    """Whether two numbers differ so much that a key may have slipped; False for what is no number."""
    try:
        small, large = sorted((float(value), float(other)))
    except ValueError:
        return False
    return large > FAR_TIMES * small and large - small > FAR_BY


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
