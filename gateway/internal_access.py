"""Decides whether a request comes from inside: `/readyz` and `/metrics` answer nobody else.

Whoever a proxy speaks for counts, not the proxy, and only as many proxies are believed as are known to be there. It
must not know what is asked for.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

from runtime.settings import INSIDE, Networks

_FORWARDED = tuple(f"HTTP_{name}" for name in ("X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP", "X_FORWARDED_PROTO", "VIA"))
"""What a request carries that came through a proxy."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The networks inside, and how many proxies stand before us."""

    networks: Networks = INSIDE
    proxies: int = 0

    def admits(self, environ: WSGIEnvironment) -> bool:
        """Whether the request comes from inside. An address that cannot be told is outside."""
        try:
            address = ipaddress.ip_address(self._asker(environ).partition("%")[0])
        except ValueError:
            return False
        plain = getattr(address, "ipv4_mapped", None) or address
        return any(plain in network for network in self.networks)

    def _asker(self, environ: WSGIEnvironment) -> str:
        """The address of who asks; "" where a proxy is not known, or not all that are known were passed."""
        before_fixing = environ.get("werkzeug.proxy_fix.orig", {})
        peer = str(before_fixing.get("REMOTE_ADDR") or environ.get("REMOTE_ADDR") or "")
        if not any(environ.get(name) for name in _FORWARDED):
            return peer
        forwarded = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
        return forwarded[-self.proxies] if 0 < self.proxies <= len(forwarded) else ""


USUAL = Inside()
"""Private networks, no proxy."""
