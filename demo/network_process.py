"""The simulated phone network as the demonstration sees it: its process, and its control routes over HTTP.

It must not import the simulator.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from carriers.twilio.carrier import TWILIO
from runtime.demo_data import ACCOUNT
from runtime.processes import READY_TIMEOUT_S, Crew, ProcessPart, environment
from runtime.settings import Settings

TIMEOUT_S = 30
LEDGER_TIMEOUT_S = 600
"""What a whole country meant is a long document."""
TEXT_NUMBER = "+842473000001"
CALL_NUMBER = "+842473000002"


def simulator(port: int, token: str, clock: str, journal: Path, rest_scale: float = 1.0) -> ProcessPart:
    """The simulator as a part of the crew; `rest_scale` slows its people and its network against the clock."""
    argv = [
        sys.executable, "-m", "simulator", "--port", str(port), "--account", ACCOUNT,
        "--clock", clock, "--journal", str(journal), "--rest-scale", str(rest_scale),
    ]  # fmt: skip
    return ProcessPart("simulator", argv, {"SIMULATOR_TOKEN": token})


class NetworkProcess:
    """The control routes at `base_url`. Every method raises requests.RequestException when the simulator is away."""

    def __init__(self, base_url: str) -> None:
        """Nothing is asked yet."""
        self._base_url = base_url
        self._http = requests.Session()

    def _get(self, path: str, timeout_s: float = TIMEOUT_S, **query: str) -> Any:
        answer = self._http.get(f"{self._base_url}/simulator{path}", params=query, timeout=timeout_s)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, document: Any) -> None:
        self._http.post(f"{self._base_url}/simulator{path}", json=document, timeout=TIMEOUT_S).raise_for_status()

    def wait_ready(self, seconds: float = 30.0) -> None:
        """Wait until the simulator answers. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                self._get("/clock")
                return
            except requests.RequestException:
                time.sleep(0.1)
        raise TimeoutError("simulator")

    def connect_numbers(self, public_base_url: str) -> None:
        """Point our two numbers at the gateway's webhooks: one takes texts, the other calls."""
        texts = {
            "sms_url": f"{public_base_url}/twilio/sms#rc=2&rp=ct,rt,5xx",
            "sms_fallback_url": f"{public_base_url}/twilio/sms/fallback",
        }
        calls = {
            "voice_url": f"{public_base_url}/twilio/voice#rc=2&rp=ct,rt,5xx",
            "voice_fallback_url": f"{public_base_url}/twilio/voice/fallback",
        }
        self._post("/numbers", [{"number": TEXT_NUMBER, **texts}, {"number": CALL_NUMBER, **calls}])

    def settle(self, handsets: list[dict[str, Any]], topics: list[dict[str, Any]]) -> None:
        """Give the network its handsets, and what their owners understand."""
        self._post("/topics", topics)
        self._post("/handsets", handsets)

    def set_faults(self, switches: dict[str, Any]) -> None:
        """Turn the network's fault switches: a probability each, a seed, delays."""
        self._post("/faults", switches)

    def numbers_known(self) -> list[str]:
        """The numbers of all handsets."""
        return [str(handset["number"]) for handset in self._get("/handsets")]

    def ledger(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Number → topic → {value, medium, at, delivered}: what each person last meant and sent."""
        found: dict[str, dict[str, dict[str, Any]]] = self._get("/ledger", LEDGER_TIMEOUT_S, detail="1")
        return found

    def journal(self) -> list[dict[str, Any]]:
        """Every line of the witness."""
        entries: list[dict[str, Any]] = self._get("/journal")["entries"]
        return entries

    def idle(self) -> bool:
        """Whether nothing is queued, ringing, talking or thinking."""
        return bool(self._get("/idle")["idle"])


@contextmanager
def simulated(settings: Settings, patience_s: float = READY_TIMEOUT_S) -> Iterator[NetworkProcess]:
    """The phone network that complete `settings` name, running while the block does; it may take `patience_s` to read
    its journal. Raises ServerFailedError."""
    team = Crew(settings.alo_data_dir, environment(settings))
    base_url = settings.of(TWILIO).api_base_url
    token = settings.of(TWILIO).auth_token.get_secret_value()
    journal = settings.alo_data_dir.resolve() / "journal.jsonl"
    try:
        team.start(simulator(int(base_url.rpartition(":")[2]), token, settings.alo_clock, journal))
        team.wait_ready("simulator", f"{base_url}/simulator/clock", patience_s)
        yield NetworkProcess(base_url)
    finally:
        team.stop()
