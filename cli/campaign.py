"""`alo campaign`: preview, try, approve, launch by typing the number back, watch, pause, resume or stop a campaign."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from cli.campaign_preview import audience_options, show_preview
from cli.masked_input import WORDS
from cli.session import Session
from runtime import reasons
from services import lookups
from services.campaign import campaigns
from services.campaign import sample_text as trial
from services.campaign import status as campaign_status
from services.campaign.status import CampaignStatus
from services.refusal import Refusal
from services.rounds import rounds
from services.work import Work
from store.campaign import campaigns as rows
from store.campaign import contacts as campaign_contacts

REASON = click.option("--reason", type=WORDS, default="", help="lý do, ghi vào nhật ký (why, for the audit trail)")
AS = click.option(
    "--as", "member", default="", metavar="EMAIL", help="xem như cán bộ này thấy (as this member of staff sees it)"
)
PARTS = (
    click.option("--office", default=None, help="chỉ một cơ quan (only this office)"),
    click.option("--sender", default=None, help="chỉ một đầu số (only this sender)"),
    click.option(
        "--medium", type=click.Choice(["text", "call"]), default=None, help="chỉ một kênh (only this channel)"
    ),
)


@click.group("campaign")
def command() -> None:
    """Đợt nhắc qua tin nhắn và cuộc gọi (campaigns)."""


@command.command("preview")
@click.argument("round_code", metavar="ROUND")
@audience_options
@click.option("--json", "as_json", is_flag=True, help="JSON")
@REASON
@AS
@click.pass_obj
def preview(session: Session, /, round_code: str, as_json: bool, reason: str, member: str, **given: Any) -> None:
    """Soạn nháp và xem trước: ai, ai không và vì sao, nội dung, chi phí, giờ xong (draft and preview)."""
    sight, office = session.sight_of(member), given.pop("office")
    drafted = campaigns.draft(session.work, round_code, office, session.actor, reason=reason, **given)
    _show(session, drafted, as_json, sight)


@command.command("show")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@AS
@click.pass_obj
def show(session: Session, campaign_id: str, as_json: bool, member: str) -> None:
    """Xem trước lại một bản nháp (preview a draft again)."""
    _show(session, _id(campaign_id), as_json, session.sight_of(member))


def _show(session: Session, campaign_id: UUID, as_json: bool, sight: Work) -> None:
    shown = campaigns.preview(session.work, campaign_id, sight)
    if as_json:
        session.show(asdict(shown))
    else:
        show_preview(session, shown)


@command.command("test")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--to", "number", required=True, help="số di động của chính mình (your own mobile)")
@REASON
@click.pass_obj
def test(session: Session, campaign_id: str, number: str, reason: str) -> None:
    """Gửi thử một tin mẫu cho chính mình (send one sample to yourself)."""
    sent = trial.send(session.work, _id(campaign_id), number, session.actor, reason)
    session.say("campaign.tested", at=sent.due_at, body=sent.body)


@command.command("approve")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--confirm", type=int, required=True, help="gõ lại số tổ chức sẽ liên hệ (the number, typed back)")
@REASON
@click.pass_obj
def approve(session: Session, campaign_id: str, confirm: int, reason: str) -> None:
    """Người thứ hai duyệt đợt lớn (a second person's yes to a large campaign)."""
    contacted = campaigns.approve(session.work, _id(campaign_id), confirm, session.actor, reason)
    session.say("campaign.approved", contacted=contacted)


@command.command("launch")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--confirm", type=int, required=True, help="gõ lại số tổ chức sẽ liên hệ (the number, typed back)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@REASON
@click.pass_obj
def launch(session: Session, campaign_id: str, confirm: int, as_json: bool, reason: str) -> None:
    """Phát động đợt nhắc đã xem trước (launch)."""
    contacted = campaigns.launch(session.work, _id(campaign_id), confirm, session.actor, reason)
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
    if round_code:
        rounds.show(session.work, round_code)  # an unknown one is refused in words
    with session.work.database.transaction() as conn:
        found = rows.newest_first(conn, round_code)
    if as_json:
        columns = ("id", "title", "kind", "state", "round_code", "office_code", "created_at", "launched_at")
        session.show([{name: getattr(row, name) for name in columns} for row in found])
        return
    for row in found:
        state, kind = session.words("campaign.state." + row.state), session.words("campaign.kind." + row.kind)
        click.echo(f"{row.id}  {state:14} {kind:16} {row.office_code:8} {row.title}")


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
    _show_holds(session, found)


def _show_holds(session: Session, status: CampaignStatus) -> None:
    if status.held_back:
        session.say("campaign.held_back", n=status.held_back)
    for hold in status.holds:
        kind = session.words(f"campaign.part.{hold.kind}")
        session.say("campaign.on_hold", kind=kind, part=hold.part, actor=hold.actor, reason=hold.reason or "–")


@command.command("contacts")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--code", default=None, help="chỉ một tổ chức (one organisation's registry code)")
@click.option("--limit", type=int, default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def contacts(session: Session, campaign_id: str, code: str | None, limit: int, as_json: bool) -> None:
    """Từng lần liên hệ và vì sao (each contact, and why)."""
    with session.work.database.transaction() as conn:
        if rows.by_id(conn, _id(campaign_id)) is None:
            raise Refusal("campaign.unknown", campaign=campaign_id)
        named = lookups.registry_codes(conn, [code]) if code else None
        found = campaign_contacts.in_order(conn, _id(campaign_id), named, limit)
    if as_json:
        session.show([asdict(row) for row in found])
        return
    for row in found:
        state = session.words("campaign.count." + row.state)
        told = reasons.sentence(session.words, row.medium, row.at, row.reason)
        click.echo(f"{row.registry_code:12} {state:14} {told}")


def _parts(function: Any) -> Any:
    for option in reversed(PARTS):
        function = option(function)
    return function


@command.command("pause")
@click.argument("campaign_id", metavar="CAMPAIGN")
@_parts
@REASON
@click.pass_obj
def pause(
    session: Session, campaign_id: str, office: str | None, sender: str | None, medium: str | None, reason: str
) -> None:
    """Tạm dừng cả đợt hoặc một phần; cuộc gọi đang nói được nói nốt (pause)."""
    part = {"office": office, "sender": sender, "medium": medium}
    campaigns.pause(session.work, _id(campaign_id), session.actor, reason, **part)
    session.say("campaign.part_paused" if any(part.values()) else "campaign.paused")


@command.command("resume")
@click.argument("campaign_id", metavar="CAMPAIGN")
@_parts
@REASON
@click.pass_obj
def resume(
    session: Session, campaign_id: str, office: str | None, sender: str | None, medium: str | None, reason: str
) -> None:
    """Chạy tiếp cả đợt hoặc một phần (resume)."""
    part = {"office": office, "sender": sender, "medium": medium}
    campaigns.resume(session.work, _id(campaign_id), session.actor, reason, **part)
    session.say("campaign.resumed")


@command.command("stop")
@click.argument("campaign_id", metavar="CAMPAIGN")
@click.option("--yes", is_flag=True, help="không hỏi lại (do not ask)")
@REASON
@click.pass_obj
def stop(session: Session, campaign_id: str, yes: bool, reason: str) -> None:
    """Dừng hẳn; phần chưa gửi bị thu lại (stop for good)."""
    if not yes:
        click.confirm(session.words("campaign.confirm_stop"), abort=True)
    withdrawn = campaigns.stop(session.work, _id(campaign_id), session.actor, reason)
    session.say("campaign.stopped", withdrawn=withdrawn)


def _id(campaign_id: str) -> UUID:
    try:
        return UUID(campaign_id)
    except ValueError:
        raise Refusal("campaign.unknown", campaign=campaign_id) from None
