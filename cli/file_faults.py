"""Reports the faults of a file that a command refuses: in words or as JSON, with exit code 1.

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
    """End the command with exit code 1 when a file is refused; faults go to stderr, as JSON to stdout."""
    try:
        yield
    except FileRefusedError as refused:
        if as_json:
            session.show({"refused": True, "faults": [fault.to_dict() for fault in refused.faults]})
        for line in fault_lines(refused.faults, session.words):
            click.echo(line, err=True)
        sys.exit(1)
