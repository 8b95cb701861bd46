"""Checks of the senders at their carriers: credentials, ownership of the number, its webhooks, the carrier's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urldefrag

import requests
import sqlalchemy as sa

from carriers import registry
from carriers.descriptor import Carrier, NumberSetup
from carriers.errors import CarrierAwayError
from carriers.http_results import session
from cli.doctor_checks.findings import DoctorFinding, Examination, fault, note, well
from contact.sender import SenderRow
from runtime.container import credentials
from runtime.settings import Settings
from store.messages import senders
from store.unit_of_work import Database

TIMEOUT_S = 10
LINK_S = 10
"""Seconds a link's clock may differ from ours before it is said what that means (our own bound)."""
SKEW_S = 30
"""Seconds our clock may differ from a carrier's (our own bound: lists are asked by time)."""


def examinations(settings: Settings) -> list[Examination]:
    """What is looked at, in order."""
    return [lambda: _senders(settings)]


def _senders(settings: Settings) -> Iterator[DoctorFinding]:
    try:
        with Database(settings.database_url.get_secret_value(), role_label="doctor").transaction() as conn:
            rows = senders.all_rows(conn)
    except sa.exc.SQLAlchemyError:
        return  # said under another heading
    if not rows:
        yield note("senders", "doctor.no_senders")
    for address in sorted({row.api_base_url for row in rows}):
        yield from _carrier(address)
    for row in rows:
        yield from _sender(settings, row)
    if rows and not any(row.can_receive and row.medium == "text" and not row.paused_reason for row in rows):
        yield note("senders", "doctor.nobody_receives")


def _carrier(api_base_url: str) -> Iterator[DoctorFinding]:
    """Whether the carrier's API answers, and its clock agrees with ours."""
    try:
        answer = session(api_base_url).get(api_base_url, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
        answer.close()
    except (requests.RequestException, ValueError):
        yield fault("carrier", "doctor.carrier_away", api_base_url)
        return
    yield well("carrier", api_base_url)
    dated = answer.headers.get("Date", "")
    if dated:
        skew = abs((datetime.now(UTC) - parsedate_to_datetime(dated)).total_seconds())
        yield fault("skew", "doctor.skewed", api_base_url, seconds=round(skew)) if skew > SKEW_S else well("skew")


def _link(row: SenderRow) -> Iterator[DoctorFinding]:
    """How far its clock is from ours, as the stamps on its texts show."""
    offset = row.clock_offset_s
    if offset is None:
        return
    if abs(offset) > LINK_S:
        yield note(
            "link_clock", "doctor.link_behind" if offset > 0 else "doctor.link_ahead", row.name, seconds=abs(offset)
        )
    else:
        yield note("link_clock", "doctor.link_clock", row.name, seconds=offset)


def _sender(settings: Settings, row: SenderRow) -> Iterator[DoctorFinding]:
    yield from _link(row)
    if row.paused_reason:
        yield note("paused", "doctor.paused", row.name, reason=row.paused_reason)
    if row.credentials not in credentials(settings):
        yield fault("credentials", "doctor.no_credentials", row.name, name=row.credentials)
    elif registry.KNOWN[row.carrier].setup is None:
        yield note("webhooks", "doctor.cannot_be_asked", row.name)
    else:
        yield from _number(settings, row, registry.KNOWN[row.carrier])


def _number(settings: Settings, row: SenderRow, carrier: Carrier[Any]) -> Iterator[DoctorFinding]:
    if carrier.setup is None:
        return
    try:
        setup = carrier.setup(credentials(settings), row)
    except CarrierAwayError as away:
        refused = str(away) in carrier.login_refused
        code = "doctor.credentials_refused" if refused else "doctor.number_unknown"
        yield fault("credentials", code, row.name, name=row.credentials, error=str(away))
        return
    yield well("credentials", row.name)
    if setup is None:
        code = "doctor.number_not_ours" if row.can_receive else "doctor.one_way"
        yield (fault if row.can_receive else note)("receives", code, row.name, address=row.address)
    else:
        yield from _webhooks(settings, row, setup)


def _webhooks(settings: Settings, row: SenderRow, setup: NumberSetup) -> Iterator[DoctorFinding]:
    """Whether the number takes its medium, and its webhooks point at us."""
    if row.can_receive and not setup.takes:
        yield fault("receives", "doctor.cannot_receive", row.name, address=row.address)
    elif row.can_receive:
        yield well("receives", row.name)
    wanted = settings.base_url + registry.KNOWN[row.carrier].entrance(row.medium)
    found, method = setup.url, setup.method
    if (urldefrag(found)[0], method) != (wanted, "POST"):
        yield fault("webhooks", "doctor.webhook_elsewhere", row.name, found=f"{method} {found or '–'}", wanted=wanted)
    elif setup.fallback_url != f"{wanted}/fallback":
        yield note("webhooks", "doctor.no_fallback", row.name, wanted=f"{wanted}/fallback")
    else:
        yield well("webhooks", row.name)
