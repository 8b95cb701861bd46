"""Migrations expand, then contract: what takes something away from older code is written down as such."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from migrations import compatibility, upgrade
from migrations.compatibility import CONTRACTS, fit, mark_of
from store.unit_of_work import Database
from tests.house.source import ROOT

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("[0-9]*_*.py"))
CONTRACTING = re.compile(
    r"DROP\s+(TABLE|COLUMN|VIEW|FUNCTION|TYPE)|RENAME\s+(TO|COLUMN)|SET\s+NOT\s+NULL|\bTYPE\s+[A-Z]+\s+USING"
    r"|ADD\s+COLUMN\s+\S+\s+[^,;]*NOT\s+NULL|ADD\s+CONSTRAINT",
    re.IGNORECASE,
)
"""What code of before may trip over: something is gone, or is demanded that it does not write."""


def test_what_contracts_is_written_down() -> None:
    found = [
        path.name[:4]
        for path in VERSIONS
        if path.name[:4] > CONTRACTS[0] and CONTRACTING.search(path.read_text("utf-8"))
    ]
    assert [revision for revision in found if revision not in CONTRACTS] == []
    assert set(CONTRACTS) <= {path.name[:4] for path in VERSIONS}


@pytest.mark.parametrize(
    "planted",
    [
        "ALTER TABLE a DROP COLUMN b;",
        "ALTER TABLE a RENAME TO c",
        "ALTER TABLE a ADD COLUMN b TEXT NOT NULL",
        "ALTER TABLE a ALTER COLUMN b SET NOT NULL",
    ],
)
def test_the_search_for_contracting_migrations_finds_them(planted: str) -> None:
    assert CONTRACTING.search(planted)
    assert not CONTRACTING.search("ALTER TABLE a ADD COLUMN b TEXT; CREATE TABLE c (d TEXT NOT NULL);")


@pytest.mark.parametrize(
    ("schema", "comment", "code", "said"),
    [
        ("0020", "compatible from 0018", "0020", "ok"),
        ("0019", "compatible from 0018", "0020", "behind"),
        ("", "", "0020", "behind"),
        ("0021", "compatible from 0018", "0020", "newer"),
        ("0021", "compatible from 0020", "0020", "newer"),
        ("0021", "compatible from 0021", "0020", "too_new"),
        ("0021", "", "0020", "too_new"),
    ],
)
def test_which_schema_fits_which_code(schema: str, comment: str, code: str, said: str) -> None:
    assert fit(schema, comment, code) == said


def test_a_contract_makes_older_code_unfit_from_its_own_revision_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compatibility, "CONTRACTS", ("0018", "0022"))
    assert [mark_of(at) for at in ("0018", "0021", "0022", "0030")] == [
        f"compatible from {oldest}" for oldest in ("0018", "0018", "0022", "0022")
    ]


def test_the_database_says_which_code_it_is_fit_for(owner: Database, owner_url: str) -> None:
    with owner.transaction() as conn:
        assert conn.scalar(upgrade.COMMENT) == mark_of(upgrade.head())
        assert upgrade.suited(conn) == "ok"


def test_a_newer_schema_is_left_as_it_is_or_refused(
    owner: Database, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = upgrade.head()
    with owner.transaction() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9998'"))
    try:
        upgrade.upgrade(owner_url)
        with owner.transaction() as conn:
            assert (upgrade.suited(conn), upgrade.current(conn)) == ("newer", "9998")
            conn.execute(sa.text("COMMENT ON TABLE alembic_version IS 'compatible from 9998'"))
        with pytest.raises(upgrade.TooNewError) as refused:
            upgrade.upgrade(owner_url)
        assert (refused.value.found, refused.value.wanted) == ("9998", at)
    finally:
        with owner.transaction() as conn:
            conn.execute(sa.text("UPDATE alembic_version SET version_num = :at"), {"at": at})
            conn.execute(sa.text(f"COMMENT ON TABLE alembic_version IS '{mark_of(at)}'"))
