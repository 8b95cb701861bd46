"""The checks of `alo doctor`: this installation, heartbeats of its parts, the public address, and the senders."""

PARTS = (
    *("keys", "schema", "sealed", "machine", "console", "eraser", "rights", "broker", "connections", "workers", "disk"),
    *("clock", "unfit", "held", "requests", "trail", "writing", "beat", "queues", "due"),
)
"""Parts that can be looked at alone: what can be told from inside, with a part's own settings."""
