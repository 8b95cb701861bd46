"""Recognises a data directory of the demonstration and lets it go on with its invented people only.

It must not load the demonstration's parts before it is asked for them: an installation for real people has none.
"""

from __future__ import annotations

import importlib
import importlib.util
from contextlib import AbstractContextManager
from typing import Any, Protocol

from carriers.kannel.carrier import KANNEL
from carriers.twilio.carrier import TWILIO
from runtime.container import machine_work
from runtime.data_directory import DEMONSTRATION
from runtime.settings import Settings
from services.refusal import Refusal
from services.staff import demo_member

DEMO = "demo"
"""The package of the demonstration, where there is one."""
ACCOUNT = "AC" + "5" * 32
"""The account of the simulated network."""


class DemoNetwork(Protocol):
    """What the simulated network is told."""

    def connect_numbers(self, base_url: str) -> None:
        """Set the webhooks of our numbers."""

    def settle(self, handsets: list[dict[str, Any]], topics: list[dict[str, Any]]) -> None:
        """Give it its people, and what they can be asked."""


def is_demo_directory(settings: Settings) -> bool:
    """Whether the data directory belongs to a demonstration."""
    return (settings.alo_data_dir / DEMONSTRATION).exists()


def with_demo_network(settings: Settings) -> Settings:
    """The settings of a command: with the simulated network where a demonstration was played. Raises Refusal."""
    return _demo_settings(settings).settled(settings) if is_demo_directory(settings) else settings


def with_demo_clock(settings: Settings) -> Settings:
    """The settings of `alo up`: the demonstration's clock goes on from where it stopped. Raises Refusal."""
    return _demo_settings(settings).wake(settings) if is_demo_directory(settings) else settings


def network(settings: Settings) -> AbstractContextManager[DemoNetwork]:
    """The simulated phone network that these settings name, running while the block does. Raises ServerFailedError."""
    found: AbstractContextManager[DemoNetwork] = importlib.import_module(".network_process", DEMO).simulated(settings)
    return found


def settle(network: DemoNetwork, settings: Settings) -> None:
    """Tell the network our numbers and its people."""
    sample_people = importlib.import_module(".sample_people", DEMO)
    work = machine_work(settings)
    people = sample_people.read_people(work)
    network.connect_numbers(settings.base_url)
    network.settle(sample_people.handsets(people), sample_people.topics(sample_people.forms(work, people)))
    work.database.close()


def could_be_made(settings: Settings) -> bool:
    """Whether a demonstration could be played here first: nothing is in the directory yet, and no database is set."""
    nothing = not (settings.alo_data_dir / "postgres").exists() and not settings.database_url.get_secret_value()
    return nothing and importlib.util.find_spec(DEMO) is not None


def sign_in_token(settings: Settings) -> str:
    """A token with which the demonstration's manager signs in once. Raises Refusal where a sender is real."""
    office = importlib.import_module(".scenario", DEMO).OFFICE
    work = machine_work(settings)
    try:
        return demo_member.sign_in_token(work, office, "cli:up")
    finally:
        work.database.close()


def refuse_own_database(settings: Settings) -> None:
    """Raise Refusal where a database is set: made-up people and senders would be written into it."""
    if settings.database_url.get_secret_value():
        raise Refusal("demo.own_database", directory=settings.alo_data_dir)


def refuse_real_account(settings: Settings) -> None:
    """Raise Refusal where a carrier's account is set: made-up people live here, and real ones would be written to."""
    named = {
        "TWILIO_ACCOUNT_SID": settings.of(TWILIO).account_sid not in ("", ACCOUNT),
        "KANNEL_SEND_URL": bool(settings.of(KANNEL).send_url),
        "KANNEL_USERNAME": bool(settings.of(KANNEL).username),
    }
    if any(named.values()):
        names = ", ".join(name for name, is_set in named.items() if is_set)
        raise Refusal("demo.real_account", directory=settings.alo_data_dir, names=names)


def _demo_settings(settings: Settings) -> Any:
    """The demonstration's settings, once nothing real is set beside it. Raises Refusal."""
    if importlib.util.find_spec(DEMO) is None:
        raise Refusal("demo.not_installed", directory=settings.alo_data_dir)
    refuse_real_account(settings)
    refuse_own_database(settings)
    return importlib.import_module(".data_directory", DEMO)
