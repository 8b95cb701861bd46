"""Golden conversations: neutral ones are played by voice, by text and by staff entry, others on their channel only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from demo.samples.make_samples import QUESTIONNAIRES
from files.xlsform import read_form
from ivr.script import Dial
from survey.answers import Channel
from survey.engine.effects import Effect, to_dict
from tests.conversations import golden
from tests.conversations.player import Player
from tests.survey import forms

FORMS = {
    "small": forms.small_form(),
    "two": forms.form(forms.consent(), forms.level("q1"), forms.level("q2")),
    "number": forms.form(forms.consent(), forms.whole("members", constraint=". >= 1 and . <= 500")),
    "sample-report": read_form(QUESTIONNAIRES / "BC-THANG.xlsx"),
    "report": forms.report_form(),
    "kinds": forms.form(*(q for q in forms.report_form().questions if q.kind != "text"), code="KINDS"),
    "day": forms.form(forms.consent(), forms.other("founded", "date", constraint=". <= today()")),
    "wish": forms.form(forms.consent(), forms.other("wish", "text"), forms.level("q1")),
    "optional": forms.form(forms.consent(), replace(forms.whole("workers"), required=False), forms.level("q1")),
    "sample": read_form(QUESTIONNAIRES / "HTX-NN.xlsx"),
    "three": forms.form(forms.consent(), *(forms.level(f"q{n}") for n in range(1, 4))),
    "five": forms.form(forms.consent(), *(forms.level(f"q{n}") for n in range(1, 8))),
    "villages": forms.form(forms.consent(), forms.numbered("village"), forms.level("q1")),
    "free": forms.form(forms.level("q1"), forms.whole("workers")),
}
NEUTRAL: tuple[Channel, ...] = ("voice", "sms", "staff")
ACTIONS = {"person", "open", "key", "keys", "text", "silence", "word", "late", "correct", "again", "staff"}
CHECKS = {"does", "outcome", "hears", "hears_exactly", "never_hears", "dials", "reads", "reads_exactly"}
KEYS = {"name", "form", "channel", "language", "officer", "turns", "ends", "rule", "confirms"}
EXTRAS = {"after", "final", "rule", "earlier"}

CONVERSATIONS = [
    (file.stem, conversation)
    for file in sorted(Path(__file__).parent.glob("*.yaml"))
    for conversation in golden.load(file)
]
PLAYED = [
    pytest.param(talk, channel, id=f"{theme}: {talk['name']} ({channel})")
    for theme, talk in CONVERSATIONS
    for channel in ([talk["channel"]] if "channel" in talk else NEUTRAL)
]


def written(effect: Effect) -> str:
    """An effect in the short form of the conversations: its name, then its values; `tries` only when there are."""
    values = to_dict(effect)
    name = values.pop("effect")
    if name == "Ask":
        return f"Ask {values['question']}" + (f" after {values['tries']}" if values["tries"] else "")
    if name == "LeftOpen":
        return f"LeftOpen {values['question']}" + ("" if values["comes_back"] else " for good")
    if name == "Consent":
        return f"Consent {'yes' if values['given'] else 'no'}"
    if name in ("Appointed", "PersonAt"):
        return f"{name} {values['when']}"
    listed = ["in the list"] if values.pop("listed", False) else []
    return " ".join([name, *(str(value) for value in values.values() if value not in (None, "")), *listed])


def expected(line: str, channel: str) -> str:
    """A text cannot be silent: its nearest thing is an empty one."""
    return "Doubtful empty" if channel == "sms" and line.startswith("Unheard") else line


@pytest.mark.parametrize(("talk", "channel"), PLAYED)
def test_conversation(talk: dict[str, Any], channel: Channel) -> None:
    player = Player(FORMS[talk.get("form", "small")], channel, talk.get("language", "vi"), talk.get("officer"))
    player.confirms = talk.get("confirms", "channel" not in talk)
    for number, step in enumerate(talk["turns"], 1):
        effects = player.play(step)
        where = f"turn {number}: {step}"
        if "does" in step:
            assert [written(e) for e in effects] == [expected(line, channel) for line in step["does"]], where
        assert player.outcome == step.get("outcome", player.outcome), where
        _check_words(player, step, where)
    _check_end(player, talk["ends"])


def _check_words(player: Player, step: dict[str, Any], where: str) -> None:
    heard = player.script.heard if player.script else ""
    golden.check_exactly(step.get("hears_exactly"), heard, where)
    golden.check_exactly(step.get("reads_exactly"), player.text, where)
    dialled = next((verb.number for verb in player.script.verbs if isinstance(verb, Dial)), None) if heard else None
    assert step.get("dials") == dialled, where
    golden.check_within(step.get("hears", ()), heard, where)
    for words in step.get("never_hears", ()):
        assert words not in heard, where
    golden.check_within(step.get("reads", ()), player.text or "", where)


def _check_end(player: Player, ends: dict[str, Any]) -> None:
    interview = player.interview
    assert interview.status == ends["status"]
    assert {name: answer.value for name, answer in interview.answers.items()} == {
        name: str(value) for name, value in ends["answers"].items()
    }
    assert player.rebuilt() == interview, "the events do not rebuild the interview"


def test_conversations_are_written_as_the_player_reads_them() -> None:
    for theme, talk in CONVERSATIONS:
        assert set(talk) <= KEYS, (theme, talk["name"])
        assert talk.get("channel", "sms") in get_args(Channel)
        for step in talk["turns"]:
            assert set(step) <= ACTIONS | CHECKS | EXTRAS, (theme, talk["name"], step)
            assert set(step) & ACTIONS, (theme, talk["name"], step)
    names = [(theme, talk["name"]) for theme, talk in CONVERSATIONS]
    assert len(set(names)) == len(names) >= 25
