"""The hook that looks at a commit's subject (`make hooks`)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.house.source import ROOT

HOOK = ROOT / ".githooks" / "commit-msg"


def run(tmp_path: Path, message: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "message"
    file.write_text(message, "utf-8")
    return subprocess.run([HOOK, file], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "message",
    [
        "Read codes as texts\n",
        "Hear Từ chối nhận tin\n\nIt was missed.\n",
        f"{'Đ' * 72}\n",
        "# a comment of git's\nHold what is in doubt\n\n# another\nWhy.\n",
        "Merge branch\nof another\n",
        "fixup! small\n",
    ],
)
def test_a_good_message_passes(tmp_path: Path, message: str) -> None:
    assert run(tmp_path, message).returncode == 0


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("", "empty"),
        (f"{'A' * 73}\n", "73 letters"),
        ("Read codes as texts.\n", "full stop"),
        ("read codes as texts\n", "small letter"),
        ("Read codes as texts\nand why\n", "not empty"),
    ],
)
def test_a_poor_one_is_refused_with_its_reason(tmp_path: Path, message: str, why: str) -> None:
    done = run(tmp_path, message)
    assert done.returncode == 1
    assert why in done.stderr
