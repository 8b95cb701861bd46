"""`alo sender test`, `price` and `costs`: a text and a call through the simulator's API, and its bill beside ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from carriers.routing import CarrierRouter
from carriers.twilio.settings import TwilioCredentials
from cli import sender_costs
from cli.main import alo
from cli.session import Session
from services.sending import dispatcher
from services.work import Work
from simulator.clock import SimulatedClock
from store.tables.outbox import senders
from store.tables.staff import audit
from store.unit_of_work import refuse_open_transaction
from tests.doubles import START
from tests.services.world import LEADER, LINE, ONE_WAY, OUR_NUMBER, World, build
from tests.simulator import parts
from tests.simulator.parts import ACCOUNT, TOKEN, Sim

MINE = "0987 654 321"
SECRETS = {"demo": TwilioCredentials(ACCOUNT, (TOKEN,))}
Run = Callable[..., Result]


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[Sim]:
    """The network on the world's day."""
    clock = SimulatedClock.parse(f"{START.isoformat()}@1@{datetime.now(UTC).isoformat()}", 0.02)
    with parts.simulator(tmp_path / "journal.jsonl", clock) as running:
        for number in (OUR_NUMBER, ONE_WAY, LINE):
            running.post("/numbers", {"number": number})
        yield running


@pytest.fixture
def world(work: Work, sim: Sim) -> World:
    """A world whose senders are at the simulator; what is enqueued is dispatched at once."""
    made = build(replace(work, carriers=CarrierRouter(SECRETS, "http://127.0.0.1:1"), jobs=AtOnce()))
    made.work.jobs.work = made.work  # type: ignore[attr-defined]  # AtOnce
    with made.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(account=ACCOUNT, api_base_url=sim.base))
    return made


class AtOnce:
    """Jobs that are done where they are asked for."""

    work: Work

    def enqueue(self, task: str, *ids: str) -> None:
        """Dispatch for the sender."""
        refuse_open_transaction()
        assert task == "alo.dispatch"
        with self.work.database.transaction() as conn:
            found = [row for row in conn.scalars(sa.select(senders.c.id)) if str(row) in ids]
        for sender_id in found:
            dispatcher.dispatch(self.work, sender_id)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `alo sender …` against the world."""
    monkeypatch.setattr(Session, "work", world.work)
    monkeypatch.setattr(sender_costs, "credentials", lambda _settings: SECRETS)

    def call(*argv: str, code: int = 0, **more: Any) -> Result:
        result = CliRunner().invoke(alo, ["sender", *argv], **more)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def test_a_test_text_and_a_test_call_really_leave_and_only_when_confirmed(run: Run, sim: Sim, world: World) -> None:
    run("test", "texts", MINE, "--wait", "0", code=1, input="n\n")
    assert sim.journal("message.accepted") == []
    said = run("test", "texts", MINE, "--wait", "0", input="y\n").stdout
    assert "nhà mạng đã nhận" in said
    run("test", "line", MINE, "--yes", "--wait", "0")
    (text,), (call,) = sim.journal("message.accepted"), sim.journal("call.accepted")
    assert (text["to"], call["to"]) == ("+84987654321", "+84987654321")
    assert text["sender"] == OUR_NUMBER
    assert text["body"].isascii()
    assert TOKEN not in said
    assert [row["subject"] for row in world.rows(audit, action="sender.tested")] == ["texts", "line"]


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [("nope", MINE, "nope"), ("texts", LEADER, "danh sách"), ("texts", "024 3822 2222", "di động")],
)
def test_a_test_to_somebody_elses_phone_is_refused(run: Run, sim: Sim, name: str, number: str, words: str) -> None:
    assert words in run("test", name, number, "--yes", code=1).stderr
    assert sim.journal("message.accepted") == []


def test_a_test_that_the_carrier_refuses_ends_with_exit_code_1(run: Run, sim: Sim, world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.name == "texts").values(address="+15005550001"))
    refused = run("test", "texts", MINE, "--yes", "--wait", "0", code=1)
    assert "21212" in refused.stdout
    assert "alo doctor" in refused.stderr


def test_prices_are_samples_until_the_contracts_are_entered(run: Run, world: World) -> None:
    assert "MẪU" in run("price", "texts").stdout
    run("price", "texts", "--since", "2026-01-01", code=1)
    assert "hợp đồng" in run("price", "texts", "--since", "2026-01-01", "--amount", "300").stdout
    said = run("price", "texts", "--since", "2026-11-18", "--amount", "320.5").stdout
    assert [line.split()[0::2] for line in said.splitlines()[1:]] == [["2026-01-01", "300"], ["2026-11-18", "320.5"]]
    run("price", "texts", "--since", "2026-12-01", "--amount", "1", "--currency", "USD", code=1)
    run("price", "texts", "--since", "2026-12-01", "--amount", "-1", code=1)
    assert len(world.rows(audit, action="sender.price")) == 2


def month(run: Run, name: str = "texts") -> dict[str, Any]:
    """A sender's line of November."""
    found = {row["sender"]: row for row in json.loads(run("costs", "2026-11", "--json").stdout)}
    line: dict[str, Any] = found[name]
    return line


def test_a_month_is_reckoned_beside_the_carriers_own_prices(run: Run, sim: Sim) -> None:
    run("test", "texts", MINE, "--yes", "--wait", "0")
    sim.settle()
    assert (month(run)["n"], month(run)["sample"]) == (1, True)
    assert "chưa có giá" in month(run)["verdict"]
    sim.post("/numbers", {"number": OUR_NUMBER, "price_segment": "350", "price_unit": "VND"})
    assert (month(run)["reported"], month(run)["verdict"]) == ("350 VND", "khớp.")
    run("price", "texts", "--since", "2026-01-01", "--amount", "300")
    assert "+50 VND" in month(run)["verdict"]
    sim.post("/numbers", {"number": OUR_NUMBER, "price_segment": "0.05"})
    assert "USD" in month(run)["verdict"]
    sim.client.messages.create(to="+84987654322", from_=OUR_NUMBER, body="nobody of ours")
    sim.settle()
    assert "ta ghi 1, nhà mạng ghi 2" in month(run)["verdict"]
    run("price", "line", "--since", "2026-12-01", "--amount", "700")
    assert run("costs", "2026-13", code=1)


def test_a_carrier_that_is_away_is_said_and_no_sum_is_made_up(run: Run, world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(api_base_url="http://127.0.0.1:1"))
    assert (month(run)["reported"], month(run)["listed"]) == ("–", None)
