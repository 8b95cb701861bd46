"""The doors of the simulated network: the API it imitates, and its own switches for tests and the demo."""
