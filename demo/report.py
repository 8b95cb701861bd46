"""What the demonstration found, for people (tables in their language) and for programs (plain JSON types)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from cli import score_tables
from demo.scenario import Outcome
from files.reports import report_lines

Words = Callable[..., str]


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything, for `--json`."""
    return {
        "passed": outcome.succeeded,
        "violations": outcome.violations,
        "compared": outcome.compared,
        "import": outcome.imported.to_dict(),
        "contacted": outcome.preview.contacted,
        "campaign": asdict(outcome.status),
        "answered_by_channel": outcome.answered_by_channel,
        "scores": {method: report.to_dict() for method, report in outcome.scores.items()},
    }


def lines(outcome: Outcome, words: Words) -> Iterator[str]:
    """The closing tables, line by line."""
    yield words("demo.imported_title")
    yield from _indented(report_lines(outcome.imported, words))
    yield from _contacts(outcome, words)
    yield from _response(outcome, words)
    yield from _index(outcome, words)
    yield from _verdict(outcome, words)


def _contacts(outcome: Outcome, words: Words) -> Iterator[str]:
    status = outcome.status
    yield words("demo.contacts_title")
    for label, counts in (("texts", status.texts), ("calls", status.calls)):
        parts = ", ".join(f"{words('campaign.count.' + state)} {n}" for state, n in sorted(counts.items()))
        yield f"  {words('campaign.' + label)}: {parts}"
    yield words("campaign.spent", segments=status.segments, minutes=status.minutes, cost=f"{status.cost:,.0f}")


def _response(outcome: Outcome, words: Words) -> Iterator[str]:
    yield words("demo.response_title")
    yield from _indented(score_tables.response_lines(outcome.scores["vca-index"], words))
    for channel, n in sorted(outcome.answered_by_channel.items()):
        yield f"  {words('demo.channel.' + channel)}: {n}"


def _index(outcome: Outcome, words: Words) -> Iterator[str]:
    index, *others = outcome.scores.values()
    yield words("demo.index_title")
    yield from _indented(score_tables.note_lines(index, words))
    yield from _indented(score_tables.figure_lines(index, words))
    for report in others:
        figure = report.whole.figure
        yield f"  {report.method}: {words('score.withheld') if figure is None else figure.value}"


def _indented(told: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in told)


def _verdict(outcome: Outcome, words: Words) -> Iterator[str]:
    yield words("demo.checks_title", compared=outcome.compared)
    for check, found in outcome.violations.items():
        yield f"  {'✗' if found else '✓'} {words('demo.check.' + check)}"
        yield from (f"      {line}" for line in found[:20])
    yield words("demo.passed" if outcome.succeeded else "demo.failed")
