"""Signed requests to the customer's URLs, under Twilio's own rules for time-outs, retries and fallbacks.

It must not know what a request is about. By itself it tries again only when no connection could be made, and once;
anything more has to be asked for in the URL's fragment, which is neither sent nor signed.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from hashlib import blake2b
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin

from twilio.request_validator import RequestValidator

from simulator.network.journal import Journal
from simulator.wire import ConnectError, ReadError, WireAnswer, send

_REDIRECTS = 10
_UNREACHED, _UNRETRIEVED, _TOO_MANY_REDIRECTS = 11205, 11200, 11215


@dataclass(frozen=True, slots=True)
class Overrides:
    """Connection overrides; milliseconds, and the failures ("4xx", "5xx", "ct", "rt") that are tried again."""

    ct: int = 5000
    rt: int = 15000
    tt: int = 15000
    rc: int = 1
    rp: frozenset[str] = frozenset({"ct"})


def split_overrides(url: str) -> tuple[str, Overrides]:
    """The URL without its fragment, and what the fragment asks for; values out of range are clamped."""
    bare, fragment = urldefrag(url)
    asked = dict(parse_qsl(fragment))
    wanted = Overrides(
        _clamped(asked, "ct", 5000, 100, 10000),
        _clamped(asked, "rt", 15000, 100, 15000),
        _clamped(asked, "tt", 15000, 100, 15000),
        _clamped(asked, "rc", 1, 0, 5),
    )
    if "rp" not in asked:
        return bare, wanted
    kinds = set(asked["rp"].split(","))
    return bare, replace(wanted, rp=frozenset({"4xx", "5xx", "ct", "rt"} if "all" in kinds else kinds))


def _clamped(asked: dict[str, str], key: str, default: int, low: int, high: int) -> int:
    value = asked.get(key, "")
    return min(max(int(value), low), high) if value.isdigit() else default


@dataclass(frozen=True, slots=True)
class Trouble:
    """No usable answer: the debugger `code`, and the failure's kind as in `rp`."""

    code: int
    kind: str


@dataclass(frozen=True, slots=True)
class _Request:
    """One request in all its attempts: they share the idempotency token and the deadline (monotonic seconds)."""

    url: str
    params: dict[str, str]
    method: str
    token: str
    forged: bool
    overrides: Overrides
    deadline: float

    def seconds_left(self, limit_ms: int) -> float:
        """The time one step may take: its own limit, or what is left of all."""
        return min(limit_ms / 1000, max(self.deadline - time.monotonic(), 0.01))


class Courier:
    """Carries requests to the customer, signed with the account's token; every attempt is journaled."""

    def __init__(self, token: str, journal: Journal) -> None:
        self._validator = RequestValidator(token)
        self._forger = RequestValidator("not the token")
        self._journal = journal

    def deliver(
        self, url: str, params: dict[str, str], method: str = "POST", *, token: str = "", forged: bool = False
    ) -> WireAnswer | Trouble:
        """Send `params` to `url`, trying again as the rules say; a 2xx answer or what went wrong.

        `token` repeats an earlier idempotency token: retries of one request share theirs.
        """
        bare, overrides = split_overrides(url)
        deadline = time.monotonic() + overrides.tt / 1000
        request = _Request(bare, params, method, token or str(uuid.uuid4()), forged, overrides, deadline)
        for attempt in range(overrides.rc + 1):
            outcome = self._attempt(request, attempt)
            done = isinstance(outcome, WireAnswer) or outcome.kind not in overrides.rp
            if done or time.monotonic() >= deadline:
                break
        return outcome

    def _attempt(self, request: _Request, attempt: int) -> WireAnswer | Trouble:
        began = time.monotonic()
        outcome = self._follow(request)
        trouble = outcome if isinstance(outcome, Trouble) else None
        self._journal.write(
            "webhook.forged" if request.forged else "webhook.sent",
            url=request.url,
            attempt=attempt,
            token=request.token,
            about=request.params.get("CallSid") or request.params.get("MessageSid"),
            state=request.params.get("CallStatus") or request.params.get("MessageStatus"),
            ms=round((time.monotonic() - began) * 1000, 1),
            status=None if isinstance(outcome, Trouble) else outcome.status,
            error=trouble and trouble.code,
            why=trouble and trouble.kind,
            answer=None if isinstance(outcome, Trouble) else blake2b(outcome.body, digest_size=8).hexdigest(),
        )
        return outcome

    def _follow(self, request: _Request) -> WireAnswer | Trouble:
        """One attempt with its redirects, which are followed with GET and without the parameters."""
        for _ in range(_REDIRECTS):
            try:
                answer = self._send(request)
            except ConnectError:
                return Trouble(_UNREACHED, "ct")
            except ReadError:
                return Trouble(_UNRETRIEVED, "rt")
            if answer.status not in (301, 302, 303) or not answer.location:
                return answer if 200 <= answer.status < 300 else Trouble(_UNRETRIEVED, f"{answer.status // 100}xx")
            onward = urldefrag(urljoin(request.url, answer.location))[0]
            request = replace(request, url=onward, params={}, method="GET")
        return Trouble(_TOO_MANY_REDIRECTS, "redirects")

    def _send(self, request: _Request) -> WireAnswer:
        url, params = request.url, request.params
        if request.method == "GET" and params:
            url, params = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}", {}
        signer = self._forger if request.forged else self._validator
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Home-Region": "us1",
            "I-Twilio-Idempotency-Token": request.token,
            "X-Twilio-Signature": signer.compute_signature(url, params),
        }
        if request.method != "GET":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        body = urlencode(params).encode()
        connect_s, read_s = (request.seconds_left(limit) for limit in (request.overrides.ct, request.overrides.rt))
        return send(url, request.method, headers, body, connect_s, read_s)

    def fetch(
        self, url: str, fallback: str, params: dict[str, str], method: str = "POST", *, token: str = ""
    ) -> tuple[str, WireAnswer | Trouble]:
        """Ask `url` and, if it gives nothing usable, `fallback`; the URL that answered last, and its answer."""
        outcome = self.deliver(url, params, method, token=token)
        if isinstance(outcome, Trouble) and fallback:
            return self.ask_fallback(url, fallback, params, outcome.code)
        return url, outcome

    def ask_fallback(
        self, url: str, fallback: str, params: dict[str, str], code: int
    ) -> tuple[str, WireAnswer | Trouble]:
        """Ask the fallback URL, telling it what went wrong where."""
        told = {**params, "ErrorCode": str(code), "ErrorUrl": urldefrag(url)[0]}
        return fallback, self.deliver(fallback, told)
