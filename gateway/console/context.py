"""What every page works with: two ways to work, the member's scope, the language, and words for refusals.

Pages READ with `scoped_work()`, the console's role under row-level security; COMMANDS run as `machine_work()`,
and only on what `scoped_work()` has found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import abort, current_app, flash, render_template, request, session
from sqlalchemy.exc import SQLAlchemyError

from characters.cleaning import clean
from contact.masking import mask_numbers
from gateway import auth
from gateway.auth import StaffMember
from gateway.console.sign_in_limits import Tries
from gateway.console.uploads import Uploads
from gateway.metrics import REFUSED
from runtime.catalogue import LANGUAGES, words
from services import continuity
from services.refusal import Refusal
from services.work import Work

LONGEST_REASON = 300
"""Letters of a reason that are kept."""

EXTENSION = "alo_console"


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """One per app. `tries` counts sign-ins."""

    console: Work
    machine: Work
    uploads: Uploads
    tries: Tries


def console_context() -> ConsoleContext:
    """The context of the app that answers the current request."""
    return cast(ConsoleContext, current_app.extensions[EXTENSION])


def machine_work() -> Work:
    """How commands are carried out: as the machine, on what `scoped_work()` has found."""
    return console_context().machine


def member() -> StaffMember:
    """Who is signed in; the guard has let nobody else pass."""
    found = auth.member()
    return found if found is not None else abort(401)


def scoped_work() -> Work:
    """What the member may see: their office's rows, or all for the national alliance."""
    found, console = member(), console_context().console
    office = None if found.national else found.office_id
    scoped = console.database.scoped(office=office, national=found.national, member=found.staff_id)
    return replace(console, database=scoped)


def unread_senders() -> Sequence[continuity.Unread]:
    """Senders that wait after a restore, and everything with them; none where the database cannot say."""
    try:
        return continuity.unread(scoped_work())
    except SQLAlchemyError:
        return ()


def language() -> str:
    """The language of this page: chosen in this session, else the member's, else Vietnamese."""
    found = auth.member()
    chosen = session.get("lang") or (found.language if found else "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def say(code: str, /, **params: Any) -> str:
    """The words for `code` in the page's language."""
    return words(code, language(), **params)


def field(name: str) -> str:
    """What a field of the form says, without what nobody can see; "" when it is not there."""
    return clean(request.form.get(name, ""))


def masked_field(name: str, most: int = LONGEST_REASON) -> str:
    """A field whose words others will read, at most so many letters: phone numbers in it are masked, and the next page
    says so."""
    found = mask_numbers(field(name))
    if found.count:
        flash(say("typed.masked", count=found.count, text=found.text[:most]), "refused")
    return found.text[:most]


def refusal_words(refusal: Refusal) -> str:
    """A refusal in words; states of campaigns among its parameters in words too."""
    params = {
        name: words(f"campaign.state.{value}", language()) if name in ("state", "wanted") else value
        for name, value in refusal.params.items()
    }
    return words(refusal.code, language(), **params)


def run_command(command: Callable[[], object], success: str) -> bool:
    """Carry a command out and say so (`success`, already in words) on the next page, or say why not. True when done."""
    try:
        command()
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
        return False
    flash(success, "done")
    return True


def render_page(template: str, status: int = 200, **params: Any) -> tuple[str, int]:
    """A page from its template."""
    return render_template(template, **params), status


def render_wait(template: str, seconds: float, **params: Any) -> tuple[str, int, dict[str, str]]:
    """The page again, and how long to wait before the next try. Nothing waits in here."""
    REFUSED.labels("console", "throttled").inc()
    wait = math.ceil(seconds)
    some = say("console.seconds", n=wait) if wait < 100 else say("console.minutes", n=math.ceil(wait / 60))
    fault = say("console.sign_in.wait", wait=some)
    text, status = render_page(template, 429, fault=fault, **{"text": "", **params})
    return text, status, {"Retry-After": str(wait)}
