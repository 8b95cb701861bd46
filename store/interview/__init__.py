"""Interviews, the calls they go on in, and the recordings that calls play, as rows."""
