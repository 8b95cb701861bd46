"""Every rule of the dialogue is cited, by its number, by golden conversations that hold its exact words.

The rules stand in docs/dialogue.md; a conversation cites one as `rule: 4` or `rule: "4 the end"`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests import cases

HERE = Path(__file__).parent
EXACT = {"hears_exactly", "reads_exactly", "says_exactly"}
DIALOGUE = frozenset({*range(1, 14), 17})
"""The rules of docs/dialogue.md."""


def conversations() -> list[dict[str, Any]]:
    """Every golden conversation, of one interview and of a phone with several."""
    return [talk for file in sorted(HERE.rglob("*.yaml")) for talk in cases.load(file.read_text("utf-8"))]


def rule_of(talk: dict[str, Any]) -> int | None:
    """The number of the rule that a conversation cites; None where it cites none."""
    return int(str(talk["rule"]).split()[0]) if "rule" in talk else None


def is_exact(talk: dict[str, Any]) -> bool:
    """Whether some turn of it says word for word what is heard or read."""
    return any(EXACT & set(step) for step in talk["turns"])


def test_every_rule_is_cited_by_three_conversations_with_its_exact_words() -> None:
    cited = Counter(rule_of(talk) for talk in conversations() if is_exact(talk))
    assert {rule: cited[rule] for rule in DIALOGUE if cited[rule] < 3} == {}
    assert {rule_of(talk) for talk in conversations()} - {None} <= DIALOGUE


def test_there_are_120_conversations_with_names_of_their_own() -> None:
    names = [talk["name"] for talk in conversations()]
    assert len(names) == len(set(names))
    assert len(names) >= 120
