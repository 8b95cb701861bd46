"""A running house watched by a real Prometheus with the alarms that are shipped: each part is killed, and told."""
