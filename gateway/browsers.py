"""Names browser and system from a User-Agent header, so that members can tell their own sessions apart.

It must not keep the whole line, which could tell people apart, nor decide anything by it: browsers may say anything.
"""

from __future__ import annotations

from collections.abc import Sequence

BROWSERS: Sequence[tuple[str, str]] = (
    ("coc_coc", "Cốc Cốc"), ("Zalo", "Zalo"), ("SamsungBrowser", "Samsung Internet"), ("UCBrowser", "UC Browser"),
    ("OPR/", "Opera"), ("Edg", "Edge"), ("YaBrowser", "Yandex"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
)  # fmt: skip
"""(What stands in the line, the name): the first that stands there; most browsers name Chrome and Safari too."""
SYSTEMS: Sequence[tuple[str, str]] = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser(user_agent: str) -> str:
    """For example "Firefox · Windows"; "" when nothing known stands in the line."""
    return " · ".join(filter(None, (_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))))


def _first(names: Sequence[tuple[str, str]], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
