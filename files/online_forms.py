"""What one row of an online file answers in one form: values by question, and what could not be understood.

It must not know whose row it is, nor whether the answers may stand (the engine judges).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from files.faults import FileFault
from files.online import OnlineCell, OnlineRow
from files.online_answers import Choices, answered, ticked
from files.online_headings import Doubt, Headings, Place
from survey.form.questionnaire import Question, Questionnaire
from survey.form.values import from_value

_GROUPED = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
"""A thousand and more, or a number with three places: nobody can tell."""


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """Values by question, faults, and the columns that are no question of the form."""

    answers: dict[str, str]
    faults: list[FileFault]
    strange: list[OnlineCell]


@dataclass
class _Row:
    """One row on its way."""

    row: OnlineRow
    answers: dict[str, str] = field(default_factory=dict)
    faults: list[FileFault] = field(default_factory=list)
    strange: list[OnlineCell] = field(default_factory=list)
    ticks: dict[str, list[tuple[OnlineCell, str]]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    """Questions whose cells do not agree, or cannot be read."""

    def emptied(self, code: str, cell: OnlineCell, **params: str) -> None:
        """A fault by which one cell stays out."""
        self.faults.append(self.row.fault(code, cell.column, cell.text, "emptied", **params))


class FormReader:
    """Reads the rows of one form."""

    def __init__(self, form: Questionnaire) -> None:
        self._questions = {question.name: question for question in form.questions if question.asked}
        self._headings = {own: Headings(form, names_only=own) for own in (False, True)}
        self._places: dict[tuple[str, bool], Place | Doubt | None] = {}
        self._choices = {question.name: Choices(question) for question in self._questions.values()}

    def understand(self, row: OnlineRow) -> FormAnswers:
        """What the row answers. Of two cells for one question that say different things neither is taken."""
        answers_read = _Row(row)
        for cell in row.answers:
            place = self._place(cell.heading, own=row.own)
            if place is None:
                answers_read.strange.append(cell)
            elif isinstance(place, Doubt):
                answers_read.emptied("online.column_doubtful", cell, questions=", ".join(place.questions))
            elif place.option:
                answers_read.ticks.setdefault(place.question, []).append((cell, place.option))
            else:
                self._take(answers_read, self._questions[place.question], cell)
        for name, ticks in answers_read.ticks.items():
            self._take_ticks(answers_read, self._questions[name], ticks)
        answers = {name: value for name, value in answers_read.answers.items() if name not in answers_read.unsure}
        return FormAnswers(answers, answers_read.faults, answers_read.strange)

    def _place(self, heading: str, *, own: bool) -> Place | Doubt | None:
        if (heading, own) not in self._places:
            self._places[heading, own] = self._headings[own].find(heading)
        return self._places[heading, own]

    def _take(self, row: _Row, question: Question, cell: OnlineCell) -> None:
        grouped = _GROUPED.fullmatch(cell.text) if cell.typed or "," in cell.text else None
        if question.kind == "decimal" and grouped:
            candidates = f"{grouped[1]}{grouped[2]}, {grouped[1]},{grouped[2]}"
            row.emptied("online.number_doubtful", cell, candidates=candidates)
            return
        said = answered(question, cell.text, self._choices[question.name])
        if said.value is not None:
            self._settle(row, question, said.value, cell)
            return
        row.unsure.add(question.name)  # what its other columns say is not the whole of it
        if said.candidates:
            row.emptied("online.answer_doubtful", cell, candidates=", ".join(dict.fromkeys(said.candidates)))
        else:
            row.emptied("online.answer_unreadable", cell, options=", ".join(_labels(question)))

    def _take_ticks(self, row: _Row, question: Question, ticks: list[tuple[OnlineCell, str]]) -> None:
        """Columns of single options, 1 where it was chosen; nothing chosen is no answer."""
        chosen = []
        for cell, option in ticks:
            mark = ticked(cell.text)
            if mark is None:
                row.emptied("online.answer_unreadable", cell, options="1, 0")
                row.unsure.add(question.name)
            elif mark:
                chosen.append(option)
        value = from_value(question, " ".join(chosen)) if chosen else None
        if value is not None:
            self._settle(row, question, value, ticks[0][0])
        elif chosen:
            row.emptied("online.answer_unreadable", ticks[0][0], options=", ".join(_labels(question)))

    def _settle(self, row: _Row, question: Question, value: str, cell: OnlineCell) -> None:
        known = row.answers.setdefault(question.name, value)
        if known != value:
            row.unsure.add(question.name)
            row.emptied("online.answer_twice", cell, question=question.name)


def _labels(question: Question) -> Iterator[str]:
    """The words that a reader of the report may write instead."""
    return (next(iter(choice.label.values()), choice.value) for choice in question.choices)
