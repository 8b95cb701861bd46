"""What every test would make anew though it comes out the same: compiled templates and synthetic recordings.

Each test of the pages builds an app of its own, whose templates would be compiled again; each conversation by ear
writes the same placeholders. It must not keep anything that depends on a test.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
from flask.templating import Environment
from jinja2.bccache import Bucket

from files import speech


class CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates by the key and check-sum that Jinja gives them, for all apps of this process."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was kept of this very text."""
        if found := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def begin() -> None:
    """From now on this process compiles a template once and makes a placeholder once."""
    compiled, plain = CompiledTemplates(), Environment.__init__

    def with_cache(self: Environment, app: Any, **options: Any) -> None:
        plain(self, app, **{"bytecode_cache": compiled, **options})

    Environment.__init__ = with_cache  # type: ignore[method-assign]  # every app's, however it is built
    speech.placeholder = cache(speech.placeholder)
