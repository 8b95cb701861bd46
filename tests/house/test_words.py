"""Every code that staff may meet has words in Vietnamese and in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

from runtime.catalogue import LANGUAGES, load
from store.keys import sealed_columns
from tests import cases
from tests.house.source import called, literal, modules, name, tree

ENTRIES = load()
SPEAKERS = {"Refusal", "Fault", "ExpressionFault", "words", "say", "fail"}
CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
FILE = re.compile(r".*\.(csv|html|json|lock|log|pid|sock|xlsx|yaml)")
COLUMNS = {place.place for place in sealed_columns()}
"""Where something is sealed: "staff.phone" is a column there."""
NAMESPACES = {code.split(".")[0] for code in ENTRIES}
WHERE = [
    path
    for path in modules("survey", "contact", "files", "services", "store", "gateway", "runtime", "workers")
    if "store/tables" not in name(path)  # "staff.id" is a column there
]


def spoken() -> Iterator[tuple[str, str]]:
    """(place, code) of every code that is spoken as a plain string."""
    for path in WHERE:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            first = literal(node.args[0]) if node.args and called(node) in SPEAKERS else None
            others = [literal(keyword.value) for keyword in node.keywords if keyword.arg == "suggestion"]
            for code in filter(None, [first, *others]):
                yield f"{name(path)}:{node.lineno}", code


def audited() -> Iterator[tuple[str, str]]:
    """(place, action) of everything the audit trail is told as a plain string."""
    for path in WHERE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg == "action":
                action = literal(node.value)
                if action and CODE.fullmatch(action):
                    yield f"{name(path)}:{node.value.lineno}", action


def namesakes() -> Iterator[tuple[str, str]]:
    """(place, code) of every other string that looks like a code of a namespace the catalogue has."""
    for path in WHERE:
        for node in ast.walk(tree(path)):
            code = literal(node)
            known = code and code.split(".")[0] in NAMESPACES and code not in COLUMNS
            if known and CODE.fullmatch(code) and not FILE.fullmatch(code):
                yield f"{name(path)}:{getattr(node, 'lineno', 0)}", code


def beginnings() -> Iterator[tuple[str, str]]:
    """(place, beginning) of codes that are put together when spoken: `"excluded." + reason`, `f"outcome.{name}"`."""
    for path in WHERE:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and called(node) in SPEAKERS and node.args:
                start = node.args[0]
                if isinstance(start, ast.BinOp):
                    start = start.left
                elif isinstance(start, ast.JoinedStr) and start.values:
                    start = start.values[0]
                else:
                    continue
                text = literal(start)
                if text and text.endswith("."):
                    yield f"{name(path)}:{node.lineno}", text


def test_every_spoken_code_has_words() -> None:
    assert sorted({f"{code} ({place})" for place, code in spoken() if code not in ENTRIES}) == []


def test_every_string_of_a_known_namespace_has_words() -> None:
    found = {f"{code} ({place})" for place, code in namesakes() if not {code, f"audit.{code}"} & set(ENTRIES)}
    assert sorted(found) == []


def test_every_audited_action_has_words() -> None:
    assert sorted({f"{code} ({place})" for place, code in audited() if f"audit.{code}" not in ENTRIES}) == []


def test_every_beginning_of_a_code_leads_somewhere() -> None:
    codes = tuple(ENTRIES)
    lost = [(start, place) for place, start in beginnings() if not any(code.startswith(start) for code in codes)]
    assert lost == []


def test_the_search_finds_codes() -> None:
    assert "cli.not_running" in {code for _, code in spoken()}


@cases.table("code", sorted(ENTRIES))
def test_words_stand_in_both_languages_with_the_same_places(code: str) -> None:
    entry = ENTRIES[code]
    assert set(entry) == set(LANGUAGES)
    assert all(isinstance(text, str) and text.strip() for text in entry.values())
    places = [{field for _, field, _, _ in Formatter().parse(entry[lang]) if field} for lang in LANGUAGES]
    assert all(each == places[0] for each in places)
