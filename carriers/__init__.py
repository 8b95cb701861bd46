"""The phones' side of the world: Twilio-compatible APIs and Kannel, translated into the values of `contact.delivery`.

It must not know the store, the use cases or Flask.
"""
