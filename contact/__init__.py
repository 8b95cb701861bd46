"""Phone numbers, outcomes, and when and how often somebody may be contacted.

Pure: no channel's words, carrier, store, file, clock or random source is known here.
"""
