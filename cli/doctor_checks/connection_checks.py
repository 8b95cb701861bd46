"""Checks that connections to database and broker on other machines use TLS and verify the other end.

It must not connect: what it says, it reads in the settings.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from cli.doctor_checks.findings import DoctorFinding, fault, note, well
from runtime.settings import Settings

PROVEN = "verify-full"
"""libpq's only mode that checks both the certificate and whose it is."""

CHECKED = ("required", "CERT_REQUIRED")
"""The client library's words for a broker whose certificate is checked, and Celery's."""
UNCHECKED = ("0", "f", "false", "n", "no")
"""Its words for a certificate that may be anybody's."""


def guarded(settings: Settings) -> Iterator[DoctorFinding]:
    """One finding for each address in the settings; nothing for one that cannot be read."""
    urls = {
        "DATABASE_URL": settings.database_url,
        "ALO_CONSOLE_DATABASE_URL": settings.alo_console_database_url,
        "ALO_ERASER_DATABASE_URL": settings.alo_eraser_database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
    }
    found = [_database(name, url.get_secret_value()) for name, url in urls.items()]
    found.append(_broker(settings.broker_url.get_secret_value()))
    told = [finding for finding in found if finding is not None]
    yield from told or [well("connections")]


def _database(setting: str, url: str) -> DoctorFinding | None:
    try:
        at = sa.make_url(url)
    except sa.exc.ArgumentError:
        return None  # said under another heading
    if "service" in at.query:  # names a place that only libpq's own file tells
        return fault("connections", "doctor.database_in_clear", setting, host=f"service={at.query['service']}")
    hosts = _query_values(at, "hostaddr") or _query_values(at, "host") or [at.host or ""]  # as libpq prefers them
    away = [host for host in hosts if not _is_here(host)]
    if not away or _query_values(at, "sslmode") == [PROVEN]:
        return None
    return _open(away[0], "doctor.database_in_clear", setting)


def _query_values(at: sa.URL, name: str) -> list[str]:
    """What an address says by a parameter, which may stand there several times or name several."""
    given = at.query.get(name, ())
    return [part for text in ([given] if isinstance(given, str) else given) for part in text.split(",") if part]


def _broker(url: str) -> DoctorFinding | None:
    try:
        at = urlsplit(url)
        host = at.hostname or ""
    except ValueError:
        return None  # said under another heading
    if at.scheme not in ("redis", "rediss") or _is_here(host):
        return None
    if not at.password:
        return fault("connections", "doctor.broker_without_password", "BROKER_URL", host=host)
    given = parse_qs(at.query)
    checked = given.get("ssl_cert_reqs", [CHECKED[0]])[-1] in CHECKED
    named = given.get("ssl_check_hostname", ["true"])[-1].lower() not in UNCHECKED
    if at.scheme == "rediss" and checked and named:
        return None
    return _open(host, "doctor.broker_in_clear", "BROKER_URL")


def _open(host: str, code: str, setting: str) -> DoctorFinding:
    """A fault for another machine; a note for a name of one word, a container whose network stays on this machine."""
    return (fault if "." in host or ":" in host else note)("connections", code, setting, host=host)


def _is_here(host: str) -> bool:
    """Whether the address is this machine's own: a socket, or the loopback."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
