"""`alo person erase`: everything that is held about a number and its person goes, once it is typed back; and the marks
of those who were erased, for older backups. Beside `cli.person`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cli.session import Session
from runtime import container, person_files
from runtime.data_directory import prepare
from services.consent import callers as numbers
from services.privacy import erasure, erasure_marks
from services.privacy.erasure import Erased, ErasurePreview, Traces
from services.refusal import Refusal

MARKS_FILE = "erased-people.jsonl"
"""The marks in the data directory, brought up to date at each erasure."""
STAYS = ("hash", "answers", "counts", "names")
"""What stays, and why: `person.stays.…`."""


@click.command("erase")
@click.argument("number", metavar="PHONE")
@click.option("--confirm", default=None, metavar="PHONE", help="gõ lại số đó (the number, typed back)")
@click.option("--dry-run", is_flag=True, help="chỉ xem sẽ mất gì (preview)")
@click.option(
    "--search", multiple=True, type=click.Path(path_type=Path, exists=True), help="tìm cả trong nơi này (look here too)"
)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def erase(
    session: Session, number: str, confirm: str | None, dry_run: bool, search: tuple[Path, ...], as_json: bool
) -> None:  # fmt: skip
    """Xoá một người theo yêu cầu (erase a person). Xem trước, rồi gõ lại số để xoá."""
    preview = erasure.preview(session.work, number)
    if not as_json:
        for line in preview_lines(session, preview):
            click.echo(line)
    if dry_run:
        if as_json:
            session.show(_plain(preview))
        return
    typed = click.prompt(session.words("person.type_back")) if confirm is None and not as_json else confirm or ""
    if numbers.one_of(typed) != preview.number:
        raise Refusal("person.typed_other")
    done, files = _erase_everywhere(session, preview, search)
    if as_json:
        left = [str(path) for path in files.unresolved]
        session.show({"rows": dict(done.rows), "at_carriers": done.at_carriers, "kannel": done.kannel, "files": left})
    else:
        session.say("person.erased", at_carriers=done.at_carriers, lines=files.lines)
        if done.kannel:
            session.say("person.kannel")
    for path in files.unresolved if not as_json else ():
        session.say("person.file_left", file=str(path))
    sys.exit(1 if files.unresolved else 0)


def _erase_everywhere(
    session: Session, preview: ErasurePreview, search: Iterable[Path]
) -> tuple[Erased, person_files.CleanedFiles]:
    """Erase in files, then in the database, then in files once more for what was written meanwhile.

    Files come first: what the database has forgotten could not be searched for afterwards.
    """
    erasure.leave_alone(session.work, preview.number, session.actor)
    before = erasure.traces(session.work, preview.number)
    first = _clean_files(session, search, before)
    done = _erase_in_database(session, preview)
    _update_marks_file(session)
    files = _clean_files(session, search, done)
    files.lines += first.lines
    return done, files


def _clean_files(session: Session, search: Iterable[Path], person: Erased | Traces) -> person_files.CleanedFiles:
    return person_files.clean(session.settings.alo_data_dir, search, lambda text: _names_person(person, text))


def preview_lines(session: Session, preview: ErasurePreview) -> Iterator[str]:
    """The preview in words: what goes, whose it is, what stays and why."""
    yield session.words("person.erasing", number=preview.number)
    if preview.erased_at is not None:
        yield session.words("person.erased_before", at=preview.erased_at)
    for code, name in preview.organisations:
        yield session.words("person.of_organisation", code=code, name=name)
    if preview.other_numbers:
        yield session.words("person.other_numbers", count=preview.other_numbers)
    for table, rows in preview.rows.items():
        if rows:
            yield f"- {session.words(f'person.goes.{table}')}: {rows}"
    if not preview.held:
        yield session.words("person.nothing")
    for what in STAYS:
        yield f"+ {session.words(f'person.stays.{what}')}"


@click.command("marks")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.pass_obj
def marks(session: Session, path: Path) -> None:
    """Ghi dấu của những người đã xoá, để dùng sau khi khôi phục (marks of the erased, for after a restore)."""
    if path.exists():
        raise Refusal("export.exists", file=str(path))
    session.say("person.marks", count=_write(session, path), file=path)


@click.command("reapply")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def reapply(session: Session, path: Path) -> None:
    """Xoá lại những người đã xoá, sau khi khôi phục bản sao cũ (erase them anew after a restore)."""
    session.say("person.reapplied", **_reapply(session, path))


def after_restore(session: Session, data_dir: Path) -> None:
    """Erase again the people whose erasure an older backup does not know.

    What prevents it is printed to stderr with how to go on; nothing is sent meanwhile.
    """
    path = data_dir / MARKS_FILE
    if path.exists():
        try:
            said = [("person.reapplied", _reapply(session, path))]
        except Refusal as refusal:
            said = [(refusal.code, refusal.params), ("person.reapply_later", {"file": str(path)})]
        for code, params in said:
            click.echo(session.words(code, **params), err=True)


def _reapply(session: Session, path: Path) -> dict[str, Any]:
    """Erase anew by the marks in a file: how many people, how many marks. Raises Refusal."""
    try:
        kept = _lines(path)
        count = _with_eraser(session, lambda database: erasure.reapply(session.work, database, kept, session.actor))
    except (ValueError, KeyError, TypeError):
        raise Refusal("person.marks_unreadable", file=str(path)) from None
    return {"count": count, "marks": len(kept)}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _update_marks_file(session: Session) -> None:
    """Bring the marks of erased people outside the database up to date: an older backup knows nothing of them.

    Marks that stand there and this database does not know stay: it may be an older one, to which they are still to be
    applied.
    """
    path = prepare(session.settings.alo_data_dir) / MARKS_FILE
    try:
        more = erasure_marks.unknown(session.work, _lines(path)) if path.exists() else []
    except (ValueError, KeyError, TypeError, AttributeError):
        more = []
    _write(session, path, more)


def rewrite_marks_file(session: Session) -> None:
    """Write the marks anew after the look-up key has changed: the old ones match nothing any more."""
    if (session.settings.alo_data_dir / MARKS_FILE).exists():
        _write(session, session.settings.alo_data_dir / MARKS_FILE)


def _write(session: Session, path: Path, more: Iterable[Mapping[str, Any]] = ()) -> int:
    """Write the marks of all who were erased, and `more`, to a file that only its owner may read. Marks."""
    found = [*more, *erasure_marks.kept(session.work)]
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text("".join(json.dumps(mark) + "\n" for mark in found))
    draft.replace(path)
    return len(found)


def _erase_in_database(session: Session, preview: ErasurePreview) -> Erased:
    erased: Erased = _with_eraser(
        session, lambda database: erasure.erase(session.work, database, preview.number, session.actor)
    )
    return erased


def _with_eraser(session: Session, do: Any) -> Any:
    database = container.eraser_database(container.running_settings(session.settings))
    try:
        return do(database)
    finally:
        database.close()


def _names_person(person: Erased | Traces, text: str) -> bool:
    return person.person.sought.stands_in(text) or any(word in text for word in person.words if len(word) >= LEAST)


LEAST = 12
"""Letters from which on a text somebody wrote tells them: shorter ones stand in files by chance."""


def _plain(preview: ErasurePreview) -> dict[str, Any]:
    return {
        "number": preview.number,
        "rows": dict(preview.rows),
        "organisations": [code for code, _ in preview.organisations],
        "other_numbers": preview.other_numbers,
        "erased_at": preview.erased_at,
    }
