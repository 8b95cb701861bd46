"""Which code fits which schema: migrations expand first and contract later, so that old and new code run side by side.

Revisions are numbers of four digits. It must not know a database: what stands in one is passed in. No migration tool is
loaded for it, as gateways ask it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

CONTRACTS: Sequence[str] = ("0017",)
"""Revisions that take away, rename or demand something which code of before them still uses or leaves out: where one of
them is applied, older code no longer works. The first stands for all before it, which nobody has looked at. A house
test asks that each migration which looks like one stands here."""

MARK = "compatible from "
"""How the comment on `alembic_version` begins, which says from which code on the schema is fit."""

Fit = Literal["ok", "newer", "behind", "too_new"]
"""`newer`: the schema is ahead of this code, and this code still works on it."""


def mark_of(applied: str) -> str:
    """The comment for a schema at revision `applied`."""
    return MARK + max((revision for revision in CONTRACTS if revision <= applied), default=CONTRACTS[0])


def fit(schema: str, comment: str, code: str) -> Fit:
    """How a schema at revision `schema` ("": before the first) with this comment suits code that ends at `code`."""
    if schema == code:
        return "ok"
    if schema < code:
        return "behind"
    oldest = comment.removeprefix(MARK) if comment.startswith(MARK) else schema
    return "newer" if oldest <= code else "too_new"
