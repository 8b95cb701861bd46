"""The people of the sample list: one a phone, how they treat calls and texts, and what they understand.

People know the questions by their words in the published forms; what they think of them is the simulator's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.interview.questionnaires import form_of
from services.work import Work
from store.tables.interviews import interviews
from store.tables.registry import organisation_phones, organisations, phones
from survey.form.questionnaire import Question, Questionnaire

LANGUAGE = "vi"
PERSONAS = (
    *("quick",) * 12,
    *("silent_first",) * 3,
    *("wrong_keys",) * 3,
    *("hangs_up",) * 3,
    *("text_only",) * 4,
    *("voice_only",) * 3,
    *("opts_out",) * 2,
    *("busy",) * 2,
    *("no_answer",) * 2,
    *("dead_number",) * 1,
    *("answers_online",) * 3,
    *("refuses",) * 2,
)
"""Forty of them, dealt out over the organisations in a fixed order that mixes questionnaires and members."""
STRIDE = 7
"""Coprime to forty: neighbours on the list are different people."""


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One organisation's leader: numbers in order, the questionnaire's digest, and how they treat phones."""

    interview_id: UUID
    organisation: str
    registry_code: str
    numbers: tuple[str, ...]
    questionnaire: str
    persona: str


def read_people(work: Work) -> list[SamplePerson]:
    """Everybody of the round, in the order of the list's names."""
    query = (
        select(
            interviews.c.id,
            organisations.c.name,
            organisations.c.registry_code,
            interviews.c.questionnaire_sha256,
            phones.c.hash,
            phones.c.number,
        )
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(organisation_phones, organisation_phones.c.organisation_id == organisations.c.id)
        .join(phones, phones.c.hash == organisation_phones.c.phone_hash)
        .order_by(organisations.c.name_key, organisations.c.id, organisation_phones.c.rank)
    )
    with work.database.transaction() as conn:
        rows = conn.execute(query).all()
    numbers: dict[UUID, list[str]] = {}
    for row in rows:
        numbers.setdefault(row.id, []).append(work.vault.open(row.number, "phones.number", row.hash))
    first = {row.id: row for row in reversed(rows)}
    return [
        SamplePerson(
            interview_id,
            first[interview_id].name,
            first[interview_id].registry_code,
            tuple(found),
            first[interview_id].questionnaire_sha256,
            PERSONAS[place * STRIDE % len(PERSONAS)],
        )
        for place, (interview_id, found) in enumerate(numbers.items())
    ]


def forms(work: Work, people: list[SamplePerson]) -> dict[str, Questionnaire]:
    """The questionnaires these people are asked, by digest."""
    with work.database.transaction() as conn:
        return {sha256: form_of(conn, sha256) for sha256 in {p.questionnaire for p in people}}


def handsets(people: list[SamplePerson]) -> list[dict[str, Any]]:
    """Every phone: the first with the person, further ones in a drawer."""
    found = []
    for person in people:
        for place, number in enumerate(person.numbers):
            persona = person.persona if place == 0 else "no_answer"
            found.append({"number": number, "persona": persona, "scope": person.questionnaire, "seed": 61})
    return found


def topics(forms_by_digest: dict[str, Questionnaire]) -> list[dict[str, Any]]:
    """What people understand of each questionnaire: topic = digest:question, in spoken and written words."""
    return [
        _topic(sha256, question)
        for sha256, form in forms_by_digest.items()
        for question in form.questions
        if question.asked
    ]


def topic_name(sha256: str, question: str) -> str:
    """The name a question goes by in the ledger."""
    return f"{sha256[:12]}:{question}"


def _topic(sha256: str, question: Question) -> dict[str, Any]:
    kind = "integer" if question.kind == "integer" else "choice"
    if question.role == "consent":
        kind = "consent"
    topic: dict[str, Any] = {
        "topic": topic_name(sha256, question.name),
        "scope": sha256,
        "kind": kind,
        "spoken": [question.label[LANGUAGE]],
        "written": [question.text.get(LANGUAGE) or question.label[LANGUAGE]],
        "options": [
            {"value": c.value, "spoken": [c.label[LANGUAGE]], "written": [c.text.get(LANGUAGE) or c.label[LANGUAGE]]}
            for c in question.choices
        ],
    }
    return topic | ({"range": [0, 99]} if kind == "integer" else {})
