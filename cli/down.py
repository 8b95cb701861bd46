"""`alo down`: end what a killed `alo up` left behind, by its pid files and nothing else."""

from __future__ import annotations

import signal

import click

from cli.session import Session
from runtime import spawn
from runtime.data_directory import AlreadyRunningError, locked
from runtime.processes import leftover_processes


@click.command("down")
@click.pass_obj
def command(session: Session) -> None:
    """Dừng những gì còn lại sau khi Alo bị tắt đột ngột (end what a killed `up` left)."""
    data_dir = session.settings.alo_data_dir
    try:
        with locked(data_dir):
            ended = _end(session)
    except AlreadyRunningError as running:
        session.fail("down.running", pid=running.pid)
    session.say("down.ended" if ended else "down.nothing", count=ended)


def _end(session: Session) -> int:
    found = leftover_processes(session.settings.alo_data_dir)
    for pid_file, name in found.items():
        process = spawn.alive(pid_file)
        if process is not None:
            session.say("down.ending", part=name)
            spawn.stop(process, first=signal.SIGINT if name == "postgres" else signal.SIGTERM, patience_s=30)
        pid_file.unlink(missing_ok=True)
    return len(found)
