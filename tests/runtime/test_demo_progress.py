"""The demonstration's clock leaves out only hours in which nobody may be contacted; its progress is one line."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from cli.session import Session
from contact.settings import RoundSettings
from demo.command import ProgressLines
from demo.data_directory import AFTERGLOW, MEDIA, START, nights
from runtime.settings import Settings

CALENDAR = RoundSettings().calendar


def test_only_closed_hours_are_left_out() -> None:
    left_out = list(nights(CALENDAR))
    assert len(left_out) >= 4
    for since, until in left_out:
        minutes = range(0, int((until - since) / timedelta(minutes=1)), 5)
        moments = [since + timedelta(minutes=n) for n in minutes]
        assert not any(CALENDAR.open(medium, at) for medium in MEDIA for at in moments)
        assert not any(CALENDAR.open(medium, since - AFTERGLOW) for medium in MEDIA)
        assert any(CALENDAR.open(medium, until) for medium in MEDIA)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "lines"), [(Terminal(), 2), (io.StringIO(), 7)], ids=["terminal", "file"])
def test_progress_is_one_line_on_a_terminal_and_few_in_a_file(stream: io.StringIO, lines: int) -> None:
    say = ProgressLines(Session("en", Settings()), stream).say
    for n in range(60):
        at = START + timedelta(minutes=n)
        say("demo.progress", at=at, texts=n, calls=0, planned=0, finished=0, ended=0)
    say("demo.online", count=3, refused=0)
    said = stream.getvalue()
    assert said.count("\n") == lines
    assert said.splitlines()[-1] == "  3 organisations have answered online; their answers came in (0 rows refused)"


def test_a_file_holds_no_line_twice() -> None:
    stream = io.StringIO()
    say = ProgressLines(Session("en", Settings()), stream).say
    for n in range(60):
        say("demo.progress", at=START + timedelta(minutes=n), texts=1, calls=0, planned=0, finished=0, ended=0)
    assert stream.getvalue().count("\n") == 1
