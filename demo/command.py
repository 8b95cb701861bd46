"""`alo demo`: the main job on the sample list, end to end, and the verdict of the handsets and the journal."""

from __future__ import annotations

import sys
import time
from typing import TextIO

import click

from cli.session import Session
from demo import data_directory as stage
from demo import report as telling
from demo import scenario as story
from demo.network_process import simulated
from runtime import observability
from runtime.container import machine_work
from runtime.data_directory import AlreadyRunningError, locked
from runtime.embedded import ServerFailedError
from runtime.processes import crew, leftover_processes, servers
from runtime.settings import Settings


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """Chạy thử trọn vẹn trên làng mẫu với mạng điện thoại mô phỏng (the whole job on a sample village)."""
    observability.configure("ERROR")
    began = time.monotonic()
    try:
        with locked(session.settings.alo_data_dir):
            if leftover_processes(session.settings.alo_data_dir):
                session.fail("up.left_over", directory=session.settings.alo_data_dir)
            outcome = _play(session, stage.prepare(session.settings), as_json)
    except AlreadyRunningError as running:
        session.fail("up.already_running", pid=running.pid, directory=session.settings.alo_data_dir)
    except ServerFailedError as failed:
        session.fail("up.server_failed", server=failed.server, log=failed.log)
    except TimeoutError:
        session.fail("demo.took_too_long", logs=session.settings.alo_data_dir / "logs")
    if as_json:
        session.show(telling.document(outcome) | {"seconds": round(time.monotonic() - began, 1)})
    else:
        for line in telling.lines(outcome, session.words):
            click.echo(line)
        session.say("demo.took", seconds=round(time.monotonic() - began))
        if outcome.succeeded:
            session.say("demo.next")
    sys.exit(0 if outcome.succeeded else 1)


class ProgressLines:
    """What the story says while it runs. On a terminal the figures are one line that moves; in a file there is a line
    only where a figure changed, and at most one for so many looks."""

    LOOKS_A_LINE = 10

    def __init__(self, session: Session, stream: TextIO) -> None:
        """Nothing is said yet."""
        self._session = session
        self._stream = stream
        self._moves = stream.isatty()
        self._open = False
        """Whether the cursor stands behind a line that moves."""
        self._figures: dict[str, object] = {}
        self._looks = 0

    def say(self, code: str, /, **params: object) -> None:
        """Write the words for `code`."""
        if code == "demo.progress":
            self._progress(params)
            return
        if self._open:
            self._stream.write("\n")
            self._open = False
        self._write(code, params, "\n")

    def _progress(self, params: dict[str, object]) -> None:
        if self._moves:
            self._stream.write("\r\x1b[2K")  # back to its beginning, and the line empty
            self._write("demo.progress", params, "")
            self._open = True
            return
        figures = {name: value for name, value in params.items() if name != "at"}
        self._looks += 1
        if figures != self._figures and self._looks % self.LOOKS_A_LINE == 1:
            self._figures = figures
            self._write("demo.progress", params, "\n")

    def _write(self, code: str, params: dict[str, object], end: str) -> None:
        self._stream.write(self._session.words(code, **params) + end)
        self._stream.flush()


def _play(session: Session, settings: Settings, quiet: bool) -> story.Outcome:
    say = ProgressLines(session, sys.stderr if quiet else sys.stdout).say
    say("demo.starting")
    with servers(settings) as complete, simulated(complete) as network, crew(complete):
        work = machine_work(complete)
        outcome = story.run(work, complete, network, say)
        stage.keep_end(complete.alo_data_dir, work.clock.now())
        return outcome
