"""A questionnaire as data: questions, choices, branching and words, with one canonical JSON and its sha256.

It must not know how a question is spoken, written, stored or scored beyond the points a choice carries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

Kind = Literal["note", "select_one", "integer"]
Role = Literal["consent", "question"]
Words = Mapping[str, str]
"""Language code ("vi", "en") → words. The default language of the form is always present."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a respondent may pick. `value` is stored, `key` is pressed or texted, `points` may be absent."""

    value: str
    label: Words
    key: str
    points: Decimal | None = None
    no_opinion: bool = False
    text: Words = field(default_factory=dict)
    """Shorter words for a text message; empty: the label is used."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row a respondent hears: a note, a choice or a whole number. `relevant`/`constraint` are ODK expressions."""

    name: str
    kind: Kind
    label: Words
    choices: tuple[Choice, ...] = ()
    role: Role = "question"
    text: Words = field(default_factory=dict)
    """Wording for a text message; empty: the label is used."""
    section: str = ""
    scored: bool = False
    relevant: str = ""
    constraint: str = ""
    constraint_message: Words = field(default_factory=dict)
    number: int | None = None
    """The number respondents see ("C3"): counts questions that want an answer, consent excluded; None for the rest."""

    def choice(self, value: str) -> Choice | None:
        """The choice whose stored value is `value`, or None."""
        return next((c for c in self.choices if c.value == value), None)

    def choice_for_key(self, key: str) -> Choice | None:
        """The choice a pressed or texted `key` means, or None."""
        return next((c for c in self.choices if c.key == key), None)

    @property
    def refusing_value(self) -> str | None:
        """For the consent question: the value that refuses (by convention `no`); None elsewhere."""
        return "no" if self.role == "consent" else None


@dataclass(frozen=True)
class Questionnaire:
    """A published form. `code` names the family (e.g. "HTX-NN"), `version` its edition; `sample` marks samples."""

    code: str
    version: str
    title: Words
    default_language: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    sample: bool = True

    def question(self, name: str) -> Question | None:
        """The question called `name`, or None."""
        return next((q for q in self.questions if q.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types only; `from_dict` gives back an equal questionnaire."""
        return _plain(self)

    def canonical_json(self) -> str:
        """The one JSON text of this form: sorted keys, no spaces, UTF-8."""
        return json.dumps(self.to_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def sha256(self) -> str:
        """Hex digest of `canonical_json`: the identity a round and an interview pin."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def __hash__(self) -> int:
        """By content, so that what is compiled from a form can be kept with it."""
        return hash(self.sha256)


def number_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The same questions with the numbers respondents see: 1, 2, 3 … over those that want an answer but consent."""
    numbered: list[Question] = []
    count = 0
    for question in questions:
        wanted = question.kind != "note" and question.role != "consent"
        count += wanted
        numbered.append(replace(question, number=count if wanted else None))
    return tuple(numbered)


def _plain(form: Questionnaire) -> dict[str, Any]:
    return {
        "code": form.code,
        "version": form.version,
        "title": dict(form.title),
        "default_language": form.default_language,
        "languages": list(form.languages),
        "sample": form.sample,
        "questions": [_plain_question(q) for q in form.questions],
    }


def _plain_question(q: Question) -> dict[str, Any]:
    return {
        "name": q.name,
        "kind": q.kind,
        "role": q.role,
        "label": dict(q.label),
        "text": dict(q.text),
        "section": q.section,
        "scored": q.scored,
        "relevant": q.relevant,
        "constraint": q.constraint,
        "constraint_message": dict(q.constraint_message),
        "number": q.number,
        "choices": [
            {
                "value": c.value,
                "label": dict(c.label),
                "key": c.key,
                "points": None if c.points is None else str(c.points),
                "no_opinion": c.no_opinion,
                "text": dict(c.text),
            }
            for c in q.choices
        ],
    }


def from_dict(data: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire that `Questionnaire.to_dict` wrote. Raises KeyError or ValueError on another shape."""
    return Questionnaire(
        code=data["code"],
        version=data["version"],
        title=dict(data["title"]),
        default_language=data["default_language"],
        languages=tuple(data["languages"]),
        sample=data["sample"],
        questions=tuple(_question(q) for q in data["questions"]),
    )


def _question(data: Mapping[str, Any]) -> Question:
    plain = {k: v for k, v in data.items() if k != "choices"}
    return Question(**plain, choices=tuple(_choice(c) for c in data["choices"]))


def _choice(data: Mapping[str, Any]) -> Choice:
    points = data["points"]
    return Choice(**{**data, "points": None if points is None else Decimal(points)})
