"""The real web server before senders who take their time: nobody else waits, and nobody may take it for ever."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from tests.gateway.parts import BASE, TOKEN
from tests.gateway.test_raw_target import FORM, RECEIPT, ROOT, _wait_for

BODY = urlencode(FORM).encode()
SIGNATURE = RequestValidator(TOKEN).compute_signature(BASE + RECEIPT, FORM)
SIGNED = (
    b"POST %s HTTP/1.1\r\nHost: alo\r\nX-Twilio-Signature: %s\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n"
) % (RECEIPT.encode(), SIGNATURE.encode(), len(BODY))
AT_ONCE_S = 1.0


@contextlib.contextmanager
def server(log: Path, worker: str = "gateway.web_worker.ReceivingWorker", waits: float = 1) -> Iterator[int]:
    """Gunicorn with both sides on a port of its own; its waits are `waits` times as long."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    argv = ["-m", "gunicorn", "-c", "python:tests.gateway.impatient", "-b", f"127.0.0.1:{number}"]
    with log.open("w+b") as out:
        child = subprocess.Popen(
            [sys.executable, *argv, "tests.gateway.two_sides:app"],
            cwd=ROOT,
            stdout=out,
            stderr=out,
            env={**os.environ, "WORKER": worker, "WAITS": str(waits)},
        )
        try:
            _wait_for(number, child)
            yield number
        finally:
            child.terminate()
            child.wait(30)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server with little patience."""
    with server(tmp_path_factory.mktemp("slow") / "log") as number:
        yield number


@pytest.fixture(scope="module")
def patient_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server that waits longer than a busy machine takes to send a body."""
    with server(tmp_path_factory.mktemp("patient") / "log", waits=20) as number:
        yield number


@contextlib.contextmanager
def connected(port: int, *firsts: bytes) -> Iterator[list[socket.socket]]:
    """Connections, each of which has sent its first bytes."""
    with contextlib.ExitStack() as stack:
        found = []
        for first in firsts:
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), 20))
            sock.sendall(first)
            found.append(sock)
        yield found


def asked(port: int, whole: bytes, more: bytes = b"") -> bytes:
    """What is answered to bytes on a connection of their own, until it is closed."""
    with connected(port, whole) as (sock,):
        if more:
            time.sleep(0.1)
            sock.sendall(more)
        return heard(sock)


