"""Calls: what is said and heard in them, calls that come in, machines, recordings."""
