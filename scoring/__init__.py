"""Scoring: points, the index and its rule, response rates by AAPOR, and which figures may not be shown.

Pure: works on counts, never on one organisation's answers; no channel, store, file or clock is known here.
"""
