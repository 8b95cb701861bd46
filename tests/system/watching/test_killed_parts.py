"""Each part is killed or broken in a running house: its alarm fires and no other, `/readyz` and the doctor name it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import requests

from cli.doctor_checks import sign_checks as signs
from tests.system.watching import prometheus
from tests.system.watching.house import SENDER, House, running
from tests.system.watching.prometheus import Prometheus, watching

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

LIMIT_S = 120.0
LOOKS, STEP_S = 3, 0.5
"""The same alarms so many looks in a row: nothing else is on its way."""
DISK_MB, FILL = 300, "fill"
NOT_ROOT = "a full disk needs root"
OF_THE_MACHINE = {("AloDiskFilling", "")}
"""How full this machine's disk is says nothing of the house."""


@dataclass
class Watch:
    """A house and who watches it."""

    house: House
    by: Prometheus

    def settle(self, wanted: set[tuple[str, str]]) -> None:
        """Wait until these alarms fire, these alone, and go on firing."""
        until, seen, same = time.monotonic() + LIMIT_S, set[tuple[str, str]](), 0
        while same < LOOKS:
            seen = self.by.alarms() - OF_THE_MACHINE
            told = self.by.scrapes() > 0 or wanted == DEAD  # quiet for want of figures is not quiet
            same = same + 1 if seen == wanted and told else 0
            assert time.monotonic() < until, (seen, wanted)
            time.sleep(STEP_S)


DEAD = {("AloSaysNothing", "")}
CLAIMS = {("AloQueueSilent", "contact"), ("AloSenderStalled", SENDER)}


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Everything at work, and quiet."""
    if not prometheus.is_there():
        pytest.skip(prometheus.NOT_THERE)
    home = tmp_path_factory.mktemp("watching")
    home.chmod(0o711)
    with (
        small_disk(home / "small") as place,
        running(home, place) as house,
        watching(home, house.settings.alo_port) as by,
    ):
        made = Watch(house, by)
        made.settle(set())
        yield made


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of its own for PostgreSQL, small enough to be filled; without root an ordinary directory."""
    place.mkdir()
    if os.geteuid() != 0:
        yield place
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "small", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@dataclass(frozen=True)
class Harm:
    """What is done to a house and undone, and what must then be told, and nothing beside it."""

    do: Callable[[House], None]
    undo: Callable[[House], None]
    alarms: set[tuple[str, str]]
    ready: tuple[int, dict[str, str]] | None = (200, {})
    doctor: dict[str, list[str]] = field(default_factory=dict)
    container: str = ""


def kill_beat(house: House) -> None:
    house.kill("beat")
    house.age("beat")


def kill_contact(house: House) -> None:
    house.kill("worker-contact")
    house.age("queue:contact")
    house.put_due_row()


def revive_contact(house: House) -> None:
    house.owned("DELETE FROM outbox", "DELETE FROM phones")
    house.revive("worker-contact")


def kill_housekeeping(house: House) -> None:
    house.kill("worker-housekeeping")
    house.age("queue:housekeeping")


def hang_contact(house: House) -> None:
    """Its main process answers pings, the process that does the work is halted."""
    for child in house.children("worker-contact"):
        child.suspend()
    house.age("queue:contact")


def wake_contact(house: House) -> None:
    for child in house.children("worker-contact"):
        child.resume()


def kill_valkey(house: House) -> None:
    assert house.valkey.process is not None
    house.valkey.process.kill()
    house.valkey.process.wait(30)


def stop_postgres(house: House) -> None:
    house.postgres.stop()


def signalled(house: House, what: signal.Signals) -> None:
    """To all of PostgreSQL's processes, its first one first: it starts no further ones then."""
    for process in house.server_processes():
        with suppress(psutil.NoSuchProcess):
            process.send_signal(what)


def halt_postgres(house: House) -> None:
    """It keeps its connections and says nothing."""
    signalled(house, signal.SIGSTOP)


def wake_postgres(house: House) -> None:
    signalled(house, signal.SIGCONT)


def make_read_only(house: House) -> None:
    house.owned("ALTER ROLE alo_machine SET default_transaction_read_only = on")
    house.disconnect_all()


def make_writable(house: House) -> None:
    house.owned("ALTER ROLE alo_machine RESET default_transaction_read_only")
    house.disconnect_all()


def take_a_right(house: House) -> None:
    house.owned("REVOKE INSERT ON inbound FROM alo_machine")


def give_it_back(house: House) -> None:
    house.owned("GRANT INSERT ON inbound TO alo_machine")


def migrate_too_far(house: House) -> None:
    house.owned(
        "UPDATE alembic_version SET version_num = '9' || version_num",
        "COMMENT ON TABLE alembic_version IS 'compatible from 9999'",
    )


def migrate_back(house: House) -> None:
    house.owned("UPDATE alembic_version SET version_num = substr(version_num, 2)")


def fill_disk(house: House) -> None:
    """To the last byte, where the tables lie; pages that have room still take rows."""
    place = house.postgres.home.parent
    if not place.is_mount():
        pytest.skip(NOT_ROOT)
    with (place / FILL).open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 16)):
            pass


