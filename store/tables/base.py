"""The MetaData with its naming rules, and the few column shorthands every table uses.

No server defaults of time and no server clock: who writes a row passes the time in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, LargeBinary, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB

SEALED = "sealed"
"""Mark of a column that only a vault can read."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def key() -> Column[Any]:
    """Time-ordered UUID primary key, made by the Ids port."""
    return Column("id", Uuid, primary_key=True)


def ref(name: str, target: str, *, null: bool = False, index: bool = False) -> Column[Any]:
    """A foreign key to `target` ("table.column") of type uuid."""
    return Column(name, Uuid, ForeignKey(target), nullable=null, index=index)


def at(name: str, *, null: bool = False) -> Column[Any]:
    """An aware UTC time."""
    return Column(name, DateTime(timezone=True), nullable=null)


def sealed(name: str, *, null: bool = True, bound_to: Sequence[str] = ("id",)) -> Column[Any]:
    """Bytes written by `store.vault` (AES-GCM); never searched. `store.keys.sealed_columns` finds them by their mark.

    `bound_to`: the columns whose values say which row the bytes belong to; they are authenticated with them. They are
    known before the row is written, and the same for all writers of one row.
    """
    return Column(name, LargeBinary, nullable=null, info={SEALED: tuple(bound_to)})


def document(name: str, *, null: bool = False) -> Column[Any]:
    """A JSONB document."""
    return Column(name, JSONB, nullable=null)
