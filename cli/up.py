"""`alo up`: everything that runs, in the foreground, until Ctrl-C."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from types import FrameType

import click

from carriers.twilio.carrier import TWILIO
from cli.session import Session
from runtime import demo_data, observability
from runtime.data_directory import AlreadyRunningError, locked
from runtime.embedded import ServerFailedError
from runtime.processes import Crew, Server, crew, leftover_processes, revive, servers
from runtime.settings import Settings
from services.refusal import Refusal

WATCH_S = 0.5


@click.command("up")
@click.pass_obj
def command(session: Session) -> None:
    """Chạy Alo đến khi bấm Ctrl-C (run everything until Ctrl-C)."""
    settings = session.settings
    observability.configure("WARNING")
    try:
        with locked(settings.alo_data_dir):
            if leftover_processes(settings.alo_data_dir):
                session.fail("up.left_over", directory=settings.alo_data_dir)
            _run(session)
    except AlreadyRunningError as running:
        session.fail("up.already_running", pid=running.pid, directory=settings.alo_data_dir)
    except ServerFailedError as failed:
        session.fail("up.server_failed", server=failed.server, log=failed.log)


def _run(session: Session) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        session.say("up.starting", directory=session.settings.alo_data_dir)
        if demo_data.could_be_made(session.settings):
            session.say("up.no_demo")
        started: list[Server] = []
        with servers(demo_data.with_demo_clock(session.settings), started=started) as settings, ExitStack() as stack:
            network = (
                stack.enter_context(demo_data.network(settings)) if demo_data.is_demo_directory(settings) else None
            )
            team = stack.enter_context(crew(settings))
            if network is not None:
                demo_data.settle(network, settings)
                session.say("up.simulated", url=settings.of(TWILIO).api_base_url)
                session.say("up.handset", url=settings.of(TWILIO).api_base_url)
                _say_sign_in_link(session, settings)
            session.say("up.console", url=settings.console_url)
            session.say("up.ready", url=settings.base_url, logs=team.logs)
            _watch(session, team, started)
    except KeyboardInterrupt:
        session.say("up.ended")


def _say_sign_in_link(session: Session, settings: Settings) -> None:
    """The link into the demonstration's pages, or why there is none: a demonstration may have been cut short."""
    try:
        session.say("up.sign_in", url=settings.console_url, token=demo_data.sign_in_token(settings))
    except Refusal as refusal:
        session.say("up.no_sign_in", reason=session.words(refusal.code, **refusal.params))


def _watch(session: Session, team: Crew, started: list[Server]) -> None:
    while True:
        time.sleep(WATCH_S)
        for name in (*revive(started), *team.revive()):
            session.say("up.revived", part=name, logs=team.logs)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
