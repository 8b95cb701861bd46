"""How `alo campaign` is told whom a campaign is for, and how it shows what launching it would do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cli.masked_input import WORDS
from cli.session import Session
from contact.kinds import KINDS, OutcomeSoFar
from services.campaign.preview import Preview
from services.refusal import Refusal

SAMPLES_PRINTED = 3
ORGANISATION_KINDS = ("HTX", "QTD", "LHHTX", "THT")
SECTORS = ("NN", "PNN")
OUTCOMES = [str(outcome) for outcome in OutcomeSoFar]
_OPTIONS = (
    click.option(
        "--type", "kind", type=click.Choice([kind.value for kind in KINDS]), default="reminder", show_default=True
    ),
    click.option("--office", default=None, help="mã cơ quan; bỏ trống: toàn quốc (office code; none: every office)"),
    click.option("--title", type=WORDS, default="", help="tên đợt (title)"),
    click.option("--only-office", multiple=True, help="chỉ các cơ quan này (only these offices)"),
    click.option("--commune", multiple=True, help="chỉ các xã/phường này (only these communes)"),
    click.option("--officer", multiple=True, metavar="EMAIL", help="phần của cán bộ này (this officer's communes)"),
    click.option(
        "--kind", "organisation_kind", multiple=True, type=click.Choice(ORGANISATION_KINDS), help="loại tổ chức (kind)"
    ),
    click.option("--sector", multiple=True, type=click.Choice(SECTORS), help="loại hình (sector)"),
    click.option("--member/--non-member", "is_member", default=None, help="chỉ thành viên / ngoài thành viên"),
    click.option("--outcome", multiple=True, type=click.Choice(OUTCOMES), help="kết quả đến nay (outcome so far)"),
    click.option(
        "--channel", type=click.Choice(["text", "call"]), default=None, help="liên hệ được qua (reachable by)"
    ),
    click.option("--code", multiple=True, help="mã tổ chức (registry code)"),
    click.option(
        "--codes-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        default=None,
        help="tệp mã tổ chức, mỗi dòng một mã (registry codes, one a line)",
    ),
    click.option("--seed", type=int, default=None, help="hạt giống của thứ tự gửi (seed of the order)"),
    click.option("--spread-days", type=click.IntRange(0, 60), default=0, show_default=True, help="rải ra mấy ngày"),
)


def audience_options(function: Callable[..., None]) -> Callable[..., None]:
    """Adds the options; the command is given office, title, kind, audience, seed and spread_days."""

    @functools.wraps(function)
    def command(*args: Any, **options: Any) -> None:
        kept = {name: options.pop(name) for name in ("kind", "office", "title", "seed", "spread_days")}
        whom = ("only_office", "commune", "officer", "organisation_kind", "sector", "is_member")
        how = ("outcome", "channel", "code", "codes_file")
        filters = {name: options.pop(name) for name in (*whom, *how)}
        function(*args, **options, **kept, audience=_audience(filters))

    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _audience(options: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as the draft keeps them."""
    path: Path | None = options["codes_file"]
    codes_in_file = _lines(path) if path else []
    audience = {
        "office": list(options["only_office"]),
        "commune": list(options["commune"]),
        "officer": list(options["officer"]),
        "kind": list(options["organisation_kind"]),
        "sector": list(options["sector"]),
        "is_member": options["is_member"],
        "outcome": list(options["outcome"]),
        "channel": options["channel"],
        "code": [code for code in [*options["code"], *codes_in_file] if code],
    }
    return {name: value for name, value in audience.items() if value not in (None, [])}


def _lines(path: Path) -> list[str]:
    """The file's lines. Raises Refusal for one that is no text."""
    try:
        return [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except UnicodeDecodeError:
        raise Refusal("usage.not_text", file=path.name) from None


def show_preview(session: Session, preview: Preview) -> None:
    """Print a preview and the command that would launch it."""
    kind = session.words("campaign.kind." + preview.kind)
    session.say("campaign.preview.who", contacted=preview.contacted, title=preview.title, kind=kind)
    for office, count in preview.offices.items() if len(preview.offices) > 1 else ():
        click.echo(f"  + {office}: {count}")
    for reason, count in sorted(preview.excluded.items()):
        click.echo(f"  – {session.words('excluded.' + reason)}: {count}")
    if preview.unknown_codes:
        codes = ", ".join(preview.unknown_codes[:20])
        session.say("campaign.preview.unknown_codes", n=len(preview.unknown_codes), codes=codes)
    for text in preview.sample_texts[:SAMPLES_PRINTED]:
        click.echo(f"  » {text}")
    if preview.long_texts:
        session.say("campaign.preview.long_texts", n=preview.long_texts, count=len(preview.sample_texts))
    _show_estimate(session, preview)
    _show_way_on(session, preview)


def _show_estimate(session: Session, preview: Preview) -> None:
    estimate = preview.estimate
    session.say(
        "campaign.preview.takes",
        segments=f"{estimate.segments[0]}–{estimate.segments[1]}",
        minutes=f"{estimate.minutes[0]}–{estimate.minutes[1]}",
        cost=f"{estimate.cost[0]:,.0f}–{estimate.cost[1]:,.0f} {estimate.currency}",
        finishes=estimate.finishes_at,
    )


def _show_way_on(session: Session, preview: Preview) -> None:
    if not preview.contacted:
        session.say("campaign.nobody")
        return
    if preview.needs_second:
        session.say("campaign.preview.approve", campaign=preview.campaign_id, contacted=preview.contacted)
    session.say("campaign.preview.launch", campaign=preview.campaign_id, contacted=preview.contacted)
