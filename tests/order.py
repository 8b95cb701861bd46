"""In which order tests run: the longest first, so that none of them is alone at the end; or in random order on request.

Under xdist each worker begins with a share of the long ones and takes over what others have not come to. With
`--random-order` the order is the plug-in's, and the run ends with the seed that gives it again.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

LONG = (
    "tests/village/test_village.py::",
    "tests/services/test_running.py::",
    "tests/services/test_week.py::test_a_week",
    "tests/services/test_doubts.py::test_a_text_without_a_receipt_is_asked_about_less_and_less_often",
    "tests/house/test_installed.py::",
    "tests/runtime/test_other_keys.py::",
    "tests/runtime/test_embedded.py::",
    "tests/runtime/test_doctor.py::",
    "tests/services/test_identity.py::test_no_",
    "tests/sms/test_contact_wishes.py::test_no_",
    "tests/services/test_doubts.py::test_an_endless_call_is_hung_up_and_its_line_is_free",
    "tests/simulator/test_restart.py::",
    "tests/gateway/test_raw_target.py::",
    "tests/files/test_limited_child.py::",
    "tests/files/test_form_child.py::",
    "tests/sms/test_printed_options.py::",
    "tests/survey/test_engine_properties.py::",
)
"""How the names of tests begin that take more than some two seconds of processor, or wait for seconds."""


def longest_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The items so that each of `workers` equal parts of them begins with its share of the long ones."""
    by_length: dict[int, list[pytest.Item]] = {}
    for item in items:
        at = next((at for at, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG))
        by_length.setdefault(at, []).append(item)
    others = by_length.pop(len(LONG), [])
    long = [item for at in sorted(by_length) for item in by_length[at]]
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        end = len(items) * (worker + 1) // workers
        ordered += long[worker::workers]
        room = max(0, end - len(ordered))
        ordered += others[:room]
        others = others[room:]
    return ordered + others


def random_seed(config: pytest.Config) -> str:
    """The seed of a run in random order; "" in the usual order."""
    given = {name: str(config.getoption(f"random_order_{name}", "default:")) for name in ("bucket", "seed")}
    wanted = config.getoption("random_order_enabled", False) or any(
        not value.startswith("default:") for value in given.values()
    )
    return given["seed"].removeprefix("default:") if wanted else ""
