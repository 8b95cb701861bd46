"""`python -m deploy.sbom`: what the product is made of, as CycloneDX 1.6 JSON on standard output.

It tells the pins of requirements.txt with their hashes, and what the installed packages say of themselves. The same
pins give the same document: no day, no random number.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def pins(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Package → (version, SHA-256 of each file it may be installed from), from a file of pins with hashes."""
    found: dict[str, tuple[str, list[str]]] = {}
    hashes: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        pin = _PIN.match(line)
        if pin:
            hashes = []
            found[canonicalize_name(pin[1])] = (pin[2], hashes)
        hashes += _HASH.findall(line)
    return found


def document(path: Path) -> dict[str, Any]:
    """The bill of materials of the pins in `path`. Raises PackageNotFoundError for one that is not installed."""
    known = pins(path)
    refs = {name: f"pkg:pypi/{name}@{version}" for name, (version, _) in known.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    ours = {"type": "application", "bom-ref": project["name"], "name": project["name"], "version": project["version"]}
    needs = {name: sorted(refs[need] for need in _needs(name) if need in refs) for name in known}
    asked = _needed((ROOT / "requirements.in").read_text("utf-8").splitlines())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, path.read_text('utf-8'))}",
        "version": 1,
        "metadata": {"component": ours},
        "components": [_component(name, refs[name], *known[name]) for name in sorted(known)],
        "dependencies": [
            {"ref": project["name"], "dependsOn": sorted(refs[name] for name in asked if name in refs)},
            *({"ref": refs[name], "dependsOn": needs[name]} for name in sorted(known)),
        ],
    }


def _component(name: str, ref: str, version: str, hashes: list[str]) -> dict[str, Any]:
    told = importlib.metadata.metadata(name)
    component: dict[str, Any] = {"type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref}
    component["properties"] = [{"name": "alo:file:sha256", "value": digest} for digest in sorted(hashes)]
    licence = told.get("License-Expression") or told.get("License") or ""
    if licence and "\n" not in licence:
        component["licenses"] = [{"license": {"name": licence.strip()}}]
    return component


def _needs(name: str) -> set[str]:
    return _needed(importlib.metadata.requires(name) or [])


def _needed(lines: Iterable[str]) -> set[str]:
    """Names in requirement lines, whatever machine or extra they are for: the pins say which of them count."""
    return {canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith(("#", "-"))}


if __name__ == "__main__":
    json.dump(document(ROOT / "requirements.txt"), sys.stdout, indent=1, ensure_ascii=False)
    print()
