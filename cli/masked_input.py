"""Masks phone numbers in options whose words others will read, and warns whoever typed them.

The use cases mask again: this only tells. Words that are sealed (`--words`) keep what was said.
"""

from __future__ import annotations

from typing import Any

import click

from cli.session import Session
from contact.masking import mask_numbers


class TypedWords(click.ParamType[str]):
    """A reason or a title."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words without phone numbers."""
        found = mask_numbers(str(value))
        session = ctx.find_object(Session) if ctx else None
        if found.count and session is not None:
            click.echo(session.words("typed.masked", count=found.count, text=found.text), err=True)
        return found.text


WORDS = TypedWords()
