"""What people and programs really write, character by character: cleaned, compared, matched. Pure.

The lowest floor of all: it must not know what a text is about, nor who wrote it.
"""
