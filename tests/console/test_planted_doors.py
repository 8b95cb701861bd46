"""Each promise of the doors taken away in turn: the test that stands for it must go red. The table says which is which.

The faults live here; the product has no switch that turns a protection off.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from gateway.console import campaigns, context
from gateway.console import sign_in as door_pages
from gateway.console.app import _guard
from gateway.console.sign_in_limits import Tries
from gateway.counters import Counters, InProcess
from store.people import staff_sessions
from tests.console import test_codes_slowed, test_doors, test_rights, test_sessions, test_tries, test_way_back
from tests.console.test_rights import both_offices, members
from tests.console.test_tries import doors
from tests.gateway import test_slow_senders
from tests.house.source import ROOT

__all__ = ["both_offices", "doors", "members"]
Plant = Callable[[pytest.MonkeyPatch, pytest.FixtureRequest], None]


@pytest.fixture
def counters() -> Counters | None:
    """Of this process."""
    return None


@dataclass(frozen=True)
class Fault:
    """A protection taken away, and the test that goes red."""

    plant: Plant
    test: Callable[..., None]
    given: Mapping[str, Any] = field(default_factory=dict)


def _without(place: Any, name: str, instead: Any) -> Plant:
    return lambda patch, _request: patch.setattr(place, name, instead)


def _guard_last(patch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Forms' tokens are looked for before anybody asks who sends the form."""
    app: Flask = request.getfixturevalue("app")
    order = app.before_request_funcs[None]
    patch.setitem(app.before_request_funcs, None, [*(step for step in order if step is not _guard), _guard])


def _codes_by_member_alone(patch: pytest.MonkeyPatch, _request: pytest.FixtureRequest) -> None:
    begin = Tries.begin
    patch.setattr(Tries, "begin", lambda self, email, step="password": 0.0 if step == "code" else begin(self, email))


FAULTS: dict[str, Fault] = {
    "a sign-out ends nothing at the server": Fault(
        _without(staff_sessions, "end", lambda *_given, **_more: []),
        test_sessions.test_a_copied_cookie_is_dead_after_the_sign_out,
    ),
    "who may pass is asked after the form's token": Fault(
        _guard_last,
        test_doors.test_nothing_is_read_of_who_is_not_signed_in,
        {"announced": False, "content_type": test_doors.UPLOAD},
    ),
    "nothing that is counted ever slows": Fault(
        _without(InProcess, "reserve", lambda *_given: 0.0), test_tries.test_waits_grow_and_the_page_says_how_long
    ),
    "codes are slowed by member alone": Fault(
        _codes_by_member_alone, test_codes_slowed.test_a_right_password_gives_no_new_tries_at_the_code
    ),
    "the way back is taken as it is given": Fault(
        _without(door_pages, "safe_return_path", lambda asked: asked), test_way_back.test_the_way_back_leads_to_us
    ),
    "previews are read by the machine": Fault(
        _without(campaigns, "scoped_work", lambda: context.console_context().machine),
        test_rights.test_the_preview_page_reads_as_its_reader,
    ),
}
"""What is taken away → how, and which test sees it. Without the fault each of these tests is green, as it stands."""
WITH_A_SERVER = {"the body's deadline is off": test_slow_senders.test_a_drop_now_and_then_is_not_waited_for_for_ever}
"""Tried by `tests/gateway/test_planted_server.py`."""


@pytest.mark.parametrize("what", FAULTS)
def test_the_fault_turns_its_test_red(
    what: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[what]
    wanted = set(inspect.signature(fault.test).parameters) - set(fault.given)
    ready = {name: request.getfixturevalue(name) for name in sorted(wanted)}
    fault.plant(monkeypatch, request)
    with pytest.raises(AssertionError):
        fault.test(**ready, **fault.given)


def test_the_table_is_told() -> None:
    told = (ROOT / "docs" / "faults.md").read_text("utf-8")
    rows = {what: fault.test for what, fault in FAULTS.items()} | WITH_A_SERVER
    named = [f"| {what} | `{test.__module__.rpartition('.')[2]}: {test.__name__}` |" for what, test in rows.items()]
    assert [row for row in named if row not in told] == []
