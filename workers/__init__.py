"""The second door: Celery tasks that make outbox rows happen, advance campaigns and sweep.

It never imports the gateway.
"""
