"""Kannel's access log, line by line as bearerbox 1.4.5 writes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from carriers.kannel import access_log as kannel_log
from contact.calendar import ZONE
from contact.delivery import State

OURS = "8088"
THEIRS = "+84901000001"
BINARY = "Có".encode("utf-16-be").hex()
LINES = [
    "2026-11-18 09:00:00 Log begins",
    "2026-11-18 09:00:01 Sent SMS [SMSC:o] [SVC:alo] [ACT:] [BINF:] [FID:7] [META:?orig?] [from:8088]"
    " [to:+84901000001] [flags:-1:0:-1:-1:31] [msg:13:C3: 1=Co] [a]] [udh:0:]",
    "2026-11-18 09:05:00 Receive SMS [SMSC:o] [SVC:] [ACT:] [BINF:] [FID:] [META:] [from:84901000001] [to:8088]"
    " [flags:-1:0:-1:0:-1] [msg:4:STOP] [udh:0:]",
    "2026-11-18 09:06:00 Receive SMS [SMSC:o] [SVC:] [ACT:] [BINF:] [FID:] [META:] [from:0901000001] [to:8088]"
    f" [flags:-1:2:-1:0:-1] [msg:4:{BINARY}] [udh:0:]",
    "2026-11-18 09:07:00 DLR SMS [SMSC:o] [SVC:] [ACT:] [BINF:] [FID:7] [META:] [from:8088] [to:+84901000001]"
    " [flags:-1:-1:-1:-1:1] [msg:4:ACK/] [udh:0:]",
    "2026-11-18 09:08:00 Sent SMS [SMSC:o] [SVC:x] [ACT:] [BINF:] [FID:8] [META:] [from:9099] [to:+84901000001]"
    " [flags:-1:0:-1:-1:31] [msg:2:hi] [udh:0:]",
    "",
]


def test_what_left_and_what_came_in_is_read_and_everything_else_counted() -> None:
    log = kannel_log.read(LINES, OURS, ZONE)
    (left,) = log.left
    assert (left.number, left.body, left.receipt.state) == (THEIRS, "C3: 1=Co] [a]", State.SENT)
    assert left.at == log.first == datetime(2026, 11, 18, 2, 0, 1, tzinfo=UTC)
    assert [(one.from_number, one.to_number, one.body) for one in log.heard] == [
        (THEIRS, OURS, "STOP"),
        (THEIRS, OURS, "Có"),
    ]
    assert len({one.carrier_id for one in log.heard}) == 2
    assert log.foreign == 3


@pytest.mark.parametrize(
    ("coding", "written", "read"),
    [
        ("0", "TC", "TC"),
        ("1", b"STOP".hex().upper(), "STOP"),
        ("1", "Từ chối".encode().hex(), "Từ chối"),
        ("1", "Ca rê".encode("latin-1").hex(), "Ca rê"),
        ("1", "STOP", "STOP"),
        ("1", "0", "0"),
        ("2", "Có".encode("utf-16-be").hex(), "Có"),
        ("2", "xyz", "xyz"),
        ("2", "0043d800", "C\ufffd"),
        ("", "STOP", "STOP"),
    ],
)
def test_a_text_is_read_in_the_coding_it_came_in(coding: str, written: str, read: str) -> None:
    """bearerbox writes what came in 8 bits, and in UCS-2, as hexadecimal digits: a stop may stand in either."""
    line = LINES[2].replace("[flags:-1:0:", f"[flags:-1:{coding}:").replace(":STOP]", f":{written}]")
    (heard,) = kannel_log.read([line], OURS, ZONE).heard
    assert heard.body == read


def test_times_may_be_gmt() -> None:
    assert kannel_log.read(LINES, OURS, UTC).left[0].at == datetime(2026, 11, 18, 9, 0, 1, tzinfo=UTC)


def test_a_file_of_another_form_gives_nothing() -> None:
    log = kannel_log.read(
        ["203.0.113.7 - - [18/Nov/2026] GET /kannel/sms 200", "2026-99-18 09:00:01 Sent SMS"], OURS, UTC
    )
    assert (log.left, log.heard, log.foreign) == ([], [], 2)
