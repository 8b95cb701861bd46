"""Staff accounts: invitations by a one-time link, joining, deactivation. Every step is in the audit trail.

It must not know how a password is hashed (the edge does it) nor the address of the pages.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection

from characters import codes
from characters.cleaning import clean
from contact.staff_roles import StaffRole
from services import lookups
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import second_factors, staff_sessions
from store.people import staff as rows
from store.people.staff import StaffListRow, StaffRow
from store.registry.organisations import OfficeRow

INVITED_FOR = timedelta(days=7)
"""Business time an invitation stays open."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new invitation. `token` is told once and kept only as a hash."""

    email: str
    office_code: str
    token: str
    expires_at: datetime


class StaffState(StrEnum):
    """Whether a member of staff may sign in."""

    ACTIVE = "active"
    INVITED = "invited"
    """Not active; an invitation is open."""
    INACTIVE = "inactive"


class SecondFactorStatus(StrEnum):
    """Whether a member of staff has a second factor."""

    SET_UP = "set_up"
    NONE = "none"
    MISSING = "missing"
    """None, though their role requires one."""


@dataclass(frozen=True, slots=True)
class StaffListing:
    """One line of the list of staff. Times are business time but `signed_in_at`, the last sign-in, which is real."""

    email: str
    name: str
    role: StaffRole
    office_code: str
    invited_at: datetime
    invited_until: datetime | None
    """When an open invitation ends, or None."""
    joined_at: datetime | None
    sign_in_count: int
    signed_in_at: datetime | None
    state: StaffState
    second_factor: SecondFactorStatus


def invite(
    work: Work,
    email: str,
    office_code: str,
    role: StaffRole,
    name: str,
    actor: str,
    *,
    lasts: timedelta = INVITED_FOR,
    door: str = "",
) -> Invitation:
    """Invite somebody, or again somebody of the same office and role: earlier links end, a password stays until then.

    `lasts`: business time. `door`: a token of another door than the choice of a password, which it does not open.

    Raises Refusal: unreadable address, unknown office, national role outside the national office, other office or role.
    """
    address = codes.email(email)
    if not _EMAIL.fullmatch(address) or len(address) > _LONGEST_EMAIL:
        raise Refusal("staff.email_unreadable", email=email)
    now = work.clock.now()
    token = work.ids.public()
    with work.database.transaction() as conn:
        office = lookups.office(conn, office_code)
        if role == StaffRole.NATIONAL and office.level != "national":
            raise Refusal("staff.role_unfit", office=office_code)
        staff_id = _known(work, conn, address, office, role, name, now)
        rows.withdraw_invitations(conn, staff_id, now)
        rows.add_invitation(conn, token_hash(token, door), staff_id, now + lasts)
        _trail(conn, now, actor, "staff.invited", staff_id, office.id)
    return Invitation(address, office.code, token, now + lasts)


def _known(
    work: Work, conn: Connection, email: str, office: OfficeRow, role: StaffRole, name: str, now: datetime
) -> UUID:
    """The id of the person invited, new if need be. Raises Refusal for one of another office or role."""
    values = {
        "id": work.ids.new(),
        "office_id": office.id,
        "email": email,
        "name": clean(name),
        "role": role,
        "password": None,
        "active": False,  # until the invitation is taken up
        "language": "vi",
        "invited_at": now,
        "joined_at": None,
        "sign_in_count": 0,
    }
    rows.add(conn, values)
    found = rows.by_email(conn, email)
    if found is None or (found.office_id, found.role) != (office.id, role):
        raise Refusal("staff.elsewhere", email=email)
    rows.change(conn, found.id, invited_at=now, name=clean(name) or found.name)
    return found.id


def invitee(work: Work, token: str) -> StaffRow:
    """Whom an open invitation is for. Raises Refusal("staff.invitation_over") when it is not open."""
    with work.database.transaction() as conn:
        staff_id = rows.invitee(conn, token_hash(token), work.clock.now())
        found = rows.by_id(conn, staff_id) if staff_id else None
    if found is None:
        raise Refusal("staff.invitation_over")
    return found


@dataclass(frozen=True, slots=True)
class Scope:
    """What a member may see: their office's rows, or every office's."""

    staff_id: UUID
    office_id: UUID
    national: bool


