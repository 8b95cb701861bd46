"""Cleans form and query fields of characters that the database or UTF-8 refuses; a NUL is a bad request.

It must not know a form.
"""

from __future__ import annotations

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.utils import cached_property

from characters.cleaning import storable


class CleanRequest(Request):
    """A request whose fields can be stored."""

    def _load_form_data(self) -> None:
        """Fields are cleaned as soon as they are read; files stay as they came. Raises BadRequest for NUL."""
        read = "form" in self.__dict__
        super()._load_form_data()
        if not read:
            if any(name is None for part in ("form", "files") for name in self.__dict__[part]):
                raise BadRequest  # a part of a form without a name
            self.__dict__["form"] = _clean(self.__dict__["form"])
            named = [(name, file.filename or "") for name, file in self.__dict__["files"].items(multi=True)]
            if any("\0" in text for pair in named for text in pair):
                raise BadRequest

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The fields of the query."""
        return _clean(super().args)

    def refuse_nul(self) -> None:
        """Raise BadRequest for a NUL in path, headers or cookies; a cookie may write it as an escape."""
        written = [text for pair in (*self.headers, *self.cookies.items(multi=True)) for text in pair]
        if any("\0" in text for text in (self.path, *written)):
            raise BadRequest

    @property
    def is_storable(self) -> bool:
        """Whether an address like this one can be ours."""
        return storable(self.path) == self.path


def _clean(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    """The fields as they can be stored. Raises BadRequest for a NUL, which no person types."""
    if any("\0" in text for pair in fields.items(multi=True) for text in pair):
        raise BadRequest
    return ImmutableMultiDict((storable(name), storable(value)) for name, value in fields.items(multi=True))
