"""Score a round: the figure by a method, the counts behind it, its breakdowns, and what must be said beside it.

What stands on fewer than k answers is withheld here, before any page, export or command sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from scoring import rules
from scoring.answers import Sheets
from scoring.cube import Cube, Stratum
from scoring.disclosure import K, hidden_parts
from scoring.method import Figure, Method
from scoring.methods import METHODS
from scoring.points import sheet
from scoring.response import DispositionCounts, Rates, outcomes, rates
from scoring.rules import Rule
from services import lookups
from services.refusal import Refusal
from services.rounds.provinces import outcomes_of
from services.work import Work
from store.registry import rounds
from store.registry.rounds import RoundRow, RoundState, RuleState
from store.results import figures
from survey.form import questionnaire


@dataclass(frozen=True, slots=True)
class Note:
    """Something that must be said beside the figures: a code for the catalogue with its parameters."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BreakdownLine:
    """One part of a breakdown: organisations of the frame, counted forms, and the figure unless it is `withheld`."""

    key: str
    organisations: int
    forms: int
    withheld: bool
    figure: Figure | None


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What `score` found. `classification` is "" where no class may be given; nothing here names an organisation."""

    round_code: str
    round_title: str
    office: str | None
    method: str
    rule: str
    at: datetime
    whole: BreakdownLine
    classification: str
    breakdowns: Mapping[str, tuple[BreakdownLine, ...]]
    """questionnaire, area, kind, member, channel → lines; channels may be scored by another method
    (`Method.by_channel`)."""
    notes: tuple[Note, ...]
    outcomes: DispositionCounts
    rates: Rates
    staff_entered: int
    """Counted forms that staff entered for somebody else."""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types: decimals as text, rates rounded to four places."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    """JSON types of a report's values; keys made of several parts are joined with "/"."""
    match value:
        case dict():
            return {"/".join(k) if isinstance(k, tuple) else k: _plain(v) for k, v in value.items()}
        case list() | tuple():
            return [_plain(v) for v in value]
        case Fraction():
            return f"{float(value):.4f}"
        case Decimal():
            return str(value)
        case datetime():
            return value.isoformat()
    return value


DIMENSIONS: Mapping[str, Callable[[Stratum, Sheets], str]] = {
    "questionnaire": lambda s, sheets: sheets[s.questionnaire].code,
    "area": lambda s, _: s.area,
    "kind": lambda s, _: f"{s.kind} {s.sector}".strip(),
    "member": lambda s, _: "member" if s.is_member else "outsider",
    "channel": lambda s, _: s.channel,
}


def score(
    work: Work, round_code: str, method: str, office: str | None = None, *, in_blocks: bool = True
) -> ScoreReport:
    """Score a round by one of `scoring.methods.METHODS`, for one office (its code) or for all.

    While the round is open, figures move only by blocks of k complete forms that are alike: two looks around one known
    answer would give it away. Communes, where few are alike, show none then. `in_blocks=False` is for simulated people.
    Raises Refusal for an unknown round, office or method.
    """
    if method not in METHODS:
        raise Refusal("score.no_method", method=method, known=", ".join(METHODS))
    with work.database.transaction() as conn:
        figures.freeze(conn)
        found = _round(conn, round_code)
        moving = in_blocks and _is_moving(found.state)
        office_id = _office(conn, office)
        sheets = _sheets(conn, found.id)
        consent = {name for s in sheets.values() for name in s.consent}
        scored = {name for s in sheets.values() for name in s.items}
        cube = figures.cube(conn, found.id, office_id, scored, consent, K if moving else 1)
        counts = outcomes_of(conn, found.id, office_id)
    report = _report(found, office, METHODS[method], work.clock.now(), cube, sheets, outcomes(counts), moving)
    return _without_communes(report) if moving and office is not None else report


def _is_moving(round_state: RoundState) -> bool:
    """Whether figures may still change, so that two looks around one answer would tell it."""
    return round_state != RoundState.CLOSED


def _round(conn: Connection, code: str) -> RoundRow:
    found = rounds.by_code(conn, code)
    if found is None:
        raise Refusal("score.no_round", round=code)
    return found


def _office(conn: Connection, code: str | None) -> UUID | None:
    if code is None:
        return None
    return lookups.office(conn, code, "score.no_office").id


