"""How the code is kept: packages under contracts, nothing long or vague. What docstrings must say, ruff checks."""

from __future__ import annotations

import ast
import configparser
import importlib.metadata
import re
import statistics
import subprocess
import tomllib
import warnings
from pathlib import Path

from tests.cases import assert_none
from tests.house.source import PACKAGES, ROOT, modules, name, tree

MODULES = modules()
LONG, TOO_LONG = 400, 600
LONGEST_FUNCTION = 50
VAGUE = re.compile(r"(^|_)(util|utils|helper|helpers|manager|dao|misc)(_|$)", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"/[w]ork/|/[r]oot/|/home/[a-z]+/|/[U]sers/|\.\./[s]hared|\.[l]ibrary|/tmp/[b]rief")
"""Written so that this file may be looked at too."""


def test_every_package_stands_in_the_contracts() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    roots = set(parser["importlinter"]["root_packages"].split())
    layers = set(re.split(r"[\s|]+", parser["importlinter:contract:floors"]["layers"].strip()))
    assert roots == set(PACKAGES)
    assert layers | {"simulator"} == roots


def test_every_package_is_installed_and_typed() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    code = set(PACKAGES)
    found = config["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {f"{package}*" for package in code} == set(found)
    assert code <= set(config["tool"]["mypy"]["files"])


def test_no_file_is_long() -> None:
    """A file of one subject may be long, and is named for the next reader; from `TOO_LONG` lines on it fails."""
    lines = {name(path): len(path.read_text("utf-8").splitlines()) for path in [*MODULES, *modules("tests")]}
    long = sorted((count, path) for path, count in lines.items() if count > LONG)
    if long:
        said = ", ".join(f"{path} {count}" for count, path in reversed(long))
        warnings.warn(f"files over {LONG} lines: {said}", stacklevel=1)
    assert_none([f"{path}: {count} lines" for count, path in long if count > TOO_LONG])


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_function_is_long() -> None:
    found = [(path, function) for path in MODULES for function in functions(path)]
    assert_none([f"{name(path)}: {f.name}, {length(f)} lines" for path, f in found if length(f) > LONGEST_FUNCTION])


def test_functions_are_short_in_the_median() -> None:
    assert statistics.median(length(f) for path in MODULES for f in functions(path)) < 11


def test_no_name_is_vague() -> None:
    vague = [name(path) for path in MODULES if VAGUE.search(path.stem)]
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)
                if VAGUE.search(words) or node.name.startswith("process_"):
                    vague.append(f"{name(path)}: {node.name}")
    assert_none(vague)


def test_faults_are_not_swallowed() -> None:
    """A bare except, or one that catches everything and passes, hides what went wrong."""
    hidden = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                everything = node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "BaseException")
                silent = all(isinstance(step, ast.Pass) for step in node.body)
                if everything or (silent and isinstance(node.type, ast.Name) and node.type.id == "Exception"):
                    hidden.append(f"{name(path)}:{node.lineno}")
    assert_none(hidden)


def test_ignored_types_give_a_code_and_a_reason() -> None:
    unexplained = [
        f"{name(path)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "# type: ignore" in line and not re.search(r"# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # \w", line)
    ]
    assert_none(unexplained)


def test_nothing_names_a_machine() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    found = []
    for path in filter(None, kept):
        place = ROOT / path
        if place.is_file() and place.suffix not in (".xlsx", ".woff2", ".png", ".ico"):
            text = place.read_text("utf-8", errors="ignore")
            found += [f"{path}: {hit.group()}" for hit in MACHINE_PATHS.finditer(text)]
    assert_none(found)


def test_the_full_phone_library_is_the_one_installed() -> None:
    """`phonenumberslite` overwrites files of `phonenumbers`; another package may pull it in unseen."""
    installed = {dist.metadata["Name"].lower() for dist in importlib.metadata.distributions()}
    assert "phonenumberslite" not in installed
    assert "phonenumbers" in installed
    for pins in ROOT.glob("requirements*.txt"):
        assert "phonenumberslite" not in pins.read_text()
