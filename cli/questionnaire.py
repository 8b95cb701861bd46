"""`alo questionnaire`: check an XLSForm, compare editions, publish it, show what is published."""

from __future__ import annotations

from pathlib import Path

import click

from cli import prompts
from cli.file_faults import exit_on_refused_file
from cli.session import Session
from files.form_differences import form_changes
from files.readiness import readiness
from files.reports import fault_lines
from files.text_interview import text_interview
from services.interview import questionnaires
from survey.form.questionnaire import Question, Questionnaire


@click.group("questionnaire")
def command() -> None:
    """Bảng hỏi (questionnaires, from XLSForm workbooks)."""


for _spoken in (prompts.book, prompts.placeholders, prompts.record, prompts.withdraw):
    command.add_command(_spoken)


@command.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def check(session: Session, path: Path, as_json: bool) -> None:
    """Kiểm tra một tệp XLSForm (check)."""
    with exit_on_refused_file(session, as_json):
        examined = questionnaires.examine(path)
    form, ready = examined.form, readiness(examined.form)
    all_notices = (*examined.notices, *examined.placed(ready.notices))
    written = {language: text_interview(form, language) for language in form.languages}
    if as_json:
        notices = [notice.to_dict() for notice in all_notices]
        lengths = {name: {"texts": len(t), "segments": sum(each.segments for each in t)} for name, t in written.items()}
        measured = {"seconds": ready.seconds, "texts": lengths, "notices": notices}
        session.show({"sha256": form.sha256, **form.to_dict(), **measured})
        return
    for line in fault_lines(all_notices, session.words):
        click.echo(line)
    for language, seconds in ready.seconds.items():
        session.say("questionnaire.length", language=language, minutes=seconds // 60, seconds=seconds % 60)
    for language, texts in written.items():
        segments, longest = sum(each.segments for each in texts), max(each.units for each in texts)
        session.say("questionnaire.texts", language=language, texts=len(texts), segments=segments, longest=longest)
    session.say("questionnaire.good", form=form.code, version=form.version, **_figures(form))


@command.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def diff(session: Session, old: str, new: str, as_json: bool) -> None:
    """So hai bản: mỗi bản là một tệp, mã hoặc dấu sha256 (what NEW changes in OLD)."""
    with exit_on_refused_file(session, as_json):
        changes = form_changes(prompts.form_named(session, old), prompts.form_named(session, new))
    if as_json:
        session.show([change.to_dict() for change in changes])
        return
    for change in changes:
        session.say(change.code, **change.params)
    session.say("form_change.count", count=len(changes))


@command.command("publish")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def publish(session: Session, paths: tuple[Path, ...], as_json: bool) -> None:
    """Ban hành một hay nhiều tệp XLSForm (publish)."""
    with exit_on_refused_file(session, as_json):
        for path in paths:
            questionnaires.check(path)  # all or none: a fault in the second must not leave the first published
        done = [questionnaires.publish(session.work, path, session.actor) for path in paths]
    if as_json:
        session.show([{name: getattr(each, name) for name in each.__dataclass_fields__} for each in done])
        return
    for each in done:
        code = "questionnaire.published" if each.new else "questionnaire.there_already"
        session.say(code, form=each.code, version=each.version, digest=each.sha256[:12])


@command.command("show")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def show(session: Session, name: str | None, as_json: bool) -> None:
    """Xem các bảng hỏi đã ban hành, hoặc một bảng theo mã (list, or show one by code or digest)."""
    if name is None:
        _show_all(session, as_json)
        return
    form = questionnaires.find(session.work, name)
    if as_json:
        session.show({"sha256": form.sha256, **form.to_dict()})
        return
    session.say("questionnaire.good", form=form.code, version=form.version, **_figures(form))
    for question in form.questions:
        click.echo(_line(question, session.lang if session.lang in form.languages else form.default_language))


def _show_all(session: Session, as_json: bool) -> None:
    shelf = questionnaires.published(session.work)
    if as_json:
        session.show([{name: getattr(each, name) for name in each.__dataclass_fields__} for each in shelf])
        return
    for each in shelf:
        sample = session.words("questionnaire.sample") if each.sample else ""
        click.echo(f"{each.code:10} {each.version:10} {each.sha256[:12]} {sample}".rstrip())
    if not shelf:
        session.say("questionnaire.none")


def _figures(form: Questionnaire) -> dict[str, int]:
    return {
        "questions": sum(question.number is not None for question in form.questions),
        "scored": sum(question.scored for question in form.questions),
        "conditional": sum(bool(question.relevant) for question in form.questions),
    }


def _line(question: Question, language: str) -> str:
    number = f"C{question.number}" if question.number is not None else "-"
    choices = " / ".join(f"{choice.key} {choice.label[language]}" for choice in question.choices)
    said = question.label.get(language) or f"{question.name} = {question.calculation}"  # a worked-out row has no words
    return f"{number:>4}  {said}" + (f"  [{choices}]" if choices else "")
