"""Tables of cases: read from YAML, and checked in one test that reports every case that fails.

A table of hundreds of one-line cases as hundreds of tests costs more for the tests' coming and going than for what is
checked. `table` keeps what such tests say: each failing case by its label, with its own message and line. One case
alone: `pytest --case TEXT`. For checks that start from nothing; whatever changes a database or the disk is a test of
its own.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import wraps
from typing import Any

import pytest
import yaml

READER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where it is there: ten times as quick as PyYAML's own."""

Case = tuple[str, dict[str, Any]]
"""The label of a row, and its values by name."""
wanted = ""
"""Of a table only cases whose label has this text are checked; set by `--case`."""


def load(text: str) -> Any:
    """What stands in `text`; plain values only."""
    return yaml.load(text, READER)


def table(names: str | Sequence[str], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Check a function with the values of each row in one test; as `pytest.mark.parametrize`, without a test a row.

    `rows` are tuples, `pytest.param`s with an id, or bare values where `names` is one name. One table above another
    checks each row with each of the other. Fixtures that the function asks for besides are the same for all rows.
    """
    fields = [names] if isinstance(names, str) else list(names)
    mine = [_case(row, fields) for row in rows]

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        below: list[Case] = getattr(check, "cases", [("", {})])
        crossed = [("-".join(filter(None, (a, b))), one | more) for a, one in below for b, more in mine]
        return _test_of(getattr(check, "check", check), crossed)

    return decorate


def _test_of(check: Callable[..., None], all_cases: Sequence[Case]) -> Callable[..., None]:
    @wraps(check)
    def test(**fixtures: Any) -> None:
        chosen = [case for case in all_cases if wanted in case[0]]
        if all_cases and not chosen:
            pytest.skip(f"no case has {wanted!r}")
        found = [(label, _failure(check, fixtures | values)) for label, values in chosen]
        failures = [f"{label}: {said}" for label, said in found if said]
        if failures:
            pytest.fail("\n".join([f"{len(failures)} of {len(chosen)} cases:", *failures]), pytrace=False)

    signature = inspect.signature(check)
    given = {name for _, values in all_cases for name in values}
    others = [parameter for name, parameter in signature.parameters.items() if name not in given]
    for name, value in {
        "__signature__": signature.replace(parameters=others),  # what pytest asks for fixtures
        "check": check,
        "cases": all_cases,
    }.items():
        setattr(test, name, value)
    return test


def assert_none(offenders: Collection[str]) -> None:
    """Fail with all offenders, one a line, if there are any."""
    if offenders:
        pytest.fail("\n".join([f"{len(offenders)}:", *offenders]), pytrace=False)


def _case(row: Any, names: Sequence[str]) -> Case:
    given, values = None, row if len(names) > 1 else (row,)
    if hasattr(row, "marks"):
        given, values = row.id, row.values
    label = given or "-".join(value if isinstance(value, str) else repr(value) for value in values)
    return label, dict(zip(names, values, strict=True))


def _failure(check: Callable[..., None], arguments: dict[str, Any]) -> str:
    """How the check fails with these arguments, with file and line; "" when it holds."""
    try:
        check(**arguments)
    except (Exception, pytest.fail.Exception) as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {at.filename}:{at.lineno}: {error}"
    return ""
