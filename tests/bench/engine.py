"""The row of the engine: one answer heard, the state read from JSON and written back, beside the bare round trip."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from survey.engine import engine
from survey.engine import state as interview
from survey.engine.state import Interview
from survey.form.questionnaire import Questionnaire
from tests.bench.house import House
from tests.bench.measuring import Row, interleave
from tests.survey.forms import NOW, heard, long_form

ANSWERED = 10
STEPS = 4000


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The row "engine"."""
    form = long_form(20)
    state = _halfway(form)
    steps = STEPS // 4 if quick else STEPS
    ours, reference = interleave(lambda: _step(form, state, steps), lambda: _round_trip(state, steps), 5)
    note = f"state of {len(state)} bytes, {ANSWERED} answers"
    yield Row("Engine step / JSON round trip + expression", "µs CPU", ours, reference, 4.0, 2.0, note)


def _halfway(form: Questionnaire) -> str:
    """An interview whose next answer leads over a question with `relevant`."""
    now = engine.begin(form, engine.new_interview(form), "sms", NOW).interview
    while len(now.answers) < ANSWERED - 1 or not form.question(_after(form, now)).relevant:
        now = engine.hear(form, now, heard("1", turn=now.turn, question=now.asked), NOW).interview
    return json.dumps(now.to_dict())


def _after(form: Questionnaire, now: Interview) -> str:
    names = [question.name for question in form.questions]
    return names[names.index(now.asked or "") + 1]


def _step(form: Questionnaire, state: str, steps: int) -> float:
    """CPU microseconds of one step."""
    began = time.process_time()
    for _ in range(steps):
        before = interview.from_dict(json.loads(state))
        step = engine.hear(form, before, heard("1", turn=before.turn, question=before.asked), NOW)
        json.dumps(step.interview.to_dict())
    return (time.process_time() - began) / steps * 1e6


def _round_trip(state: str, steps: int) -> float:
    """CPU microseconds of reading and writing the same state, and one expression compiled by Python itself."""
    relevant = compile("answers['q4'][0] != '1'", "relevant", "eval")
    began = time.process_time()
    for _ in range(steps):
        data = json.loads(state)
        eval(relevant, {"answers": data["v"]})
        json.dumps(data)
    return (time.process_time() - began) / steps * 1e6
