"""A kind of question that Alo has not, put into four tables: asked by call, by text and by staff, and exported.

What the product would need for it is one row in each of `survey/form/kinds.py`, `survey/words/kinds.py`,
`ivr/kinds.py` and `sms/reading/kinds.py`; nothing else may know it.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from files import workbooks
from files.cards import Card, html
from files.text_interview import text_interview
from files.xlsform import judge
from ivr import kinds as keyed_kinds
from ivr import promptbook
from ivr.callflow import CallContext
from ivr.kinds import KeyedKind
from runtime.catalogue import words as staff_words
from services.interview import recording as interviews
from services.results.exports import ExportOrder, export
from services.work import Work
from sms.reading import kinds as read_kinds
from survey.answers import Channel, Entry, Heard, Key, Said, Unclear
from survey.form import checks, kinds, questionnaire
from survey.form.kinds import QuestionKind
from survey.form.questionnaire import Question, Questionnaire
from survey.words import kinds as words_of_kinds
from survey.words import wording
from tests.conversations.player import Player
from tests.files.test_xlsform import LEVEL, path_of, question
from tests.services.world import build
from tests.survey.forms import consent, form, level, other

# The first table: what a time of day is, keyed or written


def _time(value: str) -> str | None:
    found = re.fullmatch(r"([0-9]{1,2})[:h]([0-9]{2})|([0-9]{2})([0-9]{2})", value)
    if found is None:
        return None
    hour, minute = int(found[1] or found[3]), int(found[2] or found[4])
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


KIND = QuestionKind(
    name="time",
    canonical=_time,
    hint="time",
    wrong="wrong_time",
    exported_as="time",
    example="1430",
)

# The second: its words

WORDS = {
    "time": {"vi": "Xin ông bà bấm giờ hai số, phút hai số, rồi bấm phím thăng.", "en": "Key in hour and minute."},
    "text.time": {"vi": "Nhắn giờ:phút, ví dụ 14:30.", "en": "Reply with hour:minute, like 14:30."},
    "wrong_time.1": {"vi": "Giờ đó chưa đúng. Xin ông bà bấm lại.", "en": "That is no time of day."},
    "text.wrong_time.1": {"vi": "Giờ đó chưa đúng. Xin nhắn lại.", "en": "That is no time of day."},
    "keyed.hour": {"vi": "{hour} giờ", "en": "{hour} hours"},
    "keyed.minute": {"vi": "{minute} phút.", "en": "{minute} minutes."},
}
ON_A_CARD = {"vi": "bấm giờ và phút, ví dụ 1430", "en": "key hour and minute, for example 1430"}

# The third: how it is read back in a call


def _read_back(value: str, language: str) -> list[str]:
    hour, minute = map(int, value.split(":"))
    return [wording.say("keyed.hour", language, hour=hour), wording.say("keyed.minute", language, minute=minute)]


KEYED = KeyedKind(read_back=_read_back, samples=tuple(f"{n % 24:02}:{n:02}" for n in range(60)))

# The fourth: how it is found in a text


def _read(text: str, question: Question, language: str) -> Said:
    found = re.findall(r"(?<!\d)(\d{1,2})\s*(?:[:h]|giờ|gio)\s*(\d{2})(?!\d)", text)
    return Key(":".join(found[0])) if len(found) == 1 else Unclear("words")


@pytest.fixture(autouse=True)
def time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial kind in the tables."""
    monkeypatch.setitem(kinds.KINDS, "time", KIND)
    for code, words in WORDS.items():
        monkeypatch.setitem(wording.WORDS, code, words)
    monkeypatch.setitem(words_of_kinds.ON_CARDS, "time", ON_A_CARD)
    monkeypatch.setitem(keyed_kinds.KEYED, "time", KEYED)
    monkeypatch.setitem(read_kinds.READERS, "time", _read)


