"""Wiring: settings, clock, keys, words, logs, embedded servers and the `alo` command; the one floor that knows all below."""
