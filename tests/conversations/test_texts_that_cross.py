"""A reminder that crosses an answer: what a person keys for the question they saw never lands on another one.

The carrier says no time here, so all that is known of a text is when it came in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sms import binding
from sms.binding import AskBack, Bound, Repetition, Shown
from survey.answers import Heard, Key
from survey.engine import engine
from survey.engine.effects import Ask
from tests.survey.forms import NOW, long_form

FORM = long_form(6)
NAMES = [question.name for question in FORM.questions if question.role != "consent"]
PATIENCE = 30
"""Seconds after which somebody who has sent a text looks at the phone again."""


def at(second: float) -> datetime:
    return NOW + timedelta(seconds=second)


@dataclass
class Conversation:
    """Our side and one phone, in seconds: texts take their time both ways; ours come in the order they left."""

    truth: dict[str, str]
    delays: list[float]
    interview: engine.Interview = field(default_factory=lambda: engine.new_interview(FORM))
    shown: tuple[Shown, ...] = ()
    inbox: list[tuple[float, Shown]] = field(default_factory=list)
    under_way: list[tuple[float, str]] = field(default_factory=list)
    answered: list[Shown] = field(default_factory=list)
    asked_back: int = 0

    def begin(self, now: float) -> None:
        """A contact of ours: the invitation or a reminder, with the question that is next."""
        open_contact = engine.begin if self.interview.status == "pending" else engine.resume
        self._told(open_contact(FORM, self.interview, "sms", at(now)), now, "")

    def staff(self, now: float) -> None:
        """Somebody answers the question that waits on another channel."""
        question = self.interview.asked
        if question is not None and question != "consent":
            heard = Heard("staff", f"F{now}", Key(self.truth[question]), self.interview.turn, question)
            self.interview = engine.hear(FORM, self.interview, heard, at(now)).interview

    def look(self, now: float, typing: float, unread: bool) -> None:
        """The person answers the text on top, or first a reminder below it that was `unread`, unless they have.

        What comes while they type is not noticed.
        """
        seen = [prompt for came, prompt in self.inbox if came <= now]
        below = [prompt for prompt in seen[-2:-1] if unread and not prompt.body_digest]
        for chosen in [prompt for prompt in (*below, *seen[-1:]) if prompt not in self.answered][:1]:
            self.answered.append(chosen)
            self.under_way.append((now + typing + self._delay(), self.truth[chosen.question]))

    def receive(self, until: float) -> None:
        """What has come in by now is heard."""
        for came, body in sorted(self.under_way):
            if came <= until:
                self.under_way.remove((came, body))
                self._hear(came, body)

    def _hear(self, now: float, body: str) -> None:
        reading, bound = binding.hear(body, self.shown, at(now), lambda s: FORM.question(s.question))
        if isinstance(bound, Repetition):
            return
        assert isinstance(bound, Bound | AskBack)
        self.asked_back += isinstance(bound, AskBack)
        heard = binding.heard(reading, bound, f"SM{now}")
        self._told(engine.hear(FORM, self.interview, heard, at(now)), now, reading.digest)

    def _told(self, step: engine.Step, now: float, digest: str) -> None:
        self.interview = step.interview
        for ask in (effect for effect in step.effects if isinstance(effect, Ask)):
            question = FORM.question(ask.question)
            assert question is not None
            prompt = Shown("I", ask.question, ask.turn, question.number, at(now), digest)
            self.shown = binding.remember(self.shown, prompt)
            earlier = self.inbox[-1][0] if self.inbox else now
            self.inbox.append((max(earlier, now + self._delay()), prompt))

    def _delay(self) -> float:
        self.delays.append(self.delays.pop(0))
        return self.delays[-1]

    def wrong(self) -> list[str]:
        """Questions whose stored answer is not what the person means."""
        chosen = {n: q.choice(a.value) for n, a in self.interview.answers.items() if (q := FORM.question(n))}
        return [name for name, choice in chosen.items() if choice is None or choice.key != self.truth[name]]


Act = tuple[float, float, bool, str]
ACTS = st.tuples(
    st.floats(PATIENCE, 200),  # from one look at the phone to the next
    st.floats(6, 20),  # reading and typing
    st.booleans(),  # the reminder below the newest text was not read yet
    st.sampled_from(["", "remind", "remind", "staff", "staff then remind"]),
)


def play(keys: list[str], delays: list[float], acts: list[tuple[Act, float]]) -> Conversation:
    """The person looks at the phone now and then; something of ours happens at that moment of the look (0 to 1)."""
    talk = Conversation({"consent": "1", **dict(zip(NAMES, keys, strict=False))}, list(delays))
    talk.begin(0)
    now = 20.0
    for (wait, typing, unread, ours), when in acts:
        talk.receive(now)
        talk.look(now, typing, unread)
        then = now + when * (typing + 10)
        talk.receive(then)
        if ours.startswith("staff"):
            talk.staff(then)
        if ours.endswith("remind"):
            talk.begin(then)
        now = max(now + typing + wait, then)
    talk.receive(now + 60)
    return talk


PLAYED = given(
    st.lists(st.sampled_from("1234"), min_size=6, max_size=6),
    st.lists(st.floats(0, 10), min_size=5, max_size=5),
    st.lists(st.tuples(ACTS, st.floats(0, 1)), max_size=14),
)


@PLAYED
def test_what_was_meant_for_one_question_never_lands_on_another(
    keys: list[str], delays: list[float], acts: list[tuple[Act, float]]
) -> None:
    assert play(keys, delays, acts).wrong() == []


def test_that_proof_fails_when_nothing_is_taken_to_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "CROSSING", timedelta(0))

    @settings(database=None, max_examples=2000, report_multiple_bugs=False, phases=[Phase.generate])  # any will do
    @PLAYED
    def played(keys: list[str], delays: list[float], acts: list[tuple[Act, float]]) -> None:
        assert play(keys, delays, acts).wrong() == []

    with pytest.raises(AssertionError):
        played()


def test_who_answers_a_reminder_at_leisure_is_not_asked_back() -> None:
    talk = Conversation({"consent": "1", **dict.fromkeys(NAMES, "2")}, [2.0])
    talk.begin(0)
    now = 60.0
    for _ in range(2):
        talk.look(now, 10, unread=False)
        talk.receive(now + 20)
        talk.begin(now + 3600)  # nobody answers; a reminder asks the same question once more
        now += 3600 + 50
    for _ in range(4):
        talk.look(now, 10, unread=False)
        talk.receive(now + 20)
        now += 60
    assert talk.asked_back == 0
    assert len(talk.interview.answers) == 6
