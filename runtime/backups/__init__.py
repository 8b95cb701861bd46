"""Backups of the database: a dump sealed to a public key with a manifest beside it, and putting one back.

Keys of the vault never stand in one: without them its numbers and texts cannot be opened, and are kept apart.
"""
