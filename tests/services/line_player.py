"""Plays conversations of a phone line as it rings, is rung, keyed, put through and found to be a machine.

The real use cases against PostgreSQL, a carrier that obeys; what is heard is read from the documents a carrier gets.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from carriers.twilio.webhooks import call_receipt
from contact.calendar import ZONE
from contact.delivery import Detection
from contact.staff_roles import StaffRole
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.calls import machine_detection as detection
from services.delivery import outcomes
from services.sending import dispatcher
from services.staff import accounts as staff
from services.staff import area_officers as officers
from store.tables.campaigns import tasks
from store.tables.interviews import interviews
from store.tables.registry import organisations
from store.tables.rounds import rounds
from tests.doubles import FakeCarriers
from tests.services.world import LEADER, World

OFFICER = "canbo@qb.example"
NEXT = re.compile(r"/twilio/voice/([A-Za-z0-9_-]+)/(\d+)")


@dataclass
class Phone:
    """One phone and the call it is in; `play` plays a step and keeps the document that came back."""

    world: World
    carriers: FakeCarriers
    ref: str = ""
    turn: int = 0
    document: str = ""
    rung: int = 0

    @property
    def heard(self) -> str:
        """All spoken words of the last document."""
        return html.unescape(" ".join(re.findall(r"<Say[^>]*>([^<]*)</Say>", self.document)))

    @property
    def dials(self) -> str:
        """Whom the last document puts the caller through to."""
        found = re.search(r"<Dial[^>]*>([^<]*)</Dial>", self.document)
        return found.group(1) if found else ""

    def set_up(self, talk: Mapping[str, Any]) -> None:
        """The round's settings, the organisation's commune and the officers of a conversation."""
        work, now = self.world.work, talk.get("settings", {})
        with work.database.transaction() as conn:
            conn.execute(sa.update(rounds).values(settings={**conn.scalar(sa.select(rounds.c.settings)), **now}))
            for table in (organisations, interviews):
                conn.execute(sa.update(table).values(commune=talk.get("commune", "Xã Đông")))
        for place, (commune, number) in enumerate(talk.get("officers", {}).items()):
            staff.invite(work, f"{place}{OFFICER}", "QB", StaffRole.OFFICE, "", "cli:test")
            area = officers.PROVINCE if commune == "province" else commune
            officers.look_after(work, f"{place}{OFFICER}", [area], "cli:test")
            if number:
                officers.set_phone(work, f"{place}{OFFICER}", number, "cli:test")

    def play(self, step: Mapping[str, Any]) -> None:
        """One step, a minute after the last or `at` a local time."""
        clock: Any = self.world.work.clock
        clock.advance(timedelta(minutes=1))
        if "at" in step:
            clock.set(datetime.strptime(step["at"], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE))
        act = next(name for name in ACTS if name in step)
        document = getattr(self, f"_{act}")(step[act])
        if document is not None:
            self.document = document
            self._follow()

    def _follow(self) -> None:
        found = NEXT.search(self.document)
        if found:
            self.ref, self.turn = found.group(1), int(found.group(2))

    def _rings(self, number: str) -> str:
        self.rung += 1
        caller = LEADER if number == "leader" else number
        return ring_in.rang_in(self.world.work, self.world.line, caller, f"CA{self.rung:032x}")

    def _is_called(self, _: object) -> str:
        self.world.plan("call")
        return self._is_rung("")

    def _is_rung(self, answered_by: str) -> str:
        """What is due leaves, and the phone is picked up."""
        self._due(1)
        return calls.first(self.world.work, self.ref, self.carriers.calls.sent[-1].ref, answered_by)

    def _due(self, number: int) -> None:
        before = len(self.carriers.calls.sent)
        dispatcher.dispatch(self.world.work, self.world.line.id, 0.2)
        assert len(self.carriers.calls.sent) - before == number
        if number:
            self.ref = self.carriers.calls.sent[-1].ref

    def _keys(self, digits: object) -> str:
        return calls.pressed(self.world.work, self.ref, self.turn, str(digits))

    def _silence(self, _: object) -> str:
        return calls.pressed(self.world.work, self.ref, self.turn, None)

    def _back_from_person(self, reached: bool) -> str:
        return calls.pressed(self.world.work, self.ref, self.turn, None, reached)

    def _found(self, answered_by: str) -> None:
        """The carrier has listened who took the call."""
        carrier_id = self.world.sent(ref=self.ref)[0]["carrier_id"]
        detection.record(self.world.work, self.ref, Detection(carrier_id, answered_by))

    def _hangs_up(self, _: object) -> None:
        told = {"CallSid": self.world.sent(ref=self.ref)[0]["carrier_id"], "CallStatus": "completed"}
        outcomes.record_receipt(self.world.work, self.ref, call_receipt(told))

    def state(self) -> str:
        """What became of the last call we placed."""
        return str(self.world.sent(ref=self.ref)[0]["state"])

    def tasks(self) -> list[str]:
        """Kinds of tasks that wait, each with the local time the person is wanted at, if any."""
        return sorted(_told(row) for row in self.world.rows(tasks) if row["state"] != "done")


def _told(row: sa.RowMapping) -> str:
    at = row["wanted_at"]
    return row["kind"] + (f" {at.astimezone(ZONE):%d/%m %H:%M}" if at else "")


ACTS = ("rings", "is_called", "is_rung", "due", "keys", "silence", "back_from_person", "found", "hangs_up")
