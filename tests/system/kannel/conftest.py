"""One installation for all tests here: starting it takes seconds, and numbers keep them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from store.tables import metadata
from tests.system.kannel import box
from tests.system.kannel.house import House

NO_KANNEL = "no kannel: apt install kannel"


@pytest.fixture(scope="package")
def house(url_of: Callable[[str], str], broker_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything at work."""
    if not all(box.program(name) for name in box.PROGRAMS):
        pytest.skip(NO_KANNEL)
    with psycopg.connect(url_of("alo_owner").replace("+psycopg", "")) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.name}")
    house = House(tmp_path_factory.mktemp("kannel"), url_of, broker_url)
    try:
        house.start()
        yield house
    finally:
        house.stop()
    assert house.faults == []
