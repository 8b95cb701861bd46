"""Calls in a language that nobody synthesises: recorded, chosen by key, remembered; Vietnamese for what is missing.

Played through the doors against PostgreSQL. The recordings are synthetic placeholders, no H'Mông; what a call plays is
told by which recording it is, as `‹hmn placeholder› the words its narrator would have before them`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from contact.delivery import State
from gateway.app import create_webhooks_app
from services.calls import dialogue as calls
from services.calls import recordings as voices
from services.calls.recording_cache import KnownRecordings
from services.interview import recording as interviews
from services.texts.receive import receive_text
from services.work import Work
from store.tables.outbox import outbox, senders
from tests.conversations import golden
from tests.gateway.parts import BASE, TOKEN, Twilio
from tests.services.world import LEADER, LINE, World, build

FILE = Path(__file__).parent.parent / "conversations" / "phones" / "by_ear.yaml"
TALKS: list[dict[str, Any]] = golden.load(FILE)
Step = Mapping[str, Any]
_SPOKEN = re.compile(r"<Say[^>]*language=\"(\w+)[^>]*>([^<]*)</Say>|/prompts/([0-9a-f]{32})-[0-9a-f]{12}\.wav")


@dataclass
class Phone:
    """A phone of the small world, and which sentence each recording says."""

    world: World
    folder: Path
    sentences: dict[str, str] = field(default_factory=dict)

    def record(self, what: Step) -> None:
        """Take in placeholders of a language and voice, without sentences that hold one of the words `but`."""
        work, form = self.world.work, self.world.form
        wanted = [
            one
            for one in voices.book(work, form, what["language"], what["voice"])
            if not any(words in one.text for words in what.get("but", ()))
            and any(words in one.text for words in what.get("only", ("",)))
        ]
        folder = self.folder / str(len(self.sentences))
        assert voices.write_placeholders(folder, wanted) == len(wanted) > 0
        assert voices.take_in(work, folder, wanted, "cli:test").faults == ()
        self.sentences |= {one.id: f"‹{one.language} {one.voice}› {one.text}" for one in wanted}

    def heard(self, document: str) -> str:
        """What a document says: its words, those of recordings and where each comes from."""
        said = [
            f"‹{code}› {words}" if words else self.sentences[name] for code, words, name in _SPOKEN.findall(document)
        ]
        marked = groupby((one.partition("› ") for one in said), key=lambda one: one[0])
        return " ".join(f"{mark}› " + " ".join(words for *_, words in group) for mark, group in marked)

    def called(self, step: Step) -> str:
        """Our call is answered, keys are pressed, the line drops; what was heard last."""
        ref = self.world.plan("call")
        document = calls.first(self.world.work, ref, f"CA{ref}", "human")
        for turn, digits in enumerate(step["called"], 1):
            self.world.clock.advance(timedelta(seconds=30))
            document = calls.pressed(self.world.work, ref, turn, digits)
        with self.world.work.database.transaction() as conn:
            conn.execute(sa.update(outbox).where(outbox.c.ref == ref).values(state="completed"))
        return self.heard(document)

    def play(self, step: Step) -> None:
        """One step of a conversation."""
        self.world.clock.advance(timedelta(minutes=1))
        if "recorded" in step:
            self.record(step["recorded"])
        elif "text" in step:
            reply = receive_text(self.world.work, self.world.text, self.world.text_from(step["text"]))
            golden.check_exactly(step["reads_exactly"], reply.body, step)
        else:
            heard = self.called(step)
            golden.check_exactly(step.get("hears_exactly"), heard, step)
            for words in step.get("never_hears", ()):
                assert words not in heard, (step, heard)


def phone_of(work: Work, folder: Path) -> Phone:
    """A phone on simulated lines."""
    return Phone(build(replace(work, recordings=KnownRecordings(work.database, work.clock))), folder)


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: talk["name"])
def test_conversation_by_ear(work: Work, tmp_path: Path, talk: dict[str, Any]) -> None:
    phone = phone_of(work, tmp_path)
    if talk.get("line") == "real":
        with work.database.transaction() as conn:
            conn.execute(sa.update(senders).values(simulated=False))
    for step in talk["turns"]:
        phone.play(step)
    assert phone.world.answers() == talk["answers"]
    with work.database.transaction() as conn:
        assert interviews.differences(conn, phone.world.interviews[0]) == []


def test_the_next_round_begins_in_the_language_that_was_chosen(work: Work, tmp_path: Path) -> None:
    phone = phone_of(work, tmp_path)
    phone.record({"language": "hmn", "voice": "placeholder"})
    phone.called({"called": ["5"]})
    phone.world.add_round("2027")
    ref = phone.world.plan("call", at=1)
    assert phone.heard(calls.first(phone.world.work, ref, "CA-next", "human")).startswith("‹hmn placeholder› Xin chào")


def test_through_the_gateway_the_recording_of_the_chosen_language_is_fetched(work: Work, tmp_path: Path) -> None:
    """A carrier's signature on each request; what is played is the very file that was taken in."""
    phone = phone_of(replace(work, voice=TwimlRenderer(BASE)), tmp_path)
    phone.record({"language": "hmn", "voice": "placeholder"})
    twilio = Twilio(create_webhooks_app(phone.world.work, {"demo": TwilioCredentials("AC1", (TOKEN,))}, BASE))
    ref = phone.world.plan("call", state=State.SENDING)
    known = {"CallSid": "CA1", "AccountSid": "AC1", "From": LINE, "To": LEADER, "CallStatus": "in-progress"}
    assert twilio.post(f"/twilio/voice/{ref}/0", known).status_code == 200
    answer = twilio.post(f"/twilio/voice/{ref}/1", known | {"Digits": "5"}).text
    assert phone.heard(answer).startswith("‹hmn placeholder› Xin chào ông bà. Đây là cuộc gọi tự động")
    played = re.findall(r"(/prompts/([0-9a-f]{32})-[0-9a-f]{12}\.wav)", answer)
    assert len(played) > 5
    for path, sentence in played:
        fetched = Client(twilio.app).get(path)
        assert (fetched.status_code, fetched.mimetype) == (200, "audio/wav")
        assert fetched.data in [found.read_bytes() for found in tmp_path.rglob(f"{sentence}.wav")]


def test_every_sentence_of_the_book_has_a_sound_of_its_own_that_can_be_taken_in(work: Work, tmp_path: Path) -> None:
    phone = phone_of(work, tmp_path)
    wanted = voices.book(phone.world.work, phone.world.form, "hmn", "placeholder")
    assert {one.voice for one in wanted} == {"placeholder"}, "what it is stands in the book and with each recording"
    phone.record({"language": "hmn", "voice": "placeholder"})
    assert len({path.read_bytes() for path in tmp_path.rglob("*.wav")}) == len(wanted)
