"""Opening sealed columns whose table is known only when the program runs: the place that their bytes are bound to.

Whoever knows the column names it to the vault itself. It must not know what is done with what is opened.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, RowMapping

from store.tables.base import SEALED
from store.vault import Vault


def opened(vault: Vault, column: Column[Any], row: RowMapping | dict[str, Any]) -> str:
    """The text in a sealed `column` of a `row` that has it and what it is bound to. Raises UnreadableError."""
    bound_to = (row[name] for name in column.info[SEALED])
    return vault.open(row[column.name], f"{column.table.name}.{column.name}", *bound_to)
