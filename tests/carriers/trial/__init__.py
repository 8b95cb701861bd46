"""A carrier that nobody has: JSON both ways, signed with a shared secret. It shows what a new carrier takes."""
