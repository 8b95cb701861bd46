"""People's rights: what is held about them, copied, erased, kept no longer than its time."""
