"""One HTTP request with the exact target it was given, telling a failed connection from a failed answer.

The usual clients rewrite percent-encodings on the way; a signature over the URL would then not fit what arrives.
"""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

_ONCE = {"Connection": "close"}
"""A connection a request: one kept open may be closed by the server in the very moment it is used again."""
_READ_LIMIT = 64 * 1024 + 1


class ConnectError(Exception):
    """No connection: the request certainly never arrived."""


class ReadError(Exception):
    """The request may have arrived, a whole answer did not."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What the other side answered; `body` is cut one byte above the 64 kB that TwiML may have."""

    status: int
    content_type: str
    body: bytes
    location: str = ""


def send(url: str, method: str, headers: dict[str, str], body: bytes, connect_s: float, read_s: float) -> WireAnswer:
    """Send `body` to `url` (no fragment), target unchanged; `read_s` is from now to the end of the answer.

    Raises ConnectError or ReadError.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    connection = _connect(parts.scheme, parts.netloc, connect_s)
    try:
        return _exchange(connection, _target(url[len(origin) :]), method, {**headers, **_ONCE}, body, read_s)
    except (OSError, http.client.HTTPException) as error:
        raise ReadError(type(error).__name__) from error
    finally:
        connection.close()


def _exchange(
    connection: http.client.HTTPConnection,
    target: str,
    method: str,
    headers: dict[str, str],
    body: bytes,
    read_s: float,
) -> WireAnswer:
    deadline = time.monotonic() + read_s
    connection.sock.settimeout(read_s)
    connection.request(method, target, body or None, headers)
    response = connection.getresponse()
    taken = b""
    while len(taken) < _READ_LIMIT and (chunk := response.read1(_READ_LIMIT - len(taken))):
        taken += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
    if len(taken) >= _READ_LIMIT:
        connection.close()
    elif response.length:
        raise http.client.IncompleteRead(taken)
    return WireAnswer(
        response.status, response.getheader("Content-Type", ""), taken, response.getheader("Location", "")
    )


def _target(rest: str) -> str:
    """The request's target: what follows the host, and at least a slash."""
    return rest if rest.startswith("/") else "/" + rest


def _connect(scheme: str, netloc: str, connect_s: float) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(netloc.rpartition("@")[2], timeout=max(connect_s, 0.01))
    try:
        connection.connect()
    except OSError as error:
        raise ConnectError(type(error).__name__) from error
    return connection
