"""How people type an answer: bodies taken from the reply table, with the figures of the question at hand put in.

It must not know what the parser makes of them; the table says what each of them means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from survey.form.questionnaire import Question
from tests import cases

TABLE = Path(__file__).parents[1] / "sms" / "replies.yaml"
SATISFIED = ("rat_hai_long", "hai_long")
"""Options of the sample forms that the table's form has under the same keys (1 and 2)."""
SAME_WORDS = {"rat_hai_long": ("level", "1"), "hai_long": ("level", "2"), "co": ("yesno", "1"), "khong": ("yesno", "2")}


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return cases.load(TABLE.read_text("utf-8"))


@cache
def _figures(group: str) -> tuple[str, ...]:
    """Bodies around a figure: `{key}` is the answer, `{number}` the question's number."""
    return tuple(dict.fromkeys(_templates(group)))


def _templates(group: str) -> Iterator[str]:
    for row in _table()[group]:
        reads, key = row["reads"].split()[0], row["reads"].split()[-1]
        found = re.findall(r"\d+", row["body"])
        if reads != "key" or row.get("correction") or not row["body"].isprintable():
            continue
        if found == [str(row.get("number")), key]:
            marks = iter(("{number}", "{key}"))
            yield re.sub(r"\d+", lambda _, marks=marks: next(marks), row["body"])
        elif found == [key] and "number" not in row and not re.search("long|lòng|y kien|ý kiến", row["body"]):
            yield row["body"].replace(key, "{key}")


@cache
def _words(group: str, key: str) -> tuple[str, ...]:
    """Bodies without a figure that mean the option under `key`."""
    rows = _table()[group]
    return tuple(
        row["body"] for row in rows
        if row["reads"] == f"key {key}" and not re.search(r"\d|satisfied", row["body"]) and row["body"].isprintable()
    )  # fmt: skip


@cache
def unclear() -> tuple[str, ...]:
    """Bodies that nobody can tell the meaning of, whatever is asked."""
    codes = ("unclear words", "unclear two_answers", "unclear empty", "unclear no_answer")
    bodies = (row["body"] for row in _table()["level"] if row["reads"] in codes)
    elsewhere = {row["body"] for group in _table().values() for row in group if row["reads"].startswith("key")}
    return tuple(b for b in bodies if b.isprintable() and b not in elsewhere and not re.search(r"long|lòng|\d", b))


def bodies(question: Question, value: str) -> tuple[str, ...]:
    """The ways to type `value` to `question`; digits are ASCII or not, words with or without diacritics."""
    choice = question.choice(value)
    templates = _figures("level" if choice else "whole")
    key = choice.key if choice else value
    number = str(question.number or "")
    figures = tuple(t.format(key=key, number=number) for t in templates if number or "{number}" not in t)
    if choice is None or value not in SAME_WORDS:
        return figures
    return figures + _words(*SAME_WORDS[value])
