"""`alo score`: the figures of a round with the counts behind them, as plain text or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import click

from runtime.catalogue import LANGUAGES
from runtime.cli.session import Session
from scoring.disclosure import K
from scoring.index import Index, Mean, Share, TopBox
from scoring.methods import METHODS, Figure
from services.scores import Line, ScoreReport, score

_INDEX_PARTS = (
    *("value", "points", "b", "n", "forms", "possible", "base", "k1", "k2", "k3"),
    *("members", "members_answered", "outsiders_answered"),
)
_MEAN_PARTS = ("value", "points", "possible", "answers", "forms", "n")


@click.command("score")
@click.argument("round_code", metavar="ROUND")
@click.option("--method", type=click.Choice(list(METHODS)), default="vca-index", show_default=True)
@click.option("--office", default=None, help="mã cơ quan; bỏ trống: tất cả (office code; all when left out)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="vi | en")
@click.pass_obj
def command(
    session: Session, round_code: str, method: str, office: str | None, as_json: bool, lang: str | None
) -> None:
    """Chấm điểm một đợt khảo sát (score a round)."""
    session.lang = lang or session.lang
    report = score(session.work, round_code, method, office)
    if as_json:
        session.show(report.to_dict())
    else:
        print_report(session, report)


def print_report(session: Session, report: ScoreReport) -> None:
    """The report as plain text: warnings first, then the figure, its parts, the breakdowns and the response."""
    office = report.office or session.words("score.all_offices")
    session.say("score.title", title=report.round_title, office=office, method=report.method, at=report.at)
    for note in report.notes:
        click.echo(f"! {session.words(note.code, **note.params)}")
    click.echo()
    for row in _figure_rows(session, report):
        click.echo("  ".join(row))
    for name, lines in report.breakdowns.items():
        click.echo()
        _print_table(_table(session, name, lines))
    click.echo()
    session.say("score.withheld_means", k=K)
    _print_response(session, report)


def _figure_rows(session: Session, report: ScoreReport) -> Iterable[tuple[str, str]]:
    """(label, value) of the whole figure."""
    figure = report.whole.figure
    parts = _parts(session, figure)
    if report.classification:
        parts = [*parts, (session.words("score.class"), session.words(report.classification))]
    if figure is None:
        parts = [(session.words("score.value"), session.words("score.withheld"))]
    width = max(len(label) for label, _ in parts)
    return [(label.ljust(width), value) for label, value in parts]


def _parts(session: Session, figure: Figure | None) -> list[tuple[str, str]]:
    match figure:
        case Index():
            return _named(session, figure, _INDEX_PARTS)
        case Mean():
            return _named(session, figure, _MEAN_PARTS)
        case TopBox():
            return _top_box_parts(session, figure)
    return []


def _named(session: Session, figure: Index | Mean, names: Sequence[str]) -> list[tuple[str, str]]:
    return [(session.words(f"score.{name}"), _number(getattr(figure, name))) for name in names]


def _top_box_parts(session: Session, figure: TopBox) -> list[tuple[str, str]]:
    shares: list[tuple[str, Share]] = [(session.words("score.whole"), figure.share)]
    shares += [(session.words("score.section", section=name or "–"), share) for name, share in figure.sections.items()]
    shares += [(f"  {code} {question}", share) for (code, _, question), share in figure.questions.items()]
    rows = [(label, f"{_number(share.percent(1))} | {_number(share.percent(2))}") for label, share in shares]
    return [(session.words("score.value"), _number(figure.value)), (session.words("score.top"), ""), *rows]


def _number(value: object) -> str:
    return "–" if value is None else str(value)


def _table(session: Session, name: str, lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """A breakdown as rows of cells, headings first; what may not be shown is marked."""
    heads = (name, "organisations", "counted", "value")
    rows = [tuple(session.words(f"score.head.{head}") for head in heads)]
    for line in lines:
        value = (
            session.words("score.withheld") if line.withheld else _number(line.figure.value if line.figure else None)
        )
        rows.append((_key(session, name, line.key), str(line.organisations), str(line.forms), value))
    return rows


def _key(session: Session, name: str, key: str) -> str:
    """Keys of members and channels have words; the rest are codes and names."""
    return session.words(f"score.{name}.{key or 'none'}") if name in ("member", "channel") else key or "–"


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *numbers = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in numbers)]
        click.echo("  ".join(cells).rstrip())


def _print_response(session: Session, report: ScoreReport) -> None:
    """Dispositions and the rates made of them (AAPOR), and the share staff entered."""
    counts = report.outcomes
    session.say(
        "score.outcomes", i=counts.i, p=counts.p, r=counts.r, nc=counts.nc, o=counts.o, u=counts.u, ne=counts.ne
    )
    shown = ("rr1", "rr2", "coop1", "ref1", "con1")
    click.echo("  ".join(f"{name.upper()} {_percent(getattr(report.rates, name))}" for name in shown))
    session.say("score.staff_entered", n=report.staff_entered, forms=report.whole.forms)


def _percent(rate: Fraction | None) -> str:
    return "–" if rate is None else f"{float(rate * 100):.1f} %"
