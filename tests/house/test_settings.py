"""Every setting is documented, and nothing reads the environment past the settings."""

from __future__ import annotations

import ast
import re

from runtime.settings import known_settings
from tests.house.source import ROOT, modules, name, tree

DOCUMENT = ROOT / "docs" / "settings.md"
READS_ENVIRONMENT = {
    "gateway/metrics.py": "PROMETHEUS_MULTIPROC_DIR is the library's own",
    "gateway/wsgi.py": "ALO_SERVE: which side this process serves",
    "migrations/upgrade.py": "run by itself with DATABASE_OWNER_URL",
    "runtime/processes.py": "children inherit it",
    "runtime/settings.py": "the one place",
    "runtime/web_server.py": "PROMETHEUS_MULTIPROC_DIR is the library's own",
    "demo/network_process.py": "children inherit it",
}
BESIDES = {"ALO_SERVE"}


def rows() -> dict[str, str]:
    """Setting → what is said about it, from the table."""
    found = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {setting: said for setting, _, said in found}


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(rows()) - BESIDES == {setting.upper() for setting in known_settings()}


def test_the_documentation_says_what_the_code_says() -> None:
    documented = rows()
    for setting, known in known_settings().items():
        assert documented[setting.upper()] == known.metadata["description"]


def test_the_environment_is_read_in_one_place() -> None:
    readers = set()
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"):
                readers.add(name(path))
    assert {reader for reader in readers if not reader.startswith("simulator/")} <= set(READS_ENVIRONMENT)
