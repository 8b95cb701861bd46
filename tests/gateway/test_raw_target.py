"""The chosen server, really run: signatures over percent-encoded targets hold, because it hands over the raw target."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from gateway.webhooks.guard import MAX_BYTES
from tests.carriers.parts import ACCOUNT
from tests.gateway.parts import BASE, REF, TOKEN

ROOT = Path(__file__).parent.parent.parent
RECEIPT = f"/twilio/receipt/text/{REF}"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": ACCOUNT, "Note": "đ / + &"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    argv = [
        "-m",
        "gunicorn",
        "-k",
        "gateway.web_worker.ReceivingWorker",
        "--threads",
        "4",
        "-b",
        f"127.0.0.1:{number}",
        "--no-control-socket",
    ]
    log = (tmp_path_factory.mktemp("server") / "log").open("w+b")
    child = subprocess.Popen(
        [sys.executable, *argv, "tests.gateway.small_server:app"], cwd=ROOT, stdout=log, stderr=log
    )
    try:
        _wait_for(number, child)
        yield number
    finally:
        child.terminate()
        child.wait(10)
        log.close()


def _wait_for(number: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while child.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", number, timeout=2)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def post(port: int, target: str, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.putrequest("POST", target)  # sent as it stands, nothing re-quoted
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return connection.getresponse().status
    finally:
        connection.close()


def signed_post(port: int, target: str, signed_as: str | None = None) -> int:
    signature = RequestValidator(TOKEN).compute_signature(BASE + (signed_as or target), FORM)
    body = urlencode(FORM).encode()
    return post(
        port,
        target,
        body,
        {
            "X-Twilio-Signature": signature,
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "Content-Length": str(len(body)),
        },
    )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?a=%2F",
        "?a=%C4%91",
        "?a=%c4%91",
        "?a=b+c",
        "?a=b%20c",
        "?a=%7E~",
        "?a=1&a=1&&b",
        "?a=%25%32%46",
        "?a=%",
    ],
)
def test_the_signature_holds_over_the_raw_target(port: int, query: str) -> None:
    assert signed_post(port, RECEIPT + query) == 204


@pytest.mark.parametrize("path", [RECEIPT.replace("text", "%74ext"), RECEIPT.replace("twilio", "twi%6Cio")])
def test_it_holds_over_an_encoded_path_too(port: int, path: str) -> None:
    assert signed_post(port, path) == 204


@pytest.mark.parametrize(
    ("sent", "signed_as"),
    [("?a=%2F", "?a=/"), ("?a=%C4%91", "?a=đ"), ("?a=b+c", "?a=b%20c"), ("?a=%c4%91", "?a=%C4%91")],
)
def test_a_target_that_only_decodes_alike_is_refused(port: int, sent: str, signed_as: str) -> None:
    assert signed_post(port, RECEIPT + sent, RECEIPT + signed_as) == 403


def test_an_absolute_target_is_not_taken_for_a_path(port: int) -> None:
    """`POST http://elsewhere/…` must not be joined to our address: no address of ours, however it is signed."""
    for host in ("evil.example", "alo.example", "[::1]:80", ""):
        for signed_as in (RECEIPT, f"http://{host}{RECEIPT}", ""):
            assert signed_post(port, f"http://{host}{RECEIPT}", signed_as) == 400, host
    assert signed_post(port, RECEIPT) == 204, "no such request disturbs the next one"


def test_a_chunked_flood_is_cut_off(port: int) -> None:
    """No length is announced; the limit holds all the same."""
    chunk = b"Body=" + b"x" * MAX_BYTES
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(chunk), chunk)
    headers = {"X-Twilio-Signature": "x", "Transfer-Encoding": "chunked"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    assert post(port, RECEIPT, body, headers) == 413
