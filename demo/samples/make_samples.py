"""Writes the sample questionnaires and the sample list, byte for byte the same each time.

Everything here is invented and marked as a sample: the committee's own wordings and lists are not public.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from demo.samples import sample_report
from demo.samples.sample_list import HEADER, TITLE, sample_rows
from demo.samples.sample_words import FORMS, SampleForm

QUESTIONNAIRES = Path(__file__).resolve().parents[2] / "questionnaires"
Cells = Sequence[Sequence[object]]
VI, EN = "Tiếng Việt (vi)", "English (en)"
SURVEY = (
    "type", "name", f"label::{VI}", f"label::{EN}", f"sms::{VI}", f"sms::{EN}", "section", "scored", "relevant",
    "constraint", f"constraint_message::{VI}", f"constraint_message::{EN}",
)  # fmt: skip
CHOICES = (
    "list_name", "name", f"label::{VI}", f"label::{EN}", "sms", "sms_en", "points", "key", "no_opinion",
)  # fmt: skip
SETTINGS = ("form_title", f"heading::{EN}", "form_id", "version", "default_language", "sample")
LEVELS: Cells = (
    ("level", "rat_hai_long", "Rất hài lòng", "Very satisfied", "Rat hai long", "Very satisfied", "5", "1", ""),
    ("level", "hai_long", "Hài lòng", "Satisfied", "Hai long", "Satisfied", "3", "2", ""),
    ("level", "chua_hai_long", "Chưa hài lòng", "Not satisfied", "Chua hai long", "Not satisfied", "1", "3", ""),
    ("level", "khong_y_kien", "Không có ý kiến", "No opinion", "Khong y kien", "No opinion", "", "4", "yes"),
    ("agree", "yes", "Đồng ý", "I agree", "Co", "I do", "", "1", ""),
    ("agree", "no", "Không đồng ý", "I do not agree", "Khong", "I do not", "", "2", ""),
    ("had", "co", "Có", "Yes, we did", "Co", "We did", "", "1", ""),
    ("had", "khong", "Không", "No, we did not", "Khong", "We did not", "", "2", ""),
)


def workbook(sheets: Sequence[tuple[str, Cells]]) -> bytes:
    """An XLSX file with these sheets; cells keep their types, text never turns into formulas, dates are fixed."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "SAMPLE / MẪU", "created": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.set_column(0, 12, 18)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell, day)
                elif cell != "":
                    sheet.write(at, column, cell)
    book.close()
    return buffer.getvalue()


def form_workbook(form: SampleForm) -> bytes:
    """The XLSForm of one sample questionnaire."""
    settings = (form.title_vi, form.title_en, form.code, form.version, VI, "yes")
    return workbook(
        (("survey", (SURVEY, *form.rows())), ("choices", (CHOICES, *LEVELS)), ("settings", (SETTINGS, settings)))
    )


def report_workbook() -> bytes:
    """The XLSForm of the sample monthly report."""
    return workbook(
        (
            ("survey", (sample_report.SURVEY, *sample_report.ROWS)),
            ("choices", (sample_report.CHOICES, *sample_report.LISTS)),
            ("settings", sample_report.SETTINGS),
        )
    )


def samples() -> dict[str, bytes]:
    """File name → bytes of every sample."""
    files = {f"{form.code}.xlsx": form_workbook(form) for form in FORMS}
    sample_list = workbook((("Danh sách mẫu", (*((line,) for line in TITLE), HEADER, *sample_rows())),))
    return files | {"BC-THANG.xlsx": report_workbook(), "sample-village.xlsx": sample_list}


def main() -> None:
    """Write all samples beside this script."""
    for name, data in samples().items():
        (QUESTIONNAIRES / name).write_bytes(data)
        print(name, len(data))


if __name__ == "__main__":
    main()
