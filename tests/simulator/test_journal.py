"""The witness read from anywhere: by number, kind and count, in a long file as in a short one."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

from simulator.clock import SimulatedClock
from simulator.network.journal import Journal


def test_it_is_read_from_any_number_on(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", SimulatedClock())
    for n in range(1000):
        journal.write("odd.one" if n % 2 else "even", n=n)
    assert [line["seq"] for line in journal.read(after=997)] == [998, 999, 1000]
    assert [line["seq"] for line in journal.read(after=600, kind="odd", limit=3)] == [602, 604, 606]
    assert journal.read(kind="od") == []
    assert len(journal.read(kind="odd.one")) == 500
    assert journal.read(after=1000) == journal.read(limit=0) == []
    journal.close()
    again = Journal(tmp_path / "j.jsonl", SimulatedClock())
    assert again.write("even", durable=True) == 1001
    assert [line["seq"] for line in again.read(after=999)] == [1000, 1001]
    again.close()


def test_numbers_that_do_not_follow_each_other_are_found(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    file.write_text("".join(json.dumps({"seq": n, "kind": "x"}) + "\n" for n in range(5, 3000, 7)))
    journal = Journal(file, SimulatedClock())
    for after in (0, 4, 5, 6, 1000, 2990, 5000):
        assert [line["seq"] for line in journal.read(after=after)] == [n for n in range(5, 3000, 7) if n > after]
    journal.close()


def test_a_long_journal_is_read_quickly_near_its_end(tmp_path: Path) -> None:
    """Two hundred thousand lines: what is read counts, not what lies before it."""
    file = tmp_path / "j.jsonl"
    with file.open("w") as out:
        out.writelines(f'{{"seq": {n}, "kind": "x", "words": "{"a" * 150}"}}\n' for n in range(1, 200_001))
    journal = Journal(file, SimulatedClock())
    began = time.thread_time()
    for n in range(200):
        assert journal.read(after=199_900 - n, limit=10)[0]["seq"] == 199_901 - n
    assert (time.thread_time() - began) / 200 < 0.01
    journal.close()


def test_lines_of_many_threads_stand_alone_and_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", SimulatedClock())
    seen: list[int] = []

    def write() -> None:
        seen.extend(journal.write("x", durable=n % 10 == 0) for n in range(100))

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [line["seq"] for line in journal.read()] == list(range(1, 601))
    journal.close()
