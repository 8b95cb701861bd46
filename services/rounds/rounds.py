"""Opens and closes rounds: the frame (an interview for each eligible organisation), pinned questionnaires, the rule.

It must not know how anybody is contacted or what answers are worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.masking import mask_numbers
from contact.settings import RoundSettings
from scoring import rules
from services.campaign import settings_change as replanning
from services.campaign.settings_change import Changed
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.registry import organisations as registry
from store.registry import rounds
from store.registry.rounds import MissingInterview, RoundRow, RoundState, RoundSummary, RuleState

Mapped = Mapping[tuple[str, str], str]
"""(organisation kind or "*", sector or "*") → sha256 (or code, where it says so) of the questionnaire."""

SAMPLE_MAPPING: Mapped = {
    ("QTD", "*"): "QTD",
    ("*", "NN"): "HTX-NN",
    ("*", "PNN"): "HTX-PNN",
}
"""(kind, sector) → code of the questionnaire it gets unless the round says otherwise."""


@dataclass(frozen=True, slots=True)
class OpenedRound:
    """A round that was opened, and the number of organisations in its frame (n)."""

    id: UUID
    code: str
    organisations: int


def open_round(
    work: Work,
    code: str,
    title: str,
    year: str,
    legal_basis: str,
    opens_at: datetime,
    closes_at: datetime,
    questionnaires: Mapped,
    actor: str,
    settings: RoundSettings | None = None,
) -> OpenedRound:
    """Open a round over every active organisation of every office, in one transaction.

    Raises Refusal: code taken, closing before opening, unknown questionnaire, or organisations that would get none.
    """
    if opens_at >= closes_at:
        raise Refusal("round.times", round=code)
    now = work.clock.now()
    round_id = work.ids.new()
    values = {
        "id": round_id,
        "code": code,
        "title": mask_numbers(title).text,
        "year": year,
        "legal_basis": legal_basis,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "state": RoundState.OPEN,
        "settings": (settings or round_settings.default()).to_dict(),
        "rule": rules.DEFAULT.to_dict(),
        "rule_state": RuleState.SAMPLE,
        "created_at": now,
        "created_by": actor,
    }
    with work.database.transaction() as conn:
        registry.hold_imports(conn)
        if not rounds.add(conn, values):
            raise Refusal("round.code_taken", round=code)
        _pin(conn, round_id, questionnaires)
        count = extend_frame(work, conn, round_id=round_id)
        audit.append(conn, at=now, actor=actor, action="round.open", subject=code, detail={"organisations": count})
    return OpenedRound(round_id, code, count)


def _pin(conn: Connection, round_id: UUID, questionnaires: Mapped) -> None:
    if not questionnaires:
        raise Refusal("round.no_questionnaire")
    for sha256 in questionnaires.values():
        if rounds.form(conn, sha256) is None:
            raise Refusal("questionnaire.unknown", form=sha256[:12])
    rounds.pin(conn, round_id, questionnaires)


def newest_questionnaires(work: Work, codes: Mapped = SAMPLE_MAPPING) -> dict[tuple[str, str], str]:
    """The same mapping with each questionnaire's newest published digest. Raises Refusal for an unpublished code."""
    with work.database.transaction() as conn:
        newest: dict[str, str] = {}
        for row in rounds.published(conn):
            newest.setdefault(row.code, row.sha256)
    missing = sorted({code for code in codes.values() if code not in newest})
    if missing:
        raise Refusal("questionnaire.unpublished", forms=", ".join(missing))
    return {key: newest[code] for key, code in codes.items()}


def extend_frame(work: Work, conn: Connection, *, round_id: UUID | None = None, office_id: UUID | None = None) -> int:
    """Make the interviews missing from one open round, or of one office's organisations in all. Interviews made.

    The caller holds the imports (`registry.hold_imports`). Raises Refusal for organisations without a questionnaire.
    """
    found = rounds.missing_from_frame(conn, round_id=round_id, office_id=office_id)
    without = [row for row in found if row.questionnaire_sha256 is None]
    if without:
        kinds = Counter(f"{row.kind} {row.sector}".strip() for row in without)
        shown = ", ".join(f"{kind} ({count})" for kind, count in kinds.most_common())
        raise Refusal("round.kind_without_questionnaire", kinds=shown, example=without[0].registry_code)
    rounds.add_to_frame(conn, found, _names(work, conn, found))
    return len(found)


def _names(work: Work, conn: Connection, found: Sequence[MissingInterview]) -> list[tuple[UUID, str]]:
    """An id and a code unused in its round for each row."""
    used = rounds.codes(conn, {row.round_id for row in found})
    names = []
    for row in found:
        code = work.ids.code()
        while (row.round_id, code) in used:
            code = work.ids.code()
        used.add((row.round_id, code))
        names.append((work.ids.new(), code))
    return names


def close_round(work: Work, code: str, actor: str) -> None:
    """Close a round now: nobody is contacted for it any more. Raises Refusal: unknown or closed already."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, code, lock=True)
        if found is None:
            raise Refusal("round.unknown", round=code)
        if found.state == RoundState.CLOSED:
            raise Refusal("round.closed", round=code)
        rounds.close(conn, found.id, now)
        audit.append(conn, at=now, actor=actor, action="round.close", subject=code)


def change_settings(work: Work, code: str, settings: RoundSettings, actor: str, reason: str = "") -> Changed:
    """Give a round other hours, caps, ladder or limits: they apply at once to whatever has not left.

    Raises Refusal: unknown or closed.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, code, lock=True)
        if found is None:
            raise Refusal("round.unknown", round=code)
        if found.state == RoundState.CLOSED:
            raise Refusal("round.closed", round=code)
        new = settings.to_dict()
        names = sorted(name for name, value in new.items() if found.settings.get(name) != value)
        rounds.set_settings(conn, found.id, new)
        changed = replanning.apply(conn, found.id, settings, now)
        told = {"changed": names, "reason": reason, "replanned": changed.replanned, "retimed": changed.retimed}
        audit.append(conn, at=now, actor=actor, action="round.settings", subject=code, detail=told)
    return changed


def all_rounds(work: Work) -> Sequence[RoundSummary]:
    """All rounds, newest first, with their numbers of interviews and of finished ones."""
    with work.database.transaction() as conn:
        return rounds.all_rows(conn)


@dataclass(frozen=True, slots=True)
class RoundDetail:
    """A round, and "kind/sector" of organisations → code and version of the questionnaire they get."""

    round: RoundRow
    questionnaires: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The round's columns and its questionnaires, for JSON."""
        return {**asdict(self.round), "questionnaires": dict(self.questionnaires)}


def show(work: Work, code: str) -> RoundDetail:
    """One round with its settings, rule and questionnaires. Raises Refusal when it is unknown."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, code)
        if found is None:
            raise Refusal("round.unknown", round=code)
        names = {row.sha256: f"{row.code} {row.version}" for row in rounds.published(conn)}
        pinned = rounds.pinned(conn, found.id)
        return RoundDetail(found, {"/".join(key): names[sha256] for key, sha256 in pinned.items()})
