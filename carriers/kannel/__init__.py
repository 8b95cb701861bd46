"""Kannel: how texts are handed to its smsbox, what its requests to us say, how its access log is read."""
