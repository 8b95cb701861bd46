"""`make national`: a whole country's list through the real gateway, workers and a simulated phone network."""
