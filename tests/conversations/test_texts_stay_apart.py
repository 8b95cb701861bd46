"""However texts are doubled, delayed and reordered, what a person meant for one question never lands on another."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sms import binding
from sms.binding import AskBack, Bound, Repetition, Shown
from survey.engine import engine
from survey.engine.effects import Ask
from tests.survey.forms import NOW, long_form

FORM = long_form(8)
KEYS = ("1", "2", "3", "4")
Text = tuple[str, datetime]


class Line:
    """Our side of one phone: binding, engine, and what the phone was shown."""

    def __init__(self) -> None:
        self.interview = engine.new_interview(FORM)
        self.shown: tuple[Shown, ...] = ()
        self.screen: list[Shown] = []
        step = engine.begin(FORM, self.interview, "sms", NOW)
        self._told(step, NOW, "")

    def deliver(self, text: Text, now: datetime) -> None:
        body, sent_at = text
        reading, bound = binding.hear(body, self.shown, sent_at, lambda s: FORM.question(s.question))
        if isinstance(bound, Repetition):
            return
        assert isinstance(bound, Bound | AskBack)  # a number shown so long ago that it was forgotten is asked back
        heard = binding.heard(reading, bound, "SM")
        self._told(engine.hear(FORM, self.interview, heard, now), now, reading.digest)

    def _told(self, step: engine.Step, now: datetime, digest: str) -> None:
        self.interview = step.interview
        for ask in (e for e in step.effects if isinstance(e, Ask)):
            question = FORM.question(ask.question)
            assert question is not None
            prompt = Shown("I", ask.question, ask.turn, question.number, now, digest)
            self.shown = binding.remember(self.shown, prompt)
            self.screen.append(prompt)


@given(
    st.lists(st.sampled_from(KEYS), min_size=9, max_size=9),
    st.lists(
        st.tuples(
            st.integers(6, 90),  # seconds until the person answers what stands on the screen
            st.booleans(),  # the thumb sends it twice
            st.booleans(),  # the network holds it back
            st.booleans(),  # the network delivers what it held back first
            st.booleans(),  # the question's number is written
        ),
        max_size=30,
    ),
)
def test_an_answer_to_one_question_never_lands_on_another(
    keys: list[str], texts: list[tuple[int, bool, bool, bool, bool]]
) -> None:
    names = [q.name for q in FORM.questions if q.role != "consent"]
    truth = {"consent": "1", **dict(zip(names, keys, strict=False))}
    line, held, now = Line(), list[Text](), NOW
    for seconds, doubled, kept_back, flushed, numbered in texts:
        now += timedelta(seconds=seconds)
        prompt = line.screen[-1]
        body = truth[prompt.question]
        body = f"C{prompt.number}: {body}" if numbered and prompt.number else body
        sent: list[Text] = [(body, now)] + ([(body, now + timedelta(seconds=1))] if doubled else [])
        if flushed:
            sent = held + sent
            held = []
        if kept_back:
            held += sent
            continue
        for text in sent:
            line.deliver(text, max(now, text[1]))
    for text in held:
        line.deliver(text, now + timedelta(hours=1))
    for name, answer in line.interview.answers.items():
        question = FORM.question(name)
        assert question is not None
        chosen = question.choice(answer.value)
        assert chosen is not None
        assert chosen.key == truth[name], name
