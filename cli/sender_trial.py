"""`alo sender test`: a text or a call to a phone of the operator's own, and what became of it."""

from __future__ import annotations

import time

import click

from cli.session import Session
from contact.delivery import State
from services.senders import test_message as sender_trial

LOOK_S = 0.5
FINAL_STATES = frozenset(State) - {
    State.PLANNED, State.CLAIMED, State.SENDING, State.HANDED, State.SENT, State.RINGING, State.ANSWERED,
}  # fmt: skip
WELL = frozenset({State.SENT, State.DELIVERED, State.COMPLETED})


@click.command("test")
@click.argument("name")
@click.argument("number")
@click.option("--yes", is_flag=True, help="không hỏi lại (do not ask)")
@click.option("--wait", type=click.IntRange(min=0), default=60, show_default=True, help="giây (seconds)")
@click.pass_obj
def command(session: Session, name: str, number: str, yes: bool, wait: int) -> None:
    """Gửi tin hoặc gọi thử tới số của chính mình (a text or call to a phone of your own). Mã thoát 1: không tới."""
    if not yes:
        click.confirm(session.words("sender.test_sure", name=name), abort=True)
    sent = sender_trial.order(session.work, name, number, session.words("sender.test_words"), session.actor)
    session.say("sender.test_ordered", at=sent.due_at, name=name)
    state, error = _wait_for_outcome(session, sent.ref, wait)
    session.say("sender.test_state", state=session.words(f"sender.test_state.{state}"), error=error or "–")
    if state not in WELL:
        session.fail("sender.test_failed", name=name)


def _wait_for_outcome(session: Session, ref: str, seconds: int) -> tuple[State, str]:
    """The test's state when it is over, or when the time is."""
    until = time.monotonic() + seconds
    while True:
        state, error = sender_trial.outcome(session.work, ref)
        if state in FINAL_STATES or time.monotonic() >= until:
            return state, error
        time.sleep(LOOK_S)
