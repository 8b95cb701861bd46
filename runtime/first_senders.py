"""The first senders, from the settings; more are added with `alo sender add`.

It must not change a sender that is there.
"""

from __future__ import annotations

from typing import Any

from carriers import registry
from carriers.descriptor import Carrier, OwnNumber
from runtime.settings import Settings
from services.senders.senders import NewSender, Seeded, seed
from services.work import Work

ACTOR = "machine:settings"


def seed_senders(work: Work, settings: Settings) -> Seeded:
    """Add the senders that the carriers' settings describe and that are not there yet: at each start of `alo up`, and
    by `alo sender seed` where the parts are started apart. Raises Refusal for a number that nobody could use."""
    described = [
        _sender(carrier, number)
        for carrier in registry.KNOWN.values()
        for number in carrier.numbers(settings.of(carrier))
    ]
    return seed(work, described, ACTOR)


def _sender(carrier: Carrier[Any], number: OwnNumber) -> NewSender:
    return NewSender(
        name=number.name,
        carrier=carrier.name,
        medium=number.medium,
        address=number.address,
        credentials=carrier.name,
        account=number.account,
        api_base_url=number.api_base_url,
        can_receive=True,
        can_reconcile=carrier.lists,
        simulated=number.simulated,
        rate_per_s=number.rate_per_s,
        burst=max(1, int(number.rate_per_s)),
        lines=number.lines,
    )
