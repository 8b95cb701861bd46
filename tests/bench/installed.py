"""`python -m tests.bench.installed MODULE ARGUMENT…`: runs a module as users have it, without development's libraries.

It must not know what it runs.
"""

from __future__ import annotations

import runpy
import sys

DEVELOPMENT = ("greenlet", "rich")
"""Libraries that others load where they are there, and that only requirements-dev.txt brings."""


def main() -> None:
    """Run it in this process."""
    for name in DEVELOPMENT:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say: not installed
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
