"""Rate limits of sign-in: failed tries are counted by client and member, and lead to growing waits.

Nobody locks a member out: a wait is of one address for one member, or of one address that tried many. A browser in
which the member signed in before is counted apart, whatever strangers do. Many failures for one member from anywhere
leave each stranger fewer tries, and the member theirs. Nothing waits in here: the page says how long.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask import request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug import Response

from gateway.counters import Counters, Waits

Step = Literal["password", "code"]
COOKIE = "alo_known"
KNOWN_FOR_S = 180 * 86_400
KNOWN_MEMBERS = 8
"""As many members share a browser at most."""


def growing(free: int, first_s: float, longest_s: float) -> Waits:
    """No wait after the first counts, then one that doubles up to the longest."""
    waits = [0.0] * (free - 1) + [first_s]
    while waits[-1] < longest_s:
        waits.append(min(longest_s, 2 * waits[-1]))
    return tuple(waits)


OF_A_PAIR = growing(5, 5, 300)
"""One address, or one known browser, for one member."""
OF_A_PAIR_UNDER_ATTACK = growing(1, 30, 300)
"""The same while others try to be that member."""
OF_AN_ADDRESS = growing(30, 2, 30)
"""One address for whomever; a whole office may share it."""
ATTACKED = 20
"""Failures of strangers for one member, from which on somebody is at work."""
_ONLY_COUNTED: Waits = (0.0,)


@dataclass(frozen=True, slots=True)
class Tries:
    """Counts for the doors. `key` hides addresses and members where they are counted; `real`: now, in seconds."""

    counters: Counters
    key: str
    real: Callable[[], float]

    def begin(self, email: str, step: Step = "password") -> float:
        """Seconds to wait before another try as `email` ("": as nobody yet); 0: it is counted and may go on.

        A right password gives nobody new tries at the code: `step` has waits of its own.
        """
        browser = self._browser(email)
        if browser:
            return self.counters.reserve({self._pair(browser, email, step): OF_A_PAIR}, self.real())
        keys = {self._address(): OF_AN_ADDRESS}
        if email:
            attacked = self.counters.count(self._mark("member", email), self.real()) >= ATTACKED
            keys[self._pair(self._address(), email, step)] = OF_A_PAIR_UNDER_ATTACK if attacked else OF_A_PAIR
            keys[self._mark("member", email)] = _ONLY_COUNTED
        return self.counters.reserve(keys, self.real())

    def succeeded(self, email: str, step: Step = "password") -> None:
        """The try that was counted last was right: it is no failure."""
        browser = self._browser(email)
        self.counters.forget(self._pair(browser or self._address(), email, step))
        if not browser:
            self.counters.give_back([self._address(), *([self._mark("member", email)] if email else [])])

    def again(self, purpose: str, who: str) -> float:
        """Seconds to wait before another try at something of `who`'s own; 0: it is counted and may go on."""
        return self.counters.reserve({self._mark(purpose, who): OF_A_PAIR}, self.real())

    def right(self, purpose: str, who: str) -> None:
        """A try at something of their own was right: the count begins anew."""
        self.counters.forget(self._mark(purpose, who))

    def remember(self, response: Response, email: str) -> None:
        """Let this browser be known to be `email`'s."""
        browser, members = self._read_cookie() or (secrets.token_urlsafe(12), [])
        mark = self._mark("member", email)
        kept = [mark, *(member for member in members if member != mark)][:KNOWN_MEMBERS]
        signed = self._signer().dumps([browser, kept])
        path = url_for("door.sign_in")  # the second step lies below it
        response.set_cookie(COOKIE, str(signed), KNOWN_FOR_S, secure=True, httponly=True, samesite="Lax", path=path)

    def _browser(self, email: str) -> str:
        """The known browser's own mark, where it is `email`'s; else ""."""
        browser, members = self._read_cookie() or ("", [])
        return browser if email and self._mark("member", email) in members else ""

    def _read_cookie(self) -> tuple[str, list[str]] | None:
        """What the browser's cookie says, where we wrote it."""
        try:
            browser, members = self._signer().loads(request.cookies.get(COOKIE, ""), max_age=KNOWN_FOR_S)
        except (BadData, ValueError, TypeError):
            return None
        return browser, members

    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.key, salt="alo known browser")

    def _address(self) -> str:
        return self._mark("address", _network(request.remote_addr or ""))

    def _pair(self, asker: str, email: str, step: Step) -> str:
        return self._mark("pair", f"{asker} {email}" if step == "password" else f"{asker} {email} {step}")

    def _mark(self, kind: str, text: str) -> str:
        return f"{kind}:{hmac.new(self.key.encode(), f'{kind} {text}'.encode(), hashlib.sha256).hexdigest()[:32]}"


def _network(address: str) -> str:
    """The address, or the network that one customer has of version 6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
