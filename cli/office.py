"""`alo office`: the offices of the alliance, added and listed."""

from __future__ import annotations

from dataclasses import asdict

import click

from cli.session import Session
from services.registry import offices


@click.group("office")
def command() -> None:
    """Cơ quan: liên minh trung ương và các tỉnh (offices)."""


@command.command("add")
@click.argument("code")
@click.option("--name", required=True, help="tên cơ quan (name)")
@click.option("--national", is_flag=True, help="cấp trung ương (national level)")
@click.option("--area", default="", metavar="CODE", help="mã tỉnh từ 1/7/2025, vd. 24 (province code)")
@click.option("--contact-number", required=True, help="số điện thoại công khai, đọc cho người dân (public number)")
@click.pass_obj
def add_office(session: Session, code: str, name: str, national: bool, area: str, contact_number: str) -> None:
    """Thêm một cơ quan (add)."""
    level = "national" if national else "province"
    offices.add_office(session.work, code, name, level, area, contact_number, session.actor)
    session.say("office.added", office=code, name=name)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_offices(session: Session, as_json: bool) -> None:
    """Liệt kê cơ quan (list)."""
    rows = offices.all_offices(session.work)
    if as_json:
        session.show([asdict(row) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.code:16} {row.area_code:4} {row.contact_number:16} {row.name}")
    if not rows:
        session.say("office.none")
