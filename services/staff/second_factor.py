"""The second factor of signing in: set up, asked for, renewed, and taken away again by an administrator.

Each code is good once, wrong ones are counted by member, and secrets lie sealed. It must not know pages or pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from characters import codes
from contact.staff_roles import StaffRole
from services.refusal import Refusal
from services.staff import one_time_codes as one_time
from services.work import Work
from store import audit
from store.people import second_factors as rows
from store.people import staff, staff_sessions
from store.people.second_factors import SecondFactorRow
from store.people.staff import StaffRow

ISSUER = "Alo"
WRONG_CODES = 5
"""Wrong codes in a row, then `WAIT` (real time) after each further one: whoever tries them knows the password."""
WAIT = timedelta(minutes=15)

_SECRET, _PENDING = "second_factors.secret", "second_factors.pending"

Proof = Literal["code", "recovery", "wrong", "wait"]


@dataclass(frozen=True, slots=True)
class SetUp:
    """A set-up under way. `address` is for the picture, `secret` for who types; both are told to the member only."""

    address: str
    secret: str


@dataclass(frozen=True, slots=True)
class SecondFactorState:
    """Whether a member's second factor is set up, and how many recovery codes are unused."""

    set_up: bool
    codes_left: int


def state(work: Work, staff_id: UUID) -> SecondFactorState:
    """The state of a member's second factor."""
    with work.database.transaction() as conn:
        found = rows.find(conn, staff_id)
        return SecondFactorState(found is not None and found.secret is not None, rows.codes_left(conn, staff_id))


def begin(work: Work, staff_id: UUID) -> SetUp:
    """Begin a set-up, or go on with the one that is under way: a reloaded page shows the same picture."""
    with work.database.transaction() as conn:
        member = _member(conn, staff_id)
        rows.begin(conn, staff_id, work.vault.seal(work.ids.secret(one_time.SECRET_BYTES), _PENDING, staff_id))
        found = rows.find(conn, staff_id)
    assert found is not None
    assert found.pending is not None
    secret = work.vault.open_bytes(found.pending, _PENDING, staff_id)
    return SetUp(one_time.address(secret, member.email, ISSUER), one_time.in_groups(secret))


def confirm(work: Work, staff_id: UUID, code: str, session_id: UUID | None) -> list[str]:
    """End a set-up with a code of the new authenticator: recovery codes, told once. All other sessions end.

    Raises Refusal: nothing under way, wrong code, too many wrong ones.
    """
    with work.database.transaction() as conn:
        found = rows.lock(conn, staff_id)
        if found is None or found.pending is None:
            raise Refusal("second_factor.none")
        secret, at = work.vault.open_bytes(found.pending, _PENDING, staff_id), work.clock.real()
        taken = None if _waits(work, found) else one_time.matching_step(secret, one_time.normalise(code), at, 0)
        if taken is None:
            proof = _wrong(work, conn, found)
        else:
            kept = work.vault.seal(secret, _SECRET, staff_id)
            right = {"secret": kept, "pending": None, "last_step": taken, "wrong": 0, "wrong_at": None}
            rows.change(conn, staff_id, **right)
            made = _replace_codes(work, conn, staff_id)
            staff_sessions.end(conn, staff_id, at, but=session_id)
            _trail(work, conn, f"staff:{staff_id}", "staff.second_factor_set_up", _member(conn, staff_id))
            return made
    raise Refusal(f"second_factor.{proof}")


def prove(work: Work, staff_id: UUID, code: str) -> Proof:
    """Take a code of the authenticator, or a recovery code, which is used up. "wait": codes are not looked at.

    Recovery codes are, at any time: nobody guesses one, and who tries codes must not keep the member out.
    """
    with work.database.transaction() as conn:
        found = rows.lock(conn, staff_id)
        if found is None or found.secret is None:  # a set-up under way proves nothing yet
            return "wrong"
        typed, at = one_time.normalise(code), work.clock.real()
        secret = work.vault.open_bytes(found.secret, _SECRET, staff_id)
        waits = _waits(work, found)
        taken = None if waits else one_time.matching_step(secret, typed, at, found.last_step)
        if taken is not None:
            rows.change(conn, staff_id, last_step=taken, wrong=0, wrong_at=None)
            return "code"
        if rows.use_code(conn, staff_id, one_time.code_hash(typed), at):
            rows.change(conn, staff_id, wrong=0, wrong_at=None)
            _trail(work, conn, f"staff:{staff_id}", "staff.recovery_code_used", _member(conn, staff_id))
            return "recovery"
        return _wrong(work, conn, found)


def demand(work: Work, staff_id: UUID, code: str) -> None:
    """The same where it is not signing in. Raises Refusal for a code that is not taken."""
    proof = prove(work, staff_id, code)
    if proof in ("wrong", "wait"):
        raise Refusal(f"second_factor.{proof}")


def renew_codes(work: Work, staff_id: UUID, code: str) -> list[str]:
    """New recovery codes instead of all earlier ones, told once, for who has a code. Raises Refusal."""
    demand(work, staff_id, code)
    with work.database.transaction() as conn:
        made = _replace_codes(work, conn, staff_id)
        _trail(work, conn, f"staff:{staff_id}", "staff.recovery_codes_renewed", _member(conn, staff_id))
    return made


def turn_off(work: Work, staff_id: UUID, code: str) -> None:
    """Do without, for who has a code and need not have one. Raises Refusal."""
    with work.database.transaction() as conn:
        if _member(conn, staff_id).role == StaffRole.NATIONAL:
            raise Refusal("second_factor.required")
    demand(work, staff_id, code)
    with work.database.transaction() as conn:
        rows.remove(conn, staff_id)
        _trail(work, conn, f"staff:{staff_id}", "staff.second_factor_turned_off", _member(conn, staff_id))


def reset(work: Work, email: str, actor: str) -> None:
    """Take somebody's second factor away, as an administrator who knows them; their sessions end. Raises Refusal."""
    with work.database.transaction() as conn:
        found = staff.by_email(conn, codes.email(email))
        if found is None:
            raise Refusal("staff.unknown", email=email)
        if not rows.remove(conn, found.id):
            raise Refusal("second_factor.none")
        staff_sessions.end(conn, found.id, work.clock.real())
        _trail(work, conn, actor, "staff.second_factor_reset", found)


def _waits(work: Work, found: SecondFactorRow) -> bool:
    """Whether so many codes were wrong that none is looked at for a while."""
    if found.wrong < WRONG_CODES:
        return False
    assert found.wrong_at is not None
    return abs(work.clock.real() - found.wrong_at) < WAIT  # a longer one is of a clock that jumped


def _wrong(work: Work, conn: Connection, found: SecondFactorRow) -> Proof:
    """Count a wrong code, unless none was looked at."""
    if _waits(work, found):
        return "wait"
    rows.change(conn, found.staff_id, wrong=found.wrong + 1, wrong_at=work.clock.real())
    return "wrong"


def _replace_codes(work: Work, conn: Connection, staff_id: UUID) -> list[str]:
    made = one_time.new_codes(work.ids.secret)
    rows.replace_codes(conn, staff_id, map(one_time.code_hash, made))
    return made


def _member(conn: Connection, staff_id: UUID) -> StaffRow:
    found = staff.by_id(conn, staff_id)
    if found is None:
        raise LookupError(staff_id)
    return found


def _trail(work: Work, conn: Connection, actor: str, action: str, member: StaffRow) -> None:
    at, subject = work.clock.now(), str(member.id)
    audit.append(conn, at=at, actor=actor, action=action, subject=subject, office_id=member.office_id)
