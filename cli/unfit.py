"""`alo unfit`: what could not be processed and was set aside, so that the rest goes on; put back when it is mended."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import click

from cli.session import Session
from runtime.catalogue import display_value
from services.refusal import Refusal
from services.unfit.isolation import LOOPS
from services.watching import unfit_items


@click.group("unfit")
def command() -> None:
    """Mục không xử lý được (items that could not be processed)."""


@command.command("list")
@click.option("--loop", type=click.Choice(list(LOOPS)), default=None, help="chỉ loại này (only these)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_unfit(session: Session, loop: str | None, as_json: bool) -> None:
    """Liệt kê (list)."""
    found = unfit_items.kept_items(session.work, loop)
    if as_json:
        session.show([asdict(item) for item in found])
        return
    for item in found:
        about = session.words(f"unfit.loop.{item.loop}")
        click.echo(f"{item.id}  {display_value(item.first_at)}  {about}: {item.item}  {item.code}  {item.place}")
    session.say("unfit.mend" if found else "unfit.none")


@command.command("again")
@click.argument("item_id", metavar="ID", required=False)
@click.option("--loop", type=click.Choice(list(LOOPS)), default=None, help="tất cả của loại này (all of these)")
@click.option("--all", "everything", is_flag=True, help="tất cả (all)")
@click.pass_obj
def again(session: Session, item_id: str | None, loop: str | None, everything: bool) -> None:
    """Thử lại, sau khi đã sửa nguyên nhân (try again when the cause is mended)."""
    if item_id is None and loop is None and not everything:
        raise Refusal("unfit.which")
    ids = [_id(item_id)] if item_id else [item.id for item in unfit_items.kept_items(session.work, loop)]
    done = sum(unfit_items.put_back(session.work, one, session.actor) for one in ids)
    session.say("unfit.put_back", count=done)
    if done < len(ids):
        session.fail("unfit.still", count=len(ids) - done)


def _id(item_id: str) -> UUID:
    try:
        return UUID(item_id)
    except ValueError:
        raise Refusal("unfit.unknown", item=item_id) from None