def heard(sock: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while data := sock.recv(65536):
            got += data
    return got


def status(answer: bytes) -> int:
    """The last status line's number; 0 for none."""
    return int([b"0", *re.findall(rb"HTTP/1.1 (\d+) ", answer)][-1])


def seconds(port: int, target: str = "/healthz") -> float:
    """How long an honest request takes."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", target)
    assert connection.getresponse().status in (200, 303)
    connection.close()
    return time.monotonic() - began


def receipt(port: int, ending: bytes = b"Connection: close\r\n\r\n" + BODY) -> int:
    """The status of a signed webhook."""
    return status(asked(port, SIGNED + ending))


FIRSTS = {
    "slow bodies of webhooks": SIGNED + b"\r\n" + BODY[:5],
    "unsigned bodies": b"POST /twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nA",
    "chunks": b"POST /kannel/sms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    "slow heads": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-",
    "silence": b"",
    "forms of staff": b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\nA",
    "lists of staff": b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\nA",
    "waiting to be told": SIGNED + b"Expect: 100-continue\r\n\r\n",
    "slow pages": b"GET /sleep HTTP/1.1\r\nHost: a\r\n\r\n",
    "answers nobody reads": b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n" * 60,
    "farewells that last": b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("kind", FIRSTS)
def test_carriers_do_not_wait_for_the_slow(port: int, kind: str) -> None:
    with connected(port, *[FIRSTS[kind]] * 16):
        assert seconds(port) < AT_ONCE_S
        began = time.monotonic()
        assert receipt(port) == 204
        assert time.monotonic() - began < AT_ONCE_S


def test_more_slow_senders_than_connections_shut_nobody_out(port: int) -> None:
    with connected(port, *[FIRSTS["slow heads"]] * 150):
        assert seconds(port) < AT_ONCE_S
        assert receipt(port) == 204


def test_staff_pages_are_answered_beside_slow_lists(port: int) -> None:
    """Half of the threads for pages read lists at most."""
    seconds(port, "/")  # what came before is answered
    with connected(port, *[FIRSTS["lists of staff"]] * 16):
        assert seconds(port, "/") < AT_ONCE_S


def test_a_drop_now_and_then_is_not_waited_for_for_ever(port: int) -> None:
    kinds = ["slow bodies of webhooks", "chunks", "slow heads", "forms of staff", "lists of staff"]
    with connected(port, *[FIRSTS[kind] for kind in kinds]) as socks:
        open_still, got, began = set(socks), dict.fromkeys(socks, b""), time.monotonic()
        while open_still and time.monotonic() - began < 30:
            for sock in select.select(list(open_still), [], [], 0.2)[0]:
                data = sock.recv(4096)
                got[sock] += data
                open_still -= {sock} if not data else set()
            for sock in open_still:
                with contextlib.suppress(OSError):
                    sock.send(b"1\r\na\r\n")
    assert not open_still
    assert {kind: status(got[sock]) for kind, sock in zip(kinds, socks, strict=True)} == {
        **dict.fromkeys(kinds, 408),
        "lists of staff": 400,
    }


@pytest.mark.system  # seconds of waiting
def test_that_proof_sees_a_server_without_it(tmp_path: Path) -> None:
    with server(tmp_path / "log", worker="gthread") as plain, connected(plain, *[FIRSTS["slow heads"]] * 16):
        connection = http.client.HTTPConnection("127.0.0.1", plain, timeout=AT_ONCE_S)
        connection.request("GET", "/healthz")
        with pytest.raises(TimeoutError):
            connection.getresponse()


@pytest.mark.parametrize("pieces", [1, 7, 64])
def test_a_request_in_pieces_is_the_same_request(patient_port: int, pieces: int) -> None:
    whole = SIGNED + b"Connection: close\r\n\r\n" + BODY
    with connected(patient_port, b"") as (sock,):
        for at in range(0, len(whole), pieces):
            sock.sendall(whole[at : at + pieces])
        assert status(heard(sock)) == 204


def chunked(*chunks: bytes) -> bytes:
    """A body in chunks."""
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


@pytest.mark.parametrize(
    ("head", "body", "answered"),
    [
        (b"Transfer-Encoding: chunked\r\n", chunked(b"abc", b"de"), b"5"),
        (b"Transfer-Encoding: chunked\r\n", chunked(b"abc")[:-2] + b"X-Later: 1\r\n\r\n", b"3"),
        (b"Transfer-Encoding: chunked\r\n", chunked(*[b"x" * 50_000] * 4), b"200000"),
        (b"Content-Length: 300000\r\n", b"x" * 300_000, b"300000"),
        (b"Content-Length: 300000\r\nExpect: 100-continue\r\n", b"x" * 300_000, b"300000"),
        (b"Content-Length: 5\r\nExpect: 100-continue\r\n", b"abcde", b"5"),
        (b"Content-Length: 0\r\n", b"", b"0"),
        (b"", b"", b"0"),
    ],
)
def test_bodies_however_they_are_framed(patient_port: int, head: bytes, body: bytes, answered: bytes) -> None:
    head_lines = b"POST /read HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + head + b"\r\n"
    answer = asked(patient_port, head_lines, body)
    assert answer.endswith(b"\r\n\r\n" + answered)
    assert answer.count(b"100 Continue") == head.count(b"100-continue")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 5_0\r\n\r\n",
        b"Content-Length : 5\r\n\r\nabcde",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
        b"Transfer-Encoding: gzip\r\n\r\n",
        b"X-Much: " + b"x" * 40_000,
        b"Content-Length: 3\r\n\r\nabcNONSENSE\r\n\r\n",
    ],
)
def test_what_contradicts_itself_is_refused_at_once(port: int, head: bytes) -> None:
    answer = asked(port, b"POST /read HTTP/1.1\r\nHost: a\r\n" + head)
    assert status(answer) in (400, 408, 414, 431, 501)
    assert seconds(port) < AT_ONCE_S


@pytest.mark.parametrize("ending", [b"Content-Length: 5\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"])
def test_a_body_cut_off_is_nobodys(port: int, ending: bytes) -> None:
    """Who hangs up in the middle is not answered, and the server stays."""
    with connected(port, b"POST /read HTTP/1.1\r\nHost: a\r\n" + ending) as (sock,):
        sock.shutdown(socket.SHUT_WR)
        assert heard(sock) == b""
    assert seconds(port) < AT_ONCE_S


def test_a_list_cut_off_is_no_shorter_list(port: int) -> None:
    with connected(port, FIRSTS["lists of staff"] + b"x" * 200_000) as (sock,):
        sock.shutdown(socket.SHUT_WR)
        assert status(heard(sock)) == 400


def test_one_connection_serves_for_many_requests(port: int) -> None:
    again = SIGNED + b"\r\n" + BODY
    with connected(port, again + again) as (sock,):
        time.sleep(0.2)
        sock.sendall(again[:60])
        time.sleep(0.2)
        sock.sendall(again[60:] + SIGNED + b"Connection: close\r\n\r\n" + BODY)
        assert heard(sock).count(b"HTTP/1.1 204") == 4


def test_a_large_body_that_is_not_wanted_is_not_read(port: int) -> None:
    answer = asked(port, b"POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\nabc")
    assert status(answer) == 303
    answer = asked(port, b"POST /twilio/sms HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\nabc")
    assert status(answer) in (413, 415)


def test_headers_that_proxies_set_are_believed_of_nobody(port: int) -> None:
    """Gunicorn would take these of whoever speaks from this very machine."""
    head = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nSCRIPT_NAME: /x\r\nPATH_INFO: /twilio/\r\n\r\n"
    assert status(asked(port, head)) == 303
