"""Reads a questionnaire from an XLSForm workbook: pyxform must accept it, and nothing outside Alo's subset is let in.

Every fault names sheet and row. It must not know how the form is spoken, stored or scored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

from files import workbooks
from files.faults import FileFault, FileRefusedError
from files.faults import from_dict as fault_from_dict
from files.form_pyxform import pyxform_faults
from files.form_sheets import FormRow, FormSheet, default_language, read_sheet, refused_sheets
from files.form_types import METADATA, instead_of
from files.parsing.cells import UnfitError
from files.printed_options import misread
from survey.form.checks import check
from survey.form.kinds import KINDS
from survey.form.questionnaire import Choice, Question, Questionnaire, from_dict, number_questions

CONSENT = "consent"
"""The question of this name asks for consent; its choices are `yes` and `no`."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_AUDIO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.(mp3|wav)")
_YES = {"yes", "true", "true()", "1", "có", "co", "x"}
_EMPTY = {"note": ("constraint",), "calculate": ("constraint", "required")}
"""Columns that say nothing for a kind of row, so that whoever filled one meant something else."""
_LIMITS = workbooks.ChildLimits(cpu_s=20, wall_s=90.0, output_mb=32)
_NO = {"", "no", "false", "false()", "0", "không", "khong"}
_DISABLED = {"yes": True, "true": True, "true()": True, "": False, "no": False, "false": False, "false()": False}
"""What `disabled` may say: the words that pyxform heeds, for both must leave out the same rows."""


@dataclass(frozen=True, slots=True)
class FormFile:
    """A form, what its workbook holds that a phone cannot use (notices), and the row of each question by its name."""

    form: Questionnaire
    notices: tuple[FileFault, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)

    def placed(self, notices: Iterable[FileFault]) -> tuple[FileFault, ...]:
        """Notices of the form as a whole with the row of the question that their `value` names."""
        return tuple(replace(notice, row=self.rows.get(notice.value, notice.row)) for notice in notices)


def read_form(path: Path) -> Questionnaire:
    """The questionnaire in the workbook at `path`. Raises RefusedError with every fault found in one reading."""
    return read_file(path).form


