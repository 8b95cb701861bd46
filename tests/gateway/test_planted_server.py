"""The web server with its deadline taken away: the test of slow senders must go red."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway import test_slow_senders

pytestmark = pytest.mark.system  # half a minute of waiting for what does not come


@pytest.mark.long
def test_a_worker_that_waits_for_ever_is_seen(tmp_path: Path) -> None:
    with (
        test_slow_senders.server(tmp_path / "log", worker="tests.gateway.patient.PatientWorker") as port,
        pytest.raises(AssertionError),
    ):
        test_slow_senders.test_a_drop_now_and_then_is_not_waited_for_for_ever(port)
