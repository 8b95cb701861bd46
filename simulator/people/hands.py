"""A phone in somebody's own hands: what is heard on it, the keys they press, whether they picked up.

Whoever holds it decides; it must not know the page they hold it by, nor TwiML.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

LOOK_S = 0.2
"""Seconds between two looks at what the holder does."""
KEYS = frozenset("0123456789*#")
Wish = Literal["", "pick up", "decline"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing that was heard: its words, and where a recording is to be had."""

    words: str
    url: str = ""


@dataclass(slots=True)
class Hand:
    """One held phone and its newest call; threads of the network and of the page share it."""

    call: str = ""
    """The sid of the newest call that reached the holder."""
    heard: list[Prompt] = field(default_factory=list)
    wish: Wish = ""
    _keys: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, call: str) -> None:
        """A call reaches the phone; what belonged to an earlier one is put away."""
        with self._lock:
            if call != self.call:
                self.call, self.wish = call, ""
                self.heard.clear()
                self._keys.clear()

    def hear(self, call: str, prompt: Prompt) -> float | None:
        """Something is said in `call`; the seconds it takes where it is really played, None: as long as is usual."""
        self.begin(call)
        with self._lock:
            self.heard.append(prompt)
        return None

    def hush(self) -> None:
        """A key stopped what was being said."""

    def press(self, key: str) -> None:
        """Press one key. ValueError when a phone has none such."""
        if key not in KEYS:
            raise ValueError(f"no key of a phone: {key!r}")
        with self._lock:
            self._keys.append(key)

    @property
    def pressed(self) -> bool:
        """Whether keys wait to be taken."""
        return bool(self._keys)

    def take_keys(self) -> str:
        """The keys pressed since this was last asked."""
        with self._lock:
            keys = "".join(self._keys)
            self._keys.clear()
            return keys

    def prompts(self) -> list[dict[str, Any]]:
        """All that was heard in the newest call."""
        with self._lock:
            return [asdict(prompt) for prompt in self.heard]
