"""The webhooks app as a real server loads it, with a use case that stores nothing."""

from __future__ import annotations

from services.delivery import outcomes
from tests.gateway.parts import small_app

outcomes.record_receipt = lambda *_given, **_more: "merged"

app = small_app()
