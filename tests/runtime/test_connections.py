"""Ways to database and broker: what leaves the machine is encrypted and the other end proven, or the doctor says so."""

from __future__ import annotations

import pytest

from cli.doctor_checks.connection_checks import guarded
from runtime.settings import Settings

HERE = ("postgresql://m:p@/alo?host=/run/postgresql", "postgresql://m:p@/alo", "postgresql://m:p@localhost/alo",
        "postgresql://m:p@127.0.0.1:5433/alo", "postgresql://m:p@[::1]/alo", "not an address",
        "postgresql://m:p@localhost/alo?hostaddr=127.0.0.1")  # fmt: skip
PROVEN = ("postgresql://m:p@db.example.vn/alo?sslmode=verify-full&sslrootcert=/ca.pem",
          "postgresql://m:p@/alo?host=db1.example.vn,db2.example.vn&sslmode=verify-full")  # fmt: skip
IN_CLEAR = ("postgresql://m:p@db.example.vn/alo", "postgresql://m:p@10.0.0.7/alo?sslmode=prefer",
            "postgresql://m:p@db.example.vn/alo?sslmode=require", "postgresql://m:p@[fd00::7]/alo",
            "postgresql://m:p@db.example.vn/alo?sslmode=verify-ca", "postgresql://m:p@/alo?host=db.example.vn",
            "postgresql://m:p@/alo?host=/run/postgresql,10.0.0.7",
            "postgresql://m:p@localhost/alo?hostaddr=10.0.0.7", "postgresql://m:p@/alo?service=elsewhere",
            "postgresql://m:p@/alo?host=/run/postgresql&hostaddr=127.0.0.1,10.0.0.7")  # fmt: skip
BROKERS_WELL = ("redis+socket:///run/redis.sock", "redis://localhost:6379/0", "redis://127.0.0.1",
                "rediss://:p@10.0.0.8:6380/0?ssl_cert_reqs=required", "rediss://:p@redis.example.vn:6380/0",
                "redis://[")  # fmt: skip
BROKERS_IN_CLEAR = ("redis://:p@redis.example.vn", "redis://:p@10.0.0.8:6379/0",
                    "rediss://:p@redis.example.vn?ssl_cert_reqs=none",
                    "rediss://:p@redis.example.vn?ssl_cert_reqs=optional",
                    "rediss://:p@redis.example.vn?ssl_cert_reqs=required&ssl_check_hostname=false")  # fmt: skip


def codes(**given: str) -> list[tuple[str, str, str]]:
    """(level, code, setting) of each finding."""
    return [(found.level, found.code, found.subject) for found in guarded(Settings(**given))]


@pytest.mark.parametrize("url", HERE + PROVEN)
def test_a_guarded_database_is_well(url: str) -> None:
    assert codes(database_url=url, broker_url="redis://localhost") == [("well", "doctor.well", "")]


@pytest.mark.parametrize("url", IN_CLEAR)
@pytest.mark.parametrize("setting", ["database_url", "alo_console_database_url", "alo_eraser_database_url"])
def test_a_database_in_clear_is_a_fault(setting: str, url: str) -> None:
    assert codes(**{setting: url}) == [("fault", "doctor.database_in_clear", setting.upper())]


@pytest.mark.parametrize("url", BROKERS_WELL)
def test_a_guarded_broker_is_well(url: str) -> None:
    assert codes(broker_url=url) == [("well", "doctor.well", "")]


@pytest.mark.parametrize("url", BROKERS_IN_CLEAR)
def test_a_broker_in_clear_is_a_fault(url: str) -> None:
    assert codes(broker_url=url) == [("fault", "doctor.broker_in_clear", "BROKER_URL")]


def test_a_broker_without_a_password_is_a_fault_even_among_containers() -> None:
    assert codes(broker_url="redis://valkey:6379/0") == [("fault", "doctor.broker_without_password", "BROKER_URL")]


def test_containers_of_one_machine_are_told_and_no_fault() -> None:
    found = codes(database_url="postgresql://m:p@postgres/alo", broker_url="redis://:p@valkey:6379/0")
    assert found == [
        ("note", "doctor.database_in_clear", "DATABASE_URL"),
        ("note", "doctor.broker_in_clear", "BROKER_URL"),
    ]
