"""How long a carrier may keep us waiting, in real seconds. Apart, so that naming them loads no HTTP client."""

from __future__ import annotations

CONNECT_S = 3.0
READ_S = 10.0
TIMEOUTS = (CONNECT_S, READ_S)
"""To connect, and between two packets of the answer. Without them a worker hangs for ever."""
