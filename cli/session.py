"""The context of every subcommand: language, settings, `Work` on demand, output in words, and failing.

A command takes it with `@click.pass_obj`. It must not know any subcommand.
"""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import replace
from functools import cached_property
from typing import Any, NoReturn

import click

from runtime.catalogue import words
from runtime.container import console_work, machine_work, running_settings
from runtime.settings import Settings
from services.keys import fingerprints as key_fingerprints
from services.staff import accounts as staff
from services.work import Work


class Session:
    """One call of `alo`: `lang` is "vi" or "en"."""

    def __init__(self, lang: str, settings: Settings) -> None:
        """Nothing is connected until `work` is asked for."""
        self.lang = lang
        self.settings = settings

    @cached_property
    def work(self) -> Work:
        """What use cases work with, as the machine role. Raises Refusal: no database runs, or keys are another's."""
        work = machine_work(running_settings(self.settings))
        key_fingerprints.admit(work)
        return work

    @cached_property
    def console(self) -> Work:
        """What pages read with, before a scope is set. Raises Refusal when its database is not set."""
        return console_work(running_settings(self.settings))

    def sight_of(self, email: str) -> Work:
        """The database as a member sees it on the pages; "" is who runs the command, who sees all. Raises Refusal."""
        if not email:
            return self.work
        of = staff.scope_of(self.work, email)
        office = None if of.national else of.office_id
        return replace(
            self.console, database=self.console.database.scoped(office=office, national=of.national, member=of.staff_id)
        )

    @property
    def actor(self) -> str:
        """Who does this, for the audit trail."""
        return f"cli:{getpass.getuser()}"

    def words(self, code: str, /, **params: Any) -> str:
        """The words for `code` in this session's language."""
        return words(code, self.lang, **params)

    def say(self, code: str, /, **params: Any) -> None:
        """Print the words for `code`."""
        click.echo(self.words(code, **params))

    def show(self, document: Any) -> None:
        """Print a document as JSON, for programs."""
        click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))

    def fail(self, code: str, /, **params: Any) -> NoReturn:
        """Print the words for `code` where errors go and end with exit code 1."""
        click.echo(self.words(code, **params), err=True)
        sys.exit(1)
