"""`alo questionnaire prompts|placeholders|record|withdraw`: what a narrator records, and the recordings taken in."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from cli.file_faults import exit_on_refused_file
from cli.session import Session
from files import speech
from files.reports import fault_lines
from ivr.prompts import DEFAULT_VOICE
from ivr.voices import PLACEHOLDER, VOICES
from services.calls import recordings as voices
from services.interview import questionnaires
from survey.form.questionnaire import Questionnaire

HEADINGS = ("id", "file", "where", "language", "voice", "words", "seconds")

_language = click.option("--language", default="vi", show_default=True, help="vi, en …; hmn (chỉ bản thu, by ear)")
_voice = click.option("--voice", type=click.Choice(VOICES), default=DEFAULT_VOICE, show_default=True, help="accent")
_office = click.option("--office", "offices", multiple=True, help="mã cơ quan (office code), repeatable")
_json = click.option("--json", "as_json", is_flag=True, help="JSON")


def form_named(session: Session, name: str) -> Questionnaire:
    """The form in the file of this name, else the published one of this code or digest."""
    path = Path(name)
    return questionnaires.check(path) if path.suffix else questionnaires.find(session.work, name)


@click.command("prompts")
@click.argument("form")
@click.option("--out", type=click.Path(path_type=Path), help="XLSX, CSV")
@_language
@_voice
@_office
@_json
@click.pass_obj
def book(
    session: Session, form: str, out: Path | None, language: str, voice: str, offices: tuple[str, ...], as_json: bool
) -> None:
    """Sổ lời thoại cần thu âm của một bảng hỏi (every sentence to record, with id and duration)."""
    with exit_on_refused_file(session, as_json):
        wanted = voices.book(session.work, form_named(session, form), language, voice, offices)
        if out is not None:
            rows = [(s.id, f"{s.id}.wav", s.where, s.language, s.voice, s.text, s.seconds) for s in wanted]
            speech.write_book(out, [session.words(f"recording.heading.{name}") for name in HEADINGS], rows)
    if as_json:
        session.show([asdict(sentence) for sentence in wanted])
        return
    if out is None:
        for sentence in wanted:
            click.echo(f"{sentence.id}  {sentence.seconds:5.1f} s  {sentence.where:12} {sentence.text}")
    total = round(sum(sentence.seconds for sentence in wanted))
    session.say("recording.book", count=len(wanted), minutes=total // 60, seconds=total % 60)


@click.command("placeholders")
@click.argument("form")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--language", default="hmn", show_default=True, help="hmn …")
@_office
@click.pass_obj
def placeholders(session: Session, form: str, folder: Path, language: str, offices: tuple[str, ...]) -> None:
    """Viết âm thanh tạm cho ngôn ngữ chỉ có bản thu, để thử (synthetic placeholders, heard on simulated lines only)."""
    with exit_on_refused_file(session, False):
        wanted = voices.book(session.work, form_named(session, form), language, PLACEHOLDER, offices)
        count = voices.write_placeholders(folder, wanted)
    session.say("recording.placeholders", count=count, folder=folder.name, language=language)


@click.command("record")
@click.argument("form")
@click.argument("folder", type=click.Path(path_type=Path))
@_language
@_voice
@_office
@click.option("--dry-run", is_flag=True, help="chỉ kiểm tra (check only)")
@_json
@click.pass_obj
def record(
    session: Session,
    form: str,
    folder: Path,
    language: str,
    voice: str,
    offices: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Nhận các tệp thu âm <id>.wav trong một thư mục (take in the recordings of a folder)."""
    with exit_on_refused_file(session, as_json):
        wanted = voices.book(session.work, form_named(session, form), language, voice, offices)
        taken = voices.take_in(session.work, folder, wanted, session.actor, dry_run=dry_run)
    if as_json:
        faults = [fault.to_dict() for fault in taken.faults]
        missing = [asdict(sentence) for sentence in taken.missing]
        session.show({"added": taken.added, "unchanged": taken.unchanged, "faults": faults, "missing": missing})
    else:
        for line in fault_lines(taken.faults, session.words):
            click.echo(line, err=True)
        code = "recording.would_take" if dry_run else "recording.taken"
        session.say(code, added=taken.added, unchanged=taken.unchanged, missing=len(taken.missing), wanted=len(wanted))
    sys.exit(1 if taken.faults else 0)


@click.command("withdraw")
@click.argument("prompt_id")
@click.pass_obj
def withdraw(session: Session, prompt_id: str) -> None:
    """Ngừng dùng bản thu của một câu; câu đó lại do máy đọc (withdraw a recording)."""
    session.say("recording.withdrawn", count=voices.withdraw(session.work, prompt_id, session.actor))
