"""Golden words: what conversations say they hear and read, and `pytest --update`, which writes down what is said now.

Words only: effects, outcomes and answers that differ still fail. Each text of the files knows where it stands, so that
only its characters are replaced, and comments and layout stay. It must not know who plays a conversation.
"""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cases import READER

WIDTH = 120
LEAST = 0.5
"""How alike words and what is said must be (0 to 1) to be taken for the same words, written differently."""
_PLAIN = re.compile(r"[A-Za-zÀ-ỹ][^\n:#,\[\]{}&*!|>'\"%@`]*(?<! )")
"""What needs no quotation marks anywhere in YAML; words like `yes` and `null` are never what is said."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: file, first character and the one behind the last, spaces before folded lines, style."""

    path: Path
    start: int
    end: int
    indent: int
    style: str


class Golden(str):
    """A text of a conversation that knows its place."""

    place: Place


@dataclass
class Updates:
    """What is to be written into the files; `wanted` by `--update`."""

    wanted: bool = False
    texts: dict[Place, str] = field(default_factory=dict)

    def note(self, expected: str, said: str) -> bool:
        """Whether `said` will stand in place of `expected`; not twice with different words."""
        if not (self.wanted and said and isinstance(expected, Golden)):
            return False
        return self.texts.setdefault(expected.place, said) == said

    def write(self) -> str:
        """Write the files; the differences."""
        shown: list[str] = []
        for path in sorted({place.path for place in self.texts}):
            before = path.read_text("utf-8")
            after = before
            here = [(place, said) for place, said in self.texts.items() if place.path == path]
            for place, said in sorted(here, key=lambda one: -one[0].start):
                after = after[: place.start] + _written(said, place) + after[place.end :]
            path.write_text(after, "utf-8")
            lines = (before.splitlines(keepends=True), after.splitlines(keepends=True))
            shown += difflib.unified_diff(*lines, f"a/{path.name}", f"b/{path.name}")
        self.texts.clear()
        return "".join(shown)


updates = Updates()


def load(path: Path) -> Any:
    """What stands in a file of conversations; its texts know their places."""
    text = path.read_text("utf-8")
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)

    class Reader(READER):  # type: ignore[misc]  # libyaml's or PyYAML's own
        """Texts become `Golden`."""

    def place(loader: Any, node: yaml.ScalarNode) -> str:
        found = Golden(loader.construct_scalar(node))
        start = starts[node.start_mark.line] + node.start_mark.column
        end = starts[node.end_mark.line] + node.end_mark.column
        written = text[start:end].rstrip()
        last = written.rpartition("\n")[2]
        indent = len(last) - len(last.lstrip(" "))
        found.place = Place(path, start, start + len(written), indent, written[:1])
        return found

    Reader.add_constructor("tag:yaml.org,2002:str", place)
    return yaml.load(text, Reader)


def check_exactly(expected: str | None, said: str | None, where: object) -> None:
    """`said` is `expected`, if anything is."""
    if expected is not None and expected != said and not updates.note(expected, said or ""):
        assert said == expected, where


def check_within(expected: Iterable[str], said: str, where: object) -> None:
    """Each of `expected` stands in `said`."""
    for words in expected:
        if words not in said:
            now = nearest(words, said) if updates.wanted else None
            if now is None or not updates.note(words, now):
                assert words in said, where


def nearest(words: str, said: str) -> str | None:
    """The part of `said`, from word to word, that is most like `words`; None when nothing is like them."""
    typed = [match.span() for match in re.finditer(r"\S+", said)]
    long = len(words.split())
    parts = [
        said[typed[first][0] : typed[last - 1][1]]
        for first in range(len(typed))
        for last in range(first + 1, len(typed) + 1)
        if abs(last - first - long) <= max(2, long // 3)
    ]
    alike = [(difflib.SequenceMatcher(None, words, part).ratio(), part) for part in parts]
    ratio, part = max(alike, default=(0.0, ""))
    return part if ratio >= LEAST else None


def _written(said: str, place: Place) -> str:
    """The text as its place is written: folded under its key, in quotation marks, or plain."""
    if place.style == ">" and said and said == " ".join(said.split()):
        margin = " " * place.indent
        lines = textwrap.wrap(said, WIDTH - len(margin), break_long_words=False, break_on_hyphens=False)
        return "\n".join([">-", *(margin + line for line in lines)])
    if place.style not in "\"'>" and _PLAIN.fullmatch(said):
        return said
    return json.dumps(said, ensure_ascii=False)


def refuse_where_nobody_looks(config: pytest.Config, environment: Mapping[str, str]) -> None:
    """Raises UsageError for `--update` in CI, or by several workers that would write the same file."""
    if environment.get("CI"):
        raise pytest.UsageError("--update: golden words are changed by a person who looks at them, never in CI")
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("--update: without -n, one process writes the files")
