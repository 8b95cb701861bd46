"""Celery tasks: dispatch outbox rows, advance campaigns, run sweeps.

It never imports the gateway.
"""
