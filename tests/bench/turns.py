"""The rows of the webhook: a text answered, a key pressed, how long the slowest wait, and what the processes weigh.

Every request is signed, goes over TCP through gunicorn and is committed to the disk, on both sides.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import sqlalchemy as sa

from contact.delivery import InboundText
from services.calls import dialogue as calls
from services.texts import receive as inbound
from services.work import Work
from store.tables.interviews import answers
from tests.bench.house import TOKEN, House, free_port
from tests.bench.load import Crowd, Pressing, Texting
from tests.bench.measuring import Row, Trees, interleave, percentile
from tests.bench.population import TEXTS, Town, call, found
from tests.statements import noted
from tests.survey.forms import long_form

CONNECTIONS = 16
SCORED = 20
MOST_STATEMENTS = 6
READING_S = 0.05
"""Real seconds in which a person has read the question, by the fast clock."""
_TABLES = """
CREATE TABLE bench_r1 (id uuid PRIMARY KEY, phone_hash bytea NOT NULL REFERENCES phones, body text, at timestamptz);
CREATE TABLE bench_r1_last (phone_hash bytea PRIMARY KEY REFERENCES phones, last_id uuid, at timestamptz);
INSERT INTO bench_r1_last SELECT hash FROM phones;
GRANT SELECT, INSERT, UPDATE ON bench_r1, bench_r1_last TO alo_machine
"""


class Bench:
    """One town, our gateway and the references at its database, and who talks to them."""

    def __init__(self, house: House, quick: bool) -> None:
        """Everything is started and everybody has agreed to answer."""
        self.people = 150 if quick else 300
        self.rounds = 3 if quick else 5
        url = house.database("bench_turns")
        self.work = house.work(url)
        self.town = found(self.work, long_form(SCORED), 4 * self.people + 2)
        with house.as_superuser("bench_turns") as connection:
            connection.execute(_TABLES)
        self.our_port, self.their_port = free_port(), free_port()
        self.ours = house.gateway(url, self.our_port)
        self.theirs = house.references(url, self.their_port, str(self.town.text.id))
        self.postgres = house.postgres_pid
        self.texts = self._agreed([Texting(number, "/twilio/sms") for number in self._part(0)])
        self.their_texts = self._agreed([Texting(number, "/twilio/sms") for number in self._part(1)])
        self.keys = self._agreed(self._calls(2))
        self.their_keys = self._agreed(self._calls(3))
        self._hand_over()
        house.tidy("bench_turns")

    def _part(self, of: int) -> list[str]:
        return self.town.numbers[of * self.people : (of + 1) * self.people]

    def _calls(self, part: int) -> list[Pressing]:
        first = part * self.people
        return [
            Pressing(number, call(self.work, self.town, first + at), "/twilio/voice")
            for at, number in enumerate(self._part(part))
        ]

    def _agreed(self, people: list[Texting] | list[Pressing]) -> Crowd:
        """The first contact and the consent, through our gateway for both sides."""
        crowd = Crowd(self.our_port, TOKEN, people)
        for word in ("alo", "1"):
            crowd.say(word, len(people), CONNECTIONS)
        crowd.answered = 0
        return crowd

    def _hand_over(self) -> None:
        """Half of the people go on with the reference."""
        for crowd, path in ((self.their_texts, "/r6/sms"), (self.their_keys, "/r6/voice")):
            crowd.port = self.their_port
            for person in crowd.people:
                if isinstance(person, Texting):
                    person.path = path
                elif isinstance(person, Pressing):
                    person.prefix = path

    def stored(self) -> int:
        """Answers in the database, consents not counted."""
        with self.work.database.transaction() as conn:
            query = sa.select(sa.func.count()).select_from(answers).where(answers.c.question != "consent")
            return conn.scalar(query) or 0

    def turn(self, crowd: Crowd, server: int, waits: list[float]) -> float:
        """Everybody answers once: CPU microseconds a turn; the slowest of a hundred goes to `waits`, in ms."""
        trees = Trees(server, self.postgres)
        spent = trees.spent(lambda: crowd.say("1", self.people, CONNECTIONS))
        waits.append(percentile(crowd.latencies, 0.99) * 1000)
        return spent / self.people * 1e6


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "text", "key", their p99, "one statement" and "memory"."""
    bench = Bench(house, quick)
    for name, own, bare in (("text", bench.texts, bench.their_texts), ("key", bench.keys, bench.their_keys)):
        if name in wanted:
            yield from _pair(bench, name, own, bare)
    if "r1" in wanted:
        yield _one_statement(bench)
    if "memory-web" in wanted:
        yield _memory(bench)


def _pair(bench: Bench, name: str, own: Crowd, bare: Crowd) -> Iterator[Row]:
    waits: tuple[list[float], list[float]] = ([], [])
    for crowd, server, number in ((own, bench.ours, 0), (bare, bench.theirs, 1)):
        bench.turn(crowd, server, waits[number])  # warm: statements are prepared on every connection
        waits[number].clear()
    before = bench.stored()
    ours, reference = interleave(
        lambda: bench.turn(own, bench.ours, waits[0]), lambda: bench.turn(bare, bench.theirs, waits[1]), bench.rounds
    )
    missing = 2 * bench.rounds * bench.people - (bench.stored() - before)
    faults = [*own.faults, *bare.faults, *([f"{missing} answers not stored"] if missing else [])]
    statements = _statements(bench.work, bench.town, name)
    if statements > MOST_STATEMENTS:
        faults.append(f"{statements} statements")
    said = {"text": "SMS answer, whole turn", "key": "Keypad digit, whole turn"}[name]
    yield Row(f"{said} / R6", "µs CPU", ours, reference, 1.8, 1.3, f"{statements} statements", tuple(faults[:5]))
    yield Row(f"{said}: p99 at 16 connections / R6", "ms", *waits, None, 1.5, f"{len(faults)} errors")


def _one_statement(bench: Bench) -> Row:
    """For scale: the same text through Flask, the signature and one statement."""
    known = Crowd(bench.their_port, TOKEN, [Texting(number, "/r1") for number in bench._part(1)])
    waits: list[float] = []
    bench.turn(known, bench.theirs, waits)
    ours, reference = interleave(
        lambda: bench.turn(bench.texts, bench.ours, waits), lambda: bench.turn(known, bench.theirs, waits), bench.rounds
    )
    return Row("SMS answer, whole turn / R1", "µs CPU", ours, reference, None, faults=tuple(known.faults[:5]))


def _memory(bench: Bench) -> Row:
    """After the same number of requests, two processes each."""
    own, bare = Trees(bench.ours).memory_mb(), Trees(bench.theirs).memory_mb()
    return Row("Memory: webhooks, 2 processes / R6", "MB", [own], [bare], 1.5, 1.2)


def _statements(work: Work, town: Town, name: str) -> int:
    """Statements of one answer, BEGIN and COMMIT not counted."""
    last = len(town.numbers) - (1 if name == "text" else 2)
    ref = call(work, town, last) if name == "key" else ""

    def answer(turn: int) -> None:
        if name == "text":
            text = InboundText(f"SMcount{turn}", town.numbers[last], TEXTS, "1" if turn else "alo")
            inbound.receive_text(work, town.text, text)
        elif turn == 0:
            calls.first(work, ref, "CAcount", "human")
        else:
            calls.pressed(work, ref, turn, "1")

    for turn in range(4):
        time.sleep(READING_S)
        with noted() as seen:
            answer(turn)
    return len(seen)
