"""What goes into an installation: the files that `.dockerignore` lets through, read as Docker reads it."""

from __future__ import annotations

import re
import subprocess

from tests.house.source import ROOT


def rules() -> list[tuple[re.Pattern[str], bool]]:
    """(pattern, whether what fits is left out) in order; the last that fits a path or a directory above it decides."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    return [
        (_pattern(line.removeprefix("!")), not line.startswith("!"))
        for line in lines
        if line and not line.startswith("#")
    ]


def _pattern(glob: str) -> re.Pattern[str]:
    anywhere, rest = glob.startswith("**/"), glob.removeprefix("**/")
    fitting = re.escape(rest).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(rf"{'(.*/)?' if anywhere else ''}{fitting}(/.*)?")


def is_installed(path: str) -> bool:
    """Whether a file of the repository is copied."""
    verdict = False
    for pattern, left_out in rules():
        if pattern.fullmatch(path):
            verdict = left_out
    return not verdict


def installed() -> list[str]:
    """The tracked files that are copied."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in told.stdout.splitlines() if (ROOT / path).exists() and is_installed(path)]
