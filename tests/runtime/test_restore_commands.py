"""`alo restore hold`, `replay-log` and `alo sender release`: nothing leaves until staff know what they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli.main import alo
from cli.session import Session
from contact.calendar import ZONE
from gateway.console import context
from services import continuity
from services.work import Work
from store.tables.outbox import senders
from tests.doubles import FakeClock
from tests.services.world import LEADER, OUR_NUMBER, World, build

Run = Callable[..., Result]
SINCE = "2026-11-18T08:00+07:00"


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(Session, "work", world.work)

    def call(*argv: str, code: int = 0, typed: str = "") -> Result:
        result = CliRunner().invoke(alo, list(argv), input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def held(world: World) -> list[str]:
    return [one.sender for one in continuity.unread(world.work)]


def test_everything_is_held_by_hand_and_released_one_by_one_after_a_warning(run: Run, world: World) -> None:
    assert "08:00 18/11/2026" in run("restore", "hold", "--since", SINCE).output
    assert held(world) == ["line", "one-way", "texts"]
    refused = run("sender", "release", "texts", code=1, typed="n\n").output
    assert "YÊU CẦU NGỪNG" in refused
    assert "texts" in held(world)
    assert "line, one-way" in run("sender", "release", "texts", typed="y\n").output
    for name in ("line", "one-way"):
        run("sender", "release", name, "--yes")
    assert held(world) == []
    run("sender", "release", "texts", "--yes", code=1)
    run("restore", "hold", "--since", "yesterday", code=1)


def line(at: str, what: str, sender: str, to: str, body: str) -> str:
    rest = f"[from:{sender}] [to:{to}] [flags:-1:0:-1:0:-1] [msg:{len(body)}:{body}] [udh:0:]"
    return f"{at} {what} [SMSC:o] [SVC:] [ACT:] [BINF:] [FID:] [META:] {rest}\n"


def test_a_kannel_log_is_replayed_through_the_ordinary_door(
    run: Run, world: World, clock: FakeClock, tmp_path: Path
) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(can_reconcile=False, carrier="kannel"))
    ref = world.plan("text")
    clock.advance(timedelta(hours=1))
    run("restore", "hold", "--since", SINCE)
    at = [(clock.now() - timedelta(minutes=m)).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S") for m in (120, 20, 10)]
    late, log = tmp_path / "late.log", tmp_path / "access.log"
    late.write_text(line(at[1], "Sent SMS", OUR_NUMBER, LEADER, "Xin chao"))
    assert "--complete" in run("restore", "replay-log", str(late), "--sender", "texts", "--complete", code=1).output
    log.write_text(f"{at[0]} Log begins\n" + line(at[0], "Sent SMS", OUR_NUMBER, "+84901999999", "Truoc do")
                   + late.read_text() + line(at[2], "Receive SMS", LEADER, OUR_NUMBER, "STOP"))  # fmt: skip
    told = run("restore", "replay-log", str(log), "--sender", "texts", "--complete", "--lang", "en").output
    assert "1 texts came in" in told
    assert "1 were tied to rows" in told
    assert world.consent_of() == "stopped"
    assert world.sent(ref=ref)[0]["state"] == "sent"
    assert held(world) == ["line", "one-way"]
    log.write_text("GET /\n")
    run("restore", "replay-log", str(log), "--sender", "texts", code=1)


def test_a_log_of_another_time_or_time_zone_lets_nothing_go(
    run: Run, world: World, clock: FakeClock, tmp_path: Path
) -> None:  # fmt: skip
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(can_reconcile=False, carrier="kannel"))
    run("restore", "hold", "--since", SINCE)
    clock.advance(timedelta(hours=1))
    log = tmp_path / "access.log"

    def stop(at: datetime) -> tuple[str, ...]:
        log.write_text(line(f"{at:%Y-%m-%d %H:%M:%S}", "Receive SMS", LEADER, OUR_NUMBER, "STOP"))
        return "restore", "replay-log", str(log), "--sender", "texts", "--complete"

    local = clock.now().astimezone(ZONE)
    assert "--gmt" in run(*stop(local), "--gmt", code=1).output  # local times, read as GMT, lie ahead
    assert "--gmt" in run(*stop(clock.now()), code=1).output  # the other way round they end before the backup
    assert "texts" in held(world)
    assert world.consent_of() != "stopped"


def test_the_staff_pages_say_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their banner asks as the console's role; a database that cannot say breaks no page."""
    monkeypatch.setattr(context, "scoped_work", lambda: world.work)
    assert list(context.unread_senders()) == []
    continuity.hold(world.work, world.work.clock.now(), "restored", "test")
    assert [one.sender for one in context.unread_senders()] == ["line", "one-way", "texts"]
    gone = world.work.database.__class__("postgresql://nobody@127.0.0.1:1/none", role_label="gone")
    away = replace(world.work, database=gone)
    monkeypatch.setattr(context, "scoped_work", lambda: away)
    assert list(context.unread_senders()) == []
