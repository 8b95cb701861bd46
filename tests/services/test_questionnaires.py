"""A published form never changes, is read once per process, and a faulty one is never published."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from demo.samples.make_samples import QUESTIONNAIRES
from files.faults import FileRefusedError
from services.interview import questionnaires
from services.refusal import Refusal
from services.work import Work
from store.tables.rounds import questionnaires as shelf
from store.unit_of_work import Database
from tests.files import test_xlsform
from tests.files.workbooks import write

SAMPLE = QUESTIONNAIRES / "HTX-NN.xlsx"


def test_publishing_keeps_the_form_under_its_digest(work: Work, owner: Database) -> None:
    done = questionnaires.publish(work, SAMPLE, "cli:test")
    assert done.new
    with work.database.transaction() as conn:
        form = questionnaires.form_of(conn, done.sha256)
    assert (form.sha256, form.code, form.sample) == (done.sha256, "HTX-NN", True)
    assert form == questionnaires.check(SAMPLE)


def test_the_same_form_again_changes_nothing(work: Work, owner: Database) -> None:
    first = questionnaires.publish(work, SAMPLE, "cli:test")
    again = questionnaires.publish(work, SAMPLE, "cli:other")
    assert (first.new, again.new, again.sha256) == (True, False, first.sha256)
    with owner.transaction() as conn:
        assert conn.execute(sa.select(shelf.c.published_by)).scalars().all() == ["cli:test"]


def test_another_text_under_the_same_version_is_refused(work: Work, owner: Database, tmp_path: Path) -> None:
    settings = test_xlsform.SETTINGS
    questionnaires.publish(work, test_xlsform.path_of(tmp_path), "cli:test")
    other = test_xlsform.path_of(tmp_path, test_xlsform.question(label="Khác hẳn?"), settings=settings)
    with pytest.raises(Refusal) as refused:
        questionnaires.publish(work, other, "cli:test")
    assert refused.value.code == "questionnaire.version_taken"


def test_a_faulty_form_is_not_published(work: Work, owner: Database, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError):
        questionnaires.publish(work, write(tmp_path / "a.xlsx", survey=[["type"]]), "cli:test")
    assert questionnaires.published(work) == []


def test_forms_are_read_once_per_process(work: Work, owner: Database) -> None:
    done = questionnaires.publish(work, SAMPLE, "cli:test")
    with work.database.transaction() as conn:
        first = questionnaires.form_of(conn, done.sha256)
        assert questionnaires.form_of(conn, done.sha256) is first


def test_unknown_forms_are_refused(work: Work, owner: Database) -> None:
    with work.database.transaction() as conn, pytest.raises(Refusal) as refused:
        questionnaires.form_of(conn, "0" * 64)
    assert refused.value.code == "questionnaire.unknown"
    with pytest.raises(Refusal):
        questionnaires.find(work, "nothing")


def test_forms_are_found_by_code_and_by_digest(work: Work, owner: Database) -> None:
    done = questionnaires.publish(work, SAMPLE, "cli:test")
    for name in ("HTX-NN", done.sha256, done.sha256[:12]):
        assert questionnaires.find(work, name).sha256 == done.sha256


def test_the_webhooks_way_to_a_form_reads_no_workbooks() -> None:
    """pyxform and the workbook readers are heavy; a webhook process must not carry them."""
    import subprocess
    import sys

    load = "import sys, services.interview.questionnaires"
    script = f"{load}\nprint([m for m in ('pyxform', 'python_calamine') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
