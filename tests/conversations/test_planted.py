"""Each promise of a call taken away in turn: the conversations that cite its rule must notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ivr import callflow, menus
from survey.engine import moves, side_questions
from survey.engine.draft import Draft
from survey.engine.effects import Consent, Echo, LeftOpen, Resumed
from tests.conversations import test_conversations as golden
from tests.conversations.test_rules_cited import rule_of

Plant = Callable[[pytest.MonkeyPatch], None]


def _without(place: Any, name: str, instead: Any) -> Plant:
    return lambda patch: patch.setattr(place, name, instead)


def _no_echo(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(callflow._SPOKEN, Echo, lambda teller, effect: [])  # type: ignore[index]  # a test's own fault


def _greeted_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(callflow._SPOKEN, Resumed, callflow._Teller.welcome)  # type: ignore[index]  # a test's own fault


def _earlier_answers_told(patch: pytest.MonkeyPatch) -> None:
    """A new contact forgets that the answers were somebody's of before."""

    def opened(draft: Draft, earlier: Any) -> None:
        given = draft.state.given
        open_contact(draft, earlier)
        draft.state = draft.state._replace(given=given)

    open_contact = moves.open_contact
    patch.setattr(moves, "open_contact", opened)


def _given_up_at_once(draft: Draft, item: Any) -> None:
    """An open question does not come back at the end."""
    draft.effects.append(LeftOpen(item.name, comes_back=False))
    draft.state = draft.state._replace(given_up=(*draft.state.given_up, item.name))
    moves.move_on(draft, item.at)


def _refused_at_once(draft: Draft, given: bool) -> None:
    """A slip of the key ends the interview."""
    draft.effects.append(Consent(given))
    if not given:
        moves.end(draft, "refused")


FAULTS: dict[str, tuple[int, Plant]] = {
    "back repeats the question instead": (2, _without(side_questions, "go_back", moves.repeat)),
    "nothing is echoed": (2, _no_echo),
    "no opinion has no key": (2, _without(menus, "_no_opinion", lambda question: None)),
    "what is left open never comes back": (2, _without(moves, "leave_open", _given_up_at_once)),
    "a refusal is final at once": (2, _without(moves, "_settle_consent", _refused_at_once)),
    "numbers are not read back": (3, _without(moves, "is_read_back", lambda item, channel: False)),
    "a number far from last time's is taken as it is": (3, _without(moves, "is_far", lambda value, last: False)),
    "the form is handed in unheard": (4, _without(moves, "_wind_up", moves.finish)),
    "another caller's answers can be heard and changed": (4, _earlier_answers_told),
    "a resumed call explains itself all over again": (5, _greeted_anew),
    "another time is never asked for": (7, _without(side_questions, "another_time", moves.close_contact)),
    "somebody else is taken for the leader": (8, _without(side_questions, "not_me", moves.repeat)),
}


def red(rule: int) -> list[str]:
    """The conversations by voice that cite `rule` and fail."""
    failed = []
    for _, talk in golden.CONVERSATIONS:
        if rule_of(talk) == rule and talk.get("channel", "voice") == "voice":
            try:
                golden.test_conversation(talk, "voice")
            except AssertionError:
                failed.append(talk["name"])
    return failed


@pytest.mark.parametrize("fault", FAULTS)
def test_the_conversations_of_a_rule_go_red_without_its_promise(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, plant = FAULTS[fault]
    assert red(rule) == []
    plant(monkeypatch)
    assert red(rule) != []
