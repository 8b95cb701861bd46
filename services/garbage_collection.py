"""Pauses Python's garbage collection in bulk work: rows by the ten thousand hold no cycles, and each pass visits all.

It must not know what the work is.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_wanted = True
"""Whether the process searched before the first block began."""


@contextmanager
def pause_search() -> Iterator[None]:
    """No search for reference cycles in this process until the last such block ends; what has no holder goes as ever.

    For work that ends within a minute: what others leave in cycles meanwhile waits so long.
    """
    global _inside, _wanted
    with _lock:
        _wanted = _wanted if _inside else gc.isenabled()
        _inside += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside and _wanted:
                gc.enable()
