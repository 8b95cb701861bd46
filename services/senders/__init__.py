"""Our numbers at carriers: settings, costs, tests, failover, clocks."""
