"""Pages on which staff enter what somebody told them about being contacted: no more, or again."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from characters.cleaning import clean
from contact.calendar import local_day
from gateway.console.context import (
    field,
    machine_work,
    member,
    refusal_words,
    render_page,
    say,
    scoped_work,
)
from services.follow_up import staff_requests as told_wishes
from services.follow_up.staff_requests import HOW, Told
from services.refusal import Refusal
from services.registry import held_numbers

routes = Blueprint("wishes", __name__, url_prefix="/wishes")


@routes.get("")
def show() -> ResponseReturnValue:
    """The organisation with ?code (and ?office), where its numbers stand, and a form for what was told."""
    code, office = clean(request.args.get("code", "")), request.args.get("office") or None
    organisation, numbers = None, []
    try:
        if code:
            found = told_wishes.find(scoped_work(), code, office)
            organisation = told_wishes.standing(scoped_work(), found)
            numbers = held_numbers.standing(machine_work(), found)
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
    today = local_day(machine_work().clock.now())
    shown = {"code": code, "office": office, "organisation": organisation, "how": HOW, "today": today}
    lines = [say(line, **params) for line, params in held_numbers.lines(numbers)]
    some_held = any(number.is_held for number in numbers)
    return render_page("wishes.html", 200, **shown, lines=lines, some_held=some_held)


@routes.post("/stop")
def stop() -> ResponseReturnValue:
    """End all contact."""
    return _enter("stop")


@routes.post("/start")
def start() -> ResponseReturnValue:
    """Contact is wanted again."""
    return _enter("start")


@routes.post("/usable")
def usable() -> ResponseReturnValue:
    """The numbers were checked: those that were held back are used again."""
    code, office = request.form.get("code", ""), request.form.get("office") or None
    try:
        found = told_wishes.find(scoped_work(), code, office)
        count = held_numbers.confirm(machine_work(), found, request.form.get("how", ""), member().actor)
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
    else:
        flash(say("number.now.usable", count=count), "done")
    return redirect(url_for("wishes.show", code=code, office=office), 303)


def _enter(what: str) -> ResponseReturnValue:
    form, actor = request.form, member().actor
    code, office = field("code"), form.get("office") or None
    act = told_wishes.stop if what == "stop" else told_wishes.start
    try:
        told = Told(field("how"), _day(field("day")), field("words"))
        count = act(machine_work(), told_wishes.find(scoped_work(), code, office), told, actor)
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
    else:
        flash(say(f"wish.now.{what}", count=count), "done")
    return redirect(url_for("wishes.show", code=code, office=office), 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("wish.day_unreadable", day=text[:20]) from None
