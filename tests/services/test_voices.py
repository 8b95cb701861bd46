"""Recordings: taken in from a folder, played in calls, served by name; a bad or missing one never silences a call."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from gateway.app import create_webhooks_app
from services.calls import dialogue as calls
from services.calls import recording_cache as known_recordings
from services.calls import recordings as voices
from services.calls.recording_cache import KnownRecordings
from services.refusal import Refusal
from services.work import Work
from store.tables.rounds import recordings as table
from survey.form.questionnaire import Questionnaire
from tests.files.test_speech import record
from tests.services.world import World, build
from tests.survey.forms import small_form

ACTOR = "cli:test"
FORM = small_form()


@pytest.fixture
def world(work: Work) -> World:
    return build(replace(work, recordings=KnownRecordings(work.database, work.clock)))


def narrate(world: World, folder: Path, form: Questionnaire, voice: str = "default", skip: int = 0) -> voices.Taken:
    """Record every sentence but the first `skip`."""
    wanted = voices.book(world.work, form, "vi", voice)
    for sentence in wanted[skip:]:
        record(folder / f"{sentence.id}.wav", 0.5)
    return voices.take_in(world.work, folder, wanted, ACTOR)


def test_a_recorded_call_plays_and_what_is_missing_is_said(world: World, tmp_path: Path) -> None:
    taken = narrate(world, tmp_path, FORM, skip=1)
    assert (taken.added > 20, taken.unchanged, len(taken.missing)) == (True, 0, 1)
    document = calls.first(world.work, world.plan("call"), "CA1", "human")
    assert re.findall(r"<Say[^>]*>([^<]*)", document) == [taken.missing[0].text]
    names = re.findall(r"/prompts/([0-9a-f]{32}-[0-9a-f]{12})\.wav", document)
    assert len(names) > 5
    for name in names:
        assert known_recordings.audio(world.work, name) == (tmp_path / f"{name[:32]}.wav").read_bytes()


def test_taking_in_again_changes_nothing_and_a_better_recording_gets_another_url(world: World, tmp_path: Path) -> None:
    narrate(world, tmp_path, FORM)
    again = narrate(world, tmp_path, FORM)
    assert again.added == 0
    sentence = voices.book(world.work, FORM, "vi", "default")[0]
    known = KnownRecordings(world.work.database, world.work.clock)
    known.refresh()
    before = known.find(sentence.id)
    world.clock.advance(timedelta(minutes=1))
    record(tmp_path / f"{sentence.id}.wav", 0.9)
    assert voices.take_in(world.work, tmp_path, [sentence], ACTOR).added == 1
    known = KnownRecordings(world.work.database, world.work.clock)
    known.refresh()
    assert known.find(sentence.id) not in (None, before)
    assert before is not None
    assert known_recordings.audio(world.work, before) is not None, "a call under way may still fetch it"


def test_bad_files_are_named_and_keep_no_good_one_out(world: World, tmp_path: Path) -> None:
    wanted = voices.book(world.work, FORM, "vi", "default")
    record(tmp_path / f"{wanted[0].id}.wav")
    record(tmp_path / f"{wanted[1].id}.wav", loud=0)
    record(tmp_path / "cau1.wav")
    tried = voices.take_in(world.work, tmp_path, wanted, ACTOR, dry_run=True)
    assert (tried.added, world.rows(table)) == (1, [])
    taken = voices.take_in(world.work, tmp_path, wanted, ACTOR)
    assert taken.added == 1
    assert sorted(fault.code for fault in taken.faults) == ["recording.silent", "recording.unknown"]
    assert len(taken.missing) == len(wanted) - 1


def test_a_withdrawn_recording_is_synthesised_again(world: World, tmp_path: Path) -> None:
    narrate(world, tmp_path, FORM)
    sentence = voices.book(world.work, FORM, "vi", "default")[0]
    assert voices.withdraw(world.work, sentence.id, ACTOR) == 1
    document = calls.first(world.work, world.plan("call"), "CA1", "human")
    assert re.findall(r"<Say[^>]*>([^<]*)", document) == [sentence.text]
    with pytest.raises(Refusal, match=r"recording\.none_of"):
        voices.withdraw(world.work, sentence.id, ACTOR)


def test_a_new_recording_is_heard_within_half_a_minute(world: World, tmp_path: Path) -> None:
    world.work.recordings.refresh()
    narrate(world, tmp_path, FORM)
    sentence = voices.book(world.work, FORM, "vi", "default")[0]
    world.work.recordings.refresh()
    assert world.work.recordings.find(sentence.id) is None
    world.clock.advance(timedelta(seconds=31))
    world.work.recordings.refresh()
    assert world.work.recordings.find(sentence.id) is not None


def test_the_database_refuses_broken_audio(world: World, tmp_path: Path) -> None:
    narrate(world, tmp_path, FORM)
    with pytest.raises(sa.exc.IntegrityError, match="unbroken"), world.work.database.transaction() as conn:
        conn.execute(sa.update(table).values(audio=b"half of it"))


@pytest.mark.parametrize("name", ["0" * 32, "0" * 32 + "-" + "0" * 12, "x" * 40, "a-" + "%" * 12])
def test_an_unknown_name_is_no_recording(world: World, name: str) -> None:
    assert known_recordings.audio(world.work, name) is None


@pytest.mark.parametrize(
    ("language", "voice", "office", "code"),
    [
        ("km", "default", [], "recording.language"),
        ("vi", "placeholder", [], "recording.placeholder"),
        ("vi", "east", [], "recording.voice"),
        ("vi", "default", ["no"], "office.unknown"),
    ],
)
def test_a_book_that_cannot_be_written_is_refused_in_words(
    world: World, language: str, voice: str, office: list[str], code: str
) -> None:
    with pytest.raises(Refusal, match=code.replace(".", r"\.")):
        voices.book(world.work, FORM, language, voice, office)


def test_any_gateway_serves_a_recording_under_its_name(world: World, tmp_path: Path) -> None:
    narrate(world, tmp_path, FORM)
    world.work.recordings.refresh()
    sentence = voices.book(world.work, FORM, "vi", "default")[0]
    client = Client(create_webhooks_app(world.work, {}, "https://alo.example"))
    got = client.get(f"/prompts/{world.work.recordings.find(sentence.id)}.wav")
    assert (got.status_code, got.mimetype) == (200, "audio/wav")
    assert got.data == (tmp_path / f"{sentence.id}.wav").read_bytes()
    assert "immutable" in got.headers["Cache-Control"]
    assert client.get(f"/prompts/{sentence.id}-000000000000.wav").status_code == 404


def test_a_file_may_have_the_name_that_the_form_gives_it(world: World, tmp_path: Path) -> None:
    named = replace(FORM.questions[2], audio={"vi": "cau_mot.mp3"})
    form = replace(FORM, questions=(*FORM.questions[:2], named, *FORM.questions[3:]))
    wanted = voices.book(world.work, form, "vi", "default")
    record(tmp_path / "cau_mot.wav", 0.5)
    taken = voices.take_in(world.work, tmp_path, wanted, ACTOR)
    assert (taken.added, taken.faults) == (1, ())
    (meant,) = [sentence for sentence in wanted if sentence.audio]
    assert meant.text == named.label["vi"]
    assert meant.id not in {sentence.id for sentence in taken.missing}
