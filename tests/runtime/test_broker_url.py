"""One address of the broker serves Celery and whoever speaks to it without Celery."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from runtime.broker_url import client_url
from runtime.heartbeats import Heartbeats
from runtime.marks import OutsideMarks


@pytest.mark.parametrize(
    ("broker", "client"),
    [
        ("", ""),
        ("redis://[", "redis://["),
        ("redis://:pw@valkey:6379/0", "redis://:pw@valkey:6379/0"),
        ("redis+socket:///run/v.sock?virtual_host=2", "unix:///run/v.sock?db=2"),
        ("redis+socket:///run/v.sock?virtual_host=/2", "unix:///run/v.sock?db=2"),
        ("redis+socket:///run/v.sock", "unix:///run/v.sock?db=0"),
        ("rediss://:p@v:6380/0", "rediss://:p@v:6380/0"),
        ("rediss://:p@v:6380/0?ssl_cert_reqs=CERT_REQUIRED", "rediss://:p@v:6380/0?ssl_cert_reqs=required"),
        ("rediss://:p@v/0?ssl_cert_reqs=required", "rediss://:p@v/0?ssl_cert_reqs=required"),
    ],
)
def test_the_brokers_address_is_understood(broker: str, client: str) -> None:
    assert client_url(broker) == client


def test_celerys_word_for_a_checked_certificate_is_one_the_client_knows() -> None:
    client = redis.Redis.from_url(client_url("rediss://127.0.0.1:1/0?ssl_cert_reqs=CERT_REQUIRED"))
    with pytest.raises(redis.ConnectionError):
        client.ping()


def test_signs_are_written_and_read_in_the_database_that_is_named(broker_url: str) -> None:
    signs = Heartbeats(f"{broker_url}?virtual_host=3")
    assert signs.note_beat()
    assert (seen := signs.read_signs()) is not None
    assert seen.beat_s < 60
    assert redis.Redis.from_url(f"{client_url(broker_url)[:-1]}3").exists("alo:heartbeats")


def test_nobody_fails_where_the_socket_is_away(tmp_path: Path) -> None:
    away = f"redis+socket://{tmp_path}/v.sock?virtual_host=1"
    assert not Heartbeats(away).note_task("contact")
    assert Heartbeats(away).read_signs() is None
    assert OutsideMarks(away, tmp_path).greatest() == {}
