"""What supervisors are told, and when the gateway says that it cannot work."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from carriers.credentials import TwilioCredentials
from gateway.app import create_webhooks_app
from gateway.health import newest_migration
from migrations.upgrade import head
from services.work import Work
from store.unit_of_work import Database
from tests.gateway.parts import BASE

SECRETS = {"demo": TwilioCredentials("AC1", ("t",))}


def away() -> bool:
    raise ConnectionRefusedError


def test_ready_with_the_database_at_the_newest_migration(work: Work) -> None:
    client = Client(create_webhooks_app(work, SECRETS, BASE, {"broker": away}))
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {
        "ready": True,
        "needed": {"database": "ok", "migrations": "ok", "raw_target": "ok"},
        "told": {"broker": "away"},
    }, "a broker that is away is told, and nothing more"
    assert client.get("/healthz").text == "ok\n"


def test_the_newest_migration_is_what_the_migration_tool_says() -> None:
    assert newest_migration() == head()


def test_not_ready_behind_a_migration(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.health.newest_migration", lambda: "9999")
    response = Client(create_webhooks_app(work, SECRETS, BASE)).get("/readyz")
    assert (response.status_code, response.json and response.json["needed"]["migrations"]) == (503, "behind")


def test_not_ready_without_a_database(work: Work) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", role_label="test")
    client = Client(create_webhooks_app(replace(work, database=nowhere), SECRETS, BASE))
    response = client.get("/readyz")
    assert (response.status_code, response.json and response.json["needed"]["database"]) == (503, "away")
    assert client.get("/healthz").status_code == 200
    assert isinstance(nowhere.engine, sa.Engine)


def test_not_ready_where_the_server_hides_the_raw_target(work: Work) -> None:
    client = Client(create_webhooks_app(work, SECRETS, BASE))
    response = client.get("/readyz", environ_overrides={"RAW_URI": "", "REQUEST_URI": ""})
    assert (response.status_code, response.json and response.json["needed"]["raw_target"]) == (503, "missing")


def test_metrics_are_prometheus_text_without_anything_personal(work: Work) -> None:
    client = Client(create_webhooks_app(work, SECRETS, BASE))
    client.post("/twilio/sms", data={"From": "+84901234567"})
    text = client.get("/metrics").text
    assert 'alo_webhook_refused_total{door="twilio",reason="unsigned"}' in text
    assert "84901234567" not in text


@pytest.mark.parametrize("base", ["", "alo.example", "/relative"])
def test_a_base_address_that_is_none_is_refused(work: Work, base: str) -> None:
    with pytest.raises(ValueError, match="public_base_url"):
        create_webhooks_app(work, SECRETS, base)
