"""The database: tables, roles, encryption at rest and the statements the use cases need.

It must not know a carrier, a file format, Flask or Celery; it never reads a clock (times are passed in).
"""
