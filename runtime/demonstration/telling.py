"""What the demonstration found, for people (tables in their language) and for programs (plain JSON types)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from runtime.demonstration.story import Outcome

Words = Callable[..., str]


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything, for `--json`."""
    return {
        "passed": outcome.passed,
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
    yield from (f"  {name}: {n}" for name, n in outcome.imported.counts.items())
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
    report = outcome.scores["vca-index"].to_dict()
    yield words("demo.response_title")
    yield "  " + ", ".join(f"{k} {v}" for k, v in report["outcomes"].items())
    yield "  " + ", ".join(f"{k} {v}" for k, v in report["rates"].items() if v is not None)
    for channel, n in sorted(outcome.answered_by_channel.items()):
        yield f"  {words('demo.channel.' + channel)}: {n}"


def _index(outcome: Outcome, words: Words) -> Iterator[str]:
    yield words("demo.index_title")
    for method, report in outcome.scores.items():
        whole = report.to_dict()["whole"]
        figure = whole["figure"] or {}
        parts = ", ".join(f"{name}={value}" for name, value in figure.items() if not isinstance(value, dict | list))
        grade = f" [{report.classification}]" if report.classification else ""
        yield f"  {method}: {parts or '–'}{grade}"
    for note in outcome.scores["vca-index"].notes:
        yield "  ! " + words(note.code, **note.params)


def _verdict(outcome: Outcome, words: Words) -> Iterator[str]:
    yield words("demo.checks_title", compared=outcome.compared)
    for check, found in outcome.violations.items():
        yield f"  {'✗' if found else '✓'} {words('demo.check.' + check)}"
        yield from (f"      {line}" for line in found[:20])
    yield words("demo.passed" if outcome.passed else "demo.failed")