def _sheets(conn: Connection, round_id: UUID) -> Sheets:
    forms = figures.forms_of(conn, round_id)
    sheets = [sheet(questionnaire.from_dict(form)) for form in forms.values()]
    return {s.questionnaire: s for s in sorted(sheets, key=lambda s: (s.code, s.questionnaire))}


def _report(
    found: RoundRow,
    office: str | None,
    method: Method,
    at: datetime,
    cube: Cube,
    sheets: Sheets,
    counts: DispositionCounts,
    moving: bool,
) -> ScoreReport:
    rule = rules.from_dict(found.rule)
    rule = replace(rule, partial=False) if moving else rule  # a form half answered moves by single answers
    whole = _lines({"": cube}, method, sheets, rule)[0]
    return ScoreReport(
        round_code=found.code,
        round_title=found.title,
        office=office,
        method=method.name,
        rule=rule.name,
        at=at,
        whole=whole,
        classification=_classify(method, whole.figure, rule) if _knows_online(found, cube) else "",
        breakdowns={name: _breakdown(name, cube, method, sheets, rule) for name in DIMENSIONS},
        notes=tuple(_notes(found, cube, rule, whole)),
        outcomes=counts,
        rates=rates(counts),
        staff_entered=sum(
            f.n for f in cube.forms if f.status in rule.counted_statuses and f.stratum.channel == "staff"
        ),
    )


def _without_communes(report: ScoreReport) -> ScoreReport:
    lines = tuple(replace(line, withheld=True, figure=None) for line in report.breakdowns["area"])
    return replace(report, breakdowns={**report.breakdowns, "area": lines})


def _knows_online(found: RoundRow, cube: Cube) -> bool:
    """Whether online answers are in: a file that only said who has answered brings none."""
    brought = any(f.stratum.channel == "online" for f in cube.forms)
    return found.online_loaded_at is not None and (brought or not cube.count("answered"))


def _classify(method: Method, figure: Figure | None, rule: Rule) -> str:
    """The rule's class of the figure, "" where the method knows none."""
    if not method.has_classes or figure is None or figure.value is None:
        return ""
    return rule.classify(figure.value)


def _breakdown(name: str, cube: Cube, method: Method, sheets: Sheets, rule: Rule) -> tuple[BreakdownLine, ...]:
    """The cube by one dimension; each part with its own members, steps and silence."""
    scored_by = METHODS[method.by_channel] if name == "channel" and method.by_channel else method
    parts = cube.split(lambda stratum: DIMENSIONS[name](stratum, sheets))
    return _lines(parts, scored_by, sheets, rule)


def _lines(parts: Mapping[str, Cube], method: Method, sheets: Sheets, rule: Rule) -> tuple[BreakdownLine, ...]:
    forms = {key: part.count(*rule.counted_statuses) for key, part in parts.items()}
    withheld = hidden_parts(forms)
    return tuple(
        BreakdownLine(
            key=key,
            organisations=part.count(),
            forms=forms[key],
            withheld=key in withheld,
            figure=None if key in withheld else _figure(method, part, sheets, rule),
        )
        for key, part in parts.items()
    )


def _figure(method: Method, part: Cube, sheets: Sheets, rule: Rule) -> Figure:
    figure = method.compute(part, sheets, rule)
    return figure if method.withhold is None else method.withhold(figure)


def _notes(found: RoundRow, cube: Cube, rule: Rule, whole: BreakdownLine) -> list[Note]:
    answered = cube.count("answered")
    says = (
        (not _knows_online(found, cube), Note("score.phone_only")),
        (found.rule_state == RuleState.SAMPLE, Note("score.sample_rule")),
        (rule.sample_classes, Note("score.sample_classes")),
        (found.state == RoundState.OPEN, Note("score.round_open")),
        (answered > 0, Note("score.answers_missing", {"n": answered})),
        (cube.count("held") > 0, Note("score.held_back", {"n": cube.count("held"), "k": K})),
        (whole.withheld, Note("score.too_few", {"forms": whole.forms})),
    )
    return [note for holds, note in says if holds]


CODES: tuple[str, ...] = (
    "score.no_method",
    "score.no_round",
    "score.no_office",
    "score.phone_only",
    "score.sample_rule",
    "score.sample_classes",
    "score.round_open",
    "score.answers_missing",
    "score.held_back",
    "score.too_few",
)
"""Every code this use case gives, for the catalogue."""
