"""The simulated respondents: handsets, how each treats a call and a text, what each understands."""
