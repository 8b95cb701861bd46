"""`alo staff`: invite to the staff pages by a link that serves once, list, sessions, deactivate."""

from __future__ import annotations

from dataclasses import asdict

import click

from characters import codes
from cli.session import Session
from contact.staff_roles import StaffRole
from services.staff import accounts as staff
from services.staff import area_officers as officers
from services.staff import second_factor, sessions


@click.group("staff")
def command() -> None:
    """Cán bộ dùng trang quản trị (people who sign in)."""


@command.command("invite")
@click.argument("email")
@click.option("--office", required=True, metavar="CODE", help="mã cơ quan (office code)")
@click.option(
    "--role", type=click.Choice([role.value for role in StaffRole]), default=StaffRole.OFFICE.value, show_default=True
)
@click.option("--name", default="", help="họ tên (name)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def invite(session: Session, email: str, office: str, role: str, name: str, as_json: bool) -> None:
    """Mời một người: in ra đường dẫn dùng một lần (print a link that serves once)."""
    made = staff.invite(session.work, email, office, StaffRole(role), name, session.actor)
    link = f"{session.settings.console_url}/invitation/{made.token}"
    if as_json:
        shown = {"email": made.email, "office": made.office_code, "link": link, "expires_at": made.expires_at}
        session.show({**shown, "link_assumed": session.settings.console_is_assumed})
        return
    if session.settings.console_is_assumed:
        session.say("staff.link_assumed", port=session.settings.alo_port)
    session.say("staff.invited", email=made.email, office=made.office_code, expires=made.expires_at)
    click.echo(link)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_staff(session: Session, as_json: bool) -> None:
    """Liệt kê cán bộ (list)."""
    rows = staff.list_staff(session.work)
    if as_json:
        session.show([asdict(row) for row in rows])
        return
    for row in rows:
        state = session.words(f"staff.state.{row.state}")
        role = session.words(f"staff.role.{row.role}")
        click.echo(f"{row.office_code:16} {row.email:32} {role:12} {state:16} {row.name}")
        factor = session.words(f"staff.second_factor.{row.second_factor}")
        last = session.words("staff.never_signed_in")
        if row.signed_in_at:
            last = session.words("staff.signed_in", at=row.signed_in_at)
        click.echo(f"{'':16} {factor}; {last}")
    if not rows:
        session.say("staff.none")


@command.command("deactivate")
@click.argument("email")
@click.pass_obj
def deactivate(session: Session, email: str) -> None:
    """Thu hồi quyền đăng nhập ngay (close somebody's way in at once)."""
    staff.deactivate(session.work, email, session.actor)
    session.say("staff.deactivated", email=email)


@command.command("sessions")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_sessions(session: Session, email: str, as_json: bool) -> None:
    """Một người đang đăng nhập ở đâu (where somebody is signed in)."""
    found = sessions.list_sessions_of(session.work, email)
    if as_json:
        session.show([asdict(one) for one in found])
        return
    for one in found:
        kind = one.browser or session.words("staff.session.unknown")
        session.say("staff.session", browser=kind, begun=one.begun_at, seen=one.seen_at)
    if not found:
        session.say("staff.session.none", email=email)


@command.command("end-sessions")
@click.argument("email")
@click.pass_obj
def end_sessions(session: Session, email: str) -> None:
    """Kết thúc mọi phiên của một người ngay (end all sessions of somebody at once)."""
    ended = sessions.end_of(session.work, email, session.actor)
    session.say("staff.session.ended", email=email, count=ended)


@command.command("reset-second-factor")
@click.argument("email")
@click.pass_obj
def reset_second_factor(session: Session, email: str) -> None:
    """Bỏ bước đăng nhập thứ hai: mất điện thoại và mã dự phòng (phone and recovery codes are lost)."""
    second_factor.reset(session.work, email, session.actor)
    session.say("staff.second_factor_reset", email=email)


@command.command("area")
@click.argument("email")
@click.argument("communes", nargs=-1)
@click.option("--remove", is_flag=True, help="thôi phụ trách; không nêu xã: tất cả (let go; none named: all)")
@click.option("--province", is_flag=True, help="nghe máy thay nơi chưa có cán bộ (takes calls where nobody else does)")
@click.pass_obj
def area(session: Session, email: str, communes: tuple[str, ...], remove: bool, province: bool) -> None:
    """Giao xã, phường cho một cán bộ phụ trách (the communes somebody looks after)."""
    communes = (*communes, officers.PROVINCE) if province else communes
    if remove:
        session.say("officer.taken", count=officers.let_go(session.work, email, communes, session.actor), email=email)
        return
    if communes:
        officers.look_after(session.work, email, communes, session.actor)
    theirs = officers.communes_of(session.work).get(codes.email(email), [])
    named = [commune or session.words("officer.province") for commune in theirs]
    session.say("officer.has", email=email, count=len(theirs), communes=", ".join(named))


@command.command("phone")
@click.argument("email")
@click.argument("number", default="")
@click.option("--remove", is_flag=True, help="thôi nghe máy (takes no calls any more)")
@click.pass_obj
def phone(session: Session, email: str, number: str, remove: bool) -> None:
    """Số máy của cán bộ để nối khi người trả lời bấm phím 0 (where leaders who press 0 are put through)."""
    if remove == bool(number):
        session.fail("officer.number_or_remove")
    officers.set_phone(session.work, email, number, session.actor)
    session.say("officer.unreachable" if remove else "officer.reachable", email=email)
