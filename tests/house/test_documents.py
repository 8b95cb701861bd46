"""What the documents name is there: files, functions in them, make targets and commands."""

from __future__ import annotations

import ast
import re

import click
import pytest

from cli.main import alo
from tests import cases
from tests.house.source import ROOT, tree

DOCUMENTS = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
WIDTH = 120
"""Letters of a line of prose; tables and code may be wider."""
TEXTS = [pytest.param(path.read_text("utf-8"), id=path.name) for path in DOCUMENTS]


def functions(place: str) -> set[str]:
    """Names a module defines or hands on at its top."""
    found: set[str] = set()
    for node in tree(ROOT / place).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


@cases.table("text", TEXTS)
def test_files_and_functions_that_are_named_exist(text: str) -> None:
    for place, names in re.findall(r"`([a-z_]+/[a-z_/]+\.(?:py|yaml|md))(?:: ([a-z_ →]+))?`", text):
        assert (ROOT / place).exists(), place
        for name in filter(None, re.split(r"\W+", names)):
            assert name in functions(place), (place, name)


@cases.table("text", TEXTS)
def test_make_targets_that_are_named_exist(text: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


@cases.table("text", TEXTS)
def test_commands_that_are_named_exist(text: str) -> None:
    for line in re.findall(r"`alo ((?:[a-z-]+ ?)+)", text):
        command: click.Command | None = alo
        for word in line.split():
            if isinstance(command, click.Group) and not word.startswith("-"):
                command = command.get_command(click.Context(command), word)
                assert command is not None, line


def wide_lines(text: str) -> list[int]:
    """Numbers of the lines of prose that are too long."""
    found, in_code = [], False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif not in_code and not line.startswith("|") and len(line) > WIDTH:
            found.append(number)
    return found


def test_lines_of_prose_are_not_wide() -> None:
    documents = [*DOCUMENTS, ROOT / "CHANGELOG.md"]
    wide = {str(path.relative_to(ROOT)): wide_lines(path.read_text("utf-8")) for path in documents}
    assert {name: lines for name, lines in wide.items() if lines} == {}


def test_the_search_finds_wide_lines() -> None:
    long = "x" * (WIDTH + 1)
    assert wide_lines(f"{long}\n| {long} |\n```\n{long}\n```\nshort\n{long}") == [1, 7]


def test_the_search_finds_what_is_named() -> None:
    found = "".join(path.read_text("utf-8") for path in DOCUMENTS)
    assert "`alo campaign launch" in found
    assert "`services/texts/receive.py: receive_text`" in found
    assert "receive_text" in functions("services/texts/receive.py")
