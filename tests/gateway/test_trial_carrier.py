"""A carrier that is one package and one name in the registry: everything else about it is derived.

How it sends and what it brings stands in the table that every carrier passes (`tests/carriers/dialects.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Response

from carriers import registry
from cli.doctor_checks import public_url_checks, sender_checks
from cli.doctor_checks.findings import DoctorFinding
from cli.main import alo
from cli.session import Session
from gateway.app import create_webhooks_app
from gateway.app_routing import ByHost, webhook_paths
from runtime import first_senders
from runtime.container import credentials
from runtime.settings import Settings
from services.work import Work
from store.tables.interviews import inbound
from store.tables.outbox import receipts, senders
from tests.carriers import trial
from tests.carriers.trial.carrier import JSON, SIGNATURE, signature
from tests.doubles import KEYS
from tests.services.world import LEADER, World, build

OURS = "+842471000088"
SECRET = "sesame"
GIVEN: dict[str, Any] = {
    "json_account": "J1",
    "json_secret": SECRET,
    "json_from": OURS,
    "json_url": "https://json.example",
}


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line that brings it in."""
    monkeypatch.setitem(registry.KNOWN, JSON.name, JSON)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, **KEYS, **GIVEN)


@pytest.fixture
def world(work: Work, settings: Settings) -> World:
    """One organisation, and our number at the trial carrier as the settings describe it."""
    made = build(work)
    assert "json-sms" in first_senders.seed_senders(made.work, settings).added
    return made


@pytest.fixture
def app(world: World, settings: Settings) -> WSGIApplication:
    """Webhooks and staff pages in one process; whatever comes to the pages is a teapot's."""
    webhooks = create_webhooks_app(world.work, credentials(settings), "https://alo.example")
    return ByHost(webhooks, Response("the staff pages", 418))


def post(app: WSGIApplication, path: str, secret: str = SECRET, **document: str) -> Any:
    """A signed POST; without a secret unsigned."""
    body = json.dumps({"account": "J1", **document}).encode()
    headers = {SIGNATURE: signature(secret, body)} if secret else {}
    return Client(app).post(path, data=body, content_type="application/json", headers=headers)


def text(app: WSGIApplication, words: str, **changes: str) -> Any:
    """A text of the leader's to our number."""
    return post(app, "/json/sms", **{"id": "j-1", "from": LEADER, "to": OURS, "text": words, **changes})


def test_it_is_a_package_of_at_most_four_files() -> None:
    assert len(list(Path(trial.__file__).parent.glob("*.py"))) <= 4


@pytest.mark.parametrize("path", ["/json/sms", "/json/receipt/Zm9vYmFyLWJhel8x"])
def test_what_is_unsigned_forged_or_of_another_account_is_refused(
    app: WSGIApplication, world: World, path: str
) -> None:
    assert [post(app, path, secret).status_code for secret in ("", "guessed")] == [403, 403]
    refused = post(app, path, account="J2")
    assert (refused.status_code, refused.text) == (403, "account\n")
    assert world.rows(inbound) == []


def test_a_text_gets_its_reply_and_the_reply_its_receipts(app: WSGIApplication, world: World) -> None:
    answer = text(app, "alo")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    reply = answer.json
    assert reply["text"]
    assert text(app, "alo").json == reply, "the same delivery again gets the stored reply"
    ref = reply["receipt"].rpartition("/")[2]
    for word in ("arrived", "sent", "arrived"):
        assert post(app, f"/json/receipt/{ref}", id="j-2", status=word).status_code == 200
    assert [row["state"] for row in world.sent(ref=ref)] == ["delivered"]
    assert world.rows(receipts)


def test_a_sender_of_another_account_is_not_its(app: WSGIApplication, world: World, settings: Settings) -> None:
    two = {**credentials(settings), "other": replace(credentials(settings)["json"], account="J2")}  # type: ignore[type-var]
    both = create_webhooks_app(world.work, two, "https://alo.example")
    assert text(both, "alo", account="J2").status_code == 403


def test_no_post_of_a_carrier_ever_reaches_the_staff_pages(app: WSGIApplication) -> None:
    for carrier in registry.KNOWN.values():
        assert carrier.prefix in webhook_paths()
        assert Client(app).post(f"{carrier.prefix}sms").status_code in (403, 415)
        assert Client(app).post(f"{carrier.prefix}nowhere").status_code == 404
    assert Client(app).post("/campaigns").status_code == 418


def test_it_can_be_chosen_at_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "work", world.work)

    def add(carrier: str) -> int:
        given = f"--carrier {carrier} --medium text --address +842471000077 --credentials json"
        argv = ["sender", "add", "second", *given.split(), "--api-base-url", "https://json.example"]
        return CliRunner().invoke(alo, argv).exit_code

    assert "twilio|kannel|json" in CliRunner().invoke(alo, ["sender", "add", "--help"]).output.replace("\n", "")
    assert add("smoke") == 2
    assert add("json") == 0
    (row,) = world.rows(senders, name="second")
    assert (row["carrier"], row["can_reconcile"]) == ("json", False)


def test_a_text_leaves_through_its_own_adapter(world: World, settings: Settings) -> None:
    from carriers.routing import CarrierRouter

    (ours,) = [row for row in world_senders(world) if row.carrier == "json"]
    assert type(CarrierRouter(credentials(settings), "https://alo.example").text(ours)).__name__ == "JsonText"


def world_senders(world: World) -> list[Any]:
    """Our senders, as a process reads them."""
    from services.senders import senders as use_cases

    return use_cases.listed(world.work)


def served(app: WSGIApplication, look: Callable[[str], Iterable[DoctorFinding]]) -> list[DoctorFinding]:
    """What is found while `app` answers at an address."""
    import threading

    place: list[WSGIApplication] = [app]

    def door(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return place[0](environ, start)

    server = make_server("127.0.0.1", 0, door, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        return list(look(f"http://127.0.0.1:{server.server_port}"))
    finally:
        server.shutdown()
        server.server_close()


def test_the_doctor_looks_at_its_signature_and_its_numbers(
    app: WSGIApplication, world: World, settings: Settings
) -> None:
    def signatures(base: str) -> Iterable[DoctorFinding]:
        return public_url_checks._round_trip(settings.with_values(public_base_url=base))

    assert [(f.part, f.level) for f in served(app, signatures)] == [("signature", "well")]
    believing = Response("{}", 200)
    assert [f.code for f in served(believing, signatures)] == ["doctor.forgery_taken"]
    (ours,) = [row for row in world_senders(world) if row.carrier == "json"]
    assert [f.code for f in sender_checks._sender(settings, ours)] == ["doctor.cannot_be_asked"]
    without = settings.with_values(json_account="")
    assert [f.code for f in sender_checks._sender(without, ours)] == ["doctor.no_credentials"]
