"""Backup, loss, restore, with real parts over the simulated network: nobody twice, nobody after an opt-out.

Judged by the network's journal alone; what the database knows serves only to tell replies from contacts.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from demo import checks as usual
from runtime.backups import backup, sealing
from runtime.backups import restore as restoring
from runtime.backups.sealing import Opener
from runtime.embedded import SUPERUSER
from tests.system.chaos import people, witness
from tests.system.chaos.stage import Stage, staged
from tests.system.chaos.storm import Plan, Storm

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.timeout(600)]

SEED = 27
PERSONAS = {"text_only": 4, "opts_out": 4, "quick": 3, "voice_only": 3}
PLAN = Plan(SEED, 0, organisations=14, pairs=0, faults={}, waves=1, rules=people.HURRIED, personas=PERSONAS)
LIMIT_S = 120.0
RUNG_AGAIN = timedelta(minutes=5)
"""Business time between two calls of the hurried ladder, at least; between two of its texts there is a call."""
AFTERWARDS_S = 25.0
"""Real time in which whatever would leave a second time leaves: the rows are due at once."""
ALREADY = timedelta(minutes=2)
"""Business time in which a contact was under way when somebody wrote."""
Entry = Mapping[str, Any]


@dataclass
class Seen:
    """What the journal shows of a run."""

    stage: Stage

    @property
    def journal(self) -> list[dict[str, Any]]:
        return witness.read(self.stage.journal)

    def started(self) -> list[Entry]:
        """Contacts that we began, without replies and confirmations."""
        left = witness._left(self.stage.work)
        mine = [e for e in usual.contacts(self.journal) if not witness._answers_somebody(e, left)]
        return [e for e in mine if not witness._is_exempt(e, left)]

    def stops(self) -> dict[str, datetime]:
        """Who wished to be left alone, and when they first wrote it."""
        said = [e for e in self.journal if e["kind"] == "message.inbound" and e["body"].upper() in usual.OPT_OUTS]
        return {e["sender"]: usual.at(e) for e in reversed(said)}

    def twice(self) -> list[str]:
        """Who was texted again before the call that stands between two texts of the ladder, or rung again at once."""
        last: dict[str, Entry] = {}
        faults = []
        for e in self.started():
            before, medium = last.get(e["to"]), usual.medium(e)
            last[e["to"]] = e
            if before is None or usual.medium(before) != medium:
                continue
            if medium == "text" or usual.at(e) - usual.at(before) < RUNG_AGAIN:
                faults.append(f"{medium} to {e['to']} {usual.at(e) - usual.at(before)} after another")
        return faults

    def after_stops(self) -> list[str]:
        """Who was contacted after they had asked not to be."""
        stops = self.stops()
        return [
            f"{usual.medium(e)} to {e['to']} at {usual.at(e)}"
            for e in self.started()
            if e["to"] in stops and usual.at(e) > stops[e["to"]] + ALREADY
        ]


def wait(what: str, done: Callable[[], bool]) -> None:
    """Wait for it, bounded."""
    until = time.monotonic() + LIMIT_S
    while not done():
        if time.monotonic() > until:
            pytest.fail(f"never came: {what}")
        time.sleep(0.25)


def lose(stage: Stage, parts: Sequence[str]) -> None:
    """All parts of ours die; the network and its people go on."""
    for name in parts:
        os.kill(stage.team.pid(name), signal.SIGTERM)
    wait("the end of all parts", lambda: all(stage.team._children[name].poll() is not None for name in parts))
    stage.work.database.close()
    stage.forget_watch()


def restore(stage: Stage, manifest: Path, private: Path) -> None:
    """Put the backup back into the emptied database."""
    url = stage.settings.database_owner_url.get_secret_value()
    assert restoring.is_empty(url) == (False, "alo"), "nobody of ours is connected any more"
    found, dump, opener = restoring.check(stage.settings, manifest, private, print)
    assert isinstance(opener, Opener)
    restoring.put_back(stage.settings, found, dump, opener, print, "test")


def as_if_by_hand(stage: Stage, *, unnoticed: bool) -> None:
    """As a plain `pg_restore` would leave it: without a hold. `unnoticed`: nor are the marks behind (the fault that is
    planted: the hold is skipped)."""
    with psycopg.connect(stage.postgres.url(SUPERUSER), autocommit=True) as conn:
        conn.execute("UPDATE senders SET unread_since = NULL, held_at = NULL")
        if unnoticed:
            conn.execute("UPDATE senders SET mark = coalesce(mark, 0) + 1000000")


def run(stage: Stage, tmp_path: Path, *, unnoticed: bool) -> Seen:
    """Invite, back up, go on, lose everything of ours, put it back, go on."""
    seen = Seen(stage)
    storm = Storm(stage, PLAN, print)
    storm._prepare()
    storm._launch()
    wait("the first texts", lambda: len(usual.contacts(seen.journal)) >= 3)
    private = tmp_path / "private.txt"
    public = sealing.new_key(private)
    manifest, told = backup.take(stage.settings, tmp_path / "backup", public, stage.work.clock.now(), print)
    before = len(usual.contacts(seen.journal))

    def enough() -> bool:
        contacts = usual.contacts(seen.journal)
        calls = sum(usual.medium(e) == "call" for e in contacts)
        return len(contacts) >= before + 10 and calls >= 1 and any(at > told.at for at in seen.stops().values())

    wait("texts, a call and a stop that the backup knows nothing of", enough)
    lose(stage, [name for name in stage.team._children if name != "simulator"])
    restore(stage, manifest, private)
    as_if_by_hand(stage, unnoticed=unnoticed)
    contacts = len(usual.contacts(seen.journal))
    stage.team.revive()
    stage.wait_ready()
    if not unnoticed:
        held = "SELECT count(unread_since) AS n FROM senders"
        wait("the hold", lambda: any(row["n"] for row in stage.rows(held)))
        assert len(usual.contacts(seen.journal)) == contacts, "nothing left before"
        wait("the end of the hold", lambda: all(row["n"] == 0 for row in stage.rows(held)))
    until = time.monotonic() + AFTERWARDS_S
    while time.monotonic() < until and not seen.twice():
        time.sleep(0.5)
    return seen


def test_after_a_loss_nobody_is_contacted_twice_and_nobody_after_an_opt_out(tmp_path: Path) -> None:
    with staged(tmp_path / "stage", SEED) as stage:
        seen = run(stage, tmp_path, unnoticed=False)
        stopped = len(seen.stops())
        assert stopped >= 1
        assert (seen.twice(), seen.after_stops()) == ([], [])
        tied = stage.rows("SELECT detail FROM audit WHERE action = 'restore.read'")
        print({"contacts": len(seen.started()), "stops": stopped, "read": tied})
        assert sum(row["detail"].get("tied", 0) for row in tied) >= 5
        assert sum(row["detail"]["texts"] for row in tied) >= 1, "none was taken in before what it answers"


@pytest.mark.long
def test_that_run_sees_what_happens_without_the_hold(tmp_path: Path) -> None:
    with staged(tmp_path / "stage", SEED) as stage:
        seen = run(stage, tmp_path, unnoticed=True)
        assert seen.twice()
