"""The doors as they are in earnest: the real server on a port, real databases, ten thousand hostile requests."""
