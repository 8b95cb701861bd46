"""How templates show values: numbers and ranges as Vietnamese write them, times, signs beside states.

It must not know a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from gateway.console.context import language
from runtime.catalogue import display_value

SIGNS: Mapping[str, str] = {
    "draft": "✎", "approved": "✓", "planning": "…", "running": "▶", "paused": "⏸", "stopping": "…", "stopped": "■",
    "done": "✓",
    "open": "○", "claimed": "◐", "closed": "■", "pending": "○", "active": "▶", "partial": "◐", "complete": "✓",
    "answered": "✓", "refused": "✕", "weight-refused": "✕", "weight-emptied": "◐", "weight-notice": "ℹ",
    "weight-asked": "?",
}  # fmt: skip
"""A sign for each state, so that colour is never the only mark."""


def number(value: int | Decimal) -> str:
    """12.345 in Vietnamese, 12,345 in English."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}".removesuffix(".0")
    return text.translate(str.maketrans(",.", ".,")) if language() == "vi" else text


def span(pair: tuple[int | Decimal, int | Decimal]) -> str:
    """A range, or one number when both ends are the same."""
    low, high = pair
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def share(part: int, whole: int) -> str:
    """Whole per cents; "–" of nothing."""
    return f"{round(100 * part / whole)}%" if whole else "–"


def filters() -> dict[str, Callable[..., Any]]:
    """The filters by the names templates use."""
    return {
        "n": number,
        "span": span,
        "share": share,
        "when": display_value,
        "sign": lambda state: SIGNS.get(state, "•"),
    }
