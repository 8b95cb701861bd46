"""What a failed HTTP request says of the text or call it carried: certainly not taken, or unknown.

Shared by all carriers that speak HTTP; it must not know any of them. Nothing of the request is ever quoted.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from contact.delivery import ErrorKind, Refused, Unknown

_LOOPBACK = ("http://127.0.0.1", "http://localhost", "http://[::1]")
_POOL = 32
CONNECT_S, READ_S = 3.0, 10.0
TIMEOUTS = (CONNECT_S, READ_S)
"""Real seconds to connect, and between two packets of the answer. Without them a worker hangs for ever."""


def session(base_url: str) -> requests.Session:
    """A pooled session for the threads of one process, without retries: a repeated POST may ring somebody twice.

    A carrier on this very machine (simulator, Kannel) is never sought through a proxy of the environment.
    """
    logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)  # its DEBUG quotes URLs of lists: phones
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=_POOL, max_retries=0))
    made.trust_env = not base_url.startswith(_LOOPBACK)
    return made


def result_of(fault: requests.RequestException) -> Refused | Unknown:
    """Refused when the request certainly never left, else Unknown."""
    if isinstance(fault, requests.ConnectTimeout) or _holds(fault, NewConnectionError):
        return Refused(ErrorKind.THROTTLED, "not_connected")
    if _holds(fault, ssl.SSLCertVerificationError):
        return Refused(ErrorKind.CONFIGURATION, "certificate")
    if isinstance(fault, ValueError):  # MissingSchema, InvalidURL …: the sender's API address is wrong
        return Refused(ErrorKind.CONFIGURATION, "bad_address")
    if isinstance(fault, requests.ReadTimeout):
        return Unknown("read_timeout")
    broken = isinstance(fault, requests.exceptions.ChunkedEncodingError)
    return Unknown("broken_answer" if broken else "connection_lost")


def _holds(fault: BaseException, kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in _causes(fault))


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """The fault and what urllib3 wrapped into it: `args[0]`, and `reason` of a MaxRetryError."""
    seen: BaseException | None = fault
    while seen is not None:
        yield seen
        inner = getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)
        seen = inner if isinstance(inner, BaseException) else None
