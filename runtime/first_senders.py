"""The first senders, from the settings; more are added with `alo sender add`.

It must not change a sender that is there.
"""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from runtime.settings import Settings
from services.senders.senders import NewSender, Seeded, seed
from services.work import Work

ACTOR = "machine:settings"


def seed_senders(work: Work, settings: Settings) -> Seeded:
    """Add the senders that TWILIO_… and KANNEL_… describe and that are not there yet: at each start of `alo up`, and
    by `alo sender seed` where the parts are started apart. Raises Refusal for a number that nobody could use."""
    return seed(work, [*_twilio(settings), *_kannel(settings)], ACTOR)


def _twilio(settings: Settings) -> list[NewSender]:
    if not settings.twilio_account_sid:
        return []
    host = urlsplit(settings.twilio_api_base_url).hostname or ""
    simulated = host in ("127.0.0.1", "localhost", "::1")

    def sender(name: str, medium: str, address: str, rate: Decimal, lines: int) -> NewSender:
        return NewSender(
            name=name,
            carrier="twilio",
            medium=medium,
            address=address,
            credentials="twilio",
            account=settings.twilio_account_sid,
            api_base_url=settings.twilio_api_base_url,
            can_receive=True,
            can_reconcile=True,
            simulated=simulated,
            rate_per_s=rate,
            burst=max(1, int(rate)),
            lines=lines,
        )

    wanted = []
    if settings.twilio_sms_from:
        wanted.append(sender("twilio-sms", "text", settings.twilio_sms_from, Decimal(20 if simulated else 1), 0))
    if settings.twilio_voice_from:
        wanted.append(sender("twilio-voice", "call", settings.twilio_voice_from, Decimal(10 if simulated else 1), 20))
    return wanted


def _kannel(settings: Settings) -> list[NewSender]:
    if not (settings.kannel_send_url and settings.kannel_from):
        return []
    return [
        NewSender(
            name="kannel-sms",
            carrier="kannel",
            medium="text",
            address=settings.kannel_from,
            credentials="kannel",
            account="",
            api_base_url=settings.kannel_send_url,
            can_receive=True,
            can_reconcile=False,
            simulated=False,  # a smsbox on this machine may well stand before a real SMSC
            rate_per_s=Decimal(5),
            burst=5,
        )
    ]
