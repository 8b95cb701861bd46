"""The steps of docs/install.md: headings, and the commands below each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.house.source import ROOT

PAGE = ROOT / "docs" / "install.md"


@dataclass(frozen=True, slots=True)
class Step:
    """One heading and the shell commands that stand below it, ready to paste."""

    title: str
    commands: str


def steps() -> list[Step]:
    """Every heading that has commands, in order."""
    found = []
    for part in re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```sh\n(.*?)^```$", part, flags=re.MULTILINE | re.DOTALL)
        if blocks:
            found.append(Step(part.splitlines()[0], "".join(blocks)))
    return found
