"""Authentication of the staff pages: Flask-Security over our `staff` table, argon2, one session cookie.

Flask-Security brings the hashing and the loading of the member; its own pages and routes stay off. Sessions are rows
(`services.staff.sessions`): the cookie carries a mark, and says nothing once the row has ended.
"""

from __future__ import annotations

import hmac
import unicodedata
from datetime import timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from flask import Flask, Response, current_app, has_request_context, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_security import RoleMixin, Security, UserDatastore, UserMixin, current_user
from flask_security.utils import hash_password, login_user, logout_user, verify_password

from characters import codes
from contact.staff_roles import StaffRole
from gateway.browsers import browser
from services.staff import passwords, sessions
from services.work import Work
from store.people import staff
from store.people.staff import SignInRow
from store.people.staff_sessions import SessionHolder
from store.unit_of_work import Database

COOKIE = "alo_session"
"""Over https with `__Host-` before it: no other host of the domain can set one in our name."""
STEP_LASTS = timedelta(minutes=5)
"""Real time from the password to the code."""
_STEP = "step"
_MARK = "_user_id"
"""Where Flask-Login keeps who is signed in: the session's mark."""


class HostBoundCookie(SecureCookieSessionInterface):
    """The signed cookie, by a name that browsers take from this very host over https only."""

    def get_cookie_name(self, app: Flask) -> str:
        """The name for the request that is served."""
        return f"__Host-{COOKIE}" if has_request_context() and request.is_secure else COOKIE


class StaffMember(UserMixin):
    """Somebody of the staff table, as of this request."""

    fs_uniquifier: str = ""
    """Stands in the cookie instead of an id: the mark of the session."""

    def __init__(self, row: SignInRow | SessionHolder, mark: str = "") -> None:
        """`row`: of somebody who signs in, or of the holder of the session with this `mark`."""
        self.staff_id: UUID = row.id
        self.office_id: UUID = row.office_id
        self.office_code: str = row.office_code
        self.office_name: str = row.office_name
        self.of_national_office: bool = row.level == "national"
        self.name: str = row.name
        self.email: str = row.email
        self.role: StaffRole = row.role
        self.language: str = row.language
        self.password: str | None = row.password if isinstance(row, SignInRow) else None
        self.active: bool = row.active
        self.session_id: UUID | None = row.session_id if isinstance(row, SessionHolder) else None
        self.second_factor: bool = isinstance(row, SessionHolder) and row.second_factor
        self.fs_uniquifier = mark
        self.roles = []  # rights come from `role` and row-level security

    @property
    def national(self) -> bool:
        """Whether they see every office."""
        return self.role == StaffRole.NATIONAL

    @property
    def must_set_up(self) -> bool:
        """Whether they come no further than the set-up of a second factor: who sees the whole country needs one."""
        return self.national and not self.second_factor

    @property
    def may_campaign(self) -> bool:
        """Whether they may remind: a campaign of the national office goes to the whole country and takes the role."""
        return self.national or not self.of_national_office

    @property
    def actor(self) -> str:
        """As the audit trail names them."""
        return f"staff:{self.staff_id}"


class StaffDatastore(UserDatastore):
    """Finds members in national scope, as signing in must, and whose session a mark is. It writes no member."""

    def __init__(self, database: Database, machine: Work) -> None:
        """`database` as the console's role; sessions are the machine's."""
        super().__init__(StaffMember, RoleMixin)
        self._database = database.scoped(national=True)
        self.machine = machine

    def find_user(self, case_insensitive: bool = False, **found_by: Any) -> StaffMember | None:
        """By `fs_uniquifier` (a session's mark), `email` or `staff_id`; None when there is nobody."""
        if "fs_uniquifier" in found_by:
            mark, polls = found_by["fs_uniquifier"], "HX-Request" in request.headers
            holder = sessions.holder(self.machine, mark, acts=not polls)
            return StaffMember(holder, mark) if holder is not None else None
        with self._database.transaction() as conn:
            known = staff.by_id(conn, found_by["staff_id"]) if "staff_id" in found_by else None
            address = known.email if known is not None else found_by.get("email", "")
            row = staff.for_sign_in(conn, codes.email(address))
        return StaffMember(row) if row is not None else None

    def find_role(self, role: str) -> None:
        """There are no roles beyond the member's own."""


