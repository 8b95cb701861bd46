"""`alo demo`: the main job on the sample list, end to end, and the verdict of the handsets and the journal."""

from __future__ import annotations

import sys
import time

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
    sys.exit(0 if outcome.succeeded else 1)


def _play(session: Session, settings: Settings, quiet: bool) -> story.Outcome:
    def say(code: str, /, **params: object) -> None:
        click.echo(session.words(code, **params), err=quiet)

    say("demo.starting")
    with servers(settings) as complete, simulated(complete) as network, crew(complete):
        work = machine_work(complete)
        outcome = story.run(work, complete, network, say)
        stage.keep_end(complete.alo_data_dir, work.clock.now())
        return outcome
