"""The `alo` command itself: language, settings, and subcommands found by name.

It must not import a subcommand before it is called: each brings its own libraries, and a fault in one stops no other.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import click
import pydantic
import sqlalchemy as sa

from runtime.catalogue import LANGUAGES, words
from runtime.cli.session import Session
from runtime.demonstration import stage
from runtime.settings import Settings
from services.faults import Refusal

SUBCOMMANDS: Mapping[str, str] = {
    "up": "up",
    "down": "down",
    "demo": "demo",
    "doctor": "doctor",
    "office": "office",
    "staff": "staff",
    "sender": "sender",
    "import": "imports",
    "questionnaire": "questionnaire",
    "round": "round",
    "campaign": "campaign",
    "tasks": "tasks",
    "score": "score",
    "export": "export",
}
"""Name on the command line → module in `runtime.cli`; its `command` is the click command."""


class Subcommands(click.Group):
    """Loads a subcommand's module when it is asked for; one whose module is not there is not offered."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names whose modules are there, in the order staff meet them."""
        return [name for name, module in SUBCOMMANDS.items() if _exists(module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand, or None when there is none of this name."""
        module = SUBCOMMANDS.get(cmd_name)
        if module is None or not _exists(module):
            return None
        command: click.Command = importlib.import_module(f"runtime.cli.{module}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; what it refuses is said in words, with exit code 1 and no trace."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            session: Session = ctx.obj
            session.fail(refusal.code, **refusal.params)
        except sa.exc.OperationalError:
            session = ctx.obj
            session.fail("cli.no_database")


@click.group(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="vi | en")
@click.pass_context
def alo(context: click.Context, lang: str | None) -> None:
    """Alo: khảo sát mức độ hài lòng qua điện thoại và tin nhắn (phone and text survey)."""
    try:
        settings = Settings()
    except pydantic.ValidationError as faults:
        names = ", ".join(str(fault["loc"][0]).upper() for fault in faults.errors())
        raise click.ClickException(words("cli.bad_settings", lang or "vi", names=names)) from None
    context.obj = Session(lang or settings.alo_lang, stage.settled(settings))


def main() -> None:
    """Entry point of the installed command."""
    alo(prog_name="alo")


def _exists(module: str) -> bool:
    return importlib.util.find_spec(f"runtime.cli.{module}") is not None


if __name__ == "__main__":
    main()