def times() -> Questionnaire:
    """A form with a time of day between the consent and a choice."""
    return form(consent(), other("opens", "time", constraint=". != '00:00'"), level("q1"), code="TIMES")


@pytest.mark.parametrize(
    ("channel", "given"),
    [("voice", "1430"), ("voice", "0905"), ("sms", "14:30"), ("sms", "14h30"), ("sms", "luc 9h05 a"),
     ("staff", "14:30"), ("staff", "1430")],
)  # fmt: skip
def test_a_whole_interview_has_it_on_every_channel(channel: Channel, given: str) -> None:
    player = Player(times(), channel)
    player.confirms = True
    player.play({"open": "begin"})
    player.play({"key": 1})
    _asks(player)
    player.play({"key": given})
    if channel == "sms":
        assert f"Da ghi: {_time(given) or '09:05'}." in (player.text or "")
    player.play({"key": 1})
    assert player.interview.status == "complete"
    assert player.interview.answers["opens"].value in ("14:30", "09:05")
    assert player.rebuilt() == player.interview


def _asks(player: Player) -> None:
    if player.script is not None:
        assert "giờ hai số, phút hai số" in player.script.heard
        assert player.script.gather is not None
        assert (player.script.gather.num_digits, player.script.gather.finish_on_key) == (None, "#")
    elif player.text is not None:
        assert player.text.endswith("Nhan gio:phut, vi du 14:30.")


def test_a_call_reads_it_back() -> None:
    player = Player(times(), "voice")
    player.play({"open": "begin"})
    player.play({"key": 1})
    player.play({"key": "1430"})
    assert player.script is not None
    assert player.script.heard.startswith("Ông bà vừa bấm: 14 giờ 30 phút. ")


@pytest.mark.parametrize(("channel", "given"), [("voice", "2575"), ("sms", "25:75"), ("staff", "7")])
def test_what_is_no_time_is_asked_again_in_its_own_words(channel: Channel, given: str) -> None:
    player = Player(times(), channel)
    player.play({"open": "begin"})
    player.play({"key": 1})
    player.play({"key": given})
    assert "opens" not in player.interview.answers
    assert player.script is None or player.script.heard.startswith("Giờ đó chưa đúng.")
    assert player.text is None or player.text.startswith("Gio do chua dung.")


def test_a_form_has_it_its_card_and_measures_too(tmp_path: Path) -> None:
    asked = question(type="time", name="opens", scored="")
    read = judge(workbooks.read(path_of(tmp_path, [*LEVEL], asked))).form
    assert read.question("opens") == questionnaire.from_dict(read.to_dict()).question("opens")
    assert read.question("opens").kind == "time"  # type: ignore[union-attr]  # it is there
    assert checks.check(times()) == ()
    card = Card("HTX", "DX001", times(), "Đợt", "Liên minh", "02143840123", "Ai", "02143840123")
    assert ON_A_CARD["vi"] in html([card])
    assert any(text.body.endswith("14:30.") for text in text_interview(times(), "vi"))
    spoken = {s.text for s in promptbook.sentences(times(), "vi", "default", [CallContext(1, "Liên minh")])}
    assert {f"{n} giờ" for n in range(24)} | {f"{n} phút." for n in range(60)} <= spoken


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_it_leaves_with_the_forms(work: Work, tmp_path: Path, format_: str) -> None:
    house = build(work, times())
    entry = Entry({"consent": "yes", "opens": "14h30", "q1": "5"}, final=True)
    interviews.enter(work, house.interviews[0], Heard("staff", "x", entry))
    assert house.answers()["opens"] == "14:30"
    path = tmp_path / f"f.{format_}"
    say = lambda code, **params: staff_words(code, "vi", **params)  # noqa: E731
    export(work, ExportOrder("2026", "forms", format_, path, "test", "Nộp lên hệ thống"), say)
    if format_ == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    else:
        rows = [[str(cell) for cell in row] for row in workbooks.read(path).sheets[0].rows]
    assert "14:30" in json.dumps(rows)
