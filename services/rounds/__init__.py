"""Rounds, and the provinces within them."""
