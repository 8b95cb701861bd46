"""Counts, figures and exports, as set-based statements."""
