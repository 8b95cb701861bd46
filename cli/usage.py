"""Translates click's usage errors into the words of the catalogue: click speaks English only.

It must not know any subcommand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError, NoSuchCommand

from characters.cleaning import clean
from runtime.catalogue import LANGUAGES, words

LANG = "--lang"
_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)")
"""Click's own words for too many arguments: it has no class of its own for them."""


class UsageWordsError(click.UsageError):
    """A command line that cannot be carried out; its message is a sentence of ours and is shown alone."""

    def show(self, file: IO[Any] | None = None) -> None:
        """The sentence, where errors go."""
        click.echo(self.message, file=file, err=file is None)


class SettingsUsageError(UsageWordsError):
    """The environment, not the command line, cannot be used."""

    exit_code = 1


class Amount(click.ParamType[Decimal]):
    """A decimal number as it is typed; no infinity and nothing that is no number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The number. Raises click.BadParameter."""
        try:
            found = Decimal(value)
        except InvalidOperation:
            self.fail(str(value), param, ctx)
        return found if found.is_finite() else self.fail(str(value), param, ctx)


def drop_invisible(args: Sequence[str]) -> list[str]:
    """`args` without invisible characters, which web pages and chats add to copied commands; names of files stay."""
    return [arg if arg.isascii() or _is_there(arg) else clean(arg) for arg in args]


def _is_there(arg: str) -> bool:
    try:
        return Path(arg).exists()
    except (OSError, ValueError):  # too long, or with a NUL: no file's name
        return False


def language_first(args: Sequence[str]) -> list[str]:
    """`args` with the language in front, wherever it was typed: `alo score R --lang en` is `alo --lang en score R`."""
    rest, chosen = list(args), []
    typed = rest[: rest.index("--")] if "--" in rest else rest
    for place, word in reversed(list(enumerate(typed))):
        if word == LANG and place + 1 < len(typed):
            chosen = [LANG, rest[place + 1]]
            del rest[place : place + 2]
        elif word.startswith(f"{LANG}="):
            chosen = [word]
            del rest[place]
    return [*chosen, *rest]


def language_of(args: Sequence[str]) -> str:
    """The language asked for in `args`, Vietnamese when none or an unknown one."""
    asked = [*language_first(args)[:2], ""]
    found = asked[1] if asked[0] == LANG else asked[0].removeprefix(f"{LANG}=")
    return found if found in LANGUAGES else LANGUAGES[0]


def in_catalogue_words(error: click.UsageError, lang: str) -> click.UsageError:
    """`error` in words, with how to get help; help itself and errors in our own words stay as they are."""
    if isinstance(error, NoArgsIsHelpError | UsageWordsError):
        return error
    command = error.ctx.command_path if error.ctx else "alo"
    return UsageWordsError(f"{_sentence(error, lang)} {words('usage.see', lang, command=command)}")


def _sentence(error: click.UsageError, lang: str) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return words("usage.missing", lang, what=_name(param))
        case click.BadParameter(param=click.Parameter() as param):
            return words("usage.bad_value", lang, what=_name(param), wanted=_expected_value(param, lang))
        case click.NoSuchOption():
            return words("usage.no_such_option", lang, what=error.option_name)
        case NoSuchCommand():
            return words("usage.no_such_command", lang, what=error.command_name)
        case click.BadOptionUsage():
            return words("usage.no_value", lang, what=error.option_name)
    extra = _EXTRA.search(error.message)
    if extra:
        return words("usage.extra", lang, what=extra[1])
    return words("usage.other", lang, detail=error.message)


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


def _expected_value(param: click.Parameter, lang: str) -> str:
    match param.type:
        case click.Choice(choices=choices):
            return ", ".join(map(str, choices))
        case click.DateTime():
            return words("usage.a_day", lang)
        case click.IntRange(min=least, max=most) if least is not None and most is not None:
            return words("usage.a_number_between", lang, least=least, most=most)
        case click.types.IntParamType() | click.types.FloatParamType() | Amount():
            return words("usage.a_number", lang)
        case click.Path():
            return words("usage.a_file", lang)
        case click.types.UUIDParameterType():
            return words("usage.an_id", lang)
    return param.type.name


class FirstIsSubject(click.Group):
    """A group whose first word may be what it works on instead of a subcommand: `alo restore FILE`."""

    def __init__(self, *args: Any, subject: str, **more: Any) -> None:
        """`subject`: the subcommand that takes it."""
        super().__init__(*args, **more)
        self._subject = subject

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A word that is no subcommand is the subject."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [self._subject, *args]
        return super().parse_args(ctx, args)
