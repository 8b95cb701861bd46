"""The demonstration: the main job on a sample list, through the real gateway and workers and a simulated network.

It speaks to the simulator over HTTP only, and believes nobody but the handsets' own ledgers and the network's journal.
"""
