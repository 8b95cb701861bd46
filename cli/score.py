"""`alo score`: the figures of a round with the counts behind them, as plain text or JSON."""

from __future__ import annotations

import click

from cli.score_tables import report_lines
from cli.session import Session
from runtime.catalogue import LANGUAGES
from scoring.methods import METHODS
from services.results.scores import score


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
        return
    for line in report_lines(report, session.words):
        click.echo(line)
