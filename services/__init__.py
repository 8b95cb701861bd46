"""Use cases: one verb, one transaction. What they need of the world stands in `ports.py` and is passed in."""
