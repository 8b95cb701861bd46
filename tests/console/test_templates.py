"""Templates speak in codes of the catalogue only, and every code they may put together has words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway.console
from files import faults
from gateway.console.template_filters import SIGNS
from runtime.catalogue import load
from services.campaign.progress import OUTCOMES

ENTRIES = load()
PLACE = Path(gateway.console.__file__).parent
TEMPLATES = sorted((PLACE / "templates").glob("*.html"))
CODE = re.compile(r"""\bt\(\s*'([a-z0-9_.]+)'""")
LETTERS = re.compile(r"[^\W\d_]{2,}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_code_has_words(path: Path) -> None:
    spoken = CODE.findall(path.read_text("utf-8"))
    starts = {code for code in spoken if code.endswith(".")}
    assert {code for code in spoken if code not in starts} <= set(ENTRIES)
    assert [start for start in starts if not any(code.startswith(start) for code in ENTRIES)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_words_stand_in_a_template(path: Path) -> None:
    """But the names of the two languages, each in its own, and of formats."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|&\w+;", " ", path.read_text("utf-8"), flags=re.DOTALL)
    assert set(LETTERS.findall(text)) <= {"English", "Tiếng", "Việt", "xlsx", "csv"}


def test_codes_that_are_put_together_have_words() -> None:
    codes = [f"console.outcome.{status}" for status in OUTCOMES]
    codes += [f"console.channel.{channel}" for channel in ("voice", "sms", "online", "staff")]
    codes += [f"console.weight.{weight}" for weight in faults.Weight.__args__]  # type: ignore[attr-defined]  # a Literal
    codes += [f"console.error.{code}{mend}" for code in ("404", "405", "413", "429", "500", "csrf", "other")
              for mend in ("", ".mend")]  # fmt: skip
    codes += [code.replace("import.count.", "console.count.") for code in ENTRIES if code.startswith("import.count.")]
    assert [code for code in codes if code not in ENTRIES] == []


def test_every_state_has_a_sign_beside_its_colour() -> None:
    coloured = set(re.findall(r"\.state\.([a-z]+)[ ,{]", (PLACE / "static" / "console.css").read_text()))
    assert coloured <= set(SIGNS)
