"""Hostile requests to every route of both sides: no error of ours, and nothing changed by who is not signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import run_wsgi_app

from carriers.credentials import Credentials
from carriers.kannel.settings import KannelCredentials
from carriers.twilio.settings import TwilioCredentials
from gateway.app import create_webhooks_app
from gateway.app_routing import ByHost
from store.tables import metadata
from store.unit_of_work import Database
from tests.console.visitor import Visitor
from tests.gateway.odd_requests import Odd, Odds
from tests.gateway.parts import BASE
from tests.services.world import World

SECRETS: Credentials = {"demo": TwilioCredentials("AC1", ("t",)), "box": KannelCredentials("survey", "pw", "s3cret")}
REQUESTS = 500


def digest(owner: Database) -> dict[str, object]:
    """Each table's rows in short."""
    query = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
    with owner.transaction() as conn:
        return {name: conn.scalar(sa.text(query.format(name))) for name in metadata.tables}


def credentials(visitor: Visitor) -> tuple[str, str]:
    """The session's cookie, as it is called without TLS, and the token of its forms."""
    visitor.get("/lists")
    cookie = visitor.client.get_cookie("__Host-alo_session", domain="console.example")
    assert cookie is not None
    return f"alo_session={cookie.value}", visitor.token


def known(campaign: str) -> dict[str, list[str]]:
    """What is really there, by its name in paths."""
    return {
        "code": ["2026", "DX001"], "campaign_id": [campaign], "office": ["QB"], "filename": ["console.css"],
        "token": ["x" * 22], "ref": ["x" * 22], "name": ["x" * 22], "wanted": ["csv"],
    }  # fmt: skip


@pytest.fixture
def both(world: World, app: Flask) -> ByHost:
    """Both sides, as the server serves them."""
    return ByHost(create_webhooks_app(world.work, SECRETS, BASE), app)


def failed(both: ByHost, odds: Odds, number: int) -> list[tuple[int, Odd]]:
    """Those answered with an error of ours."""
    found = []
    for odd in odds.take(number):
        _, said, _ = run_wsgi_app(both, odd.environ(), buffered=True)
        status = int(said.split()[0])
        if status >= 500:
            found.append((status, odd))
    return found


def test_nobody_breaks_or_changes_anything(
    both: ByHost,
    app: Flask,
    officer: Visitor,
    national: Visitor,
    owner: Database,
    drafted: Callable[[], str],
) -> None:
    carriers = cast(Flask, both.webhooks)
    maps, there = [app.url_map, carriers.url_map], known(drafted().rpartition("/")[2])
    members = [credentials(officer), credentials(national)]
    before = digest(owner)
    assert failed(both, Odds(61, maps, there), REQUESTS)[:3] == []
    assert digest(owner) == before
    assert failed(both, Odds(62, maps, there, members), REQUESTS)[:3] == []
    assert digest(owner) != before, "members come through"
