"""The one table that every text carrier passes: what a person's text becomes when carrier or network do their worst.

A new carrier adds one `Dialect`: how its server says yes, no and "not so fast".
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from contact.delivery import Accepted, ErrorKind, Refused, SendResult, Unknown
from tests.carriers.faulty_server import (
    Play,
    Seen,
    answers,
    closed_port,
    closes,
    never_answers,
    serving,
    stalls,
    truncates,
)
from tests.carriers.parts import BASE, REF, TO, router, sender

BODY = "C3: Ông/bà hài lòng đến mức nào? 1 = rất hài lòng"


def _api_error(status: int, code: int) -> Play:
    return answers(status, f'{{"code":{code},"message":"about {TO}","more_info":"","status":{status}}}')


@dataclass(frozen=True)
class Dialect:
    """How one carrier's server speaks."""

    carrier: str
    takes: Play
    bad_number: Play
    bad_login: Play
    not_so_fast: Play
    nonsense: Play
    body_of: Callable[[Seen], str]
    callback_of: Callable[[Seen], str]
    to_of: Callable[[Seen], str]


TWILIO = Dialect(
    "twilio",
    takes=answers(201, '{"sid":"SM1","status":"queued","num_segments":"1"}'),
    bad_number=_api_error(400, 21211),
    bad_login=_api_error(401, 20003),
    not_so_fast=_api_error(429, 20429),
    nonsense=_api_error(400, 99999),
    body_of=lambda seen: seen.form["Body"][0],
    callback_of=lambda seen: seen.form["StatusCallback"][0],
    to_of=lambda seen: seen.form["To"][0],
)
KANNEL = Dialect(
    "kannel",
    takes=answers(202, "0: Accepted for delivery", "text/html"),
    bad_number=answers(400, "Missing receiver number, rejected", "text/html"),
    bad_login=answers(403, "Authorization failed for sendsms", "text/html"),
    not_so_fast=answers(503, "Temporal failure, try again later.", "text/html"),
    nonsense=answers(418, "?", "text/html"),
    body_of=lambda seen: seen.body.decode(),
    callback_of=lambda seen: seen.headers["x-kannel-dlr-url"],
    to_of=lambda seen: seen.headers["x-kannel-to"],
)

every_carrier = pytest.mark.parametrize("dialect", [TWILIO, KANNEL], ids=lambda d: d.carrier)


def send(dialect: Dialect, url: str) -> SendResult:
    text = sender(dialect.carrier, "text", url)
    return router().text(text).send(text, TO, BODY, REF)


@every_carrier
def test_what_is_taken_left_whole_with_our_reference(dialect: Dialect) -> None:
    with serving(dialect.takes) as server:
        assert isinstance(send(dialect, server.url), Accepted)
    (seen,) = server.seen
    assert seen.method == "POST"
    assert dialect.body_of(seen) == BODY
    assert dialect.to_of(seen) == TO
    assert dialect.callback_of(seen).startswith(f"{BASE}/")
    assert REF in dialect.callback_of(seen)
    assert TO.strip("+") not in seen.target + dialect.callback_of(seen), "no phone in a URL"


@every_carrier
@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ("bad_number", ErrorKind.NUMBER),
        ("bad_login", ErrorKind.CONFIGURATION),
        ("not_so_fast", ErrorKind.THROTTLED),
        ("nonsense", ErrorKind.LATER),
    ],
)
def test_a_clear_no_is_refused_by_kind(dialect: Dialect, says: str, kind: ErrorKind) -> None:
    with serving(getattr(dialect, says)) as server:
        result = send(dialect, server.url)
    assert isinstance(result, Refused)
    assert result.kind is kind
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
        result = send(dialect, server.url)
    assert isinstance(result, Unknown), result
    assert len(server.seen) == 1, "a request that may have been carried out is never repeated"
    assert time.monotonic() - began < 3
    assert TO not in repr(result)


@every_carrier
def test_nobody_listening_never_left(dialect: Dialect) -> None:
    assert send(dialect, closed_port()) == Refused(ErrorKind.THROTTLED, "not_connected")


@every_carrier
@pytest.mark.parametrize("address", ["nonsense", "http://", "http://a b/"])
def test_a_broken_address_is_for_the_operator(dialect: Dialect, address: str) -> None:
    result = send(dialect, address)
    assert isinstance(result, Refused)
    assert result.kind is ErrorKind.CONFIGURATION


@every_carrier
def test_missing_credentials_are_for_the_operator(dialect: Dialect) -> None:
    text = sender(dialect.carrier, "text", closed_port(), credentials="none")
    assert router().text(text).send(text, TO, BODY, REF) == Refused(ErrorKind.CONFIGURATION, "credentials")


@every_carrier
def test_asking_about_an_unknown_text_is_no_error(dialect: Dialect) -> None:
    with serving(_api_error(404, 20404)) as server:
        text = sender(dialect.carrier, "text", server.url)
        assert router().text(text).fetch(text, "SM404") is None


@every_carrier
def test_an_empty_list_is_never_a_guess(dialect: Dialect) -> None:
    """One that can be asked says so when it cannot be reached; one that cannot be asked has nothing to list."""
    from carriers.errors import CarrierAwayError

    text = sender(dialect.carrier, "text", closed_port())
    carrier = router().text(text)
    since = datetime(2026, 11, 18, tzinfo=UTC)
    if not text.can_reconcile:
        assert not list(carrier.find(text, TO, BODY, since))
        assert not list(carrier.list_inbound(text, since))
        return
    with pytest.raises(CarrierAwayError) as first:
        carrier.find(text, TO, BODY, since)
    with pytest.raises(CarrierAwayError) as second:
        carrier.list_inbound(text, since)
    assert TO not in f"{first.value!r} {second.value!r}"
