"""A province within a round: its own deadline, and its lock.

While it is locked nobody there is contacted, nothing is stored, the frame stays, and its outcomes stand as they were.
It must not know pages or commands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.outcomes import Disposition, disposition
from services import lookups
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.registry import organisations as registry
from store.registry import provinces as round_offices
from store.registry import rounds
from store.registry.organisations import OfficeRow
from store.registry.provinces import RoundOffice
from store.registry.rounds import RoundRow, RoundState
from store.results import figures
from survey.form import questionnaire


def set_deadline(
    work: Work, round_code: str, office: str, closes_at: datetime | None, actor: str, reason: str = ""
) -> None:
    """Give a province an end of its own within the round, or take it back (None: the round's).

    It holds at once for whatever has not left. Raises Refusal: unknown, round closed, not before the round's own end.
    """
    with work.database.transaction() as conn:
        found, place = _place(conn, round_code, office)
        if closes_at is not None and not found.opens_at < closes_at <= found.closes_at:
            raise Refusal("round.deadline_outside", opens=found.opens_at, closes=found.closes_at)
        round_offices.set_columns(conn, found.id, place.id, closes_at=closes_at)
        told = {"office": office, "reason": reason, "closes_at": closes_at.isoformat() if closes_at else ""}
        _note(work, conn, "round.deadline", round_code, place.id, actor, told)


def lock_office(work: Work, round_code: str, office: str, actor: str, reason: str) -> None:
    """Lock a province: it is shut first, then its outcomes are counted when no turn is under way any more.

    Raises Refusal: unknown, round closed, locked before, or no reason.
    """
    if not reason.strip():
        raise Refusal("round.lock_reason")
    now = work.clock.now()
    with work.database.transaction() as conn:
        registry.hold_imports(conn)
        found, place = _place(conn, round_code, office)
        held = round_offices.by_office(conn, found.id, place.id)
        if held is not None and held.locked_at is not None:
            raise Refusal("round.locked_before", office=office, at=held.locked_at)
        round_offices.set_columns(conn, found.id, place.id, locked_at=now, locked_by=actor)
        _note(work, conn, "round.lock", round_code, place.id, actor, {"office": office, "reason": reason})
    with work.database.transaction() as conn:
        round_offices.await_turns(conn, found.id, place.id)
        counted = {str(code): n for code, n in outcomes_of(conn, found.id, place.id).items()}
        round_offices.set_columns(conn, found.id, place.id, outcomes=counted)


def unlock_office(work: Work, round_code: str, office: str, actor: str, reason: str, *, national: bool) -> None:
    """Open a locked province again: for the national alliance only. Raises Refusal: not national, not locked."""
    if not national:
        raise Refusal("round.unlock_national")
    if not reason.strip():
        raise Refusal("round.lock_reason")
    with work.database.transaction() as conn:
        found, place = _place(conn, round_code, office)
        held = round_offices.by_office(conn, found.id, place.id)
        if held is None or held.locked_at is None:
            raise Refusal("round.not_locked", office=office)
        round_offices.set_columns(conn, found.id, place.id, locked_at=None, locked_by="", outcomes=None)
        _note(work, conn, "round.unlock", round_code, place.id, actor, {"office": office, "reason": reason})


def differing(work: Work, round_code: str) -> Sequence[RoundOffice]:
    """The provinces of a round with a deadline of their own or a lock. Raises Refusal for an unknown round."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, round_code)
        if found is None:
            raise Refusal("round.unknown", round=round_code)
        return round_offices.of_round(conn, found.id)


def outcomes_of(conn: Connection, round_id: UUID, office_id: UUID | None) -> Counter[Disposition]:
    """Dispositions of a round's organisations, of one office or of all; of a locked one as they were then."""
    held = round_offices.by_office(conn, round_id, office_id) if office_id is not None else None
    if held is not None and held.outcomes is not None:
        return Counter({Disposition(code): n for code, n in held.outcomes.items()})
    forms = [questionnaire.from_dict(form) for form in figures.forms_of(conn, round_id).values()]
    consent = {question.name for form in forms for question in form.questions if question.role == "consent"}
    counts: Counter[Disposition] = Counter()
    for fact, n in figures.facts(conn, round_id, office_id, consent).items():
        counts[disposition(fact)] += n
    for parted in round_offices.parted_outcomes(conn, round_id) if office_id is None else ():
        counts.update({Disposition(code): n for code, n in parted.items()})
    return counts


def _place(conn: Connection, round_code: str, office: str) -> tuple[RoundRow, OfficeRow]:
    """The open round, locked, and the office."""
    found = rounds.by_code(conn, round_code, lock=True)
    if found is None:
        raise Refusal("round.unknown", round=round_code)
    if found.state != RoundState.OPEN:
        raise Refusal("round.closed", round=round_code)
    return found, lookups.office(conn, office)


def _note(
    work: Work, conn: Connection, action: str, subject: str, office_id: UUID, actor: str, detail: dict[str, Any]
) -> None:
    audit.append(
        conn, at=work.clock.now(), actor=actor, action=action, subject=subject, office_id=office_id, detail=detail
    )
