"""How the commands that read files say what is wrong with one: every fault in words, or as JSON, and exit code 1.

It must not know any subcommand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from cli.session import Session
from files.faults import FileRefusedError
from files.reports import fault_lines


@contextmanager
def exit_on_refused_file(session: Session, as_json: bool) -> Iterator[None]:
    """Within: a file that is refused ends the command; its faults go where errors go (JSON: to the output)."""
    try:
        yield
    except FileRefusedError as refused:
        if as_json:
            session.show({"refused": True, "faults": [fault.to_dict() for fault in refused.faults]})
        for line in fault_lines(refused.faults, session.words):
            click.echo(line, err=True)
        sys.exit(1)
