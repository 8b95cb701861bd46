"""Translates Celery's broker URL into the one that the redis client takes. It must not connect."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

CHECKS = {"CERT_REQUIRED": "required", "CERT_OPTIONAL": "optional", "CERT_NONE": "none"}
"""Celery's words for how a broker's certificate is checked → the client's, which knows no others."""


def client_url(broker: str) -> str:
    """Both name the same place: a socket of this machine, and what is checked of a certificate, are written apart."""
    try:
        at = urlsplit(broker)
    except ValueError:
        return broker  # the client says so too
    given = parse_qsl(at.query)
    if at.scheme == "redis+socket":
        number = dict(given).get("virtual_host", "0").strip("/") or "0"
        return f"unix://{at.netloc}{at.path}?db={number}"
    if at.scheme != "rediss" or not given:
        return broker
    told = [(name, CHECKS.get(value, value) if name == "ssl_cert_reqs" else value) for name, value in given]
    return urlunsplit(at._replace(query=urlencode(told)))
