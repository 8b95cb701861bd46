"""Organisations, imported lists, rounds and provinces, as rows."""
