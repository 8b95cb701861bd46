"""`alo sender`: our numbers at carriers, added, listed, tried, priced, paused. Credentials are never shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import click

from carriers import registry
from cli import sender_costs, sender_trial, usage
from cli.masked_input import WORDS
from cli.session import Session
from contact.sender import SenderRow
from runtime import first_senders
from services import continuity
from services.recovery import after_restore as recovery
from services.senders import senders
from store.messages.senders import Tally

NAMES = " | ".join(registry.KNOWN)


class CarrierName(click.ParamType[str]):
    """The name of a carrier that there is (`carriers.registry`)."""

    name = "carrier"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names, as click shows a choice."""
        return f"[{'|'.join(registry.KNOWN)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name. Raises click.BadParameter."""
        return click.Choice(list(registry.KNOWN)).convert(value, param, ctx)


@click.group("sender")
def command() -> None:
    """Đầu số nhắn tin và gọi đi (our numbers at carriers)."""


command.add_command(sender_trial.command)
command.add_command(sender_costs.price)
command.add_command(sender_costs.costs)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_senders(session: Session, as_json: bool) -> None:
    """Liệt kê đầu số (list)."""
    rows, conditions = senders.listed(session.work), senders.conditions(session.work)
    if as_json:
        session.show([_plain(row, conditions[row.name]) for row in rows])
        return
    for row in rows:
        condition = conditions[row.name]
        state = session.words("sender.paused", reason=row.paused_reason) if row.paused_reason else "✓"
        weight = f"{row.weight}/{condition.base_weight}"
        place = f"{row.name:20} {row.carrier:8} {row.medium:5} {row.address:16}"
        click.echo(f"{place} {row.rate_per_s}/s +{row.burst}  {weight}  {state}")
        if condition.last_error is not None:
            click.echo(f"    {_last_error(session, condition.last_error)}")


def _plain(row: SenderRow, condition: senders.Condition) -> dict[str, Any]:
    error = condition.last_error
    return {
        **{name: getattr(row, name) for name in row.__dataclass_fields__},
        "id": str(row.id),
        "base_weight": condition.base_weight,
        "budget": dict(condition.budget),
        "repairs": condition.repairs,
        "last_error": None if error is None else _plain_error(error),
    }


def _plain_error(error: Tally) -> dict[str, Any]:
    at = error.last_at.isoformat()
    return {"code": error.code, "what": error.what, "listed": error.listed, "n": error.n, "at": at}


def _last_error(session: Session, error: Tally) -> str:
    code = "sender.last_error" if error.listed else "sender.last_error_unlisted"
    return session.words(code, code=error.code, kind=error.what, n=error.n, at=error.last_at)


@command.command("add")
@click.argument("name")
@click.option("--carrier", type=CarrierName(), required=True)
@click.option("--medium", type=click.Choice(["text", "call"]), required=True)
@click.option("--address", required=True, help="+84…")
@click.option(
    "--credentials",
    required=True,
    help=f"tên nhóm thiết lập: {NAMES} (reference, never the secret)",
)
@click.option("--account", default="", help="AccountSid")
@click.option("--api-base-url", required=True)
@click.option("--one-way", is_flag=True, help="không nhận được tin trả lời (cannot receive)")
@click.option("--rate", type=usage.Amount(), default=Decimal(1), show_default=True, help="lần/giây (per second)")
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
        can_reconcile=registry.KNOWN[carrier].lists,
        simulated=False,
        rate_per_s=rate,
        burst=max(1, int(rate)),
        lines=lines if medium == "call" else 0,
    )
    senders.add(session.work, new, session.actor)
    session.say("sender.added", name=name)


@command.command("seed")
@click.pass_obj
def seed_senders(session: Session) -> None:
    """Thêm các đầu số mà TWILIO_…, KANNEL_… mô tả (add those that the settings describe)."""
    seeded = first_senders.seed_senders(session.work, session.settings)
    for name in seeded.added:
        session.say("sender.added", name=name)
    for name in seeded.kept:
        session.say("sender.seed_kept", name=name)
    for name in seeded.other:
        session.say("sender.seed_other", name=name)
    if seeded == senders.Seeded((), (), ()):
        session.say("sender.seed_none")


@command.command("pause")
@click.argument("name")
@click.option("--reason", type=WORDS, required=True)
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


@command.command("release")
@click.argument("name")
@click.option("--yes", is_flag=True, help="không hỏi lại (do not ask)")
@click.pass_obj
def release_sender(session: Session, name: str, yes: bool) -> None:
    """Sau khi khôi phục: gửi tiếp dù không đọc được nhà mạng (after a restore: go on though nobody can be asked)."""
    waiting = {one.sender: one for one in continuity.unread(session.work)}
    if not yes and name in waiting:
        click.confirm(session.words("restore.release_sure", name=name, since=waiting[name].since), abort=True)
    session.say("restore.released", name=name, count=recovery.release(session.work, name, session.actor))
    report_held_senders(session)


def report_held_senders(session: Session) -> None:
    """Say which senders keep everything from leaving still, if any."""
    names = [one.sender for one in continuity.unread(session.work)]
    if names:
        session.say("restore.still_held", names=", ".join(names))


@command.command("weight")
@click.argument("name")
@click.argument("weight", type=click.IntRange(min=0))
@click.option("--reason", type=WORDS, required=True)
@click.pass_obj
def weigh_sender(session: Session, name: str, weight: int, reason: str) -> None:
    """Đặt trọng số: kế hoạch chọn đầu số nặng nhất (what planning prefers)."""
    senders.weigh(session.work, name, weight, reason, session.actor)
    session.say("sender.weighed", name=name, weight=weight)


@command.command("detection")
@click.argument("name")
@click.argument("switch", type=click.Choice(["on", "off"]))
@click.pass_obj
def detection(session: Session, name: str, switch: str) -> None:
    """Nhận biết máy trả lời khi gọi, có tính phí (the carrier tells machines from people, at a price)."""
    senders.detect_machines(session.work, name, switch == "on", session.actor)
    session.say("sender.detection_on" if switch == "on" else "sender.detection_off", name=name)


@command.command("pace")
@click.argument("name")
@click.option("--rate", type=usage.Amount(), help="lần/giây (per second)")
@click.option("--burst", type=int, help="thêm trong một giây bất kỳ (more in any one second)")
@click.option("--lines", type=int, help="số cuộc gọi cùng lúc (live calls)")
@click.option("--contacts-an-hour", type=int, help="-1: bỏ hạn mức (lift)")
@click.option("--contacts-a-day", type=int, help="-1: bỏ hạn mức (lift)")
@click.option("--vnd-an-hour", type=int, help="-1: bỏ hạn mức (lift)")
@click.option("--vnd-a-day", type=int, help="-1: bỏ hạn mức (lift)")
@click.pass_obj
def pace_sender(
    session: Session, /, name: str, rate: Decimal | None, burst: int | None, lines: int | None, **budget: int | None
) -> None:
    """Đổi tốc độ và hạn mức; áp dụng cho những gì chưa gửi (rate and ceilings of what has not left)."""
    senders.pace(session.work, name, session.actor, rate_per_s=rate, burst=burst, lines=lines, budget=budget)
    session.say("sender.paced", name=name)
