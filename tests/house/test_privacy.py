"""The inventory of personal data names every table, and every column that is sealed."""

from __future__ import annotations

import re

from runtime.settings import Settings
from store.keys import sealed_columns
from store.privacy.personal import NAMELESS, SEARCHED, Subject, places
from store.tables import metadata
from tests.house.source import ROOT

DOCUMENT = ROOT / "docs" / "privacy.md"
ROW = re.compile(r"^\| `([a-z_]+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def inventory() -> dict[str, tuple[str, set[str], str]]:
    """Table → what of a person stands in it, its sealed columns, what an erasure leaves."""
    found = ROW.findall(DOCUMENT.read_text("utf-8").partition("## Inventory")[2].partition("\n## ")[0])
    return {table: (what, set(re.findall(r"`([a-z_]+)`", columns)), left) for table, what, columns, left in found}


def test_every_table_and_every_sealed_column_is_in_the_inventory() -> None:
    sealed: dict[str, set[str]] = {}
    for place in sealed_columns():
        sealed.setdefault(place.table.name, set()).add(place.column.name)
    assert {table: columns for table, (_, columns, _) in inventory().items() if columns} == sealed
    assert set(inventory()) == set(metadata.tables)


def test_what_an_erasure_goes_through_has_something_of_a_person() -> None:
    looked_at = {table.name for table in (*places(Subject(b"")), *SEARCHED)}
    assert [table for table in sorted(looked_at) if inventory()[table][0] == "nothing"] == []
    hashed = {t.name for t in metadata.tables.values() if "phone_hash" in t.c or "digits_hash" in t.c}
    assert hashed <= looked_at | {"erasures"}


def test_every_sealed_text_is_erased_by_a_column_or_searched() -> None:
    """A new sealed column is seen by `alo person show` and `erase`, or this fails."""
    seen = {table.name for table in (*places(Subject(b"")), *SEARCHED)}
    assert {place.table.name for place in sealed_columns()} <= seen | {table.name for table in NAMELESS}


def test_the_document_leaves_the_law_to_lawyers() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert all(part in text for part in ("2 working days", "15 days", "72 hours", "transfer dossier", "⚖"))
    assert Settings.__dataclass_fields__["alo_eraser_database_url"]
