"""Whatever is done to the audit trail behind its back is found, at its place; what may happen to it is not mistaken."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services import audit_chain
from services.audit_chain import Verified
from services.privacy import retention
from services.work import Work
from store import audit as trail
from store import audit_chain as links
from store.audit_chain import End
from store.tables.staff import audit
from store.unit_of_work import Database
from tests.doubles import START

Deed = Callable[[sa.Connection], object]


@pytest.fixture
def work(work: Work, owner: Database) -> Work:
    """Six lines, each of a transaction of its own."""
    for n in range(1, 7):
        written(work.database, f"line.{n}")
    return work


def written(database: Database, action: str, **detail: object) -> None:
    with database.transaction() as conn:
        trail.append(conn, at=START, actor="cli:test", action=action, subject="x", detail=detail)


def numbers(owner: Database) -> list[int]:
    with owner.transaction() as conn:
        return list(conn.scalars(sa.select(audit.c.id).order_by(audit.c.position)))


def sql(text: str) -> Deed:
    return lambda conn: conn.execute(sa.text(text))


def nth(n: int) -> str:
    """SQL for the number of the nth line."""
    return f"(SELECT id FROM audit ORDER BY id OFFSET {n - 1} LIMIT 1)"


def codes(found: Verified) -> list[str]:
    return [f"{one.code}@{one.position}" if one.position else one.code for one in found.findings]


def test_an_untouched_trail_is_well(work: Work) -> None:
    found = audit_chain.verify(work)
    assert (found.lines, found.scrubbed, found.head.position, codes(found)) == (6, 0, 6, [])
    assert audit_chain.head(work) == found.head
    written(work.database, "line.7")
    assert codes(audit_chain.verify(work, found.head)) == []


@pytest.mark.parametrize(
    ("at", "detail", "found"),
    [
        ("infinity", "{}", ["changed@7"]),
        ("-infinity", "{}", ["changed@7"]),
        ("0044-03-15 BC", "{}", ["changed@7"]),
        ("12000-01-01", "{}", ["changed@7"]),
        ("2026-11-30", '{"scrubbed": {"1": 1e5000}}', []),
        ("2026-11-30", '{"scrubbed": {"%s": "x"}}' % ("9" * 5000), []),
        ("2026-11-30", '{"scrubbed": ["1"]}', []),
        ("2026-11-30", f'{{"scrubbed": {"[" * 2000}{"]" * 2000}}}', []),
    ],
)
def test_no_line_hides_the_others(work: Work, owner: Database, at: str, detail: str, found: list[str]) -> None:
    """Whoever may write a line can write any time and any document, which must not keep the rest from being read."""
    with work.database.transaction() as conn:
        conn.execute(
            sa.text(
                "INSERT INTO audit (at, actor, action, subject, detail, salt)"
                " VALUES (CAST(:at AS timestamptz), 'cli:x', 'person.erased', 'x', CAST(:detail AS jsonb), '')"
            ),
            {"at": at, "detail": detail},
        )
        assert len(list(trail.lines(conn, trail.AuditFilter(action="person.erased")))) == 1
    assert codes(audit_chain.verify(work)) == found
    with owner.transaction() as conn:
        conn.execute(sa.text(f"UPDATE audit SET subject = 'y' WHERE id = {nth(2)}"))
    assert "changed@2" in codes(audit_chain.verify(work))


FORGED = (
    "INSERT INTO audit (at, actor, action, subject, detail, position, digest, chain)"
    " SELECT at, 'cli:other', action, subject, '{}', {place}, digest, chain FROM audit WHERE id = {like}"
)
SWAPPED = (
    "UPDATE audit a SET {column} = b.{column} FROM audit b"
    " WHERE (a.id, b.id) IN (({two}, {three}), ({three}, {two}))"
)  # fmt: skip


def swapped(column: str) -> Deed:
    return sql(SWAPPED.format(column=column, two=nth(2), three=nth(3)))


def inserted(conn: sa.Connection) -> None:
    """Between two lines, the later ones moved on, and the trigger kept out of it."""
    conn.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER chained"))
    conn.execute(sa.text("UPDATE audit SET position = position + 1 WHERE position > 3"))
    conn.execute(sa.text(FORGED.replace("'{}'", "'{{}}'").format(place=4, like=nth(3))))
    conn.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER chained"))


def unchained(conn: sa.Connection) -> None:
    conn.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER chained"))
    trail.append(conn, at=START, actor="cli:other", action="line.x", subject="x")
    conn.execute(sa.text("ALTER TABLE audit ENABLE TRIGGER chained"))


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        *(
            (sql(f"UPDATE audit SET {change} WHERE id = {nth(3)}"), ["changed@3"])
            for change in (
                "actor = 'cli:other'",
                "action = 'line.x'",
                "subject = 'y'",
                "at = at + interval '1 microsecond'",
                "detail = '{\"n\": 1}'",
                "salt = NULL",
            )
        ),
        (sql(f"UPDATE audit SET digest = alo_audit_digest(audit), subject = subject WHERE id = {nth(3)}"), []),
        (
            sql(
                f"UPDATE audit SET subject = 'y' WHERE id = {nth(3)};"
                f"UPDATE audit SET digest = alo_audit_digest(audit) WHERE id = {nth(3)}"
            ),
            ["broken@3"],
        ),
        (sql(f"UPDATE audit SET digest = sha256('') WHERE id = {nth(3)}"), ["broken@3", "changed@3"]),
        (sql(f"UPDATE audit SET chain = sha256('') WHERE id = {nth(3)}"), ["broken@3", "broken@4"]),
        (sql(f"DELETE FROM audit WHERE id = {nth(3)}"), ["missing@3", "broken@4"]),
        (sql(f"DELETE FROM audit WHERE id = {nth(1)}"), ["missing@1", "broken@2"]),
        (sql(f"DELETE FROM audit WHERE id = {nth(6)}"), ["tail@5"]),
        (sql("DELETE FROM audit"), ["tail"]),
        (inserted, ["broken@4", "broken@5", "broken@6", "broken@7", "changed@4", "tail@7"]),
        (unchained, ["unchained"]),
        (swapped("action"), ["changed@2", "changed@3"]),
        (swapped("position"), ["broken@2", "broken@3", "broken@4"]),
        (sql("UPDATE audit_chain SET position = 9"), ["tail@6"]),
        (
            sql("INSERT INTO audit_chain SELECT 'cut', position, chain FROM audit WHERE position = 2"),
            ["twice@1", "broken@1", "cut_untold@2"],
        ),
        (
            sql(
                "INSERT INTO audit_chain SELECT 'cut', position, chain FROM audit WHERE position = 2;"
                "DELETE FROM audit WHERE position <= 2"
            ),
            ["cut_untold@2"],
        ),
    ],
)
def test_what_is_done_behind_its_back_is_found(work: Work, owner: Database, deed: Deed, found: list[str]) -> None:
    with owner.transaction() as conn:
        deed(conn)
    assert codes(audit_chain.verify(work)) == found


def test_a_whole_forgery_is_found_by_a_noted_head(work: Work, owner: Database) -> None:
    """Who owns the tables can write a sound trail that is another one: what was noted outside tells."""
    noted = audit_chain.head(work)
    with owner.transaction() as conn:
        conn.execute(sa.text("DELETE FROM audit WHERE position > 4"))
        conn.execute(
            sa.text("UPDATE audit_chain SET (position, chain) = (SELECT 4, chain FROM audit WHERE position = 4)")
        )
    assert codes(audit_chain.verify(work)) == []
    assert codes(audit_chain.verify(work, noted)) == ["noted_later@6"]
    for n in (5, 6, 7):
        written(work.database, f"other.{n}")
    assert codes(audit_chain.verify(work)) == []
    assert codes(audit_chain.verify(work, noted)) == ["noted_other@6"]


def test_retention_takes_the_beginning_and_the_rest_is_whole(work: Work, eraser: Database, owner: Database) -> None:
    noted = audit_chain.head(work)
    with owner.transaction() as conn:  # the third line is younger, the fourth of a clock that was far ahead
        conn.execute(sa.text("DELETE FROM audit"))
        conn.execute(sa.text("DELETE FROM audit_chain"))
    for n, days in enumerate((0, 0, 5, 4000, 1, 9), start=1):
        with work.database.transaction() as conn:
            trail.append(conn, at=START + timedelta(days=days), actor="x", action=f"line.{n}", subject="x")
    with eraser.transaction() as conn:
        assert links.cut(conn, START + timedelta(days=3), 1) == 1
        assert links.cut(conn, START + timedelta(days=3), 500) == 1
        assert links.cut(conn, START + timedelta(days=3), 500) == 0  # the fifth is old, but behind the third
        retention._note(conn, "trail", 2, START + timedelta(days=9))
    found = audit_chain.verify(work)
    assert (codes(found), found.cut.position, found.lines) == ([], 2, 6)
    assert codes(audit_chain.verify(work, End(1, noted.chain))) == []
    assert audit_chain.verify(work, End(1, noted.chain)).noted_before_cut
    with owner.transaction() as conn:  # one more than it tells of
        conn.execute(sa.text("DELETE FROM audit WHERE position = 3"))
    assert codes(audit_chain.verify(work)) == ["missing@3", "broken@4"]


def test_all_lines_may_be_past_their_time(work: Work, eraser: Database) -> None:
    with eraser.transaction() as conn:
        assert links.cut(conn, START + timedelta(days=1), 500) == 6
        retention._note(conn, "trail", 6, START + timedelta(days=1))
    found = audit_chain.verify(work)
    assert (codes(found), found.cut.position, found.lines) == ([], 6, 2)


def test_what_was_written_before_is_chained(work: Work, owner: Database) -> None:
    migration = importlib.import_module("migrations.versions.0020_audit_chain")
    with owner.transaction() as conn:
        conn.execute(sa.text("UPDATE audit SET position = NULL, digest = NULL, chain = NULL"))
        conn.execute(sa.text("DELETE FROM audit_chain"))
    assert codes(audit_chain.verify(work)) == ["unchained"] * 6
    with owner.transaction() as conn:
        conn.execute(sa.text(migration.REST))
    written(work.database, "line.7")
    found = audit_chain.verify(work)
    assert (codes(found), found.head.position) == ([], 7)


def scrub(conn: sa.Connection, number: int, detail: object) -> None:
    links.scrub(conn, number, detail, b"0" * trail.SALT_BYTES)


def test_a_scrubbed_line_is_known_as_such(work: Work, eraser: Database, owner: Database) -> None:
    third, fourth = numbers(owner)[2:4]
    with eraser.transaction() as conn:
        scrub(conn, third, {"n": "[…]"})
    assert codes(audit_chain.verify(work)) == ["changed@3"]  # scrubbed, and nobody asked for it
    with eraser.transaction() as conn:
        told = {"scrubbed": dict(audit_chain.scrubbed(links.by_numbers(conn, [third])))}
        trail.append(conn, at=START, actor="cli:test", action="person.erased", subject="mark", detail=told)
    found = audit_chain.verify(work)
    assert (codes(found), found.scrubbed) == ([], 1)
    with eraser.transaction() as conn:  # whatever is changed afterwards is found as in any other line
        scrub(conn, third, {"n": "y"})
        scrub(conn, fourth, {"n": "y"})
    assert codes(audit_chain.verify(work)) == ["changed@3", "changed@4"]


def test_nobody_chooses_a_place_and_only_the_owner_takes_lines_away(work: Work, eraser: Database) -> None:
    with work.database.transaction() as conn:
        line = {"at": START, "actor": "x", "action": "x", "subject": "x", "detail": {}}
        conn.execute(sa.insert(audit).values(**line, position=1, digest=b"1", chain=b"1"))
    assert codes(audit_chain.verify(work)) == []
    for database, deed in (
        (work.database, "UPDATE audit SET position = 1"),
        (work.database, "UPDATE audit_chain SET position = 1"),
        (work.database, "SELECT alo_audit_cut(now(), 1)"),
        (eraser, "DELETE FROM audit"),
        (eraser, "UPDATE audit SET chain = ''"),
        (eraser, "UPDATE audit_chain SET position = 1"),
    ):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), database.transaction() as conn:
            conn.execute(sa.text(deed))


def test_a_long_transaction_holds_up_nobody(work: Work) -> None:
    """Its line gets its place when it ends, behind those that ended before; one that is taken back leaves no gap."""
    with work.database.transaction() as long:
        trail.append(long, at=START, actor="x", action="line.long", subject="x")
        with work.database.transaction() as conn:
            conn.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            trail.append(conn, at=START, actor="x", action="line.short", subject="x")
    with work.database.transaction() as conn, conn.begin_nested() as nested:
        trail.append(conn, at=START, actor="x", action="line.back", subject="x")
        nested.rollback()
    written(work.database, "line.last")
    with work.database.transaction() as conn:
        actions = conn.scalars(sa.select(audit.c.action).order_by(audit.c.position)).all()
    assert actions[-3:] == ["line.short", "line.long", "line.last"]
    assert codes(audit_chain.verify(work)) == []


def test_writers_at_once_make_one_chain(work: Work, owner: Database) -> None:
    with owner.transaction() as conn:  # not even the first line has a head to begin with
        conn.execute(sa.delete(audit))
        conn.execute(sa.text("DELETE FROM audit_chain"))
    begin = threading.Barrier(4)

    def write(writer: int) -> None:
        begin.wait()
        for n in range(10):
            written(work.database, f"writer.{writer}", n=n)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = audit_chain.verify(work)
    assert (codes(found), found.lines, found.head.position) == ([], 40, 40)
