"""Secrets of the carriers by reference name; senders only hold the name. Secrets never show in a repr or a log.

It must not know where the secrets are kept, nor what they are: each carrier has its own kind (`carriers.registry`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

C = TypeVar("C")


class NoCredentialsError(Exception):
    """A sender's credentials are not configured, or belong to another kind of carrier. Carries the reference name."""


Credentials = Mapping[str, object]
"""Reference name (as in `senders.credentials`) → a carrier's secrets."""


def of_kind(credentials: Credentials, kind: type[C], name: str) -> C:
    """The secrets under a reference name. Raises NoCredentialsError when none, or another carrier's, stand there."""
    found = credentials.get(name)
    if not isinstance(found, kind):
        raise NoCredentialsError(name)
    return found


def all_of_kind(credentials: Credentials, kind: type[C]) -> Iterator[C]:
    """The secrets of every account of one kind of carrier."""
    return (each for each in credentials.values() if isinstance(each, kind))
