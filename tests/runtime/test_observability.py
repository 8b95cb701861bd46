"""Phones, names and texts never reach a log, whoever logs and whatever went wrong."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from runtime import observability

NAME = "Nguyễn Thị Bí Mật"
PHONE = "+84901234567"
SHAPES = [PHONE, "0901234567", "0901 234 567", "090.123.4567", "84901234567", "(024) 3843-1234", "0084 90 123 4567"]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    observability.configure("DEBUG", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_only_named_fields_pass(lines: io.StringIO) -> None:
    structlog.get_logger("alo").info("text_received", ref="abc_-1", outcome="answered", body="2", name=NAME, to=PHONE)
    [line] = written(lines)
    assert line["event"] == "text_received"
    assert line["ref"] == "abc_-1"
    assert line["outcome"] == "answered"
    assert line["body"] == line["name"] == line["to"] == observability.WITHHELD


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_are_taken_out_of_whatever_passes(lines: io.StringIO, shape: str) -> None:
    structlog.get_logger("alo").warning(f"cannot reach {shape} now", reason=f"to={shape}", places=[shape])
    logging.getLogger("some.package").error("sending to %s failed", shape)
    assert shape not in lines.getvalue()
    assert len(written(lines)) == 2


@given(st.text(alphabet="0123456789", min_size=9, max_size=15))
def test_no_run_of_digits_as_long_as_a_number_is_left(digits: str) -> None:
    assert digits not in observability.scrub(f"x {digits} y")


def test_ids_and_counts_stay_readable(lines: io.StringIO) -> None:
    ids = {"ref": "0190e6f2-7b1a-7c3d-8e4f-012345678901", "count": 36000, "campaign": "HTX-2026"}
    structlog.get_logger("alo").info("planned", **ids)
    [line] = written(lines)
    assert {name: line[name] for name in ids} == ids


def test_an_exception_shows_where_and_not_what(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"{NAME} said {PHONE}")
    except ValueError:
        structlog.get_logger("alo").exception("failed")
        logging.getLogger("some.package").exception("failed")
    assert NAME not in lines.getvalue()
    assert PHONE not in lines.getvalue()
    for line in written(lines):
        assert "ValueError" in line["exception"]
        assert "test_an_exception_shows_where_and_not_what" in line["exception"]


def test_rows_quoted_by_the_database_are_withheld(lines: io.StringIO) -> None:
    said = f'null value in column "code"\nDETAIL:  Failing row contains (1, {NAME}, x).\nmore'
    logging.getLogger("sqlalchemy").error(said)
    assert NAME not in lines.getvalue()
    assert "null value" in lines.getvalue()


def test_the_database_s_errors_stay_without_rows_and_parameters(lines: io.StringIO, machine: Any) -> None:
    import sqlalchemy as sa

    try:
        with machine.transaction() as conn:
            broken = sa.text("INSERT INTO offices (code, name) VALUES (:phone, :name)")
            conn.execute(broken, {"phone": PHONE, "name": NAME})
    except sa.exc.IntegrityError as error:
        structlog.get_logger("alo").error("failed", error=error, exc_info=error)
        logging.getLogger("celery").error("Task raised unexpected: %r %s", error, error, exc_info=error)
    assert len(written(lines)) == 2
    assert NAME not in lines.getvalue()
    assert PHONE not in lines.getvalue()
