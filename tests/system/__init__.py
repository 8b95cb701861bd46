"""Whole systems with real parts: the demonstration, and storms of kills and faults with the network as witness."""
