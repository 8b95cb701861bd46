"""Reads lines of the audit trail whatever stands in them: a damaged one does not hide the others.

Whoever may write a line can give it any time and any document. It must not know which lines are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from store.tables.staff import audit

LONGEST_NUMBER = 1000
"""Digits of a number that is read as one."""


def document(text: str) -> Mapping[str, Any]:
    """A line's document as the server writes it, whoever wrote it: what nobody can read is told as its beginning."""
    try:
        told = json.loads(text, parse_int=lambda digits: int(digits) if len(digits) < LONGEST_NUMBER else digits)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {"": text[:LONGEST_NUMBER]}


def told_at() -> sa.ColumnElement[datetime]:
    """A line's moment; the end of the times we can tell where it is beyond them: one line must not hide the others."""
    least, most = (sa.literal(text, sa.Text).cast(audit.c.at.type) for text in ("0001-01-02", "9999-12-30"))
    return sa.func.greatest(least, sa.func.least(audit.c.at, most), type_=audit.c.at.type)
