"""The carriers that there are. A new one is a package with its descriptor, an import and a name here.

It must not know what a carrier does.
"""

from __future__ import annotations

from typing import Any

from carriers.descriptor import Carrier
from carriers.kannel.carrier import KANNEL
from carriers.twilio.carrier import TWILIO

KNOWN: dict[str, Carrier[Any]] = {carrier.name: carrier for carrier in (TWILIO, KANNEL)}
"""Name → what there is to know."""


def can_delete(carrier: str, record_id: str | None = None) -> bool:
    """Whether a carrier deletes its records when asked, and (with an id) whether this is the id of one."""
    ids = KNOWN[carrier].record_ids
    return ids is not None and (record_id is None or ids.fullmatch(record_id) is not None)
