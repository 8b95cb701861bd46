"""What health looks at in a real process, put together from its settings; nothing is connected yet.

It must not know a route.
"""

from __future__ import annotations

from gateway.watched import Watched
from runtime import container
from runtime.heartbeats import Heartbeats
from runtime.settings import Settings


def watched(settings: Settings) -> Watched:
    """A pool of its own for the database, the broker, the data directory."""
    url = settings.broker_url.get_secret_value()
    return Watched(
        container.watching_work(settings),
        Heartbeats(url).seen if url else None,
        settings.alo_data_dir,
    )
