"""`alo number`: what an organisation's numbers can be used for, and staff's word on it after they have looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cli.session import Session
from contact.calendar import MEDIA, Medium
from services.follow_up import staff_requests as told_wishes
from services.follow_up.staff_requests import HOW
from services.registry import held_numbers

FOR: dict[str, tuple[Medium, ...]] = {"texts": ("text",), "calls": ("call",), "all": MEDIA}


@click.group("number")
def command() -> None:
    """Số điện thoại của đơn vị dùng được vào việc gì (what an organisation's numbers can be used for)."""


def _organisation_options(function: Callable[..., None]) -> Callable[..., None]:
    """Whose number it is."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--organisation", required=True, metavar="CODE", help="mã đơn vị (the organisation)"),
        click.option("--office", default=None, metavar="CODE", help="cơ quan, khi trùng mã (its office)"),
        click.pass_obj,
    )
    for option in reversed(options):
        function = option(function)
    return function


_HOW = click.option("--how", type=click.Choice(HOW), required=True, help="biết được bằng cách nào (how it was found)")


@command.command("show")
@_organisation_options
def show(session: Session, organisation: str, office: str | None) -> None:
    """Xem các số: nhắn, gọi được không, vì sao, từ khi nào (what is known of them, why and since when)."""
    found = held_numbers.standing(session.work, told_wishes.find(session.work, organisation, office))
    for code, params in held_numbers.lines(found):
        session.say(code, **params)
    if not found:
        session.say("wish.no_number")


@command.command("usable")
@_organisation_options
@click.option("--number", default=None, metavar="NUMBER", help="chỉ một số (one of them); mặc định: mọi số")
@_HOW
def usable(session: Session, organisation: str, office: str | None, number: str | None, how: str) -> None:
    """Đã kiểm tra: số đúng, dùng lại để gọi và nhắn (checked: right, used again)."""
    found = told_wishes.find(session.work, organisation, office)
    count = held_numbers.confirm(session.work, found, how, session.actor, number)
    session.say("number.now.usable", count=count)


@command.command("unusable")
@_organisation_options
@click.option("--number", required=True, metavar="NUMBER", help="số nào (which one)")
@click.option(
    "--for", "what", type=click.Choice(list(FOR)), required=True, help="không nhắn, không gọi được (for what)"
)
@_HOW
def unusable(session: Session, organisation: str, office: str | None, number: str, what: str, how: str) -> None:
    """Đã kiểm tra: số không nhắn hoặc không gọi được (checked: takes no texts, no calls or neither)."""
    found = told_wishes.find(session.work, organisation, office)
    count = held_numbers.hold(session.work, found, FOR[what], how, session.actor, number)
    session.say("number.now.unusable" if count else "number.now.known")
