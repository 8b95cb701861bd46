"""Wiring: settings, clock, keys, words, logs, embedded servers and the `alo` command; it knows every floor below."""
