"""`--update` changes the words of golden conversations and nothing else, and is refused where nobody looks."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.conversations import golden

BEFORE = """\
# What people hear.
- name: a greeting
  turns:
    - {key: 1, reads: ["Da ghi: hai long. C2:", "Xin cam on"]}  # both stand there
    - text: "alo"
      reads_exactly: >-
        Xin chao ong ba, day la cuoc goi cua Lien minh HTX tinh. Ong ba co dong y tra loi
        khong?
      does: [Ask q1]

    # by voice
    - hears: [Đồng ý]
  ends: {status: active}
"""
AFTER = """\
# What people hear.
- name: a greeting
  turns:
    - {key: 1, reads: ["Da luu: hai long. C2:", "Xin cam on"]}  # both stand there
    - text: "alo"
      reads_exactly: >-
        Chao ong ba, day la cuoc goi cua Lien minh HTX tinh "Hoa Sen". Ong ba co dong y tra loi mot so cau hoi ngan
        khong?
      does: [Ask q1]

    # by voice
    - hears: [Đồng ý ạ]
  ends: {status: active}
"""


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> golden.Updates:
    """Wanted, and none yet."""
    fresh = golden.Updates(wanted=True)
    monkeypatch.setattr(golden, "updates", fresh)
    return fresh


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "greetings.yaml"
    path.write_text(BEFORE, "utf-8")
    return path


def turns(file: Path) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", golden.load(file)[0]["turns"])


def test_words_are_written_in_their_places_and_shown(file: Path, updates: golden.Updates) -> None:
    typed, greeted, heard = turns(file)
    golden.check_within(typed["reads"], "Da luu: hai long. C2: Con gi khong? Xin cam on", "")
    said = (
        'Chao ong ba, day la cuoc goi cua Lien minh HTX tinh "Hoa Sen". '
        "Ong ba co dong y tra loi mot so cau hoi ngan khong?"
    )
    golden.check_exactly(greeted["reads_exactly"], said, "")
    golden.check_exactly(heard["hears"][0], "Đồng ý ạ", "")
    shown = updates.write()
    assert file.read_text("utf-8") == AFTER
    assert '-    - {key: 1, reads: ["Da ghi: hai long. C2:", "Xin cam on"]}  # both stand there' in shown
    assert "+    - hears: [Đồng ý ạ]" in shown
    golden.check_exactly(turns(file)[1]["reads_exactly"], said, "")
    assert updates.write() == ""


def test_words_that_nothing_is_like_fail_and_nothing_is_written(file: Path, updates: golden.Updates) -> None:
    with pytest.raises(AssertionError):
        golden.check_within(turns(file)[0]["reads"], "Ngoai gio lam viec", "")
    with pytest.raises(AssertionError):
        golden.check_exactly(turns(file)[1]["reads_exactly"], None, "nothing was said")
    assert updates.write() == ""


def test_one_place_is_not_given_two_words(file: Path, updates: golden.Updates) -> None:
    words = turns(file)[1]["reads_exactly"]
    golden.check_exactly(words, "one", "")
    with pytest.raises(AssertionError):
        golden.check_exactly(words, "two", "")


def test_without_it_nothing_is_noted(file: Path, updates: golden.Updates) -> None:
    updates.wanted = False
    with pytest.raises(AssertionError):
        golden.check_exactly(turns(file)[1]["reads_exactly"], "one", "")
    assert not updates.texts


@pytest.mark.parametrize(("numprocesses", "environment"), [(None, {"CI": "true"}), (2, {})])
def test_it_is_refused_in_ci_and_by_several_workers(numprocesses: int | None, environment: dict[str, str]) -> None:
    config = cast(pytest.Config, SimpleNamespace(option=SimpleNamespace(numprocesses=numprocesses)))
    with pytest.raises(pytest.UsageError):
        golden.refuse_where_nobody_looks(config, environment)


def test_a_person_at_one_process_may() -> None:
    config = cast(pytest.Config, SimpleNamespace(option=SimpleNamespace(numprocesses=None)))
    golden.refuse_where_nobody_looks(config, {})
