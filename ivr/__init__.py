"""How the interview is spoken: scripts of verbs, keys, and the call's flow from one step to the next.

Pure: it must not know a carrier's document format, URLs, the store or how a text is written.
"""
