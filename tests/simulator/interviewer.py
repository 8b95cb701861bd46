"""A small survey of ours for the tests: asks every topic by text or call and stores what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from tests.simulator.parts import OUR_NUMBER, Arrival, Sim, topics

NAMES = [topic["topic"] for topic in topics()]


@dataclass
class Interviewer:
    """A small survey of ours: asks every topic in order; the keys turn round from topic to topic."""

    base: str
    place: dict[str, int] = field(default_factory=dict)
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    silences: int = 0

    def keys(self, place: int) -> dict[str, dict[str, Any]]:
        """Key → option of the topic at `place`."""
        options = topics()[place].get("options", [])
        turned = options[place % max(len(options), 1) :] + options[: place % max(len(options), 1)]
        return {str(key): option for key, option in enumerate(turned, 1)}

    def hear(self, person: str, said: str) -> None:
        """Store what was keyed or texted for the topic that is open."""
        place = self.place.get(person, 0)
        if place >= len(NAMES):
            return
        options = self.keys(place)
        if said in options or (not options and said.isdigit() and 7 <= int(said) <= 900):
            self.answers.setdefault(person, {})[NAMES[place]] = options[said]["value"] if options else said
            self.place[person] = place + 1 if said not in options or options[said]["value"] != "no" else 99
        else:
            self.odd.append(said)

    def words(self, person: str, medium: str) -> str:
        """The question that is open, "" after the last."""
        place = self.place.get(person, 0)
        if place >= len(NAMES):
            return ""
        question: str = topics()[place][medium][0]
        pairs = [(key, option[medium][0]) for key, option in self.keys(place).items()]
        if medium == "written":
            return f"C{place + 1}: {question} " + " ".join(f"{key}={label}" for key, label in pairs)
        return question + " " + " ".join(f"{label}, bấm phím {key}." for key, label in pairs)

    def answer(self, arrival: Arrival) -> str:
        """Both webhooks."""
        if arrival.path == "/sms":
            person, medium = arrival.form["From"], "written"
            self.hear(person, arrival.form["Body"])
        else:
            person, medium = arrival.form["To"], "spoken"
            if arrival.form.get("Digits"):
                self.hear(person, arrival.form["Digits"])
            self.silences += arrival.form.get("Digits") == ""
        question = escape(self.words(person, medium))
        if medium == "written":
            return f"<Response><Message>{question or 'Cam on'}</Message></Response>"
        digits = "numDigits='1'" if self.keys(self.place.get(person, 0) % len(NAMES)) else ""
        if not question:
            return "<Response><Say>Xin cảm ơn</Say><Hangup/></Response>"
        gather = f"<Gather action='/voice' timeout='6' actionOnEmptyResult='true' {digits}>"
        return (
            f"<Response><Say>Đã ghi: Hài lòng.</Say>{gather}<Say language='vi-VN'>{question}</Say></Gather></Response>"
        )

    def text(self, sim: Sim, person: str) -> None:
        """Send the open question."""
        sim.client.messages.create(to=person, from_=OUR_NUMBER, body=self.words(person, "written"))
        sim.settle()

    def ring(self, sim: Sim, person: str) -> None:
        """Ask by telephone."""
        sim.client.calls.create(to=person, from_=OUR_NUMBER, url=self.base + "/voice")
        sim.settle()
