"""A phone of real sound: SIP and RTP on loopback, keys as telephone events, what was heard kept as a recording."""
