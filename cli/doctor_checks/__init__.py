"""What `alo doctor` looks at: the house itself, its signs of life, our public address from outside, and our numbers."""

PARTS = (
    *("keys", "schema", "sealed", "machine", "console", "eraser", "rights", "broker", "connections", "workers", "disk"),
    *("clock", "unfit", "held", "requests", "trail", "writing", "beat", "queues", "due"),
)
"""Parts that can be looked at alone: what can be told from inside, with a part's own settings."""
