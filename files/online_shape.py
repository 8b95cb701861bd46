"""The file that Alo writes for the online survey: its headings by code, and its words for the state of an interview.

`files.online_columns` reads the same headings back, and `said_status` there the same words. They belong to the format:
they are the same in every language of the staff. It must not know where the cells come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A heading of the file, and the field of `online_columns.FIELDS` that it is read as."""

    heading: str
    field: str


COLUMNS: Mapping[str, OwnColumn] = {
    "registry_code": OwnColumn("Mã", "registry_code"),
    "questionnaire": OwnColumn("Phiếu", "questionnaire"),
    "status": OwnColumn("Trạng thái", "status"),
    "channel": OwnColumn("Kênh", "ignored"),
    "day": OwnColumn("Ngày trả lời", "at"),
    "login": OwnColumn("Tên đăng nhập", "phone"),
    "late": OwnColumn("Trễ hạn", "ignored"),
}
"""Code of a column → its heading and how it is read."""
SHAPE = tuple(COLUMNS[code].heading for code in ("registry_code", "questionnaire", "status", "channel", "day"))
"""The first headings of every such file; questions follow under their names."""
STATUS_SHEET, NOTES_SHEET = "Trạng thái", "Ghi chú"
"""Titles of sheets: the one of who has answered, and the one of words that are no rows."""
STATUS_WORDS: Mapping[str, str] = {
    "pending": "Chưa trả lời",
    "active": "Đang trả lời",
    "partial": "Đang trả lời",
    "complete": "Đã trả lời",
    "answered": "Đã trả lời",
    "refused": "Từ chối",
}
"""Status of an interview (`survey.engine.state.Status`, or `answered` online) → how the files say it."""
