"""The error of a use case that cannot be carried out: a code with parameters; doors find the words.

It must not hold a sentence: `runtime.catalogue` renders codes in Vietnamese and English.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818  a refusal is an outcome with words, not a fault of the program
    """The use case refuses, nothing has changed. `code` names the reason, `params` what, where and how to mend it."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
