"""Kannel's smsbox, old and new, says no: of one receiver, of one text, or of us. Only the last stops everybody."""

from __future__ import annotations

import pytest

from carriers.errors import KANNEL, classify, kannel_code
from contact.delivery import ErrorKind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        # of one receiver: a call may still find them
        (400, "Garbage 'to' field, rejected.", ErrorKind.NO_TEXTS),
        (400, "Number(s) has/have been denied by white- and/or black-lists.", ErrorKind.NO_TEXTS),
        (403, "Number(s) has/have been denied by white- and/or black-lists.", ErrorKind.NO_TEXTS),
        (400, "Number is in black-list.", ErrorKind.NO_TEXTS),
        (403, "Number is in global black-list.", ErrorKind.NO_TEXTS),
        (403, "Number is not in white-list.", ErrorKind.NO_TEXTS),
        (403, "Receiver is blacklisted", ErrorKind.NO_TEXTS),
        (400, "Missing receiver number, rejected", ErrorKind.NO_TEXTS),
        (400, "Insufficient headers, rejected", ErrorKind.NO_TEXTS),
        (403, "Not routable. Do not try again.", ErrorKind.NO_TEXTS),
        # of one text
        (400, "Empty text not allowed, rejected", ErrorKind.CONTENT),
        (400, "Charset or body misformed, rejected", ErrorKind.CONTENT),
        # of us: it is the same for everybody
        (403, "Authorization failed for sendsms", ErrorKind.CONFIGURATION),
        (401, "", ErrorKind.CONFIGURATION),
        (403, "Access denied", ErrorKind.CONFIGURATION),
        (400, "Sender missing and no global set, rejected", ErrorKind.CONFIGURATION),
        (400, "DLR-URL field misformed, rejected", ErrorKind.CONFIGURATION),
        (400, "Coding field misformed, rejected", ErrorKind.CONFIGURATION),
        (415, "Unsupported content-type, rejected", ErrorKind.CONFIGURATION),
        (404, "", ErrorKind.CONFIGURATION),
        (503, "Temporal failure, try again later.", ErrorKind.THROTTLED),
    ],
)
def test_what_is_said_of_one_stops_nobody_else(status: int, body: str, kind: ErrorKind) -> None:
    code = kannel_code(status, body)
    assert code is not None
    assert (classify(KANNEL, code).kind, classify(KANNEL, code).known) == (kind, True)


@pytest.mark.parametrize(("status", "body"), [(500, "Sending failed."), (502, ""), (503, "gateway down")])
def test_what_may_have_left_is_no_clear_no(status: int, body: str) -> None:
    assert kannel_code(status, body) is None
