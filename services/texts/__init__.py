"""Texts that come in: received once, understood, answered."""