def scope_of(work: Work, email: str) -> Scope:
    """The scope of an active member who may see campaigns. Raises Refusal."""
    with work.database.transaction() as conn:
        found = rows.by_email(conn, codes.email(email))
    if found is None or not found.active:
        raise Refusal("staff.unknown", email=email)
    national = found.role == StaffRole.NATIONAL
    if found.level == "national" and not national:
        raise Refusal("staff.no_campaigns", email=email)
    return Scope(found.id, found.office_id, national)


def id_of(work: Work, email: str) -> UUID | None:
    """The staff member with this e-mail address, or None."""
    with work.database.transaction() as conn:
        found = rows.by_email(conn, codes.email(email))
    return found.id if found is not None else None


def join(work: Work, token: str, password_hash: str, name: str) -> UUID:
    """Take an invitation up, once: the password is set, earlier sessions end. The person's id. Raises Refusal."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        staff_id = rows.take_invitation(conn, token_hash(token), now)
        found = rows.by_id(conn, staff_id) if staff_id else None
        if staff_id is None or found is None:
            raise Refusal("staff.invitation_over")
        rows.change(
            conn,
            staff_id,
            password=password_hash,
            name=clean(name) or found.name,
            active=True,
            joined_at=found.joined_at or now,
        )
        staff_sessions.end(conn, staff_id, work.clock.real())
        _trail(conn, now, f"staff:{staff_id}", "staff.joined", staff_id, found.office_id)
    return staff_id


def change_password(work: Work, staff_id: UUID, password_hash: str, session_id: UUID | None) -> None:
    """Set somebody's password anew, as they asked for it: sessions but the one they are in, and invitations, end."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        found = rows.by_id(conn, staff_id)
        if found is None or not found.active:
            raise Refusal("staff.unknown", email="")
        rows.change(conn, staff_id, password=password_hash)
        rows.withdraw_invitations(conn, staff_id, now)
        staff_sessions.end(conn, staff_id, work.clock.real(), but=session_id)
        _trail(conn, now, f"staff:{staff_id}", "staff.password_changed", staff_id, found.office_id)


def deactivate(work: Work, email: str, actor: str) -> None:
    """Close somebody's way in at once: all they enter with goes, and sessions end. Raises Refusal if unknown."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        found = rows.by_email(conn, codes.email(email))
        if found is None:
            raise Refusal("staff.unknown", email=email)
        rows.change(conn, found.id, active=False, password=None, phone=None)
        staff_sessions.end(conn, found.id, work.clock.real())
        second_factors.remove(conn, found.id)
        rows.withdraw_invitations(conn, found.id, now)
        _trail(conn, now, actor, "staff.deactivated", found.id, found.office_id)


def list_staff(work: Work) -> list[StaffListing]:
    """Everybody, by office and address."""
    with work.database.transaction() as conn:
        found = rows.everybody(conn, work.clock.now())
    return [
        StaffListing(
            email=row.email,
            name=row.name,
            role=row.role,
            office_code=row.office_code,
            invited_at=row.invited_at,
            invited_until=row.invited_until,
            joined_at=row.joined_at,
            sign_in_count=row.sign_in_count,
            signed_in_at=row.signed_in_at,
            state=_state(row),
            second_factor=_second_factor(row),
        )
        for row in found
    ]


def _second_factor(row: StaffListRow) -> SecondFactorStatus:
    if row.second_factor:
        return SecondFactorStatus.SET_UP
    return SecondFactorStatus.MISSING if row.role == StaffRole.NATIONAL else SecondFactorStatus.NONE


def _state(row: StaffListRow) -> StaffState:
    if row.active:
        return StaffState.ACTIVE
    return StaffState.INVITED if row.invited_until else StaffState.INACTIVE


def token_hash(token: str, door: str = "") -> str:
    """How a token for `door` is kept. Tokens are 128 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(f"{door}{token}".encode()).hexdigest()


def _trail(conn: Connection, at: datetime, actor: str, action: str, staff_id: UUID, office_id: UUID) -> None:
    audit.append(conn, at=at, actor=actor, action=action, subject=str(staff_id), office_id=office_id)