def read_file(path: Path, limits: workbooks.ChildLimits = _LIMITS) -> FormFile:
    """The same with the notices; a file whose reading takes more than `limits` is refused too."""
    said, _ = workbooks.child_says(path, "files.form_child", (path.suffix.lower(),), limits)
    try:
        told = json.loads(said)
        if "faults" in told:
            raise FileRefusedError(*map(fault_from_dict, told["faults"]))
        if "unfit" in told:
            raise workbooks.refused(UnfitError(told["unfit"], **told["params"]), path)
        return FormFile(from_dict(told["form"]), tuple(map(fault_from_dict, told["notices"])), told["rows"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise workbooks.refused(UnfitError("file.corrupt"), path) from error


def judge(book: workbooks.Workbook) -> FormFile:
    """The form in `book`, read in this process: for the child, and for books of our own making.

    Raises RefusedError with every fault: of sheets, rows, the form as a whole, and those of pyxform where nothing was
    found by ourselves.
    """
    default = default_language(book)
    survey, choices, settings = sheets = [read_sheet(book, name, default) for name in ("survey", "choices", "settings")]
    reading = _Reading(default, survey, choices, settings)
    reading.faults += [*refused_sheets(book), *(fault for sheet in sheets for fault in sheet.faults)]
    if any(fault.code == "form.sheet_missing" for fault in reading.faults):
        raise FileRefusedError(*reading.faults)
    form = reading.form()
    if any(fault.code.startswith(("cell.", "letters.")) for fault in reading.faults):
        raise FileRefusedError(*reading.faults)  # what cannot be read cannot be judged as a whole
    faults = [*reading.faults, *_check_faults(form, reading)]
    rows = {(fault.sheet, fault.row) for fault in faults}
    faults += [f for f in pyxform_faults(book) if (f.row and (f.sheet, f.row) not in rows) or not faults]
    if faults:
        raise FileRefusedError(*faults)
    notices = (*(notice for sheet in sheets for notice in sheet.notices), *reading.notices)
    return FormFile(form, notices, {name: row.number for name, row in reading.rows.items()})


_READ_BEFORE = frozenset(
    {
        *(
            "words_missing",
            "choice_words_missing",
            "choice_key_twice",
            "choice_key",
            "choice_value_twice",
            "name_twice",
        ),
        *("consent_choices", "weight_unfit", "form_title_missing", "form_default_language", "form_empty"),
    }
)
"""What the reading of the sheets tells more exactly; where it had faults, the form is not whole either."""


def _check_faults(form: Questionnaire, reading: _Reading) -> list[FileFault]:
    """The form's own checks of itself, each with the row of the question it names."""
    found = []
    for fault in check(form):
        if reading.faults and (fault.code in _READ_BEFORE or fault.params.get("name") in reading.refused):
            continue
        if fault.code == "consent_missing" and CONSENT in reading.refused:
            continue
        row = reading.rows.get(fault.question)
        if fault.code == "scored_unfit" and row and any(f.row == row.number for f in reading.faults):
            continue
        where = (row.sheet, row.number) if row else ("survey", 0)
        found.append(FileFault(fault.code, dict(fault.params), *where, value=fault.question))
    return found or [_placed(fault, reading.rows) for fault in misread(form)]


def _placed(fault: FileFault, rows: Mapping[str, FormRow]) -> FileFault:
    """`fault` with the row of the question it names."""
    row = rows.get(fault.value)
    return replace(fault, sheet=row.sheet, row=row.number) if row else fault


@dataclass
class _Reading:
    """One pass over the three sheets; faults are collected, not raised."""

    default: str
    survey: FormSheet
    choices: FormSheet
    settings: FormSheet
    faults: list[FileFault] = field(default_factory=list)
    rows: dict[str, FormRow] = field(default_factory=dict)
    notices: list[FileFault] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Names of rows that are no questions here: what refers to them is not a fault of its own."""

    def form(self) -> Questionnaire:
        """The questionnaire; only to be used when `faults` is empty afterwards."""
        lists = self._lists()
        questions = self._questions(lists)
        settings = self.settings.rows[0] if self.settings.rows else FormRow("settings", 2, {}, {}, {})
        for needed in ("form_title", "form_id", "version"):
            if not settings.get(needed):
                self.faults.append(settings.fault("form.setting_missing", needed, name=needed))
        return Questionnaire(
            code=settings.get("form_id"),
            version=settings.get("version"),
            title={self.default: settings.get("form_title"), **settings.translations("heading")},
            default_language=self.default,
            languages=self.survey.languages,
            questions=number_questions(questions),
            sample=self._yes(settings, "sample"),
        )

    def _yes(self, row: FormRow, column: str) -> bool:
        said = row.get(column).lower()
        if said not in _YES | _NO:
            self.faults.append(row.fault("form.yes_no", column))
        return said in _YES

    def _lists(self) -> dict[str, list[Choice]]:
        lists: dict[str, list[Choice]] = {}
        values: set[tuple[str, str]] = set()
        keys: set[tuple[str, str]] = set()
        for row in self.choices.rows:
            if not row.get("list_name") or not row.get("name"):
                self.faults.append(row.fault("form.choice_incomplete", "name"))
                continue
            name = row.get("list_name")
            choices = lists.setdefault(name, [])
            choice = self._choice(row, str(len(choices) + 1))
            if (name, choice.value) in values:
                self.faults.append(row.fault("form.choice_twice", "name"))
            if (name, choice.key) in keys:
                self.faults.append(row.fault("form.key_twice", "key", choice.key))
            values.add((name, choice.value))
            keys.add((name, choice.key))
            choices.append(choice)
        return lists

    def _choice(self, row: FormRow, place: str) -> Choice:
        key = row.get("key") or place
        if not re.fullmatch(r"[1-9][0-9]?", key):
            self.faults.append(row.fault("form.key_unfit", "key", key))
        self._need_words(row)
        return Choice(
            value=row.get("name"),
            label=row.translations("label"),
            key=key,
            points=self._points(row),
            no_opinion=self._yes(row, "no_opinion"),
            text=row.translations("sms"),
            audio=self._audio(row),
        )

    def _points(self, row: FormRow) -> Decimal | None:
        points = _number(row.get("points")) if row.get("points") else None
        if points is not None and not points.is_finite():
            self.faults.append(row.fault("form.points_unreadable", "points"))
            return None
        return points

    def _weight(self, row: FormRow) -> Decimal:
        """What a question, or every question of a group, counts for; 1 where nothing is said."""
        weight = _number(row.get("weight") or "1")
        if not (weight.is_finite() and weight > 0):
            self.faults.append(row.fault("form.weight_unfit", "weight"))
            return Decimal(1)
        return weight

    def _audio(self, row: FormRow) -> dict[str, str]:
        """File names only: recordings lie in one place, and a path would leave it."""
        files = row.translations("audio")
        for name in files.values():
            if not _AUDIO.fullmatch(name):
                self.faults.append(row.fault("form.audio_unfit", "audio", name))
        return files

    def _required(self, row: FormRow) -> bool:
        """A form without the column wants every answer; one that has it says so row by row, as in ODK."""
        said = self._yes(row, "required")
        return said or "required" not in self.survey.columns or row.get("name") == CONSENT

    def _need_words(self, row: FormRow) -> None:
        """Every language of the form must say every label; wordings never pipe answers in."""
        missing = [code for code in self.survey.languages if not row.translations("label").get(code)]
        if missing:
            self.faults.append(row.fault("form.label_missing", "label", row.get("name"), languages=", ".join(missing)))
        for text in row.words.values():
            if "${" in text:
                self.faults.append(row.fault("form.reference_in_words", "label", text))

    def _questions(self, lists: Mapping[str, Sequence[Choice]]) -> list[Question]:
        questions: list[Question] = []
        groups: list[FormRow] = []
        for row in self.survey.rows:
            kind, argument = _kind(row.get("type"))
            if self._is_disabled(row):
                self.notices.append(replace(row.fault("form.disabled", "type"), weight="notice"))
            elif (kind, argument) == ("begin", "group"):
                self._plain_group(row)
                groups.append(row)
            elif (kind, argument) == ("end", "group") and groups:
                groups.pop()
            elif row.get("type").lower() in METADATA:
                self.notices.append(replace(row.fault("form.metadata", "type"), weight="notice"))
            elif (question := self._question(row, kind, argument.strip(), lists)) is not None:
                questions.append(_inside(question, groups))
                self._remember(row)
        if groups:
            self.faults.append(groups[-1].fault("form.group_open", "type"))
        return questions

    def _is_disabled(self, row: FormRow) -> bool:
        said = _DISABLED.get(row.get("disabled").lower())
        if said is None:
            self.faults.append(row.fault("form.yes_no", "disabled"))
        return bool(said)

    def _plain_group(self, row: FormRow) -> None:
        self._weight(row)
        for column in ("constraint", "calculation", "required", "section", "scored"):
            if row.get(column):
                self.faults.append(row.fault("form.not_for_group", column))

    def _remember(self, row: FormRow) -> None:
        name = row.get("name")
        if not _NAME.fullmatch(name):
            self.faults.append(row.fault("form.name_unfit", "name"))
        elif name in self.rows:
            self.faults.append(row.fault("form.name_twice", "name", row=self.rows[name].number))
        self.rows.setdefault(name, row)

    def _question(
        self, row: FormRow, kind: str, argument: str, lists: Mapping[str, Sequence[Choice]]
    ) -> Question | None:
        if kind not in KINDS or bool(KINDS[kind].chosen) != bool(argument) or " " in argument:
            fault = row.fault("form.type_refused", "type")
            self.faults.append(replace(fault, suggestion=instead_of(row.get("type"))))
            self.refused.add(row.get("name"))
            return None
        if argument and argument not in lists:
            self.faults.append(row.fault("form.list_missing", "type", argument, list=argument))
            self.refused.add(row.get("name"))
            return None
        if kind != "calculate":
            self._need_words(row)
        name = row.get("name")
        question = Question(
            name=name,
            kind=kind,
            label=row.translations("label"),
            choices=tuple(lists[argument]) if argument else (),
            role="consent" if name == CONSENT else "question",
            text=row.translations("sms"),
            section=row.get("section"),
            scored=self._yes(row, "scored"),
            relevant=row.get("relevant"),
            constraint=row.get("constraint"),
            constraint_message=row.translations("constraint_message"),
            required=not KINDS[kind].asked or self._required(row),
            calculation=row.get("calculation"),
            audio=self._audio(row),
            hint=row.translations("hint"),
            weight=self._weight(row),
        )
        self._judge(row, question)
        return question

    def _judge(self, row: FormRow, question: Question) -> None:
        """What a cell may not say for this kind of question."""
        if question.role == "consent" and {c.value for c in question.choices} != {"yes", "no"}:
            self.faults.append(row.fault("form.consent_choices", "type"))
        if question.scored and not any(c.points is not None for c in question.choices):
            self.faults.append(row.fault("form.scored_without_points", "scored"))
        for column in _EMPTY.get(question.kind, ()):
            if row.get(column):
                self.faults.append(row.fault("form.column_unfit", column, kind=question.kind))
        if row.get("weight") and not question.scored:
            self.faults.append(row.fault("form.weight_unscored", "weight"))


def _kind(text: str) -> tuple[str, str]:
    """Type and what stands behind it, in the spelling that is used here."""
    said = " ".join(text.replace("_group", " group").split())
    usual_of = {other: kind.name for kind in KINDS.values() for other in kind.spellings}
    for other, usual in usual_of.items():
        if said == other or said.startswith(f"{other} "):
            said = usual + said[len(other) :]
            break
    kind, _, argument = said.partition(" ")
    return kind, argument


def _inside(question: Question, groups: Sequence[FormRow]) -> Question:
    """The question with what its groups give it: conditions, weights, and the innermost one's name as section."""
    conditions = [c for c in (*(g.get("relevant") for g in groups), question.relevant) if c]
    relevant = conditions[0] if len(conditions) == 1 else " and ".join(f"({c})" for c in conditions)
    section = question.section or (groups[-1].get("name") if groups else "")
    weight = question.weight
    for group in groups if question.scored else ():
        weight *= _number(group.get("weight") or "1")
    return replace(question, relevant=relevant, section=section, weight=weight)


def _number(text: str) -> Decimal:
    """With a point or a comma; NaN for what is no number."""
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal("NaN")
