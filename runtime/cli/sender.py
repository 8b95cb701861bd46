"""`alo sender`: our numbers at carriers, added, listed, paused and resumed. Credentials are never shown."""

from __future__ import annotations

from decimal import Decimal

import click

from runtime.cli.session import Session
from services import senders


@click.group("sender")
def command() -> None:
    """Đầu số nhắn tin và gọi đi (our numbers at carriers)."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_senders(session: Session, as_json: bool) -> None:
    """Liệt kê đầu số (list)."""
    rows = senders.listed(session.work)
    if as_json:
        session.show([{**{f: getattr(r, f) for f in r.__dataclass_fields__}, "id": str(r.id)} for r in rows])
        return
    for row in rows:
        state = session.words("sender.paused", reason=row.paused_reason) if row.paused_reason else "✓"
        click.echo(f"{row.name:20} {row.carrier:8} {row.medium:5} {row.address:16} {row.rate_per_s}/s  {state}")


@command.command("add")
@click.argument("name")
@click.option("--carrier", type=click.Choice(["twilio", "kannel"]), required=True)
@click.option("--medium", type=click.Choice(["text", "call"]), required=True)
@click.option("--address", required=True, help="+84…")
@click.option("--credentials", required=True, help="tên nhóm thiết lập: twilio | kannel (reference, never the secret)")
@click.option("--account", default="", help="AccountSid")
@click.option("--api-base-url", required=True)
@click.option("--one-way", is_flag=True, help="không nhận được tin trả lời (cannot receive)")
@click.option("--rate", type=Decimal, default=Decimal(1), show_default=True, help="lần/giây (per second)")
@click.option("--lines", type=int, default=1, show_default=True, help="số cuộc gọi cùng lúc (live calls)")
@click.pass_obj
def add_sender(
    session: Session,
    name: str,
    carrier: str,
    medium: str,
    address: str,
    credentials: str,
    account: str,
    api_base_url: str,
    one_way: bool,
    rate: Decimal,
    lines: int,
) -> None:
    """Thêm một đầu số (add)."""
    new = senders.NewSender(
        name=name,
        carrier=carrier,
        medium=medium,
        address=address,
        credentials=credentials,
        account=account,
        api_base_url=api_base_url,
        can_receive=not one_way,
        can_reconcile=carrier == "twilio",
        simulated=False,
        rate_per_s=rate,
        burst=max(1, int(rate)),
        lines=lines if medium == "call" else 0,
    )
    senders.add(session.work, new, session.actor)
    session.say("sender.added", name=name)


@command.command("pause")
@click.argument("name")
@click.option("--reason", required=True)
@click.pass_obj
def pause_sender(session: Session, name: str, reason: str) -> None:
    """Tạm ngừng một đầu số (take out of use)."""
    senders.pause(session.work, name, reason, session.actor)
    session.say("sender.paused", reason=reason)


@command.command("resume")
@click.argument("name")
@click.pass_obj
def resume_sender(session: Session, name: str) -> None:
    """Dùng lại một đầu số (use again)."""
    senders.resume(session.work, name, session.actor)
    session.say("sender.resumed", name=name)
