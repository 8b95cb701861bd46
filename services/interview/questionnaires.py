"""Questionnaires: checked, published under their digest, and handed out compiled once per process.

A published form never changes: another edition is another digest. It must not know how forms are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from services.refusal import Refusal
from services.work import Work
from store import audit
from store.registry import rounds
from survey.form import questionnaire
from survey.form.questionnaire import Questionnaire

if TYPE_CHECKING:
    from files.xlsform import FormFile

_forms: dict[str, Questionnaire] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Published:
    """A published form; `new` is False when the very same form was there already."""

    sha256: str
    code: str
    version: str
    new: bool


@dataclass(frozen=True, slots=True)
class Shelved:
    """A line of the list of published forms."""

    sha256: str
    code: str
    version: str
    sample: bool


def check(path: Path) -> Questionnaire:
    """Read the XLSForm at `path`. Raises files.faults.FileRefusedError with every fault, each with sheet and row."""
    return examine(path).form


def examine(path: Path) -> FormFile:
    """The same with notices of what its workbook holds that a phone cannot use."""
    from files import xlsform  # imported late: the webhooks use forms and never read a workbook

    return xlsform.read_file(path)


def publish(work: Work, path: Path, actor: str) -> Published:
    """Check and keep the form at `path`; the same form again changes nothing.

    Raises RefusedError for a faulty form, Refusal when its code and version are taken by another text.
    """
    form = check(path)
    now = work.clock.now()
    values = {
        "sha256": form.sha256,
        "code": form.code,
        "version": form.version,
        "sample": form.sample,
        "form": form.to_dict(),
        "published_at": now,
        "published_by": actor,
    }
    with work.database.transaction() as conn:
        taken = [row.sha256 for row in rounds.published(conn, form.code) if row.version == form.version]
        if taken and form.sha256 not in taken:
            raise Refusal("questionnaire.version_taken", form=form.code, version=form.version)
        new = rounds.add_questionnaire(conn, values)
        if new:
            detail = {"code": form.code, "version": form.version}
            audit.append(conn, at=now, actor=actor, action="questionnaire.publish", subject=form.sha256, detail=detail)
    return Published(form.sha256, form.code, form.version, new)


def form_of(conn: Connection, sha256: str) -> Questionnaire:
    """The published form with this digest, read once per process. Raises Refusal when there is none."""
    known = _forms.get(sha256)
    if known is not None:
        return known
    stored = rounds.form(conn, sha256)
    if stored is None:
        raise Refusal("questionnaire.unknown", form=sha256[:12])
    form = questionnaire.from_dict(stored)
    with _lock:
        return _forms.setdefault(sha256, form)


def published(work: Work) -> list[Shelved]:
    """All published forms, newest first."""
    with work.database.transaction() as conn:
        return [Shelved(r.sha256, r.code, r.version, r.sample) for r in rounds.published(conn)]


def find(work: Work, name: str) -> Questionnaire:
    """The form with this digest (or its beginning, 8 letters or more) or the newest of this code. Raises Refusal."""
    with work.database.transaction() as conn:
        for row in rounds.published(conn):
            if row.code == name or (len(name) >= 8 and row.sha256.startswith(name)):
                return form_of(conn, row.sha256)
    raise Refusal("questionnaire.unknown", form=name)
