"""Figures, exports and cards."""
