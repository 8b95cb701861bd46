"""Debian's Prometheus as a child process: scrapes one gateway each second and weighs `deploy/alerts.yml`."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from demo.data_directory import free_port
from tests.house.source import ROOT

RULES = ROOT / "deploy" / "alerts.yml"
NOT_THERE = "no prometheus: apt install prometheus"
LIMIT_S = 60.0
SOON = "2s"
"""How long something must be wrong before it is an alarm here; what is weighed and its bounds are as shipped."""


def is_there() -> bool:
    """Whether Debian's package is installed."""
    return all(shutil.which(program) for program in ("prometheus", "promtool"))


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One that runs, asked over HTTP."""

    base: str

    def alarms(self) -> set[tuple[str, str]]:
        """What fires: name of the alarm, and the queue, sender or other part it names."""
        found = requests.get(f"{self.base}/api/v1/alerts", timeout=10).json()["data"]["alerts"]
        return {(one["labels"]["alertname"], _part(one["labels"])) for one in found if one["state"] == "firing"}

    def scrapes(self) -> float:
        """Figures that the last scrape brought; 0 where it failed, or none was made."""
        asked = {"query": "sum(scrape_samples_scraped)"}
        found = requests.get(f"{self.base}/api/v1/query", params=asked, timeout=10).json()["data"]["result"]
        return float(found[0]["value"][1]) if found else 0.0


def _part(labels: dict[str, str]) -> str:
    return next((labels[name] for name in ("queue", "sender", "loop", "door", "role", "part") if name in labels), "")


def sooner(rules: str) -> dict[str, Any]:
    """The rules with nothing changed but how long they wait."""
    read: dict[str, Any] = yaml.safe_load(rules)
    for group in read["groups"]:
        for rule in group["rules"]:
            rule["for"] = SOON
    return read


@contextmanager
def watching(home: Path, gateway_port: int) -> Iterator[Prometheus]:
    """A Prometheus over one gateway; ended with the block."""
    (home / "rules.yml").write_text(yaml.safe_dump(sooner(RULES.read_text("utf-8"))))
    every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    job = {"job_name": "alo", "static_configs": [{"targets": [f"127.0.0.1:{gateway_port}"]}]}
    settings = {"global": every, "rule_files": ["rules.yml"], "scrape_configs": [job]}
    (home / "prometheus.yml").write_text(yaml.safe_dump(settings))
    port = free_port()
    argv = ["prometheus", f"--config.file={home / 'prometheus.yml'}", f"--storage.tsdb.path={home / 'series'}"]
    argv += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    with (home / "prometheus.log").open("wb") as log:
        child = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/-/ready", home / "prometheus.log")
        yield Prometheus(f"http://127.0.0.1:{port}")
    finally:
        child.terminate()
        child.wait(30)


def _wait(url: str, log: Path) -> None:
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(url, timeout=10).status_code == 200:
                return
        time.sleep(0.2)
    raise TimeoutError(log.read_text())
