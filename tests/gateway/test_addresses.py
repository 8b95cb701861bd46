"""Every door in every dress of a number: who writes STOP is stopped, who answers is heard, who rings is rung back.

Through the real webhooks, use cases and database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from carriers.credentials import Credentials
from carriers.kannel.settings import KannelCredentials
from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from gateway.app import create_webhooks_app
from services.keys.sealed_columns import opened
from services.work import Work
from store.tables.campaigns import tasks
from store.tables.outbox import senders
from tests.contact.addresses import DRESSES
from tests.gateway.parts import BASE, TOKEN, Twilio
from tests.services.world import LINE, OUR_NUMBER, World, build

SECRETS: Credentials = {
    "demo": TwilioCredentials("AC1", (TOKEN,)),
    "box": KannelCredentials("survey", "pw", "s3cret"),
}
Write = Callable[[str, str, str], str]
"""Somebody writes (from, to, words); what is answered."""


class Doors:
    """The doors of one house, and organisations enough that each dress is another one's."""

    def __init__(self, work: Work) -> None:
        self.world: World = build(replace(work, voice=TwimlRenderer(BASE)))
        self.app = create_webhooks_app(self.world.work, SECRETS, BASE)
        self.twilio = Twilio(self.app)
        self.n = 0
        for dress in range(len(DRESSES)):
            self.world.add_organisation(f"DX1{dress:02}", f"+84{significant(dress)}")

    def next(self) -> str:
        """An id of the carrier's own, a minute later."""
        self.n += 1
        self.world.clock.advance(timedelta(minutes=1))
        return f"id-{self.n}"

    def by_twilio(self, sent_from: str, to: str, words: str) -> str:
        """A text through Twilio."""
        form = {"MessageSid": self.next(), "AccountSid": "AC1", "From": sent_from, "To": to, "Body": words}
        answer = self.twilio.post("/twilio/sms", form)
        assert answer.status_code == 200, (sent_from, to, answer.text)
        return answer.text

    def by_kannel(self, sent_from: str, to: str, words: str) -> str:
        """A text through Kannel; headers hold what its own encoding leaves of a number."""
        headers = {"X-Kannel-From": sent_from.encode().decode("latin-1"), "X-Kannel-To": to.encode().decode("latin-1")}
        query = f"/kannel/sms?id={self.next()}&t=1795000000&s=s3cret"
        sent = {"data": words.encode(), "content_type": "text/plain; charset=UTF-8"}
        answer = Client(self.app).post(query, headers=headers, **sent)
        assert answer.status_code == 200, (sent_from, to, answer.text)
        return answer.text

    def ring(self, sent_from: str, to: str) -> str:
        """A call to our line."""
        form = {"CallSid": self.next(), "AccountSid": "AC1", "From": sent_from, "To": to, "CallStatus": "ringing"}
        answer = self.twilio.post("/twilio/voice", form)
        assert answer.status_code == 200, (sent_from, to, answer.text)
        return answer.text

    def kinds(self) -> list[str]:
        """Tasks of staff."""
        return self.world.tasks()


def significant(n: int) -> str:
    return f"9020000{n:02}"


@pytest.fixture
def doors(work: Work) -> Doors:
    return Doors(work)


def kannels(doors: Doors) -> None:
    """Our text number is Kannel's."""
    with doors.world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.name == "texts").values(carrier="kannel", credentials="box"))


def _write(doors: Doors, door: str) -> Write:
    if door == "kannel":
        kannels(doors)
    return {"twilio": doors.by_twilio, "kannel": doors.by_kannel}[door]


def _dresses(door: str) -> list[tuple[int, str]]:
    """HTTP headers trim their ends and hold no other alphabet than Latin-1."""
    return [(n, dress) for n, dress in enumerate(DRESSES) if door == "twilio" or dress.isascii()]


@pytest.mark.parametrize("door", ["twilio", "kannel"])
def test_stop_is_heard_in_every_dress(doors: Doors, door: str) -> None:
    write = _write(doors, door)
    for n, dress in _dresses(door):
        write(dress.format(significant(n)), OUR_NUMBER, "STOP")
        assert doors.world.consent_of(f"+84{significant(n)}") == "stopped", dress
    assert doors.kinds() == []


@pytest.mark.parametrize("door", ["twilio", "kannel"])
def test_an_answer_is_heard_in_every_dress(doors: Doors, door: str) -> None:
    write = _write(doors, door)
    for n, dress in _dresses(door):
        assert write(f"+84{significant(n)}", OUR_NUMBER, "alo")
        write(dress.format(significant(n)), OUR_NUMBER, "1")
        assert doors.world.answers(n + 1) == {"consent": "yes"}, dress
    assert doors.kinds() == []


def test_a_ring_is_rung_back_in_every_dress(doors: Doors) -> None:
    for n, dress in enumerate(DRESSES):
        assert "<Reject" in doors.ring(dress.format(significant(n)), LINE), dress
        (back,) = doors.world.sent(purpose="call_back", phone_hash=doors.world.hash(f"+84{significant(n)}"))
        assert back["interview_id"] == doors.world.interviews[n + 1]
    assert doors.kinds() == []


@pytest.mark.parametrize("door", ["twilio", "kannel"])
def test_our_own_number_is_ours_in_every_dress(doors: Doors, door: str) -> None:
    write = _write(doors, door)
    for _, dress in _dresses(door):
        write(f"+84{significant(1)}", dress.format(OUR_NUMBER.removeprefix("+84")), "alo")
    if door == "twilio":
        for dress in DRESSES:
            assert "<Response>" in doors.ring(f"+84{significant(1)}", dress.format(LINE.removeprefix("+84"))), dress


@pytest.mark.parametrize("ours", ["8088", "ALO"])
def test_short_codes_and_names_of_ours_stay_as_they_are(doors: Doors, ours: str) -> None:
    kannels(doors)
    with doors.world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.name == "texts").values(address=ours))
    for to in (ours, f"sip:{ours}@smsc", f" {ours}"):
        doors.by_kannel(f"0{significant(0)}", to, "STOP")
    assert doors.world.consent_of(f"+84{significant(0)}") == "stopped"


@pytest.mark.parametrize("door", ["twilio", "kannel"])
def test_who_cannot_be_read_is_never_lost(doors: Doors, door: str) -> None:
    write = _write(doors, door)
    raw = ("anonymous", "+266696687", "client:an", "Viettel", "0x4f2", "09010000", "+856205551234567890")
    for sent_from in raw:
        write(sent_from, OUR_NUMBER, "1")
        write(sent_from, OUR_NUMBER, "1")
        write(sent_from, OUR_NUMBER, "STOP")
    assert doors.kinds() == ["sender_unreadable"] * len(raw) + ["stop_unreadable"] * len(raw)
    vault = doors.world.work.vault
    assert {opened(vault, tasks.c.detail, row) for row in doors.world.rows(tasks)} == set(raw)
    outcomes = sorted(row["outcome"] for row in doors.world.received())
    assert outcomes == ["not_a_number"] * 2 * len(raw) + ["opt_out_unreadable"] * len(raw)


def test_a_ring_of_who_cannot_be_read_is_told_and_a_withheld_one_hears_why(doors: Doors) -> None:
    for sent_from in ("client:an", "client:an", "+8562055512345", "anonymous", "+266696687", ""):
        assert "không gọi lại được" in doors.ring(sent_from, LINE)
    assert doors.kinds() == ["sender_unreadable", "unknown_number"]
