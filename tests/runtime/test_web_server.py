"""What the web server itself writes down of requests that are none, or that fail: nothing of them."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.house.source import ROOT

SAID = """
from gunicorn.config import Config
from runtime.web_server import RedactedLogger
log = RedactedLogger(Config())
log.warning("Invalid request from ip={ip}: {error}".format(ip="203.0.113.9", error="line 'GET *?name=Lan%20Bi%20Mat'"))
log.warning("Worker with pid %s was terminated", 12)
try:
    raise RuntimeError("broken")
except RuntimeError:
    log.exception("Error handling request %s %s", "POST", "/invitation/SecretTokenOfSomebody")
    log.exception("Error handling request %s", "/invitation/SecretTokenOfSomebody")
"""


def test_no_line_of_a_request_reaches_the_log() -> None:
    """In a process of its own: the logger takes the root's place."""
    told = subprocess.run([sys.executable, "-c", SAID], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["event"] for line in lines] == [
        "Invalid request", "Worker with pid 12 was terminated", "Error handling request", "Error handling request",
    ]  # fmt: skip
    assert not any(secret in told for secret in ("203.0.113.9", "Lan%20Bi", "SecretToken"))
    assert told.count("RuntimeError") == 2
