"""Packages of answers in the open format Flow Results 1.1.0 (floip.org): one descriptor, one long table of answers.

One package a questionnaire. It must not know the database, nor which answers may leave.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID

from survey.form.questionnaire import Question, Questionnaire

VERSION = "1.1.0"
DESCRIPTOR, RESPONSES = "descriptor.json", "responses.json"
_LANGUAGES = {"vi": "vie", "en": "eng", "km": "khm", "lo": "lao", "zh": "zho", "th": "tha", "fr": "fra"}
"""ISO 639-1 → 639-3, which the format asks for; a code of three letters is one already."""
_FIELDS = (
    ("timestamp", "Timestamp", "datetime"),
    ("row_id", "Row ID", "string"),
    ("contact_id", "Contact ID", "string"),
    ("session_id", "Session ID", "string"),
    ("question_id", "Question ID", "string"),
    ("response", "Response", "any"),
    ("response_metadata", "Response Metadata", "object"),
)


def descriptor(
    form: Questionnaire, questions: Sequence[Question], package_id: UUID, made_at: datetime, title: str
) -> dict[str, Any]:
    """The package's description; `package_id` is a UUID of version 4, `made_at` aware UTC.

    A package is never changed: another export is another package, so `modified` is `created`.
    """
    name = f"{form.code}-{form.version}".lower()
    stamp = made_at.replace(microsecond=0).isoformat()
    schema = {
        "language": _language(form.default_language),
        "fields": [{"name": name, "title": title, "type": kind} for name, title, kind in _FIELDS],
        "questions": {question.name: _question(question, form.default_language) for question in questions},
    }
    resource = {
        "name": f"{_plain(name)}-data",
        "profile": "data-resource",
        "path": RESPONSES,
        "api_data_url": None,
        "access_method": "file",
        "mediatype": "application/json",
        "encoding": "utf-8",
        "schema": schema,
    }
    return {
        "profile": "flow-results-package",
        "flow_results_specification_version": VERSION,
        "created": stamp,
        "modified": stamp,
        "id": str(package_id),
        "name": _plain(name),
        "title": title,
        "resources": [resource],
    }


def _language(code: str) -> str:
    return _LANGUAGES.get(code, code if len(code) == 3 else "und")


def _plain(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in name)


def _question(question: Question, language: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if question.choices:
        options["choices"] = [choice.value for choice in question.choices]
    return {
        "type": question.rules.exported_as,
        "label": question.label.get(language, question.name),
        "type_options": options,
    }


def response(question: Question, value: str) -> Any:
    """A stored answer as the format writes it."""
    match question.rules.exported_as:
        case "select_many":
            return value.split()
        case "numeric":
            return float(value) if "." in value else int(value)
    return value


def write_responses(
    out: BinaryIO, questions: Sequence[Question], forms: Iterable[tuple[str, date, Mapping[str, str], Sequence[Any]]]
) -> int:
    """Write the table of answers; each form comes as (its name, day, what is told of it, answers). Forms written.

    A day is its first moment in Vietnam: times do not leave.
    """
    count = 0
    out.write(b"[")
    for name, day, told, cells in forms:
        stamp = f"{day.isoformat()}T00:00:00+07:00"
        given = [(question, cell) for question, cell in zip(questions, cells, strict=True) if cell is not None]
        for at, (question, cell) in enumerate(given, 1):
            row = [stamp, f"{name}-{at}", name, name, question.name, response(question, cell), told]
            out.write(b",\n" if count or at > 1 else b"\n")
            out.write(json.dumps(row, ensure_ascii=False).encode())
        if given:
            count += 1
    out.write(b"\n]\n")
    return count
