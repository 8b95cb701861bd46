"""Passes the rows of a page to PostgreSQL as one JSON parameter that the server expands again.

One statement a page costs a fraction of one a row; arrays of times, bytes and documents cost the driver more than this.
It must not know a table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.types import TypeEngine


def page(name: str, columns: Mapping[str, TypeEngine[Any]]) -> CTE:
    """The rows given as parameter `name` (see `document`), to be read like a table."""
    given = func.json_to_recordset(cast(bindparam(name, type_=Text), JSON))
    found = given.table_valued(*(column(key, kind) for key, kind in columns.items()), name=f"of_{name}")
    return select(found.render_derived(with_types=True)).cte(name)


def document(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of plain JSON types, ids, aware times and bytes, as `page` reads them."""
    return json.dumps(list(rows), default=_plain, check_circular=False)


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"no value of a page: {type(value)}")
