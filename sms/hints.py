"""Which words tell how to write an answer that is no single key, and which that it was none, by kind of question.

Codes only; it must not know the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.form.questionnaire import Kind

HOW: Final[Mapping[Kind, str]] = {
    "integer": "number", "decimal": "decimal", "date": "date", "text": "words", "select_multiple": "several"
}  # fmt: skip
WRONG: Final[Mapping[Kind, str]] = {
    "integer": "wrong_number", "decimal": "wrong_number", "date": "wrong_date", "text": "wrong_words"
}  # fmt: skip
