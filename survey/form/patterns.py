"""Patterns of `regex()`: matched in time that grows with the answer only, whatever the pattern.

Forms come from people, and a backtracking engine can take minutes for eighty letters (`^([a-z]+ ?)+$`). RE2 cannot;
what only a backtracking engine could do is refused when the form is checked. It must not know expressions nor answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

MOST_MEMORY = 1 << 20
"""Bytes that one pattern may take, compiled; far above any of a real form."""
_REFUSED = (
    (re.compile(r"\(\?<?[=!]"), "pattern_looks_around"),
    (re.compile(r"sequence: \\[1-9k]|\(\?P="), "pattern_refers_back"),
    (re.compile(r"[+*?}]\+|\(\?>"), "pattern_possessive"),
)
"""What RE2 says of a pattern that other engines take → what is told to whoever wrote it."""
_DOUBTFUL = re.compile(r"\{,|&&\[")
"""What engines read differently: `{,3}` is a text for RE2 and a count for others."""


class PatternFault(ValueError):  # noqa: N818 - a fault of the form, as in `survey.form.grammar`
    """A pattern that cannot be used: `code` says why, `detail` is what the engine says."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    r"""What tells whether a whole text fits `pattern`; it raises nothing. Raises PatternFault for an unfit pattern.

    As in ODK `\d`, `\w` and `\b` know plain letters and digits only: `\p{L}` is a letter of any alphabet.
    """
    if _DOUBTFUL.search(re.sub(r"\\.", "", pattern)):
        raise PatternFault("pattern_doubtful")
    compiled = _compiled(pattern)
    return lambda text: compiled.fullmatch(text.encode("utf-8", "replace")) is not None


def is_plain(pattern: str) -> bool:
    r"""Whether `pattern` looks for plain letters only (`\w`, `[A-Za-z]`), so that names with Vietnamese marks fail."""
    plain = re.sub(r"\\\\", "", pattern)
    return bool(re.search(r"\\[wW]|[aA]-[zZ]", plain)) and plain.isascii() and "\\p{" not in plain


def _compiled(pattern: str) -> Any:
    import re2  # late: most forms have no pattern, and most processes no form with one

    options = re2.Options()
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        return re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        detail = (error.args[0] if error.args else b"").decode(errors="replace")
        code = next((code for found, code in _REFUSED if found.search(detail)), "pattern_unfit")
        raise PatternFault(code, detail) from None