def install(app: Flask, database: Database, machine: Work, session_key: str) -> None:
    """Give `app` cookies signed with `session_key`, members from `database` (the console's role), sessions of ours."""
    app.session_interface = HostBoundCookie()
    app.config.update(
        SECRET_KEY=session_key,
        SESSION_COOKIE_SECURE=True,  # browsers keep such cookies on plain http only for this very machine
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=sessions.LASTS,  # how old a signature may be; the row decides
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],  # argon2 salts by itself; a new session key must not end passwords
        SECURITY_PASSWORD_SALT=session_key,
        SECURITY_DEFAULT_REMEMBER_ME=False,
    )
    security = Security(app, StaffDatastore(database, machine), register_blueprint=False)
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # members come by their session, never by a
    # token in a query, a header or a JSON body: Flask-Security would read the body of anybody to look for one
    security.unauthn_handler(lambda *_args, **_more: Response(status=401))


def member() -> StaffMember | None:
    """Who is signed in, or None."""
    return cast(StaffMember, current_user) if current_user.is_authenticated else None


def verify_member(email: str, password: str) -> StaffMember | None:
    """The active member with this address and password, or None. As slow for an address nobody has."""
    found = _datastore().find_user(email=email) if len(password) <= passwords.LONGEST else None
    stored_hash = found.password if found is not None and found.active else None
    kept = stored_hash or _nobodys_hash()
    matches = [verify_password(form[: passwords.LONGEST], kept) for form in _forms(password)]
    return found if any(matches) and stored_hash else None


def member_by_id(staff_id: UUID) -> StaffMember | None:
    """The active member with this id, or None."""
    found = _datastore().find_user(staff_id=staff_id)
    return found if found is not None and found.active else None


def begin_second_step(staff_member: StaffMember) -> None:
    """Remember for `STEP_LASTS` that `staff_member` gave their password. No session begins; a new password ends it."""
    sign_out()
    given_at = _datastore().machine.clock.real().timestamp()
    session[_STEP] = {
        "staff": str(staff_member.staff_id),
        "at": given_at,
        "password": _password_fingerprint(staff_member),
    }


def pending_second_step() -> StaffMember | None:
    """Who gave their password in this browser and still owes a code, or None."""
    step = session.get(_STEP)
    if step is None:
        return None
    age = _datastore().machine.clock.real().timestamp() - step["at"]
    found = _datastore().find_user(staff_id=UUID(step["staff"]))
    stands = found is not None and found.active and hmac.compare_digest(_password_fingerprint(found), step["password"])
    return found if stands and 0 <= age < STEP_LASTS.total_seconds() else None


def _password_fingerprint(staff_member: StaffMember) -> str:
    """Tells a password from a later one, and nothing of either: the cookie can be read."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, f"{staff_member.staff_id} {staff_member.password}".encode(), "sha256").hex()


def sign_in(staff_member: StaffMember) -> None:
    """Begin a session of its own for `staff_member`: nothing of an earlier one stays but the language."""
    sign_out()
    staff_member.fs_uniquifier = sessions.begin(
        _datastore().machine, staff_member.staff_id, browser(request.user_agent.string)
    )
    login_user(staff_member)


def sign_out() -> None:
    """End the session, here and at the server."""
    leaving = member()
    if leaving is not None and leaving.session_id is not None:
        sessions.sign_out(_datastore().machine, leaving.staff_id, leaving.session_id)
    logout_user()
    _clear()


def forget_ended() -> bool:
    """Whether this browser's session is over by now; asked a second time it is not."""
    return member() is None and session.pop(_MARK, None) is not None


def _clear() -> None:
    """Empty the session but for the language somebody chose."""
    language = session.get("lang")
    session.clear()
    if language:
        session["lang"] = language


def hash_new_password(password: str) -> str:
    """The argon2 hash of a new password, in NFC: keyboards and systems write one accented letter in several ways."""
    return str(hash_password(unicodedata.normalize("NFC", password)))


def _forms(password: str) -> set[str]:
    """The ways in which a password may have been hashed: in NFC, and as typed before that was done."""
    return {unicodedata.normalize("NFC", password), password}


def _datastore() -> StaffDatastore:
    return cast(StaffDatastore, current_app.extensions["security"].datastore)


@cache
def _nobodys_hash() -> str:
    return hash_new_password("nobody has this password")
