"""Texts and calls as they go on: from the request to the handset, verb by verb and key by key."""
