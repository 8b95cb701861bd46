"""Who lives in the village: handsets, how each treats a call and a text, what each understands."""
