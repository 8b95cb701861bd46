"""Our own patterns read what strangers write: none repeats a repetition unless somebody has looked at it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # the parser of `re`, to look at a pattern's parts

import pytest

from sms.reading import replies
from sms.reading import vocabulary as words
from tests import cases
from tests.house.source import called, literal, modules, name, tree

LONG = 14
"""Repetitions from which on a nested one may take for ever."""
LOOKED_AT = {
    r"\d+(?:[.,]\d+)+|": "a mark that is no digit stands between",
    r"(?:[\s,;.]+(?:va": "a word stands between; a text is cut to `sms.reading.vocabulary.LONGEST` characters",
    r"(?:[\s.\-–—_]|[^": "only splits, so it never has to give anything back",
    r"(?<![0-9A-Za-z-]": "each repetition begins with a digit, and nothing between is one",
    r"[^\W\d_]+(?:['’-][": "a mark that is no letter stands between",
    r"[^@\s]{1,64}@[^@": "a dot stands between, which the parts have not",
}
"""How a pattern begins that repeats a repetition → why that is harmless."""


def patterns() -> Iterator[tuple[str, str]]:
    """(place, pattern) of every plain pattern in the product."""
    for path in modules():
        if name(path).startswith(("simulator", "tests")):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
                found = literal(node.args[0]) if node.args and of_re and called(node) != "escape" else None
                if found is not None:
                    yield f"{name(path)}:{node.lineno}", found


def repeated(parts: object, inside: bool = False) -> bool:
    """Whether a long repetition stands in a long repetition."""
    if isinstance(parts, tuple) and len(parts) == 2 and parts[0] in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
        _, high, body = parts[1]
        long = high > LONG
        return (long and inside) or repeated(body, inside or long)
    if isinstance(parts, str | bytes | int) or parts is None:
        return False
    try:
        return any(repeated(part, inside) for part in parts)  # type: ignore[attr-defined]  # parts of parts
    except TypeError:
        return False


def test_there_are_patterns_and_the_dangerous_kind_is_seen() -> None:
    assert len(list(patterns())) > 50
    assert repeated(_parser.parse("^([A-Za-z]+ ?)+$"))
    assert repeated(_parser.parse("(a|b*)*c"))
    assert not repeated(_parser.parse("a+b+"))


@cases.table(("place", "pattern"), patterns())
def test_no_pattern_repeats_a_repetition(place: str, pattern: str) -> None:
    known = any(pattern.startswith(beginning) for beginning in LOOKED_AT)
    assert known or not repeated(_parser.parse(pattern)), f"{place}: {pattern}"


@pytest.mark.parametrize("unit", ["khong ", "a", "1,", "C1=", ", va", "1 ", "9", " ", "sd 1 ", "otp ", "ai\n"])
def test_no_text_is_read_farther_than_a_text_can_be_long(unit: str) -> None:
    assert len(words.normal(unit * 20_000)) <= words.LONGEST
    assert len(words.tokens(unit * 20_000)) <= words.LONGEST
    replies.read(unit * 20_000, None)
    assert re.fullmatch("[0-9a-f]{16}", replies.glance(unit * 20_000).digest)
