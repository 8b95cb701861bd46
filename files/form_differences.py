"""What another edition of a questionnaire changes: questions and choices, words, scoring, conditions, order.

It must not know where the editions come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.form.questionnaire import Choice, Question, Questionnaire

Param = str | int


@dataclass(frozen=True, slots=True)
class FormChange:
    """One change: `code` says what, `params` where (question, choice, language), before and after."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"code": self.code, "params": dict(self.params)}


def form_changes(old: Questionnaire, new: Questionnaire) -> tuple[FormChange, ...]:
    """Every change from `old` to `new`, in the order of the new form; empty for the same form."""
    return tuple(_changes(old, new))


def _changes(old: Questionnaire, new: Questionnaire) -> Iterator[FormChange]:
    before = {question.name: question for question in old.questions}
    after = {question.name: question for question in new.questions}
    yield from _words("form_change.title", {}, old.title, new.title)
    for question in old.questions:
        if question.name not in after:
            yield FormChange("form_change.question_removed", {"question": question.name})
    for question in new.questions:
        if question.name not in before:
            yield FormChange("form_change.question_added", {"question": question.name})
        else:
            yield from _question(before[question.name], question)
    if [name for name in before if name in after] != [name for name in after if name in before]:
        yield FormChange("form_change.order")


def _question(old: Question, new: Question) -> Iterator[FormChange]:
    at: dict[str, Param] = {"question": new.name}
    for name in ("kind", "section", "relevant", "constraint", "calculation", "required", "scored", "weight"):
        yield from _value(f"form_change.{name}", at, getattr(old, name), getattr(new, name))
    yield from _words("form_change.label", at, old.label, new.label)
    yield from _words("form_change.text", at, old.text, new.text)
    yield from _words("form_change.hint", at, old.hint, new.hint)
    yield from _words("form_change.message", at, old.constraint_message, new.constraint_message)
    yield from _words("form_change.audio", at, old.audio, new.audio)
    before = {choice.value: choice for choice in old.choices}
    after = {choice.value: choice for choice in new.choices}
    for value in sorted(before.keys() - after.keys()):
        yield FormChange("form_change.choice_removed", {**at, "choice": value})
    for value, choice in after.items():
        if value not in before:
            yield FormChange("form_change.choice_added", {**at, "choice": value})
        else:
            yield from _choice(at, before[value], choice)


def _choice(at: Mapping[str, Param], old: Choice, new: Choice) -> Iterator[FormChange]:
    where = {**at, "choice": new.value}
    yield from _value("form_change.points", where, old.points, new.points)
    yield from _value("form_change.no_opinion", where, old.no_opinion, new.no_opinion)
    yield from _value("form_change.key", where, old.key, new.key)
    yield from _words("form_change.choice_label", where, old.label, new.label)
    yield from _words("form_change.choice_text", where, old.text, new.text)
    yield from _words("form_change.choice_audio", where, old.audio, new.audio)


def _value(code: str, at: Mapping[str, Param], old: object, new: object) -> Iterator[FormChange]:
    if old != new:
        before, after = ("-" if value is None or value == "" else str(value) for value in (old, new))
        yield FormChange(code, {**at, "before": before, "after": after})


def _words(code: str, at: Mapping[str, Param], old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[FormChange]:
    for language in sorted({*old, *new}):
        yield from _value(code, {**at, "language": language}, old.get(language, ""), new.get(language, ""))
