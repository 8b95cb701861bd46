"""Which side answers: by host where hosts are named, else by path; health everywhere."""

from __future__ import annotations

import socket
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from sqlalchemy.pool import QueuePool
from werkzeug.test import Client
from werkzeug.wrappers import Response

from gateway.app_routing import ByHost, _reachable, webhooks_app
from runtime import container
from runtime.settings import Settings
from tests.doubles import KEYS

WEB, STAFF = "hooks.example", "staff.example"


def side(name: str) -> WSGIApplication:
    return Response(name)


@pytest.mark.parametrize(
    ("hosts", "host", "path", "answers"),
    [
        (("", ""), "any", "/twilio/sms", "webhooks"),
        (("", ""), "any", "/kannel/sms", "webhooks"),
        (("", ""), "any", "/", "console"),
        (("", ""), "any", "/healthz", "webhooks"),
        ((WEB, STAFF), WEB, "/twilio/sms", "webhooks"),
        ((WEB, STAFF), f"{WEB.upper()}:8080", "/", "webhooks"),
        ((WEB, STAFF), STAFF, "/", "console"),
        ((WEB, STAFF), STAFF, "/twilio/sms", "404"),
        ((WEB, STAFF), STAFF, "/readyz", "webhooks"),
        ((WEB, ""), "other", "/", "console"),
    ],
)
def test_the_side_that_answers(hosts: tuple[str, str], host: str, path: str, answers: str) -> None:
    app = ByHost(side("webhooks"), side("console"), *hosts)
    response = Client(app).post(path, base_url=f"http://{host}")
    assert (response.text if response.status_code == 200 else str(response.status_code)) == answers


def test_the_broker_is_probed_by_a_connection(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert _reachable(f"redis://:secret@127.0.0.1:{port}/0")()
    with pytest.raises(OSError, match="refused"):
        _reachable(f"redis://127.0.0.1:{port}/0")()
    with socket.socket(socket.AF_UNIX) as local:
        local.bind(str(tmp_path / "s"))
        local.listen()
        assert _reachable(f"redis+socket://{tmp_path / 's'}?virtual_host=0")()


def test_the_carriers_side_may_be_made_before_a_fork(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where making it asked something of the database: no connection is left that two processes would share."""
    settings = Settings(database_url=database_url, **KEYS)
    work = container.machine_work(settings)
    with work.database.transaction():
        pass
    monkeypatch.setattr(container, "machine_work", lambda _settings: work)
    webhooks_app(settings)
    pool = work.database.engine.pool
    assert isinstance(pool, QueuePool)
    assert (pool.checkedin(), pool.checkedout()) == (0, 0)
