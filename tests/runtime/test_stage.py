"""Ports for parts that are started, killed and started again: never the same twice, none of the system's."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from demo import data_directory as stage


def test_a_port_is_given_once_and_stands_below_those_of_outgoing_connections() -> None:
    given = [stage.free_port() for _ in range(50)]
    assert len(set(given)) == 50
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(given) < lowest


def test_a_port_that_somebody_listens_on_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setattr(stage, "PORTS", range(port, port + 1))
        with pytest.raises(OSError, match="no free port"):
            stage.free_port()
