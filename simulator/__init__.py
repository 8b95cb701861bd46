"""A phone network for trials: a Twilio-compatible API, a population of handsets, a journal of everything that happened.

It stands apart: it imports no package of the product and is reached over HTTP only.
"""
