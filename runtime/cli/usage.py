"""What is wrong with a command line itself, in the words of the catalogue: click speaks English only.

It must not know any subcommand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError

from runtime.catalogue import LANGUAGES, words

LANG = "--lang"


class ToldError(click.UsageError):
    """A command line that cannot be carried out; its message is a sentence of ours and is shown alone."""

    def show(self, file: IO[Any] | None = None) -> None:
        """The sentence, where errors go."""
        click.echo(self.message, file=file, err=file is None)


class BadSettingsError(ToldError):
    """The environment, not the command line, cannot be used."""

    exit_code = 1


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


def told(error: click.UsageError, lang: str) -> click.UsageError:
    """`error` in words, with the way to the help of its command; help itself and what is told already stay."""
    if isinstance(error, NoArgsIsHelpError | ToldError):
        return error
    command = error.ctx.command_path if error.ctx else "alo"
    return ToldError(f"{_sentence(error, lang)} {words('usage.see', lang, command=command)}")


def _sentence(error: click.UsageError, lang: str) -> str:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return words("usage.missing", lang, what=_name(param))
        case click.BadParameter(param=click.Parameter() as param):
            return words("usage.bad_value", lang, what=_name(param), wanted=_wanted(param, lang))
        case click.NoSuchOption():
            return words("usage.no_such_option", lang, what=error.option_name)
        case click.BadOptionUsage():
            return words("usage.no_value", lang, what=error.option_name)
    return words("usage.other", lang, detail=error.message)


def _name(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


def _wanted(param: click.Parameter, lang: str) -> str:
    match param.type:
        case click.Choice(choices=choices):
            return ", ".join(map(str, choices))
        case click.DateTime():
            return words("usage.a_day", lang)
        case click.types.IntParamType() | click.types.FloatParamType():
            return words("usage.a_number", lang)
    return param.type.name
