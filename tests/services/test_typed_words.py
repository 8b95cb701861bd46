"""No number that staff type into a reason or a title reaches the audit trail or a row that others read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from contact import settings as round_settings
from contact.masking import MASK
from services.campaign import campaigns
from services.campaign import sample_text as trial
from services.refusal import Refusal
from services.results import exports
from services.results import figures as figure_exports
from services.results.exports import ExportOrder
from services.rounds import provinces as round_offices
from services.rounds import rounds
from services.senders import senders
from services.work import Work
from store import audit
from store.tables import metadata
from store.unit_of_work import Database
from tests.services.nation import nation
from tests.services.world import World

SAID = "hoãn đến 12/11/2026, gọi ông Nam 0912.345.678 hay +84 987 654 321, MST 0100109106"
LEFT = f"hoãn đến 12/11/2026, gọi ông Nam {MASK} hay {MASK}, MST 0100109106"


@pytest.fixture
def world(work: Work) -> World:
    return nation(work)


def campaign(world: World) -> None:
    work = world.work
    made = campaigns.draft(work, "2026", None, "an", title=SAID, reason=SAID)
    trial.send(work, made, "0901999999", "an", SAID)
    campaigns.launch(work, made, campaigns.preview(work, made).contacted, "an", SAID)
    campaigns.plan(work, made)
    campaigns.pause(work, made, "an", SAID, medium="call")
    campaigns.resume(work, made, "an", SAID, medium="call")
    campaigns.pause(work, made, "an", SAID, medium="text")
    campaigns.stop(work, made, "an", SAID)


def sender(world: World) -> None:
    senders.weigh(world.work, world.text.name, 3, SAID, "an")
    senders.pause(world.work, world.text.name, SAID, "an")


def round_(world: World) -> None:
    work, now = world.work, world.work.clock.now()
    rounds.open_round(work, "R2", SAID, "2027", "", now, now + timedelta(days=9), {("*", "*"): world.form.sha256}, "an")
    rounds.change_settings(work, "2026", round_settings.default(), "an", SAID)
    round_offices.set_deadline(work, "2026", "QB", now + timedelta(days=2), "an", SAID)
    round_offices.lock_office(work, "2026", "QB", "an", SAID)
    round_offices.unlock_office(work, "2026", "QB", "an", SAID, national=True)


def files(world: World, folder: Path) -> None:
    exports.export(
        world.work, ExportOrder("2026", "status", "csv", folder / "a.csv", "an", SAID), lambda code, **_: code
    )
    order = ExportOrder("2026", "figures", "csv", folder / "b.csv", "an", SAID)
    with suppress(Refusal):  # it is written down first
        figure_exports.export_figures(world.work, order, lambda code, **_: code)


@pytest.mark.parametrize(("act", "lines"), [(campaign, 7), (sender, 2), (round_, 4)])
def test_no_number_is_kept(world: World, owner: Database, act: Callable[[World], None], lines: int) -> None:
    act(world)
    everything, masked = searched(owner)
    assert [place for place, text in everything if "345.678" in text or "654 321" in text] == []
    assert sum(place == "audit" for place in masked) >= lines


def test_no_number_is_kept_of_why_a_file_was_taken(world: World, owner: Database, tmp_path: Path) -> None:
    files(world, tmp_path)
    everything, masked = searched(owner)
    assert [place for place, text in everything if "345.678" in text] == []
    assert masked


def test_whoever_writes_a_line_writes_no_number(work: Work, owner: Database) -> None:
    """The last of the nets: a caller that forgot."""
    with work.database.transaction() as conn:
        audit.append(
            conn, at=work.clock.now(), actor="x", action="x", subject="x", detail={"why": SAID, "code": "0912345678"}
        )
    ((_, text),) = ((place, text) for place, text in searched(owner)[0] if place == "audit")
    assert LEFT in text
    assert "0912345678" in text  # a code is no text that somebody typed


def searched(owner: Database) -> tuple[list[tuple[str, str]], list[str]]:
    """Every row of every table as text, and the tables in whose rows the masked words stand."""
    with owner.transaction() as conn:
        found = [
            (table.name, " ".join(map(str, row)))
            for table in metadata.sorted_tables
            for row in conn.execute(sa.select(table))
        ]
    return found, [place for place, text in found if LEFT in text]
