"""The manager of the demonstration's office: made up, without a password, signed in by a link that serves once.

The link opens a session as if both factors had been given. So it serves only for this made-up member, and only while
every sender is simulated: nobody real can be reached from that session. It must not know the address of the pages.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from contact.staff_roles import StaffRole
from services.refusal import Refusal
from services.staff import accounts
from services.work import Work
from store import audit
from store.messages import senders
from store.people import staff

ADDRESS = "can-bo@lang-mau.invalid"
"""Of the domain that no mail ever reaches (RFC 2606)."""
NAME = "Cán bộ Làng Mẫu"
DOOR = "demo:"
"""Its tokens open no page that asks for a password, and no invitation opens by it."""
LINK_LASTS = timedelta(minutes=10)
"""Business time, which runs as real time does once the demonstration is over."""


def sign_in_token(work: Work, office_code: str, actor: str) -> str:
    """A new token for the manager of the office; earlier ones end. Raises Refusal: a sender is real, unknown office."""
    with work.database.transaction() as conn:
        _refuse_real_senders(conn)
    invitation = accounts.invite(work, ADDRESS, office_code, StaffRole.OFFICE, NAME, actor, lasts=LINK_LASTS, door=DOOR)
    return invitation.token


def take_token(work: Work, token: str) -> UUID:
    """Use the token up: the manager's id, who is an active member from then on.

    Raises Refusal("staff.invitation_over"): used, too old or another member's; or a sender is real.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        _refuse_real_senders(conn)
        staff_id = staff.take_invitation(conn, accounts.token_hash(token, DOOR), now)
        found = staff.by_id(conn, staff_id) if staff_id else None
        if staff_id is None or found is None or found.email != ADDRESS or found.role != StaffRole.OFFICE:
            raise Refusal("staff.invitation_over")
        staff.change(conn, staff_id, active=True, joined_at=found.joined_at or now)
        audit.append(
            conn, at=now, actor=f"staff:{staff_id}", action="staff.demo_link_used", subject=str(staff_id),
            office_id=found.office_id,
        )  # fmt: skip
    return staff_id


def _refuse_real_senders(conn: Connection) -> None:
    found = senders.all_rows(conn)
    if not found or any(not sender.simulated for sender in found):
        raise Refusal("staff.demo_link_real_sender")
