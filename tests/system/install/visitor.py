"""Who comes to the installation's address: a carrier with signed requests, forgers, the curious, a member of staff."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import requests
from twilio.request_validator import RequestValidator

from demo.network_process import CALL_NUMBER, TEXT_NUMBER
from runtime.demo_data import ACCOUNT

CA = "/etc/ssl/certs/ca-certificates.crt"
PERSON = "+84901234567"
HUSH = "hush"
"""Stands wherever a secret may stand in an address: no log may have it."""
CALL = {"CallSid": "CA" + "1" * 32, "From": PERSON, "To": CALL_NUMBER, "CallStatus": "ringing", "Direction": "inbound"}
TEXT = {"MessageSid": "SM" + "1" * 32, "From": PERSON, "To": TEXT_NUMBER, "Body": f"xin chào {HUSH}", "NumMedia": "0"}


INSIDE = ("/metrics", "/readyz", "//metrics", "/%6detrics", "/x/../metrics", "/metrics/")
"""What nobody may be told, however it is written."""


class Visitor:
    """Comes by TLS, trusting the machine's authorities only."""

    def __init__(self, host: str, token: str) -> None:
        """`token` signs."""
        self._base = f"https://{host}"
        self._host = host
        self._token = token

    def visits(self) -> dict[str, list[object]]:
        """What was asked → [status, first letters of the answer or where it leads]."""
        odd = f"/twilio/voice?note={quote('đ/a b', safe='')}&{HUSH}=%2F+"
        return {
            "call": self._signed("/twilio/voice", CALL),
            "call with percent signs": self._signed(odd, {**CALL, "CallSid": "CA" + "2" * 32}),
            "text": self._signed("/twilio/sms", TEXT),
            "forged call": self._signed("/twilio/voice", CALL, "not the token"),
            "large body": self._signed("/twilio/sms", {**TEXT, "Body": "a" * 70_000}),
            "turn": self._get(f"/twilio/voice/{HUSH}{'x' * 22}/1?{HUSH}=1"),
            "invitation": self._get(f"/invitation/{HUSH}"),
            "prompts": self._get(f"/prompts/{'0' * 64}.mp3?{HUSH}"),
            "sign-in": self._get("/"),
            "healthz": self._get("/healthz"),
            **{path: self._get(path) for path in INSIDE},
            "plain": self._answer(requests.get(f"http://{self._host}/a?{HUSH}", allow_redirects=False, timeout=10)),
            "inside": self._answer(requests.get("http://127.0.0.1:8080/metrics", timeout=10)),
        }

    def _signed(self, target: str, form: Mapping[str, str], token: str = "") -> list[object]:
        form = {"AccountSid": ACCOUNT, **form}
        signature = RequestValidator(token or self._token).compute_signature(self._base + target, form)
        headers = {"X-Twilio-Signature": signature, "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "http"}
        return self._answer(self._ask("POST", target, data=form, headers=headers))

    def _get(self, target: str) -> list[object]:
        return self._answer(self._ask("GET", target))

    def _ask(self, method: str, target: str, **more: object) -> requests.Response:
        asked = requests.Request(method, self._base, **more).prepare()  # type: ignore[arg-type]  # passed through
        asked.url = self._base + target  # as it stands: requests would tidy it
        with requests.Session() as session:
            return session.send(asked, verify=CA, allow_redirects=False, timeout=20)

    @staticmethod
    def _answer(got: requests.Response) -> list[object]:
        return [got.status_code, got.headers.get("Location") or got.text[:300]]
