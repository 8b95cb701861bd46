"""How the interview is written: what people type, which turn a text answers, and texts that fit their budget.

Pure: it must not know a carrier, the store, the clock or how a call is spoken.
"""
