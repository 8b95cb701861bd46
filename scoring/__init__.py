"""What the answers are worth: points, the index and its rule, response rates, and what may not be shown.

Pure: works on counts, never on one organisation's answers; no channel, store, file or clock is known here.
"""
