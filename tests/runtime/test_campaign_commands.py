"""`alo campaign` and `alo round settings`: from a preview to each contact's reason, in words and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import alo
from cli.session import Session
from contact import caps, ladder, settings
from runtime import catalogue, reasons
from services.campaign import campaigns
from services.sending import policy
from services.work import Work
from store.tables.campaigns import campaigns as table
from store.tables.staff import audit
from tests.services.nation import nation
from tests.services.world import World

Run = Callable[..., Result]


@pytest.fixture
def world(work: Work) -> World:
    return nation(work)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `alo` against the test database."""
    monkeypatch.setattr(Session, "work", world.work)

    def call(*argv: str, code: int = 0) -> Result:
        result = CliRunner().invoke(alo, list(argv))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def drafted(run: Run, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("campaign", "preview", "2026", "--json", *more).stdout)
    return found


def test_from_preview_to_stop(run: Run, world: World) -> None:
    shown = run("campaign", "preview", "2026", "--title", "Nhắc lần 1").stdout
    assert "Nhắc lần 1 (nhắc): sẽ liên hệ 6 tổ chức." in shown
    assert "+ HN: 3" in shown
    made = str(world.rows(table)[0]["id"])
    assert f"alo campaign launch {made} --confirm 6" in shown
    assert "6" in run("campaign", "launch", made, "--confirm", "5", code=1).stderr
    run("campaign", "launch", made, "--confirm", "6", "--reason", "đúng hẹn")
    campaigns.plan(world.work, world.rows(table)[0]["id"])
    run("campaign", "pause", made, "--office", "HN", "--reason", "bão")
    status = run("campaign", "status", made).stdout
    assert "Đang giữ lại 3 liên hệ." in status
    assert "Tạm dừng cơ quan HN: bão" in status
    run("campaign", "resume", made, "--office", "HN")
    contacts = run("campaign", "contacts", made, "--code", "HN001").stdout
    assert "đã xếp lịch" in contacts
    assert "lần liên hệ đầu tiên" in contacts
    assert "thu lại 6" in run("campaign", "stop", made, "--yes").stdout
    assert "đợt nhắc đã dừng" in run("campaign", "contacts", made).stdout
    assert {row["detail"].get("reason") for row in world.rows(audit, action="campaign.launched")} == {"đúng hẹn"}


def test_the_audience_is_told_by_options(run: Run, world: World, tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    codes.write_text("HN001\nXX999\n\n", "utf-8")
    shown = drafted(
        run, "--type", "announcement", "--codes-file", str(codes), "--code", "DX001", "--outcome", "never_contacted",
        "--channel", "text", "--member", "--kind", "HTX", "--seed", "42", "--spread-days", "2",
    )  # fmt: skip
    assert (shown["contacted"], shown["unknown_codes"], shown["kind"]) == (2, ["XX999"], "announcement")
    row = world.rows(table)[0]
    assert (row["seed"], row["spread_days"], row["kind"]) == (42, 2, "announcement")
    assert drafted(run, "--office", "QB")["contacted"] == 3
    assert drafted(run, "--only-office", "HN")["offices"] == {"HN": 3}


def test_a_second_person_is_asked_for(run: Run, world: World) -> None:
    run("round", "settings", "2026", "--approval-above", "5", "--reason", "thận trọng")
    assert "alo campaign approve" in run("campaign", "preview", "2026").stdout
    made = str(world.rows(table)[0]["id"])
    assert "người thứ hai" in run("campaign", "launch", made, "--confirm", "6", code=1).stderr
    assert "một người khác" in run("campaign", "approve", made, "--confirm", "6", code=1).stderr


def test_settings_are_shown_changed_and_refused(run: Run, tmp_path: Path) -> None:
    assert json.loads(run("round", "settings", "2026").stdout) == settings.default().to_dict()
    assert "Đã đổi" in run("round", "settings", "2026", "--preset", "decree").stdout
    file = tmp_path / "settings.json"
    file.write_text(run("round", "settings", "2026").stdout, "utf-8")
    run("round", "settings", "2026", "--preset", "default")
    run("round", "settings", "2026", "--file", str(file))
    assert json.loads(run("round", "settings", "2026").stdout) == settings.preset("decree").to_dict()
    file.write_text('{"hours": 7}', "utf-8")
    assert "không đúng dạng" in run("round", "settings", "2026", "--file", str(file), code=1).stderr


def test_a_test_text_is_ordered(run: Run, world: World) -> None:
    made = drafted(run)["campaign_id"]
    assert "Tin thử" in run("campaign", "test", made, "--to", "0987654321").stdout
    assert "di động" in run("campaign", "test", made, "--to", "12", code=1).stderr


@pytest.mark.parametrize(
    ("reason", "vi", "en"),
    [
        ({"code": "ladder.first"}, "lần liên hệ đầu tiên", "first contact"),
        (
            {"code": "ladder.other_time", "part": "morning", "missed": {"evening": 2}},
            "buổi sáng, vì 2 cuộc gọi buổi tối không có người nghe",
            "in the morning, as 2 call(s) in the evening rang out",
        ),
        (
            {"code": "ladder.next", "retimed": "outside_hours"},
            "bước kế tiếp, vì chưa có trả lời; dời giờ: ngoài giờ được liên hệ",
            "next step, as no answer has come; moved: outside the hours",
        ),
        ({"code": "replanned", "was": "ladder.first"}, "lập lại vì thiết lập của đợt đã đổi", ""),
        ({"code": "caps.texts_a_day"}, "đã đủ số tin nhắn trong ngày", ""),
        ({}, "", ""),
    ],
)
def test_reasons_in_words(reason: dict[str, Any], vi: str, en: str) -> None:
    def words(lang: str) -> reasons.Words:
        return lambda code, **params: catalogue.words(code, lang, **params)

    at = datetime(2026, 11, 18, 3, 20, tzinfo=UTC)
    assert reasons.sentence(words("vi"), "call", at, reason) == f"gọi lúc 10:20 18/11/2026: {vi}"
    if en:
        assert reasons.why(words("en"), reason) == en


def test_every_code_that_keeps_a_contact_back_has_words() -> None:
    entries = set(catalogue.load())
    assert {*ladder.CODES, *caps.CODES} <= entries
    written = [path.read_text("utf-8") for path in Path(campaigns.__file__).parent.glob("*.py")]
    codes = {code for text in written for code in re.findall(r'"code": "([a-z_]+)"', text)}
    assert "campaign_stopped" in codes
    assert {f"not_now.{code}" for code in codes | set(policy.FINISHED_CODES.values())} <= entries
