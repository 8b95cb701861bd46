"""A person who texts, for the use cases' tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.texts import receive as inbound
from services.texts.receive import TextReply
from tests.services.world import LEADER, World

STRANGER = "+84907777777"


def send(world: World, body: str, number: str = LEADER, wait_s: int = 60, **more: Any) -> TextReply:
    """A person reads, thinks for a minute, and writes `body`."""
    world.clock.advance(timedelta(seconds=wait_s))
    return inbound.receive_text(world.work, world.text, world.text_from(body, number, **more))