def clear_disk(house: House) -> None:
    (house.postgres.home.parent / FILL).unlink(missing_ok=True)


AWAY = {"database": "away", "migrations": "behind", "writing": "away"}
HARMS = {
    "beat killed": Harm(
        kill_beat, lambda house: house.revive("beat"), {("AloBeatSilent", "")},
        doctor={"beat": ["doctor.beat_dead"]}, container="beat",
    ),
    "contact killed": Harm(
        kill_contact, revive_contact, CLAIMS,
        doctor={"queues": ["doctor.queue_silent"], "due": ["doctor.stalled"]}, container="worker-contact",
    ),
    "contact hung": Harm(
        hang_contact, wake_contact, {("AloQueueSilent", "contact")}, doctor={"queues": ["doctor.queue_silent"]},
    ),
    "housekeeping killed": Harm(
        kill_housekeeping, lambda house: house.revive("worker-housekeeping"), {("AloQueueSilent", "housekeeping")},
        doctor={"queues": ["doctor.queue_silent"]},
    ),
    "valkey killed": Harm(
        kill_valkey, lambda house: house.valkey.start(), {("AloBrokerAway", "")}, (200, {"broker": "away"}),
        {"broker": ["doctor.away"]},
    ),
    "postgresql stopped": Harm(
        stop_postgres, lambda house: house.postgres.start(), {("AloDatabaseAway", "")}, (503, AWAY),
        {"schema": ["doctor.away"]},
    ),
    "read only": Harm(
        make_read_only, make_writable, {("AloDatabaseRefusesWriting", "")}, (503, {"writing": "read_only"}),
        {"writing": ["doctor.not_written"]},
    ),
    "disk full": Harm(
        fill_disk, clear_disk, {("AloDatabaseRefusesWriting", "")}, (503, {"writing": "disk_full"}),
        {"writing": ["doctor.not_written"]},
    ),
    "a right lost": Harm(
        take_a_right, give_it_back, {("AloDatabaseRefusesWriting", "")}, (503, {"writing": "no_rights"}),
        {"writing": ["doctor.not_written"]},
    ),
    "schema too new": Harm(
        migrate_too_far, migrate_back, {("AloSchemaDoesNotFit", "")}, (503, {"migrations": "too_new"}),
        {"schema": ["doctor.schema_too_new"]},
    ),
    "gateway killed": Harm(
        lambda house: house.kill("gateway"), lambda house: house.revive("gateway"), DEAD, None, container="gateway",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMS)
def test_what_is_broken_is_told_and_nothing_else(watch: Watch, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "PATIENCE_S", 0.0)
    harm, house = HARMS[name], watch.house
    harm.do(house)
    try:
        watch.settle(harm.alarms)
        if harm.ready is not None:
            assert house.ready() == harm.ready
        assert house.faults() == harm.doctor
        if harm.container:
            assert house.health(harm.container) != 0
        if "due" in harm.doctor:
            assert house.looked_after() == 1
    finally:
        harm.undo(house)
    watch.settle(set())
    assert house.ready() == (200, {})
    assert house.faults() == {}


def test_signs_made_old_are_no_alarm_while_parts_live(watch: Watch) -> None:
    """That the tests above age signs proves nothing by itself: a part that lives writes new ones."""
    for sign in ("beat", "queue:contact", "queue:housekeeping"):
        watch.house.age(sign)
    watch.settle(set())
    assert watch.house.faults() == {}


@pytest.mark.parametrize("container", ["gateway", "worker-contact", "worker-housekeeping", "beat"])
def test_the_health_check_of_a_container_finds_a_living_part_well(watch: Watch, container: str) -> None:
    assert watch.house.health(container) == 0


def test_what_systemd_looks_at_is_well(watch: Watch) -> None:
    assert watch.house.looked_after() == 0


def test_a_gateway_tells_within_its_deadline_when_the_database_is_halted(watch: Watch) -> None:
    halt_postgres(watch.house)
    try:
        assert watch.house.ready() == (503, AWAY)
    finally:
        wake_postgres(watch.house)
    watch.settle(set())


def test_the_rules_are_such_as_prometheus_takes() -> None:
    if not prometheus.is_there():
        pytest.skip(prometheus.NOT_THERE)
    subprocess.run(["promtool", "check", "rules", str(prometheus.RULES)], check=True, capture_output=True)


def test_what_a_killed_gateway_held_is_counted_no_more(watch: Watch) -> None:
    """Each of its processes keeps what it holds in a file; the next gateway adds up those of the living."""
    house = watch.house
    house.kill("gateway")
    house.revive("gateway")
    watch.settle(set())
    assert "alo_database_pool_size{" in requests.get(f"{house.base}/metrics", timeout=30).text
    files = (house.settings.alo_data_dir / "run" / "metrics").glob("gauge_live*_*.db")
    living = {house.team.pid("gateway"), *(child.pid for child in house.children("gateway"))}
    assert {int(file.stem.rpartition("_")[2]) for file in files} <= living
