"""The staff pages: plain, signed in, Vietnamese first. They read as the console's database role, office by office.

It must not know the webhooks' app, nor any carrier's names for things.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from gateway.console.app import build
from gateway.counters import Shared
from gateway.health_probes import health_probes
from gateway.internal_access import Inside
from gateway.key_check import with_key_check
from gateway.metrics import count_connections
from runtime import container, keys
from runtime.data_directory import prepare
from runtime.settings import Settings


def create_console_app(settings: Settings) -> Flask:
    """The staff's app. Raises Refusal when the console's database is not configured, UnfitKeysError."""
    session_key = keys.load(settings).session
    if not session_key:
        raise keys.UnfitKeysError("ALO_SESSION_KEY")
    machine = container.machine_work(settings)
    console = replace(container.console_work(settings), vault=machine.vault)  # one that knows what was carried over
    count_connections(console.database, "console")
    count_connections(machine.database, "console_machine")
    app = build(
        console,
        machine,
        session_key=session_key,
        uploads=prepare(settings.alo_data_dir) / "uploads",
        counters=Shared(settings.broker_url.get_secret_value()) if settings.broker_url.get_secret_value() else None,
        inside=Inside(settings.alo_inside, settings.alo_trusted_proxies),
        watched=health_probes(settings),
    )
    return with_key_check(app, machine)
