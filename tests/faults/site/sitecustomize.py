"""Read by Python itself when a process starts with this directory on its path: plants the fault that is asked for."""

import os

if os.environ.get("ALO_TEST_FAULT"):
    from tests import faults

    faults.plant_where_simulated(os.environ["ALO_TEST_FAULT"])
