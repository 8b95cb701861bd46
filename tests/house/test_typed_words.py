"""Whatever staff type for others to read is masked where it comes in: every option and every field of that name."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator

import click

from cli.main import SUBCOMMANDS
from cli.masked_input import TypedWords
from store.audit import TYPED
from tests.house.source import ROOT, called, literal, modules, name, tree


def options(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
    for parameter in command.params:
        yield f"{path} --{parameter.name}", parameter
    if isinstance(command, click.Group):
        for below, one in command.commands.items():
            yield from options(one, f"{path} {below}")


def test_every_option_for_words_masks_them() -> None:
    found = {
        place: isinstance(parameter.type, TypedWords)
        for subcommand, module in SUBCOMMANDS.items()
        for place, parameter in options(importlib.import_module(module).command, subcommand)
        if parameter.name in TYPED
    }
    assert len(found) >= 12
    assert [place for place, masks in found.items() if not masks] == []


def test_every_field_for_words_masks_them() -> None:
    """`typed("reason")`, never `field("reason")` nor the form's own."""
    asked = [
        (called(node), f"{name(path)}:{node.lineno}")
        for path in modules("gateway")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and node.args and literal(node.args[0]) in TYPED
    ]
    assert [place for by, place in asked if by not in ("masked_field", "Column")] == []
    shown = {one for path in (ROOT / "gateway").rglob("*.html") for one in TYPED if f'name="{one}"' in path.read_text()}
    assert shown == {"reason", "title"}
    assert len(asked) >= 5
