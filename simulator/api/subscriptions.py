"""The customer's numbers as the API shows them: IncomingPhoneNumbers, to read their webhooks and to set them.

It must not know what a webhook says.
"""

from __future__ import annotations

from dataclasses import asdict
from hashlib import md5
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator.errors import not_found
from simulator.network.network import Network, NetworkNumber
from simulator.network.records import VERSION

_SETTABLE = {
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "voice_status_callback",
}


class Subscriptions:
    """The routes, bound to one network; added to a blueprint that authenticates."""

    def __init__(self, net: Network) -> None:
        self._net = net

    def add_to(self, routes: Blueprint, prefix: str) -> None:
        """Serve under `prefix`."""
        routes.add_url_rule(f"{prefix}/IncomingPhoneNumbers.json", "list_numbers", self.list_numbers)
        place = f"{prefix}/IncomingPhoneNumbers/<sid>.json"
        routes.add_url_rule(place, "fetch_number", self.fetch_number)
        routes.add_url_rule(place, "update_number", self.update_number, methods=["POST"])

    def list_numbers(self, account: str) -> Response:
        """All numbers on one page, or the one that PhoneNumber names."""
        wanted = request.args.get("PhoneNumber", "")
        found = [number for number in self._net.numbers.values() if wanted in ("", number.number)]
        return jsonify(
            incoming_phone_numbers=[_number_document(account, number) for number in found],
            page=0,
            page_size=50,
            start=0,
            end=max(len(found) - 1, 0),
            uri=request.full_path,
            first_page_uri=request.full_path,
            next_page_uri=None,
            previous_page_uri=None,
        )

    def fetch_number(self, account: str, sid: str) -> Response:
        """One number."""
        return jsonify(_number_document(account, self._number(sid)))

    def update_number(self, account: str, sid: str) -> Response:
        """Set webhooks."""
        number = self._number(sid)
        changes = {field: request.form[name] for name, field in _SETTABLE.items() if name in request.form}
        self._net.arrange("number", {**asdict(number), **changes})
        return jsonify(_number_document(account, self._number(sid)))

    def _number(self, sid: str) -> NetworkNumber:
        found = next((number for number in self._net.numbers.values() if _sid(number) == sid), None)
        if found is None:
            raise not_found(request.path)
        return found


def _sid(number: NetworkNumber) -> str:
    return "PN" + md5(number.number.encode(), usedforsecurity=False).hexdigest()


def _number_document(account: str, number: NetworkNumber) -> dict[str, Any]:
    """The resource as the API shows it."""
    able = {what: what in number.capabilities for what in ("fax", "mms", "sms", "voice")}
    sid = _sid(number)
    return {
        "account_sid": account,
        "api_version": VERSION,
        "capabilities": able,
        "friendly_name": number.number,
        "phone_number": number.number,
        "sid": sid,
        "sms_url": number.sms_url,
        "sms_method": "POST",
        "sms_fallback_url": number.sms_fallback_url,
        "sms_fallback_method": "POST",
        "status": "in-use",
        "status_callback": number.voice_status_callback,
        "status_callback_method": "POST",
        "uri": f"/{VERSION}/Accounts/{account}/IncomingPhoneNumbers/{sid}.json",
        "voice_url": number.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": number.voice_fallback_url,
        "voice_fallback_method": "POST",
    }
