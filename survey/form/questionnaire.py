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

from survey.form.kinds import KINDS, QuestionKind

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
    audio: Words = field(default_factory=dict)
    """File names of recordings of the label (`media::audio`); a language without one is spoken."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the form. `relevant`, `constraint` and `calculation` are ODK expressions; only a `calculate` row has
    the last, and nobody hears it."""

    name: str
    kind: str
    """Its name in the table of kinds (`survey.form.kinds`)."""
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
    required: bool = True
    """An optional question is asked once, may be skipped, and does not keep an interview from being complete."""
    calculation: str = ""
    audio: Words = field(default_factory=dict)
    """File names of recordings of the label (`media::audio`); a language without one is spoken."""
    hint: Words = field(default_factory=dict)
    """What is said after the label in a call; a text has no room for it."""
    weight: Decimal = Decimal(1)
    """What its points count for beside those of other questions: its own weight times those of its groups."""

    @property
    def rules(self) -> QuestionKind:
        """What holds for every question of its kind. Raises KeyError for a kind that there is not."""
        return KINDS[self.kind]

    @property
    def asked(self) -> bool:
        """Whether it wants an answer of somebody."""
        return self.rules.asked

    @property
    def numbered(self) -> bool:
        """Whether its choices have numbers of up to two figures: in a call they are keyed like a number, then `#`."""
        return self.rules.chosen == "one" and any(len(choice.key) > 1 for choice in self.choices)

    def choice(self, value: str) -> Choice | None:
        """The choice whose stored value is `value`, or None."""
        for choice in self.choices:
            if choice.value == value:
                return choice
        return None

    def choice_for_key(self, key: str) -> Choice | None:
        """The choice a pressed or texted `key` means, or None."""
        for choice in self.choices:
            if choice.key == key:
                return choice
        return None

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
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Question]:
        return {question.name: question for question in reversed(self.questions)}

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

    def __eq__(self, other: object) -> bool:
        """By content, which the digest stands for: forms are large, and each step looks its plan up by the form."""
        return self is other or (isinstance(other, Questionnaire) and self.sha256 == other.sha256)

    def __hash__(self) -> int:
        """By content, so that what is compiled from a form can be kept with it."""
        return hash(self.sha256)


def number_questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The same questions with the numbers respondents see: 1, 2, 3 … over those that want an answer but consent."""
    numbered: list[Question] = []
    count = 0
    for question in questions:
        wanted = question.asked and question.role != "consent"
        if wanted:
            count += 1
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
        "choices": [_plain_choice(c) for c in q.choices],
        **_plain_extras(q),
    }


def _plain_extras(q: Question) -> dict[str, Any]:
    """What later editions of Alo added: left out where it says nothing, so that older forms keep their digest."""
    extras = {
        "required": None if q.required else False,
        "calculation": q.calculation or None,
        "audio": dict(q.audio) or None,
        "hint": dict(q.hint) or None,
        "weight": None if q.weight == 1 else str(q.weight),
    }
    return {name: value for name, value in extras.items() if value is not None}


def _plain_choice(c: Choice) -> dict[str, Any]:
    plain = {
        "value": c.value,
        "label": dict(c.label),
        "key": c.key,
        "points": None if c.points is None else str(c.points),
        "no_opinion": c.no_opinion,
        "text": dict(c.text),
    }
    return plain | ({"audio": dict(c.audio)} if c.audio else {})


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
    plain = {**data, "choices": tuple(_choice(c) for c in data["choices"])}
    if "weight" in plain:
        plain["weight"] = Decimal(plain["weight"])
    return Question(**plain)


def _choice(data: Mapping[str, Any]) -> Choice:
    points = data["points"]
    return Choice(**{**data, "points": None if points is None else Decimal(points)})
