"""Twilio: its API for texts and calls, its signed requests to us, the documents that a call follows."""
