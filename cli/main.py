"""The `alo` command itself: language, settings, and subcommands found by name.

It must not import a subcommand before it is called: each brings its own libraries, and a fault in one stops no other.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import click
import sqlalchemy as sa

from cli import usage
from cli.session import Session
from runtime import demo_data
from runtime.catalogue import LANGUAGES, words
from runtime.clock import UnreadableClockError
from runtime.keys import UnfitKeysError
from runtime.refusals import words_for
from runtime.settings import BadSettingsError, Settings
from services.refusal import Refusal

SUBCOMMANDS: Mapping[str, str] = {
    "up": "cli.up",
    "down": "cli.down",
    "demo": "demo.command",
    "doctor": "cli.doctor",
    "office": "cli.office",
    "staff": "cli.staff",
    "sender": "cli.sender",
    "import": "cli.imports",
    "reading": "cli.reading",
    "questionnaire": "cli.questionnaire",
    "round": "cli.round",
    "campaign": "cli.campaign",
    "tasks": "cli.tasks",
    "unfit": "cli.unfit",
    "wish": "cli.wish",
    "number": "cli.number",
    "score": "cli.score",
    "export": "cli.export",
    "person": "cli.person",
    "audit": "cli.audit",
    "keys": "cli.keys",
    "backup": "cli.backup",
    "restore": "cli.restore",
}
"""Name on the command line → module; its `command` is the click command. An installation has no `demo`."""

PLACELESS = frozenset({"up", "down", "demo"})
"""Those that look at the data directory themselves."""


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
        command: click.Command = importlib.import_module(module).command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The language may be typed anywhere; what is wrong with the line is said in it."""
        try:
            return super().parse_args(ctx, usage.language_first(usage.drop_invisible(args)))
        except click.UsageError as error:
            raise usage.in_catalogue_words(error, usage.language_of(args)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; what it refuses is said in words, with exit code 1 and no trace."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise usage.in_catalogue_words(error, ctx.params["lang"] or LANGUAGES[0]) from None
        except (Refusal, click.Abort, UnreadableClockError, UnfitKeysError, sa.exc.SQLAlchemyError) as error:
            code, params = _words_for(error)
            session: Session = ctx.obj
            session.fail(code, **params)
        except OSError as error:
            if error.filename is None:  # no file: a pipe that nobody reads any more, a fault of ours
                raise
            place: Session = ctx.obj
            place.fail("cli.no_way_to_file", file=error.filename, said=error.strerror)


@click.group(cls=Subcommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help="vi | en")
@click.pass_context
def alo(context: click.Context, lang: str | None) -> None:
    """Alo: khảo sát mức độ hài lòng qua điện thoại và tin nhắn (phone and text survey)."""
    try:
        settings = Settings()
    except BadSettingsError as bad:
        raise usage.SettingsUsageError(words("cli.bad_settings", lang or "vi", names=bad)) from None
    context.obj = Session(lang or settings.alo_lang, settings)
    if context.invoked_subcommand not in PLACELESS:
        context.obj = Session(lang or settings.alo_lang, demo_data.with_demo_network(settings))


def main() -> None:
    """Entry point of the installed command."""
    alo(prog_name="alo")


def _words_for(error: Exception) -> tuple[str, Mapping[str, Any]]:
    """Code and parameters of the words for an error a command may end with. Raises any other `error` again."""
    return ("usage.not_done", {}) if isinstance(error, click.Abort) else words_for(error)


def _exists(module: str) -> bool:
    package = module.partition(".")[0]
    return importlib.util.find_spec(package) is not None and importlib.util.find_spec(module) is not None


if __name__ == "__main__":
    main()
