"""`alo wish`: what somebody told staff about being contacted is entered: no more of it, or again after all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from cli.session import Session
from contact.calendar import ZONE, local_day
from services.follow_up import staff_requests as told_wishes
from services.follow_up.staff_requests import HOW, Told
from services.refusal import Refusal


@click.group("wish")
def command() -> None:
    """Điều người dân dặn về việc liên hệ (what people told us about being contacted)."""


def _request_options(function: Callable[..., None]) -> Callable[..., None]:
    """The options of both commands."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option("--organisation", default=None, metavar="CODE", help="mã đơn vị: mọi số (all its numbers)"),
        click.option("--office", default=None, metavar="CODE", help="cơ quan, khi trùng mã (its office)"),
        click.option("--number", default=None, metavar="NUMBER", help="một số điện thoại (one number)"),
        click.option("--how", type=click.Choice(HOW), required=True, help="nói qua máy, gặp mặt hay bằng giấy (how)"),
        click.option("--on", "day", default=None, metavar="DD/MM/YYYY", help="ngày nói; mặc định hôm nay (the day)"),
        click.option("--words", required=True, help="ai nói, nói thế nào; được niêm phong (who said it, and how)"),
        click.pass_obj,
    )
    for option in reversed(options):
        function = option(function)
    return function


@command.command("stop")
@_request_options
def stop(session: Session, **given: Any) -> None:
    """Ghi: xin thôi liên hệ; mọi kênh dừng ngay (no contact any more, on any channel)."""
    _enter(session, "stop", **given)


@command.command("start")
@_request_options
def start(session: Session, **given: Any) -> None:
    """Ghi: chính người đó xin nhận lại (they want to be contacted again)."""
    _enter(session, "start", **given)


def _enter(
    session: Session, what: str, organisation: str | None, office: str | None, number: str | None, how: str,
    day: str | None, words: str,
) -> None:  # fmt: skip
    if (organisation is None) == (number is None):
        raise Refusal("wish.one_of_two")
    request = Told(how, _day(session, day), words)
    if number is not None:
        act = told_wishes.stop_number if what == "stop" else told_wishes.start_number
        count = act(session.work, number, request, session.actor)
    else:
        found = told_wishes.find(session.work, organisation or "", office)
        count = (told_wishes.stop if what == "stop" else told_wishes.start)(session.work, found, request, session.actor)
    session.say(f"wish.now.{what}", count=count)


def _day(session: Session, text: str | None) -> date:
    if text is None:
        return local_day(session.work.clock.now())
    try:
        return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=ZONE).date()
    except ValueError:
        raise Refusal("wish.day_unreadable", day=text) from None
