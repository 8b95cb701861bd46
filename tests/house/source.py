"""The source the house tests read: our packages, their modules, and their syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = tuple(sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"))


def modules(*packages: str) -> list[Path]:
    """Every Python file of these packages, or of all."""
    return [path for package in packages or PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def name(path: Path) -> str:
    """The path as it stands in the repository."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"))


def literal(node: ast.AST | None) -> str | None:
    """The string a node is, if it is a plain one."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called(node: ast.Call) -> str:
    """The last name of what is called: `say` of `session.say(...)`."""
    match node.func:
        case ast.Name(id=found) | ast.Attribute(attr=found):
            return found
    return ""
