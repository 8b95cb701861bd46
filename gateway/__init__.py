"""The HTTP door: webhooks of the carriers, staff pages, and what supervisors ask. Two Flask apps, one process or two.

Views translate between HTTP and use cases and hold no rule of the survey; nothing imports this package but a server.
"""
