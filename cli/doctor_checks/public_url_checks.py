"""Checks of the public address: whether a signed request of a carrier would arrive unchanged.

It asks the fallback page, which needs no database and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import requests

from carriers import registry
from carriers.descriptor import Carrier, Probe
from carriers.http_results import session
from cli.doctor_checks.findings import DoctorFinding, Examination, fault, note, well
from runtime.settings import Settings

TIMEOUT_S = 10


def examinations(settings: Settings) -> list[Examination]:
    """What is looked at, in order."""
    return [lambda: _address(settings), lambda: _readiness(settings), lambda: _round_trip(settings)]


def _address(settings: Settings) -> Iterator[DoctorFinding]:
    base = settings.base_url
    try:
        answer = session(base).get(f"{base}/healthz", timeout=TIMEOUT_S, allow_redirects=False)
    except requests.exceptions.SSLError:
        yield fault("address", "doctor.certificate", url=base)
        return
    except (requests.RequestException, ValueError):
        yield fault("address", "doctor.address_away", url=base)
        return
    if 300 <= answer.status_code < 400:
        yield fault("address", "doctor.redirected", url=base)
    elif answer.status_code != 200:
        yield fault("address", "doctor.address_not_ready", url=base, status=answer.status_code)
    elif base.startswith("https://"):
        yield well("address")
    else:
        yield note("address", "doctor.not_https", url=base)


def _readiness(settings: Settings) -> Iterator[DoctorFinding]:
    """What the gateway says of itself inside; one that runs elsewhere is not asked."""
    inside = f"http://127.0.0.1:{settings.alo_port}"
    try:
        answer = session(inside).get(f"{inside}/readyz", timeout=TIMEOUT_S, allow_redirects=False)
    except (requests.RequestException, ValueError):
        return
    if answer.status_code == 200:
        yield well("gateway")
    else:
        yield fault("gateway", "doctor.not_ready", url=inside, status=answer.status_code)


def _round_trip(settings: Settings) -> Iterator[DoctorFinding]:
    """Signed as each carrier signs, over the address as carriers know it; and once forged."""
    probed = [carrier for carrier in registry.KNOWN.values() if _probe(settings, carrier, forged=False) is not None]
    if not probed:
        yield note("signature", "doctor.no_twilio")
    for carrier in probed:
        yield from _signature(settings, carrier)


def _probe(settings: Settings, carrier: Carrier[Any], *, forged: bool) -> Probe | None:
    return None if carrier.probe is None else carrier.probe(settings.of(carrier), settings.base_url, forged)


def _signature(settings: Settings, carrier: Carrier[Any]) -> Iterator[DoctorFinding]:
    try:
        true, false = (_ask(settings, _probe(settings, carrier, forged=forged)) for forged in (False, True))
    except (requests.RequestException, ValueError):
        yield fault("signature", "doctor.address_away", url=settings.base_url)
        return
    if true.status_code != 200:
        reason = f"{true.status_code} {true.text.strip()[:60]}"
        yield fault("signature", "doctor.signature_refused", url=settings.base_url, reason=reason)
    elif false.status_code == 200:
        yield fault("signature", "doctor.forgery_taken", url=settings.base_url)
    else:
        yield well("signature")
        if carrier.calls is not None:
            yield from _document_findings(true)


def _ask(settings: Settings, probe: Probe | None) -> requests.Response:
    """Raises requests.RequestException, and ValueError for no probe."""
    if probe is None:
        raise ValueError("probe")
    asking = session(settings.base_url)
    return asking.post(probe.url, probe.body, headers=probe.headers, timeout=TIMEOUT_S, allow_redirects=False)


def _document_findings(answer: requests.Response) -> Iterator[DoctorFinding]:
    """Whether the answer is a TwiML document that says something."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    try:
        verbs = [verb.tag for verb in ElementTree.fromstring(answer.content)]
    except ElementTree.ParseError:
        verbs = []
    speaks = kind in ("text/xml", "application/xml") and verbs[:1] in (["Say"], ["Play"])
    yield well("prompt") if speaks else fault("prompt", "doctor.prompt_unspoken", kind=kind or "–")
