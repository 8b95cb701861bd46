"""A questionnaire's check of itself: everything that would confuse a respondent or stop an interview, found before
anybody is asked. It must not know where the form came from; faults name the question, a reader adds sheet and row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from survey.form.conditions import never_holds, strange_options
from survey.form.expressions import Expression, ExpressionFault, compile_expression
from survey.form.questionnaire import Choice, Question, Questionnaire, Words, number_questions

KEYS = "123456789"
MAX_CHOICES = len(KEYS)
"""Choices of one key, of which several may be chosen; how many a listener keeps in mind is a matter of readiness
(`files.readiness`)."""
MAX_NUMBERED = 99
"""Choices of which one is chosen: by a number of up to two figures, then `#` (docs/adr/0014)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `question` is the name of the question it stands in, "" for the form as a whole."""

    code: str
    question: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


def check(form: Questionnaire) -> tuple[Fault, ...]:
    """Every fault of `form`, in form order; empty for a form that can be asked. Raises nothing."""
    found = [*_check_form(form), *_check_consent(form)]
    earlier: dict[str, Question] = {}
    for question in form.questions:
        found += _check_question(question, form.languages)
        found += _check_expressions(question, earlier)
        if question.kind != "note":  # a calculated row may be looked at too
            earlier.setdefault(question.name, question)
    return tuple(found)


def _check_form(form: Questionnaire) -> Iterator[Fault]:
    if form.default_language not in form.languages:
        yield Fault("form_default_language", params={"language": form.default_language})
    for language in _missing(form.title, (form.default_language,)):
        yield Fault("form_title_missing", params={"language": language})
    if not any(q.asked and q.role != "consent" for q in form.questions):
        yield Fault("form_empty")
    for name, times in Counter(q.name for q in form.questions).items():
        if times > 1:
            yield Fault("name_twice", name, {"times": str(times)})
    for question, numbered in zip(form.questions, number_questions(form.questions), strict=True):
        if question.number != numbered.number:
            expected, found = (_number(q) for q in (numbered, question))
            yield Fault("number_inconsistent", question.name, {"expected": expected, "found": found})


def _number(question: Question) -> str:
    return "" if question.number is None else str(question.number)


def _check_consent(form: Questionnaire) -> Iterator[Fault]:
    """Consent comes first of all that wants an answer, always applies, and is a plain yes or no."""
    asked = [q for q in form.questions if q.asked]
    consents = [q for q in asked if q.role == "consent"]
    if not consents:
        yield Fault("consent_missing")
    for again in consents[1:]:
        yield Fault("consent_twice", again.name)
    for consent in consents[:1]:
        if asked[0] is not consent:
            yield Fault("consent_not_first", consent.name, {"first": asked[0].name})
        if sorted(c.value for c in consent.choices) != ["no", "yes"]:
            yield Fault("consent_choices", consent.name)
        if consent.relevant or consent.constraint or not consent.required:
            yield Fault("consent_conditional", consent.name)


def _check_question(question: Question, languages: tuple[str, ...]) -> Iterator[Fault]:
    for language in _missing(question.label, languages) if question.kind != "calculate" else ():
        yield Fault("words_missing", question.name, {"language": language})
    if (question.kind == "calculate") != bool(question.calculation.strip()):
        yield Fault("calculation_misplaced", question.name, {"kind": question.kind})
    if question.scored and question.rules.chosen != "one":
        yield Fault("scored_unfit", question.name, {"kind": question.kind})
    if question.weight <= 0:
        yield Fault("weight_unfit", question.name, {"weight": str(question.weight)})
    if question.constraint_message:
        for language in _missing(question.constraint_message, languages):
            yield Fault("constraint_words_missing", question.name, {"language": language})
    if question.rules.chosen:
        yield from _check_choices(question, languages)
    elif question.choices:
        yield Fault("choices_unexpected", question.name, {"kind": question.kind})


def _check_choices(question: Question, languages: tuple[str, ...]) -> Iterator[Fault]:
    if len(question.choices) < 2:
        yield Fault("choices_too_few", question.name, {"count": str(len(question.choices))})
    most = MAX_NUMBERED if question.rules.chosen == "one" else MAX_CHOICES
    if len(question.choices) > most:
        params = {"count": str(len(question.choices)), "most": str(most)}
        yield Fault("choices_too_many", question.name, params)
    for what, values in (("value", [c.value for c in question.choices]), ("key", [c.key for c in question.choices])):
        for value, times in Counter(values).items():
            if times > 1:
                yield Fault(f"choice_{what}_twice", question.name, {what: value})
    for choice in question.choices:
        yield from _check_choice(question, choice, languages)


def _check_choice(question: Question, choice: Choice, languages: tuple[str, ...]) -> Iterator[Fault]:
    figures = 2 if question.rules.chosen == "one" and question.role != "consent" else 1
    if not (choice.key.isascii() and choice.key.isdigit() and len(choice.key) <= figures and choice.key[0] in KEYS):
        yield Fault("choice_key", question.name, {"key": choice.key, "value": choice.value})
    if choice.value == "" or len(choice.value.split()) != 1:
        yield Fault("choice_value", question.name, {"value": choice.value})
    for language in _missing(choice.label, languages):
        yield Fault("choice_words_missing", question.name, {"value": choice.value, "language": language})


def _check_expressions(question: Question, earlier: Mapping[str, Question]) -> Iterator[Fault]:
    """Expressions look at earlier rows only, so that branching is settled when its turn comes."""
    for column in ("relevant", "constraint", "calculation"):
        text = getattr(question, column)
        if not text.strip():
            continue
        try:
            expression = compile_expression(text)
        except ExpressionFault as fault:
            yield Fault(fault.code, question.name, {"column": column, **fault.params})
            continue
        if column == "relevant" and expression.uses_today:
            yield Fault("relevant_uses_today", question.name, {"expression": text})
        else:
            yield from _check_condition(question, column, expression, earlier)
        if column != "constraint" and expression.uses_this:
            yield Fault("relevant_uses_itself", question.name, {"expression": text})
        for name in sorted(expression.references - earlier.keys()):
            params = {"column": column, "expression": text, "name": name}
            yield Fault("reference_not_earlier", question.name, params)


def _check_condition(
    question: Question, column: str, expression: Expression, earlier: Mapping[str, Question]
) -> Iterator[Fault]:
    """A condition must be able to hold, and what it looks for must be among the choices of the question it names."""
    known = earlier if column != "constraint" else {**earlier, question.name: question}
    for name, value in strange_options(expression, known):
        yield Fault("option_unknown", question.name, {"column": column, "name": name, "value": value})
    if column == "relevant" and never_holds(expression, earlier):
        yield Fault("question_unreachable", question.name, {"expression": expression.text})
    if column == "constraint" and question.asked and never_holds(expression, earlier, replace(question, constraint="")):
        yield Fault("constraint_impossible", question.name, {"expression": expression.text})


def _missing(words: Words, languages: tuple[str, ...]) -> list[str]:
    return [language for language in languages if not words.get(language, "").strip()]
