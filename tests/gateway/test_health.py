"""What supervisors are told, and when the gateway says that it cannot work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from carriers.twilio.settings import TwilioCredentials
from gateway.app import create_webhooks_app
from gateway.console.app import build
from gateway.health import newest_migration
from gateway.internal_access import Inside
from migrations.upgrade import COMMENT, head
from runtime.settings import BadSettingsError, Settings
from services.work import Work
from store.unit_of_work import Database
from tests import cases
from tests.gateway.parts import BASE

SECRETS = {"demo": TwilioCredentials("AC1", ("t",))}


def away() -> bool:
    raise ConnectionRefusedError


def test_ready_with_the_database_at_the_newest_migration(work: Work) -> None:
    client = create_webhooks_app(work, SECRETS, BASE, {"broker": away}).test_client()
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {
        "ready": True,
        "needed": {"database": "ok", "migrations": "ok", "writing": "ok", "raw_target": "ok"},
        "told": {"broker": "away"},
    }, "a broker that is away is told, and nothing more"
    assert client.get("/healthz").text == "ok\n"


def test_the_newest_migration_is_what_the_migration_tool_says() -> None:
    assert newest_migration() == head()


def test_not_ready_behind_a_migration(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.health.newest_migration", lambda: "9999")
    response = create_webhooks_app(work, SECRETS, BASE).test_client().get("/readyz")
    assert (response.status_code, response.json and response.json["needed"]["migrations"]) == (503, "behind")


@pytest.mark.parametrize(("oldest", "state", "status"), [("0000", "newer", 200), ("9999", "too_new", 503)])
def test_ready_with_a_newer_schema_that_this_code_still_fits(
    work: Work, owner: Database, monkeypatch: pytest.MonkeyPatch, oldest: str, state: str, status: int
) -> None:
    monkeypatch.setattr("gateway.health.newest_migration", lambda: "0001")
    with owner.transaction() as conn:
        said = conn.scalar(COMMENT)
        conn.execute(sa.text(f"COMMENT ON TABLE alembic_version IS 'compatible from {oldest}'"))
    try:
        response = create_webhooks_app(work, SECRETS, BASE).test_client().get("/readyz")
    finally:
        with owner.transaction() as conn:
            conn.execute(sa.text(f"COMMENT ON TABLE alembic_version IS '{said}'"))
    assert (response.status_code, response.json and response.json["needed"]["migrations"]) == (status, state)


def test_not_ready_without_a_database(work: Work) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", role_label="test")
    client = create_webhooks_app(replace(work, database=nowhere), SECRETS, BASE).test_client()
    response = client.get("/readyz")
    assert (response.status_code, response.json and response.json["needed"]["database"]) == (503, "away")
    assert client.get("/healthz").status_code == 200
    assert isinstance(nowhere.engine, sa.Engine)


def test_not_ready_where_the_server_hides_the_raw_target(work: Work) -> None:
    client = create_webhooks_app(work, SECRETS, BASE).test_client()
    response = client.get("/readyz", environ_overrides={"RAW_URI": "", "REQUEST_URI": ""})
    assert (response.status_code, response.json and response.json["needed"]["raw_target"]) == (503, "missing")


def test_metrics_are_prometheus_text_without_anything_personal(work: Work) -> None:
    client = create_webhooks_app(work, SECRETS, BASE).test_client()
    client.post("/twilio/sms", data={"From": "+84901234567"})
    text = client.get("/metrics").text
    assert 'alo_webhook_refused_total{door="twilio",reason="unsigned"}' in text
    assert "84901234567" not in text


@pytest.mark.parametrize("base", ["", "alo.example", "/relative"])
def test_a_base_address_that_is_none_is_refused(work: Work, base: str) -> None:
    with pytest.raises(ValueError, match="public_base_url"):
        create_webhooks_app(work, SECRETS, base)


PRIVATE = ["127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.9.9", "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
PUBLIC = ["203.0.113.9", "2001:db8::1", "172.32.0.1", "::ffff:203.0.113.9", "", "unknown", "10.0.0.1:80", "localhost"]
FORGED = {"X-Forwarded-For": "127.0.0.1"}


@cases.table(
    ("proxies", "peer", "headers", "admitted"),
    [
        *((0, address, {}, True) for address in PRIVATE),
        *((0, address, {}, False) for address in PUBLIC),
        (0, "203.0.113.9", FORGED, False),
        *(
            (0, "127.0.0.1", {name: "127.0.0.1"}, False)
            for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
        ),
        (1, "127.0.0.1", {}, True),
        (1, "203.0.113.9", {}, False),
        *((1, "127.0.0.1", {"X-Forwarded-For": address}, True) for address in PRIVATE),
        *((1, "127.0.0.1", {"X-Forwarded-For": address}, False) for address in PUBLIC if address),
        (1, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}, False),
        (1, "127.0.0.1", {"X-Forwarded-For": "203.0.113.9, 10.0.0.7"}, True),
        (1, "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, False),
        (2, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1, 203.0.113.9, 10.0.0.1"}, False),
        (2, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
    ],
)
def test_who_is_inside(proxies: int, peer: str, headers: dict[str, str], admitted: bool) -> None:
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    assert Inside(proxies=proxies).admits({"REMOTE_ADDR": peer, **environ}) is admitted


def test_the_networks_inside_are_a_setting() -> None:
    inside = Inside(Settings(alo_inside="203.0.113.0/24, ::1").alo_inside)
    assert [inside.admits({"REMOTE_ADDR": peer}) for peer in ("203.0.113.9", "::1", "127.0.0.1")] == [True, True, False]
    assert Settings(alo_inside=str(inside.networks)).alo_inside == inside.networks
    with pytest.raises(BadSettingsError, match="ALO_INSIDE"):
        Settings(alo_inside="10.0.0.1/8")


@pytest.mark.parametrize("side", ["carriers", "staff"])
def test_nothing_of_our_state_is_told_outside(work: Work, console: Database, tmp_path: Path, side: str) -> None:
    """Nor where the pages have mended the address already."""
    app = create_webhooks_app(work, SECRETS, BASE, inside=Inside(proxies=1))
    if side == "staff":
        own = replace(work, database=console)
        app = build(own, work, session_key="k", uploads=tmp_path, inside=Inside(proxies=1))
    client = app.test_client()
    for path in ("/readyz", "/metrics"):
        for forged in ("203.0.113.9", "127.0.0.1, 203.0.113.9"):
            answer = client.get(path, headers={"X-Forwarded-For": forged})
            assert answer.status_code == (303 if side == "staff" else 404)
            assert client.get("/healthz", headers={"X-Forwarded-For": forged}).status_code == 200
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 200
