"""`alo campaign`: preview a reminder, launch it by typing the number back, watch it, pause, resume or stop it."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import click

from runtime.cli.session import Session
from services import campaign_status, campaigns
from services.campaigns import Preview
from services.faults import Refusal
from store import campaigns as rows


@click.group("campaign")
def command() -> None:
    """Đợt nhắc qua tin nhắn và cuộc gọi (reminder campaigns)."""


@command.command("preview")
@click.argument("round_code", metavar="ROUND")
@click.option("--office", required=True, help="mã cơ quan (office code)")
@click.option("--title", default="", help="tên đợt nhắc (title)")
@click.option("--commune", default=None, help="chỉ một xã/phường (one commune)")
@click.option("--kind", default=None, help="HTX | QTD | …")
@click.option("--member/--non-member", "is_member", default=None, help="chỉ thành viên / ngoài thành viên")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def preview(
    session: Session,
    round_code: str,
    office: str,
    title: str,
    commune: str | None,
    kind: str | None,
    is_member: bool | None,
    as_json: bool,
) -> None:
    """Soạn nháp và xem trước: ai, ai không và vì sao, nội dung, chi phí, giờ xong (draft and preview)."""
    filters = {"commune": commune, "kind": kind, "is_member": is_member}
    audience = {name: value for name, value in filters.items() if value is not None}
    drafted = campaigns.draft(session.work, round_code, office, session.actor, title=title, audience=audience)
    shown = campaigns.preview(session.work, drafted)
    if as_json:
        session.show(asdict(shown))
    else:
        _print(session, shown)


def _print(session: Session, shown: Preview) -> None:
    session.say("campaign.preview.who", contacted=shown.contacted, title=shown.title)
    for reason, count in sorted(shown.excluded.items()):
        click.echo(f"  – {session.words('excluded.' + reason)}: {count}")
    for text in shown.sample_texts[:3]:
        click.echo(f"  » {text}")
    estimate = shown.estimate
    session.say(
        "campaign.preview.takes",
        segments=f"{estimate.segments[0]}–{estimate.segments[1]}",
        minutes=f"{estimate.minutes[0]}–{estimate.minutes[1]}",
        cost=f"{estimate.cost[0]:,.0f}–{estimate.cost[1]:,.0f} {estimate.currency}",
        finishes=estimate.finishes_at,
    )
    session.say("campaign.preview.launch", campaign=shown.campaign_id, contacted=shown.contacted)


@command.command("launch")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--confirm", type=int, required=True, help="gõ lại số tổ chức sẽ liên hệ (the number, typed back)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def launch(session: Session, campaign_id: str, confirm: int, as_json: bool) -> None:
    """Phát động đợt nhắc đã xem trước (launch)."""
    contacted = campaigns.launch(session.work, _id(campaign_id), confirm, session.actor)
    if as_json:
        session.show({"campaign": campaign_id, "contacted": contacted})
    else:
        session.say("campaign.launched", contacted=contacted)


@command.command("list")
@click.argument("round_code", metavar="ROUND", required=False)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_campaigns(session: Session, round_code: str | None, as_json: bool) -> None:
    """Liệt kê các đợt nhắc (list)."""
    with session.work.database.transaction() as conn:
        found = rows.listed(conn, round_code)
    if as_json:
        columns = ("id", "title", "state", "round_code", "office_code", "created_at", "launched_at")
        session.show([{c: row[c] for c in columns} for row in found])
        return
    for row in found:
        click.echo(f"{row['id']}  {session.words('campaign.state.' + row['state']):14} {row['title']}")


@command.command("status")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def status(session: Session, campaign_id: str, as_json: bool) -> None:
    """Tiến độ đợt nhắc (progress)."""
    found = campaign_status.status(session.work, _id(campaign_id))
    if as_json:
        session.show(asdict(found))
        return
    click.echo(f"{found.title}: {session.words('campaign.state.' + found.state)}")
    for label, counts in (("interviews", found.interviews), ("texts", found.texts), ("calls", found.calls)):
        parts = ", ".join(f"{session.words('campaign.count.' + k)} {n}" for k, n in sorted(counts.items()))
        click.echo(f"  {session.words('campaign.' + label)}: {parts or '–'}")
    session.say("campaign.spent", segments=found.segments, minutes=found.minutes, cost=f"{found.cost:,.0f}")


@command.command("pause")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.pass_obj
def pause(session: Session, campaign_id: str) -> None:
    """Tạm dừng; cuộc gọi đang nói được nói nốt (pause)."""
    campaigns.pause(session.work, _id(campaign_id), session.actor)
    session.say("campaign.paused")


@command.command("resume")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.pass_obj
def resume(session: Session, campaign_id: str) -> None:
    """Chạy tiếp (resume)."""
    campaigns.resume(session.work, _id(campaign_id), session.actor)
    session.say("campaign.resumed")


@command.command("stop")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--yes", is_flag=True, help="không hỏi lại (do not ask)")
@click.pass_obj
def stop(session: Session, campaign_id: str, yes: bool) -> None:
    """Dừng hẳn; phần chưa gửi bị thu lại (stop for good)."""
    if not yes:
        click.confirm(session.words("campaign.confirm_stop"), abort=True)
    withdrawn = campaigns.stop(session.work, _id(campaign_id), session.actor)
    session.say("campaign.stopped", withdrawn=withdrawn)


def _id(campaign_id: str) -> UUID:
    try:
        return UUID(campaign_id)
    except ValueError:
        raise Refusal("campaign.unknown", campaign=campaign_id) from None
