"""The webhooks app as a real server loads it, with a use case that stores nothing."""

from __future__ import annotations

from services.delivery import outcomes as delivery
from tests.gateway.parts import small_app

delivery.record_receipt = lambda *_given, **_more: "merged"

app = small_app()
