"""The interview: its state, its moves from one question to the next, and what each move asks the channel to say."""
