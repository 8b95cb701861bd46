"""Options and questions of a form that people cannot keep apart: alike but for marks, case, or letters nobody sees.

Notices for whoever writes the form. It must not know how a form is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from characters.cleaning import folded
from characters.matching import Names
from files.columns import fold
from files.faults import FileFault
from survey.form.questionnaire import Question, Questionnaire


def look_alikes(form: Questionnaire) -> Iterator[FileFault]:
    """A notice for each group of options of a question, or of questions, whose words differ by little or nothing."""
    for question in form.questions:
        yield from _options(question, form.languages)
    asked = [question for question in form.questions if question.asked]
    for language in form.languages:
        words = [(question.label.get(language, ""), question.name) for question in asked]
        for names in _groups(words):
            yield _notice("form.questions_alike", names[0], names=", ".join(names), language=language)


def _options(question: Question, languages: Iterable[str]) -> Iterator[FileFault]:
    told: set[tuple[str, ...]] = set()
    for language in languages:
        for written in ("label", "text"):
            words = [(getattr(choice, written).get(language, ""), choice.value) for choice in question.choices]
            for values in _groups(words):
                if values not in told:
                    told.add(values)
                    labels = [f"“{text}”" for text, value in words if value in values]
                    yield _notice("form.labels_alike", question.name, names=", ".join(labels))
    yield from _figures(question)


def _groups(words: list[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Values whose words are alike: without marks, or by their letters and figures alone."""
    said = [(text, value) for text, value in words if text]
    groups = dict.fromkeys(Names(said).alike())
    loose: dict[str, dict[str, None]] = {}
    for text, value in said:
        loose.setdefault(fold(text) or folded(text), {})[value] = None
    yield from dict.fromkeys((*groups, *(tuple(values) for values in loose.values() if len(values) > 1)))


def _figures(question: Question) -> Iterator[FileFault]:
    """An option that is called by a figure which is another one's key: "3" pressed or texted may mean either."""
    keys = {choice.key: choice.value for choice in question.choices}
    for choice in question.choices:
        for label in dict.fromkeys((*choice.label.values(), *choice.text.values())):
            if keys.get(folded(label), choice.value) != choice.value:
                yield _notice("form.label_is_a_key", question.name, label=label, key=choice.key)
                break


def _notice(code: str, question: str, **params: str | int) -> FileFault:
    return FileFault(code, params, "survey", value=question, suggestion=f"{code}.mend", weight="notice")
