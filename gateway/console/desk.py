"""What every page works with: two ways to work, the member's scope, the language, and words for refusals.

Pages READ with `sight()`, the console's role under row-level security; COMMANDS run with the machine's role, and only
on what `sight()` has found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import abort, current_app, flash, render_template, request, session
from sqlalchemy.exc import SQLAlchemyError

from characters.cleaning import clean
from contact.masking import masked
from gateway import auth
from gateway.auth import StaffMember
from gateway.console.tries import Tries
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
class ConsoleDesk:
    """One per app. `tries` counts sign-ins."""

    console: Work
    machine: Work
    uploads: Uploads
    tries: Tries


def desk() -> ConsoleDesk:
    """The desk of the app that answers the current request."""
    return cast(ConsoleDesk, current_app.extensions[EXTENSION])


def member() -> StaffMember:
    """Who is signed in; the guard has let nobody else pass."""
    found = auth.member()
    return found if found is not None else abort(401)


def sight() -> Work:
    """What the member may see: their office's rows, or all for the national alliance."""
    found, console = member(), desk().console
    office = None if found.national else found.office_id
    scoped = console.database.scoped(office=office, national=found.national, member=found.staff_id)
    return replace(console, database=scoped)


def held() -> Sequence[continuity.Unread]:
    """Senders that wait after a restore, and everything with them; none where the database cannot say."""
    try:
        return continuity.unread(sight())
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


def typed(name: str, most: int = LONGEST_REASON) -> str:
    """A field whose words others will read, at most so many letters: phone numbers in it are masked, and the next page
    says so."""
    found = masked(field(name))
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


def obey(command: Callable[[], object], told: str) -> bool:
    """Carry a command out and say so (`told`, already in words) on the next page, or say why not. True when done."""
    try:
        command()
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
        return False
    flash(told, "done")
    return True


def page(template: str, status: int = 200, **shown: Any) -> tuple[str, int]:
    """A page from its template."""
    return render_template(template, **shown), status


def later(template: str, seconds: float, **shown: Any) -> tuple[str, int, dict[str, str]]:
    """The page again, and how long to wait before the next try. Nothing waits in here."""
    REFUSED.labels("console", "throttled").inc()
    wait = math.ceil(seconds)
    some = say("console.seconds", n=wait) if wait < 100 else say("console.minutes", n=math.ceil(wait / 60))
    fault = say("console.sign_in.wait", wait=some)
    text, status = page(template, 429, fault=fault, **{"text": "", **shown})
    return text, status, {"Retry-After": str(wait)}
