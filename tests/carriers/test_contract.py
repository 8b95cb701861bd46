"""The one table that every carrier passes: what becomes of a text or a call when carrier or network do their worst.

A new carrier adds one `Dialect` (`dialects.py`): how its server says yes, no and "not so fast", and what it brings.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from carriers import registry
from carriers.errors import CarrierAwayError
from contact.delivery import Accepted, ErrorKind, Refused, Unknown
from tests.carriers.dialects import BODY, DIALECTS, Dialect
from tests.carriers.faulty_server import (
    Play,
    answers,
    closed_port,
    closes,
    never_answers,
    serving,
    stalls,
    truncates,
)
from tests.carriers.parts import BASE, REF, TO, router, sender
from tests.carriers.trial.carrier import JSON

SINCE = datetime(2026, 11, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KNOWN, JSON.name, JSON)


every_carrier = pytest.mark.parametrize("dialect", DIALECTS, ids=str)


@every_carrier
def test_what_is_taken_left_once_and_whole_with_our_reference(dialect: Dialect) -> None:
    with serving(dialect.takes) as server:
        assert isinstance(dialect.hand_over(server.url), Accepted)
    (seen,) = server.seen
    assert seen.method == "POST"
    assert dialect.body_of(seen) in ("", BODY)
    assert bool(dialect.body_of(seen)) == (dialect.medium == "text")
    assert dialect.to_of(seen) == TO
    for address in dialect.callbacks_of(seen):
        assert address.startswith(f"{BASE}/")
        assert REF in address
        assert TO.strip("+") not in seen.target + address, "no phone in a URL"


@every_carrier
@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ("bad_number", None),
        ("bad_login", ErrorKind.CONFIGURATION),
        ("not_so_fast", ErrorKind.THROTTLED),
        ("nonsense", ErrorKind.LATER),
    ],
)
def test_a_clear_no_is_refused_by_kind(dialect: Dialect, says: str, kind: ErrorKind | None) -> None:
    with serving(getattr(dialect, says)) as server:
        result = dialect.hand_over(server.url)
    assert isinstance(result, Refused)
    assert result.kind is (kind or dialect.bad_number_means)
    assert result.detail == ("unlisted" if says == "nonsense" else "")
    assert TO not in repr(result)
    assert len(server.seen) == 1, "a refused text is not tried again by the adapter"


@every_carrier
@pytest.mark.parametrize(
    "play",
    [
        never_answers,
        closes,
        stalls(200),
        truncates(500),
        answers(500, '{"code":20500,"status":500}'),
        answers(502, "<html>Bad gateway</html>", "text/html"),
        answers(503, "<html>down</html>", "text/html"),
        answers(302, "", "text/html"),
    ],
    ids=["silent", "closed", "stalled", "truncated-500", "500", "502", "503", "redirect"],
)
def test_doubt_is_unknown_and_asked_only_once(dialect: Dialect, play: Play) -> None:
    began = time.monotonic()
    with serving(play) as server:
        result = dialect.hand_over(server.url)
    assert isinstance(result, Unknown), result
    assert len(server.seen) == 1, "a request that may have been carried out is never repeated"
    assert time.monotonic() - began < 3
    assert TO not in repr(result)


@every_carrier
def test_nobody_listening_never_left(dialect: Dialect) -> None:
    assert dialect.hand_over(closed_port()) == Refused(ErrorKind.THROTTLED, "not_connected")


@every_carrier
@pytest.mark.parametrize("address", ["nonsense", "http://", "http://a b/"])
def test_a_broken_address_is_for_the_operator(dialect: Dialect, address: str) -> None:
    result = dialect.hand_over(address)
    assert isinstance(result, Refused)
    assert result.kind is ErrorKind.CONFIGURATION


@every_carrier
def test_missing_credentials_are_for_the_operator(dialect: Dialect) -> None:
    assert dialect.hand_over(closed_port(), credentials="none") == Refused(ErrorKind.CONFIGURATION, "credentials")


@every_carrier
def test_asking_about_an_unknown_one_is_no_error(dialect: Dialect) -> None:
    with serving(answers(404, '{"code":20404,"message":"","more_info":"","status":404}')) as server:
        ours = sender(dialect.carrier, dialect.medium, server.url)
        carrier = router().text(ours) if dialect.medium == "text" else router().call(ours)
        assert carrier.fetch(ours, "X404") is None


@every_carrier
def test_an_empty_list_is_never_a_guess(dialect: Dialect) -> None:
    """One that can be asked says so when it cannot be reached; one that cannot be asked has nothing to list."""
    ours = sender(dialect.carrier, dialect.medium, closed_port())

    def find() -> object:
        if dialect.medium == "call":
            return router().call(ours).find(ours, TO, SINCE, REF)
        return [*router().text(ours).find(ours, TO, BODY, SINCE), *router().text(ours).list_inbound(ours, SINCE)]

    if not ours.can_reconcile:
        assert find() == []
        with pytest.raises(CarrierAwayError):
            router().text(ours).list_departed(ours, SINCE)
        return
    with pytest.raises(CarrierAwayError) as away:
        find()
    assert TO not in repr(away.value)


def test_a_list_of_texts_that_came_in_is_never_a_guess() -> None:
    text = sender("twilio", "text", closed_port())
    with pytest.raises(CarrierAwayError) as away:
        router().text(text).list_inbound(text, SINCE)
    assert TO not in repr(away.value)
