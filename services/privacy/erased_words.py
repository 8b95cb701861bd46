"""Removes a person's own words from interviews; what they chose stays the organisation's answer.

Events, answers and state are rewritten alike, so that playing the events still gives the answers. It must not know why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.mentions import Sought
from services.interview.questionnaires import form_of
from services.interview.recording import differences
from store.interview import interviews as rows
from store.interview.interviews import EventRow, HeldInterview
from store.privacy import erasing
from survey.engine.state import KEYS
from survey.form.questionnaire import Questionnaire

STANDINGS = ("[đã xoá]", "đã xoá", "xxx", "0")
"""What stands instead of words; the first that the form's own conditions take."""


def take_out(conn: Connection, interview_id: UUID, sought: Sought) -> set[str]:
    """Take the words out of one interview, whose phone the caller has locked. The words.

    An answer to any question that is the person's own number or name counts as words.
    """
    held = rows.lock(conn, interview_id)
    if held is None or held.state is None:
        return set()
    form = form_of(conn, held.questionnaire_sha256)
    events = rows.events(conn, interview_id)
    page = _Page(form, sought)
    before = differences(conn, interview_id)
    for standing in STANDINGS:
        attempt = conn.begin_nested()
        _rewrite(conn, held, events, page.with_standing(standing))
        if differences(conn, interview_id) == before:
            attempt.commit()
            return page.found
        attempt.rollback()
    _rewrite(conn, held, events, page.with_standing(STANDINGS[0]))  # a form whose conditions need the very words
    return page.found


def words_of(conn: Connection, interview_id: UUID, sought: Sought) -> set[str]:
    """The words that `take_out` would take out."""
    held = rows.lock(conn, interview_id)
    if held is None or held.state is None:
        return set()
    page = _Page(form_of(conn, held.questionnaire_sha256), sought)
    for event in rows.events(conn, interview_id):
        page.input(event.input)
    page.values({name: answer.value for name, answer in rows.answers_of(conn, interview_id).items()})
    return page.found


def _rewrite(conn: Connection, held: HeldInterview, events: list[EventRow], page: _Page) -> None:
    for event in events:
        given, effects = page.input(event.input), [page.effect(effect) for effect in event.effects]
        if (given, effects) != (event.input, event.effects):
            erasing.rewrite_event(conn, event.interview_id, event.seq, given, effects)
    state = None if held.state is None else page.state(held.state)
    if state is not None and state != held.state:
        erasing.rewrite_state(conn, held.id, state)
    for name, answer in rows.answers_of(conn, held.id).items():
        value = page.value(name, answer.value)
        if value != answer.value:
            erasing.rewrite_answer(conn, held.id, name, value)


class _Page:
    """The documents of one form's interview without words."""

    def __init__(self, form: Questionnaire, sought: Sought) -> None:
        self._open = {question.name for question in form.questions if question.rules.is_free_text}
        self._sought = sought
        self._standing = STANDINGS[0]
        self.found: set[str] = set()

    def with_standing(self, standing: str) -> _Page:
        """The same, with other letters instead of words."""
        self._standing = standing
        return self

    def value(self, question: str | None, value: Any) -> Any:
        """One answer."""
        if not isinstance(value, str) or not value or value in STANDINGS:
            return value
        if question not in self._open and not self._sought.stands_in(value):
            return value
        self.found.add(value)
        return self._standing

    def values(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Answers by question."""
        return {name: self.value(name, value) for name, value in answers.items()}

    def input(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input of an event: what was keyed or written for a question, or a whole entry."""
        found = dict(given)
        if "with" in given:
            said = dict(given["with"])
            if "digits" in said:
                said["digits"] = self.value(given.get("question"), said["digits"])
            if isinstance(said.get("answers"), Mapping):
                said["answers"] = self.values(said["answers"])
            found["with"] = said
        if isinstance(given.get("earlier"), Mapping):
            found["earlier"] = self.values(given["earlier"])
        return found

    def effect(self, effect: Mapping[str, Any]) -> dict[str, Any]:
        """An effect of an event: what was said back."""
        if "value" not in effect:
            return dict(effect)
        return {**effect, "value": self.value(effect.get("question"), effect["value"])}

    def state(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """The state of an interview (`survey.engine.state.Interview.to_dict`)."""
        answers, last_time = KEYS["answers"], KEYS["earlier"]
        kept = {name: [self.value(name, answer[0]), *answer[1:]] for name, answer in state[answers].items()}
        earlier = {last_time: self.values(state[last_time])} if last_time in state else {}
        return {**state, answers: kept, **earlier}
