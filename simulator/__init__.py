"""A phone network for trials: a Twilio-compatible API, a village of handsets, a journal that witnesses everything.

It stands apart: it imports no package of the product and is reached over HTTP only.
"""
